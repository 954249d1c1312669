package column

import (
	"fmt"
	"slices"
)

// codes are the places of rows' values in a dictionary, as wide as they are
// stored: one of the slices is not nil, unless there are no rows.
type codes struct {
	small  []uint8
	medium []uint16
	large  []uint32
}

// at returns the code of a row.
func (c *codes) at(row int) int {
	switch {
	case c.small != nil:
		return int(c.small[row])
	case c.medium != nil:
		return int(c.medium[row])
	}
	return int(c.large[row])
}

// check reports whether all codes are below n, the number of values.
func (c *codes) check(n int) error {
	greatest := -1
	switch {
	case len(c.small) > 0:
		greatest = int(slices.Max(c.small))
	case len(c.medium) > 0:
		greatest = int(slices.Max(c.medium))
	case len(c.large) > 0:
		greatest = int(slices.Max(c.large))
	}
	if greatest >= n {
		return fmt.Errorf("code %d, of a dictionary of %d values", greatest, n)
	}
	return nil
}
