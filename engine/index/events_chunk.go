package index

import "github.com/rollcall-db/rollcall/engine/column"

// Chunk is a few of a part's events, decoded column by column as they are asked
// for, into memory of its own: what it returned before a Load is of no use after
// it. Once the memory has grown to what is needed, nothing is allocated. The zero
// Chunk is ready to be loaded. It is not safe for concurrent use.
type Chunk struct {
	// Rows is the customer of each event, within the block. It must not be changed.
	Rows []uint16

	part   *EventPart
	lo, hi int // positions in the part

	times   []int64
	isTimed bool // times is decoded
	time    decoded
	fields  []*decoded
}

// decoded is a column of a chunk.
type decoded struct {
	buffer column.Buffer
	vector *column.Vector // nil: not decoded since the last Load
}

// Load makes c the events at positions lo to hi-1 of p, at most bitmap.BlockRows
// of them where they are to be matched.
func (c *Chunk) Load(p *EventPart, lo, hi int) {
	c.forget()
	c.Rows, c.part, c.lo, c.hi = p.Rows[lo:hi], p, lo, hi
	for len(c.fields) < len(p.part.fields) {
		c.fields = append(c.fields, &decoded{})
	}
}

// Forget lets go of the part's memory, and keeps the chunk's own for the next
// Load.
func (c *Chunk) Forget() {
	c.forget()
	c.Rows, c.part, c.lo, c.hi = nil, nil, 0, 0
	c.time.buffer.Forget()
	for _, f := range c.fields {
		f.buffer.Forget()
	}
}

func (c *Chunk) forget() {
	c.isTimed, c.time.vector = false, nil
	for _, f := range c.fields {
		f.vector = nil
	}
}

// Place returns the part that the events are of and the position of the first of
// them there.
func (c *Chunk) Place() (p *EventPart, lo int) { return c.part, c.lo }

// Times returns the times of the dated events, which are the first of the chunk,
// in ascending order.
func (c *Chunk) Times() ([]int64, error) {
	if c.isTimed {
		return c.times, nil
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
		e, err := c.part.fields.At(i)
		if err != nil {
			return nil, err
		}
		d.vector = e.Decode(&d.buffer, c.lo, c.hi)
	}
	return d.vector, nil
}
