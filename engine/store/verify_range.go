package store

import (
	"fmt"
	"strconv"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// rangeCheck finds the least and the greatest value of the customers that are
// live, a block at a time, and counts those that have none.
type rangeCheck struct {
	nulls uint64
	ends  *column.Builder // the least and the greatest value of every block that has one
}

// add takes the values of a block. It compares no lists: they have no range.
func (c *rangeCheck) add(values *column.Builder, live *bitmap.Words) error {
	least, greatest := -1, -1
	for row := range values.Len() {
		switch {
		case !live.Has(uint16(row)):
		case values.IsNull(row):
			c.nulls++
		case values.Type().IsArray():
		case least < 0:
			least, greatest = row, row
		case values.Compare(row, least) < 0:
			least = row
		case values.Compare(row, greatest) > 0:
			greatest = row
		}
	}
	if least < 0 {
		return nil
	}
	ends, err := values.Take([]uint32{uint32(least), uint32(greatest)})
	if err != nil {
		return err
	}
	defer ends.Release()
	return c.ends.Append(ends)
}

// compare compares what was found with what the manifest says.
func (c *rangeCheck) compare(want AttributeInfo) error {
	if c.nulls != want.Nulls {
		return fmt.Errorf("%d NULLs, expected %d", c.nulls, want.Nulls)
	}
	if c.ends.Len() == 0 {
		if want.Least != nil || want.Greatest != nil {
			return fmt.Errorf("no values, expected %s to %s", quoted(want.Least), quoted(want.Greatest))
		}
		return nil
	}
	lo, hi := c.texts()
	if want.Least == nil && want.Greatest == nil && max(len(lo), len(hi)) > MaxRangeBytes {
		return nil // too long to be told
	}
	if want.Least == nil || want.Greatest == nil || lo != *want.Least || hi != *want.Greatest {
		return fmt.Errorf("values from %q to %q, expected %s to %s", lo, hi, quoted(want.Least), quoted(want.Greatest))
	}
	return nil
}

// quoted writes a value for a message.
func quoted(text *string) string {
	if text == nil {
		return "none"
	}
	return strconv.Quote(*text)
}

// texts returns the least and the greatest value of all blocks, of which there is
// one.
func (c *rangeCheck) texts() (lo, hi string) {
	least, greatest := 0, 0
	for row := range c.ends.Len() {
		if c.ends.Compare(row, least) < 0 {
			least = row
		}
		if c.ends.Compare(row, greatest) > 0 {
			greatest = row
		}
	}
	return c.ends.Text(least), c.ends.Text(greatest)
}
