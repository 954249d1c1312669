package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// EventPart is the events that one part has of the customers of one block: the
// dated ones in ascending order of time, then the undated ones. It is immutable
// and safe for concurrent use. Times and fields are read when they are first
// asked for, each by itself.
type EventPart struct {
	// Rows is the customer of each event, within the block: the part's own memory,
	// which must not be changed. That they are rows of the block is not checked
	// before CheckRows: a block may have fewer than a uint16 can tell.
	Rows []uint16

	part   *part
	block  uint32
	dated  int
	coded  []byte                       // the encoded times
	times  *column.Lazy[encoding.Ints]  // one member
	fields *column.Lazy[column.Encoded] // by field

	postings *column.Lazy[Postings] // by field
}

var (
	errMissing = errors.New("it is missing")
	errOrder   = errors.New("the times are not in order")
)

// timeHeader is the bytes of a time section before the times.
const timeHeader = 8

// open returns the part's events of a block, nil where it has none.
func (p *part) open(block uint32) (*EventPart, error) {
	data, ok, err := p.sections.Section(tagRows, block)
	if err != nil || !ok {
		return nil, err
	}
	if n := len(data); n == 0 || n%2 != 0 || uint64(n/2) > math.MaxUint32 {
		return nil, p.corrupt(tagRows, block, fmt.Errorf("%d bytes, expected 2 for each of one or more events", n))
	}
	e := &EventPart{Rows: arrow.Uint16Traits.CastFromBytes(data), part: p, block: block}
	times, err := p.section(tagTime, block)
	if err != nil {
		return nil, err
	}
	if len(times) < timeHeader {
		return nil, p.corrupt(tagTime, block, fmt.Errorf("%d bytes, expected %d or more", len(times), timeHeader))
	}
	dated := binary.LittleEndian.Uint64(times)
	if dated > uint64(len(e.Rows)) {
		return nil, p.corrupt(tagTime, block, fmt.Errorf("%d dated events, expected at most %d", dated, len(e.Rows)))
	}
	e.dated, e.coded = int(dated), times[timeHeader:]
	e.times = column.NewLazy(1, e.openTimes)
	e.fields = column.NewLazy(len(p.fields), e.openField)
	e.postings = column.NewLazy(len(p.fields), e.openPostings)
	return e, nil
}

// openTimes parses the times, and sees to it that they are in order: everything
// that finds a window's events relies on that.
func (p *EventPart) openTimes(int) (*encoding.Ints, error) {
	x, err := encoding.ParseInts(p.coded, p.dated)
	if err != nil {
		return nil, p.part.corrupt(tagTime, p.block, err)
	}
	const piece = 1024
	var times [piece]int64
	last := int64(math.MinInt64)
	for lo := 0; lo < p.dated; lo += piece {
		some := times[:min(piece, p.dated-lo)]
		x.Decode(some, lo)
		for _, at := range some {
			if at < last {
				return nil, p.part.corrupt(tagTime, p.block, errOrder)
			}
			last = at
		}
	}
	return &x, nil
}

// openField parses a field.
func (p *EventPart) openField(field int) (*column.Encoded, error) {
	tag := tagField0 + toc.Tag(field)
	data, err := p.part.section(tag, p.block)
	if err != nil {
		return nil, err
	}
	e, err := p.parseField(field, data, len(p.Rows))
	if err != nil {
		return nil, p.part.corrupt(tag, p.block, err)
	}
	return e, nil
}

// Number returns the position of the part among those of the behavior.
func (p *EventPart) Number() int { return p.part.number }

// Dated returns the number of dated events: the first that many are.
func (p *EventPart) Dated() int { return p.dated }

// Undated returns the positions [lo, hi) of the events that have no time.
func (p *EventPart) Undated() (lo, hi int) { return p.dated, len(p.Rows) }

// Span returns the positions [lo, hi) of the events that lie in the interval: one
// without an upper bound has those at math.MaxInt64, too.
func (p *EventPart) Span(in window.Interval) (lo, hi int, err error) {
	x, err := p.times.At(0)
	if err != nil {
		return 0, 0, err
	}
	lo = x.Search(in.Lo)
	switch {
	case in.Empty():
		return lo, lo, nil
	case in.Hi == math.MaxInt64:
		return lo, p.dated, nil
	}
	return lo, x.Search(in.Hi), nil
}

// CheckRows says which event is of none of the block's rows, of which there are
// so many.
func (p *EventPart) CheckRows(rows int) error {
	if rows >= bitmap.BlockRows {
		return nil
	}
	for i, row := range p.Rows {
		if int(row) >= rows {
			return p.part.corrupt(tagRows, p.block, fmt.Errorf("event %d is of row %d, and the block has %d", i, row, rows))
		}
	}
	return nil
}

// Check reads everything that is stored of the events and says what is wrong with
// it: what CheckRows and opening them find.
func (p *EventPart) Check(rows int) error {
	if err := p.CheckRows(rows); err != nil {
		return err
	}
	if _, err := p.times.At(0); err != nil {
		return err
	}
	for i := range p.part.fields {
		if _, err := p.fields.At(i); err != nil {
			return err
		}
	}
	return nil
}

// Section is what is known of a stored section, for people.
type Section struct {
	Name      string // as SectionName has it
	Encoding  string
	SizeBytes int
}

// Sections returns the sections that hold the events: rows, times, then the
// fields.
func (p *EventPart) Sections() ([]Section, error) {
	name := func(tag toc.Tag) string { return SectionName(p.part.fields, tag, p.block) }
	times, err := p.times.At(0)
	if err != nil {
		return nil, err
	}
	all := []Section{
		{Name: name(tagRows), Encoding: "plain", SizeBytes: 2 * len(p.Rows)},
		{Name: name(tagTime), Encoding: times.Kind().String(), SizeBytes: timeHeader + len(p.coded)},
	}
	for i := range p.part.fields {
		e, err := p.fields.At(i)
		if err != nil {
			return nil, err
		}
		all = append(all, Section{Name: name(tagField0 + toc.Tag(i)), Encoding: e.Kind(), SizeBytes: e.SizeBytes()})
	}
	return all, nil
}
