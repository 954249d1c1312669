package index

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
)

// LevelsCheck compares the groups of days of a part's timeline with the days,
// block by block. It is not safe for concurrent use.
type LevelsCheck struct {
	*calendar
	counts        []uint64 // by group: rows in the blocks so far
	found, stored *bitmap.Words
}

// CheckLevels returns a check of the groups of t, which is of one part.
func (t *Timeline) CheckLevels() *LevelsCheck {
	c := t.calendars[0]
	return &LevelsCheck{calendar: c, counts: make([]uint64, len(c.groups)), found: new(bitmap.Words), stored: new(bitmap.Words)}
}

// Block compares the groups in a block. Blocks come in order.
func (c *LevelsCheck) Block(block int) error {
	for i, g := range c.groups {
		c.found.Clear()
		for day := g.first; day < g.end; day++ {
			view, err := c.views.At(day)
			if err != nil {
				return err
			}
			view.OrInto(c.found, uint16(block))
		}
		view, err := c.groupViews.At(i)
		if err != nil {
			return err
		}
		c.stored.Clear()
		view.OrInto(c.stored, uint16(block))
		if *c.found != *c.stored {
			return fmt.Errorf("%s: those of block %d are not those of its days", levelSectionName(tagGroupRows, uint32(i)), block)
		}
		c.counts[i] += uint64(c.stored.Count())
	}
	return nil
}

// Finish says which group has rows beyond the last block.
func (c *LevelsCheck) Finish() error {
	for i := range c.groups {
		view, err := c.groupViews.At(i)
		if err != nil {
			return err
		}
		if n := view.Cardinality(); n != c.counts[i] {
			return fmt.Errorf("%s: %d rows, %d of them in the blocks there are", levelSectionName(tagGroupRows, uint32(i)), n, c.counts[i])
		}
	}
	return nil
}
