package index

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// OrderedCheck compares an ordered index with the column that it is of. It is not
// safe for concurrent use.
type OrderedCheck struct {
	index    *Ordered
	ends     [2]*column.Vector // the least and the greatest value of each bin
	found    []checkedBin
	totals   [][]uint64 // rows of each bitmap so far, by place, then by value less 1
	ordering Ordering
	digits   *DigitsBuilder
	numbers  []uint16
	words    bitmap.Words
}

// checkedBin is what has been seen of a bin.
type checkedBin struct {
	rows            int64
	least, greatest bool // a row has that value
}

// NewOrderedCheck opens the ordered index of an attribute of type t. The error is as
// of [OpenOrdered].
func NewOrderedCheck(t model.Type, s toc.Sections) (*OrderedCheck, error) {
	x, err := OpenOrdered(t, s)
	if err != nil {
		return nil, err
	}
	c := &OrderedCheck{index: x, found: make([]checkedBin, len(x.counts)), digits: NewDigitsBuilder(x.digits.bases)}
	r := orderedReader{s}
	if c.ends[0], c.ends[1], err = r.endValues(t, len(x.counts)); err != nil {
		return nil, err
	}
	c.ordering.values = column.NewBuilder(t, 0)
	for _, base := range x.digits.bases {
		c.totals = append(c.totals, make([]uint64, base-1))
	}
	return c, nil
}

// Block compares the numbers of the rows of a block with their values. The error
// says what is wrong.
func (c *OrderedCheck) Block(block int, values *column.Vector) error {
	bins := len(c.found)
	o := &c.ordering
	o.values.Reset()
	for _, ends := range c.ends {
		ends.AppendTo(o.values)
	}
	values.AppendTo(o.values)
	o.start(bins)
	c.numbers = c.numbers[:0]
	for row := range values.Len() {
		number, err := c.number(o, 2*bins+row)
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		c.numbers = append(c.numbers, number)
	}
	return c.compare(block)
}

// number returns the number that a row of the ordering should have.
func (c *OrderedCheck) number(o *Ordering, row int) (uint16, error) {
	if o.values.IsNull(row) {
		return 0, nil
	}
	value, bins := o.bound(row), len(c.found)
	bin := o.binOf(value)
	least, greatest := o.compare(value, o.bound(bin)), o.compare(value, o.bound(bins+bin))
	if least < 0 || greatest > 0 {
		return 0, fmt.Errorf("no bin has its value, bin %d is the nearest", bin)
	}
	found := &c.found[bin]
	found.rows++
	found.least, found.greatest = found.least || least == 0, found.greatest || greatest == 0
	return uint16(c.index.All().Lo + bin), nil
}

// compare compares the bitmaps of a block with the numbers expected.
func (c *OrderedCheck) compare(block int) error {
	for place, base := range c.digits.bases {
		c.digits.spread(place, base, c.numbers)
		for value := 1; value < base; value++ {
			view, err := c.index.digits.AtLeast(place, value)
			if err != nil {
				return err
			}
			c.words.Clear()
			view.OrInto(&c.words, uint16(block))
			if c.words != c.digits.words[value] {
				return fmt.Errorf("digit %d from %d on is not of the rows whose values have it", place, value)
			}
			c.totals[place][value-1] += uint64(c.words.Count())
		}
	}
	return nil
}

// Finish compares what the index says of all rows with what has been seen.
func (c *OrderedCheck) Finish() error {
	for i, found := range c.found {
		switch {
		case found.rows != c.index.counts[i]:
			return fmt.Errorf("bin %d has %d rows, expected %d", i, c.index.counts[i], found.rows)
		case !found.least || !found.greatest:
			return fmt.Errorf("no row has the least or the greatest value of bin %d", i)
		}
	}
	for place, totals := range c.totals {
		for i, total := range totals {
			view, err := c.index.digits.AtLeast(place, i+1)
			if err != nil {
				return err
			}
			if n := view.Cardinality(); n != total {
				return fmt.Errorf("digit %d from %d on has %d rows, %d of them in the blocks there are", place, i+1, n, total)
			}
		}
	}
	return nil
}
