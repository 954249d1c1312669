package index

import "github.com/rollcall-db/rollcall/bitmap"

// AppendTo appends the events that keep accepts to c, whose fields are the same;
// a nil keep accepts all. keep is called with the customer within the block and
// with the time, which is any where dated is false. base is the row of the
// block's first customer. After an error c holds some of the events.
func (b *EventBlock) AppendTo(c *Collected, base uint32, keep func(row uint16, time int64, dated bool) bool) error {
	a := appender{out: c, base: base, keep: keep}
	for _, p := range b.Parts {
		for lo := 0; lo < len(p.Rows); lo += bitmap.BlockRows {
			a.looked.Load(p, lo, min(lo+bitmap.BlockRows, len(p.Rows)))
			if err := a.chunk(); err != nil {
				return err
			}
		}
	}
	return nil
}

// appender appends events to collected ones.
type appender struct {
	out  *Collected
	base uint32
	keep func(row uint16, time int64, dated bool) bool

	looked Chunk // the events that keep decides on
	run    Chunk // some that follow each other and are kept
}

// chunk appends the events of looked that are kept, run by run: mostly few events
// are left out.
func (a *appender) chunk() error {
	p, first := a.looked.Place()
	n := len(a.looked.Rows)
	if a.keep == nil {
		return a.append(p, first, first+n)
	}
	times, err := a.looked.Times()
	if err != nil {
		return err
	}
	lo := 0
	for i, row := range a.looked.Rows {
		at, dated := int64(0), i < len(times)
		if dated {
			at = times[i]
		}
		if a.keep(row, at, dated) {
			continue
		}
		if err := a.append(p, first+lo, first+i); err != nil {
			return err
		}
		lo = i + 1
	}
	return a.append(p, first+lo, first+n)
}

// append appends the events at positions lo to hi-1.
func (a *appender) append(p *EventPart, lo, hi int) error {
	if lo >= hi {
		return nil
	}
	a.run.Load(p, lo, hi)
	times, err := a.run.Times()
	if err != nil {
		return err
	}
	at := a.out.Times.Len()
	a.out.Times.Grow(hi - lo)
	for i, t := range times {
		a.out.Times.SetInt(at+i, t)
	}
	for _, row := range a.run.Rows {
		a.out.Rows = append(a.out.Rows, a.base+uint32(row))
	}
	for i, values := range a.out.Values {
		v, err := a.run.Field(i)
		if err != nil {
			return err
		}
		v.AppendTo(values)
	}
	return nil
}
