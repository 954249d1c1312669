package store

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// behaviorGroups returns the checks of behavior i: of each part, and of all
// together.
func (v *verifier) behaviorGroups(i int) []group {
	c := &behaviorCheck{v: v, behavior: i}
	var groups []group
	var events []string
	for part := range v.snapshot.manifest.Behaviors[i].Parts {
		directory, bitmaps := PartIndexFiles(i, part)
		events = append(events, PartFile(i, part))
		groups = append(groups, group{
			files: []string{PartFile(i, part), directory, bitmaps},
			check: func() error { return c.checkPart(part) },
		})
		groups = append(groups, c.levelsGroup(part)...)
		groups = append(groups, c.postingsGroup(part)...)
	}
	if len(events) == 0 {
		return []group{{files: keyFiles(v.snapshot.manifest), check: c.checkNone}}
	}
	all := withLive(v.snapshot.manifest, events...)
	groups = append(groups, group{files: all, check: func() error { return c.checkTotals(events) }})
	return append(groups, c.ranksGroup(events)...)
}

// checkNone checks that the manifest counts nothing of a behavior without parts.
func (c *behaviorCheck) checkNone() error {
	info := c.v.snapshot.manifest.Behaviors[c.behavior]
	if info.Events == 0 && info.Undated == 0 && info.Customers == 0 && info.First == nil && info.Last == nil {
		return nil
	}
	return corrupt(filepath.Join(c.v.dir, manifestName), "events of behavior %d, which has no parts", c.behavior)
}

// behaviorCheck compares the parts of a behavior with what the manifest says.
type behaviorCheck struct {
	v        *verifier
	behavior int
	chunk    index.Chunk
}

// events opens the events of some parts.
func (c *behaviorCheck) events(parts []string) *index.Events {
	s := c.v.snapshot
	files := make([]toc.Sections, len(parts))
	for i, name := range parts {
		files[i] = newSections(s.files[name])
	}
	return index.OpenEvents(s.Schema().Behaviors[c.behavior].Fields, s.Blocks(), files)
}

// checkPart checks that the events of a part can be read, and that its timeline
// and the manifest agree with them.
func (c *behaviorCheck) checkPart(part int) error {
	name := PartFile(c.behavior, part)
	if err := c.v.checkLayout(name); err != nil {
		return err
	}
	days, err := c.openDays(part)
	if err != nil {
		return err
	}
	info := c.v.snapshot.manifest.Behaviors[c.behavior].Parts[part]
	file, _ := c.v.snapshot.manifest.File(name)
	if version, _ := pathVersion(file.Path); version != info.Version {
		return c.v.wrong(name, "it is in the folder of version %d, expected %d", version, info.Version)
	}
	found := PartInfo{Version: info.Version}
	events := c.events([]string{name})
	err = c.v.eachBlock(func(block, rows int) error {
		b, err := events.Block(block)
		if err != nil {
			return err
		}
		var e *index.EventPart
		if len(b.Parts) > 0 {
			e = b.Parts[0]
			if err := e.Check(rows); err != nil {
				return err
			}
		}
		return c.checkBlock(block, e, days, &found)
	})
	if err != nil {
		return err
	}
	if err := checkCounts(days.views, days.counts); err != nil {
		_, bitmaps := PartIndexFiles(c.behavior, part)
		return c.v.wrong(bitmaps, "%w", err)
	}
	if err := samePart(found, info); err != nil {
		return c.v.wrong(name, "%w", err)
	}
	return nil
}

// checkBlock reads the events of a block, nil where it has none, compares them
// with the timeline, and counts them.
func (c *behaviorCheck) checkBlock(block int, e *index.EventPart, days *dayCheck, found *PartInfo) error {
	days.start(block)
	if e != nil {
		for lo := 0; lo < len(e.Rows); lo += bitmap.BlockRows {
			c.chunk.Load(e, lo, min(lo+bitmap.BlockRows, len(e.Rows)))
			times, err := c.chunk.Times()
			if err != nil {
				return err
			}
			for i := range c.v.snapshot.Schema().Behaviors[c.behavior].Fields {
				if _, err := c.chunk.Field(i); err != nil {
					return err
				}
			}
			if err := days.add(c.chunk.Rows, times); err != nil {
				return err
			}
			found.count(times)
		}
		found.Events += uint64(len(e.Rows))
		found.Undated += uint64(len(e.Rows) - e.Dated())
	}
	return days.finish()
}

// count notes the first and the last of some times, which are in order.
func (p *PartInfo) count(times []int64) {
	if len(times) == 0 {
		return
	}
	widen(&p.First, &p.Last, times[0])
	widen(&p.First, &p.Last, times[len(times)-1])
}

// widen notes a time that may be the first or the last.
func widen(first, last **int64, t int64) {
	if *first == nil || t < **first {
		*first = &t
	}
	if *last == nil || t > **last {
		*last = &t
	}
}

// samePart compares what was counted with what the manifest says.
func samePart(found, want PartInfo) error {
	if found.Events != want.Events || found.Undated != want.Undated {
		return fmt.Errorf("%d events, %d of them undated, expected %d and %d", found.Events, found.Undated, want.Events, want.Undated)
	}
	if f, w := microsText(found.First)+" to "+microsText(found.Last), microsText(want.First)+" to "+microsText(want.Last); f != w {
		return fmt.Errorf("events from %s, expected %s", f, w)
	}
	return nil
}

// microsText writes a time for a message.
func microsText(t *int64) string {
	if t == nil {
		return "none"
	}
	return strconv.FormatInt(*t, 10)
}

// dayCheck compares the timeline of a part with its events, a block at a time.
type dayCheck struct {
	wrong    func(format string, args ...any) error
	from, to []int64 // of each day
	views    []bitmap.View
	counts   []uint64 // rows of each bitmap in the blocks so far

	block         int
	day           int // that the next event is expected on, or a later one
	found, stored bitmap.Words
}

// openDays reads the timeline of a part.
func (c *behaviorCheck) openDays(part int) (*dayCheck, error) {
	directory, bitmaps := PartIndexFiles(c.behavior, part)
	s := c.v.snapshot
	open := openIndex(&table{mapping: s.files[directory], batches: 1}, s.files[bitmaps], index.OpenTimeline)
	if _, err := open.At(0); err != nil { // all that can be said of the files alone
		return nil, err
	}
	batch, views, err := c.v.readBitmaps(directory, bitmaps)
	if err != nil {
		return nil, err
	}
	d := &dayCheck{
		wrong: func(format string, args ...any) error { return c.v.wrong(directory, format, args...) },
		views: views, counts: make([]uint64, len(views)),
	}
	from := batch.Column(1).(*array.Timestamp).TimestampValues()
	to := batch.Column(2).(*array.Timestamp).TimestampValues()
	for i := range views {
		d.from, d.to = append(d.from, int64(from[i])), append(d.to, int64(to[i]))
		if d.from[i] >= d.to[i] || i > 0 && d.from[i] < d.to[i-1] {
			return nil, d.wrong("day %d is from %d to %d, which is not after the one before it", i, d.from[i], d.to[i])
		}
		if n := views[i].Cardinality(); n == 0 {
			return nil, d.wrong("day %d has no customers", i)
		}
	}
	return d, nil
}

// start begins a block.
func (d *dayCheck) start(block int) {
	d.block, d.day = block, 0
	d.found.Clear()
}

// add takes the next dated events of the block, in order of time.
func (d *dayCheck) add(rows []uint16, times []int64) error {
	for i, at := range times {
		for d.day < len(d.to) && isAfter(at, d.to[d.day]) {
			if err := d.next(); err != nil {
				return err
			}
		}
		if d.day == len(d.to) || at < d.from[d.day] {
			return d.wrong("an event of block %d at %d is on none of its days", d.block, at)
		}
		d.found.Add(rows[i])
	}
	return nil
}

// isAfter reports whether a time is after a day that ends before to. The last day
// there is ends with time itself: a day that ends at the last instant has it.
func isAfter(at, to int64) bool { return at >= to && to != math.MaxInt64 }

// next compares a day's customers, and goes to the day after it.
func (d *dayCheck) next() error {
	d.stored.Clear()
	d.views[d.day].OrInto(&d.stored, uint16(d.block))
	if d.stored != d.found {
		return d.wrong("the bitmap of day %d is not of the customers of block %d with events on it", d.day, d.block)
	}
	d.counts[d.day] += uint64(d.stored.Count())
	d.found.Clear()
	d.day++
	return nil
}

// finish compares the days that are left.
func (d *dayCheck) finish() error {
	for d.day < len(d.to) {
		if err := d.next(); err != nil {
			return err
		}
	}
	return nil
}
