package index

import "slices"

// AppendFrom appends the events of another collection at the given positions, in
// that order. Both have the same fields.
func (c *Collected) AppendFrom(from *Collected, positions []uint32) {
	n := len(c.Rows)
	c.Rows = slices.Grow(c.Rows, len(positions))[:n+len(positions)]
	for i, at := range positions {
		c.Rows[n+i] = from.Rows[at]
	}
	c.Times.AppendRows(from.Times, positions)
	for f, values := range from.Values {
		c.Values[f].AppendRows(values, positions)
	}
}
