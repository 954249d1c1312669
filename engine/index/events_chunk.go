package index

import (
	"errors"

	"github.com/rollcall-db/rollcall/engine/column"
)

// Chunk is a few of a part's events, decoded column by column as they are asked
// for, into memory of its own: what it returned before a Load is of no use after
// it. Once the memory has grown to what is needed, nothing is allocated. The zero
// Chunk is ready to be loaded. It is not safe for concurrent use.
type Chunk struct {
	// Rows is the customer of each event, within the block. It must not be changed.
	Rows []uint16

	part     *EventPart
	postings *Postings // that the events are taken from; nil: from the part itself
	distinct bool      // not the events of postings, but their distinct values
	lo, hi   int       // positions in the part, or places in the postings

	read uint64

	times   []int64
	isTimed bool // times is decoded
	time    decoded
	fields  []*decoded
}

// decoded is a column of a chunk.
type decoded struct {
	buffer column.Buffer
	few    column.Buffer  // of FieldAt
	vector *column.Vector // nil: not decoded since the last Load
}

// Load makes c the events at positions lo to hi-1 of p, at most bitmap.BlockRows
// of them where they are to be matched.
func (c *Chunk) Load(p *EventPart, lo, hi int) {
	c.load(p, nil, lo, hi)
	c.Rows = p.Rows[lo:hi]
}

// LoadPostings makes c the events at places lo to hi-1 of postings, at most
// bitmap.BlockRows of them where they are to be matched. They are not in order of
// time, and of their fields there are those that HasCopy tells of.
func (c *Chunk) LoadPostings(x *Postings, lo, hi int) {
	c.load(x.part, x, lo, hi)
	c.Rows = x.Rows[lo:hi]
}

// LoadValues makes c an event of nobody for each distinct value of postings, in
// their order, of which there is no field but theirs.
func (c *Chunk) LoadValues(x *Postings) {
	c.load(x.part, x, 0, x.Values())
	c.Rows, c.distinct = nil, true
}

func (c *Chunk) load(p *EventPart, x *Postings, lo, hi int) {
	c.forget()
	c.part, c.postings, c.distinct, c.lo, c.hi = p, x, false, lo, hi
	for len(c.fields) < len(p.part.fields) {
		c.fields = append(c.fields, &decoded{})
	}
}

// Forget lets go of the part's memory, and keeps the chunk's own for the next
// Load.
func (c *Chunk) Forget() {
	c.forget()
	c.Rows, c.part, c.postings, c.lo, c.hi = nil, nil, nil, 0, 0
	c.time.buffer.Forget()
	for _, f := range c.fields {
		f.buffer.Forget()
		f.few.Forget()
	}
}

func (c *Chunk) forget() {
	c.read, c.isTimed, c.time.vector = 0, false, nil
	for _, f := range c.fields {
		f.vector = nil
	}
}

// Len returns the number of events.
func (c *Chunk) Len() int { return c.hi - c.lo }

// BytesRead returns about how many bytes have been read of the events since they
// were loaded: of their customers, and of what was asked for with Times and Field.
func (c *Chunk) BytesRead() uint64 { return c.read + bytesPerRow*uint64(len(c.Rows)) }

// bytesPerRow is what the customer of an event takes.
const bytesPerRow = 2

// readOf notes that so many values have been read of those that have a size.
func (c *Chunk) readOf(size, values, read int) {
	if values > 0 {
		c.read += uint64(float64(size) * float64(read) / float64(values))
	}
}

// Place returns the part that the events are of and the position of the first of
// them there, where they were loaded from it.
func (c *Chunk) Place() (p *EventPart, lo int) { return c.part, c.lo }

// Times returns the times of the dated events, which are the first of the chunk,
// in ascending order.
func (c *Chunk) Times() ([]int64, error) {
	if c.isTimed {
		return c.times, nil
	}
	if c.postings != nil {
		return nil, errNoTimes
	}
	x, err := c.part.times.At(0)
	if err != nil {
		return nil, err
	}
	n := max(0, min(c.hi, c.part.dated)-c.lo)
	if cap(c.times) < n {
		c.times = make([]int64, n, max(n, 2*cap(c.times)))
	}
	c.times, c.isTimed = c.times[:n], true
	x.Decode(c.times, c.lo)
	c.readOf(x.SizeBytes(), x.Len(), n)
	return c.times, nil
}

// Time returns the times of all events, NULL where they are undated.
func (c *Chunk) Time() (*column.Vector, error) {
	if c.time.vector == nil {
		times, err := c.Times()
		if err != nil {
			return nil, err
		}
		c.time.vector = c.time.buffer.Times(times, len(c.Rows))
	}
	return c.time.vector, nil
}

// Field returns the values of field i of the behavior, one per event.
func (c *Chunk) Field(i int) (*column.Vector, error) {
	d := c.fields[i]
	if d.vector == nil {
		e, err := c.encoded(i)
		if err != nil {
			return nil, err
		}
		d.vector = e.Decode(&d.buffer, c.lo, c.hi)
		c.readOf(e.SizeBytes(), e.Len(), c.Len())
	}
	return d.vector, nil
}

// Encoded returns field i as it is stored, and the row in it of the chunk's first
// event.
func (c *Chunk) Encoded(i int) (e *column.Encoded, lo int, err error) {
	e, err = c.encoded(i)
	return e, c.lo, err
}

// IsDecoded reports whether Field i has been asked for.
func (c *Chunk) IsDecoded(i int) bool { return c.fields[i].vector != nil }

// FieldAt returns the values of field i of the events at a few positions, ascending,
// as a vector of as many rows, where they can be read without the others; else nil.
// It is valid until the next call for the field.
func (c *Chunk) FieldAt(i int, positions []uint32) (*column.Vector, error) {
	d := c.fields[i]
	e, err := c.encoded(i)
	if err != nil || d.vector != nil || !e.IsNumbers() {
		return nil, err
	}
	c.readOf(e.SizeBytes(), e.Len(), len(positions))
	return e.DecodeAt(&d.few, c.lo, positions), nil
}

func (c *Chunk) encoded(i int) (*column.Encoded, error) {
	switch x := c.postings; {
	case x == nil:
		return c.part.fields.At(i)
	case c.distinct && i == x.field:
		return x.distinct, nil
	case c.distinct:
		return nil, errNoCopy
	default:
		copied, err := x.copies.At(i)
		if err == nil && copied.values == nil {
			err = errNoCopy
		}
		if err != nil {
			return nil, err
		}
		return copied.values, nil
	}
}

// These are faults of ours: who asks knows what postings have.
var (
	errNoTimes = errors.New("index: postings have no times")
	errNoCopy  = errors.New("index: postings have no copy of the field")
)
