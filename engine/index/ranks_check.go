package index

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// RanksCheck compares ranks with the events that they are of, block by block. It is
// not safe for concurrent use.
type RanksCheck struct {
	ranks   *Ranks
	builder *RanksBuilder
	counter *RankCounter
	entries []int            // by entry of ranks: the one of builder that it has to be
	spread  []*DigitsBuilder // by entry of ranks
	counts  [][][]uint64     // by entry of ranks, place and value less 1: rows in the blocks so far
	words   *bitmap.Words
}

// Check returns a check of r. The error says which of its ranks nobody asked for.
func (r *Ranks) Check() (*RanksCheck, error) {
	c := &RanksCheck{ranks: r, builder: NewRanksBuilder(r.fields, r.days, r.limits), words: new(bitmap.Words)}
	c.counter = c.builder.Counter()
	for i := range r.entries {
		at := c.builder.find(&r.entries[i])
		if at < 0 || i > 0 && at <= c.entries[i-1] {
			return nil, r.corrupt(tagRankTable, 0, fmt.Errorf("rank %d is %s, which is not the next of those asked for", i, r.entryName(i)))
		}
		d, err := r.digitsOf(i)
		if err != nil {
			return nil, err
		}
		counts := make([][]uint64, len(d.bases))
		for place, base := range d.bases {
			counts[place] = make([]uint64, base-1)
		}
		c.entries, c.counts = append(c.entries, at), append(c.counts, counts)
		c.spread = append(c.spread, NewDigitsBuilder(d.bases))
	}
	return c, nil
}

// find returns the position of an entry of the same rank as e, -1 where there is
// none.
func (b *RanksBuilder) find(e *rankEntry) int {
	for i := range b.entries {
		if o := &b.entries[i]; o.kind == e.kind && o.k == e.k && o.field == e.field {
			return i
		}
	}
	return -1
}

// Block compares the ranks of a block of so many rows with its events, which
// CheckRows has taken. Blocks come in order.
func (c *RanksCheck) Block(block int, events *EventBlock, rows int) error {
	if err := c.counter.Count(events, rows); err != nil {
		return err
	}
	for i, at := range c.entries {
		d, err := c.ranks.digitsOf(i)
		if err != nil {
			return err
		}
		spread := c.spread[i]
		for place, base := range d.bases {
			spread.spread(place, base, c.counter.numbers[at][:rows])
			for value := 1; value < base; value++ {
				view, err := d.AtLeast(place, value)
				if err != nil {
					return err
				}
				c.words.Clear()
				view.OrInto(c.words, uint16(block))
				if *c.words != spread.words[value] {
					return c.wrong(i, place, value, fmt.Errorf("the customers of block %d are not those whose events say so", block))
				}
				c.counts[i][place][value-1] += uint64(spread.words[value].Count())
			}
		}
	}
	return nil
}

// Finish says what no block tells: ranks that are missing, and rows beyond the last
// block.
func (c *RanksCheck) Finish() error {
	stored := 0
	for at := range c.builder.entries {
		found := stored < len(c.entries) && c.entries[stored] == at
		e := c.builder.entries[at]
		if keep := c.builder.settle(&e, at); keep != found {
			missing := &Ranks{fields: c.ranks.fields, entries: []rankEntry{e}}
			return c.ranks.corrupt(tagRankTable, 0, fmt.Errorf("that it has %s is %v, expected %v", missing.entryName(0), found, keep))
		}
		if found {
			stored++
		}
	}
	for i := range c.entries {
		d, err := c.ranks.digitsOf(i)
		if err != nil {
			return err
		}
		for place, base := range d.bases {
			for value := 1; value < base; value++ {
				view, err := d.AtLeast(place, value)
				if err != nil {
					return err
				}
				if n, want := view.Cardinality(), c.counts[i][place][value-1]; n != want {
					return c.wrong(i, place, value, fmt.Errorf("%d rows, %d of them in the blocks there are", n, want))
				}
			}
		}
	}
	return nil
}

// wrong says what is wrong with a bitmap of an entry.
func (c *RanksCheck) wrong(entry, place, value int, reason error) error {
	if c.ranks.entries[entry].bases == nil {
		entry = 0
	}
	return c.ranks.corrupt(tagRankDigits0+toc.Tag(entry), rankSection(place, value), reason)
}
