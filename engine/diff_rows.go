package engine

import (
	"context"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
)

// comparison tells the members of one side who are not among those of another.
type comparison struct {
	one, other *side
	// members are those of the other side, by row, where the versions are two; else
	// they are found block by block.
	members []bitmap.Words
	known   bool
	words   bitmap.Words
	rows    []uint32 // of the block
	found   []uint32 // of rows, on the other side; keys.NoRow where there is no such customer
	ints    []int64
}

// against returns what compares s with another side.
func (s *side) against(other *side) *comparison { return &comparison{one: s, other: other} }

// keepOthers keeps those of a block's members who are not of the other side.
func (c *comparison) keepOthers(ctx context.Context, block int, members *bitmap.Words) error {
	if c.one.version == c.other.version {
		if err := exec.Block(ctx, c.other.snapshot, c.other.program.Root, block, &c.words); err != nil {
			return err
		}
		members.AndNot(&c.words)
		return nil
	}
	if err := c.find(ctx); err != nil {
		return err
	}
	if c.rows = members.AppendRows(c.rows[:0], 0); len(c.rows) == 0 {
		return nil
	}
	if err := c.lookUp(block); err != nil {
		return err
	}
	for i, row := range c.rows {
		if at := c.found[i]; at != keys.NoRow && c.members[at/bitmap.BlockRows].Has(uint16(at%bitmap.BlockRows)) {
			members[row/64] &^= 1 << (row % 64)
		}
	}
	return nil
}

// find finds the members of the other side, once.
func (c *comparison) find(ctx context.Context) error {
	if c.known {
		return nil
	}
	c.members = make([]bitmap.Words, c.other.snapshot.Blocks())
	c.known = true
	return exec.Blocks(ctx, c.other.snapshot, c.other.program.Root, func(block int, members *bitmap.Words) error {
		c.members[block] = *members
		return nil
	})
}

// lookUp finds the rows that the customers at c.rows of a block have on the other side.
func (c *comparison) lookUp(block int) error {
	own, err := c.one.snapshot.Keys().Block(block)
	if err != nil {
		return err
	}
	there, err := c.other.snapshot.Dictionary()
	if err != nil {
		return err
	}
	if cap(c.found) < len(c.rows) {
		c.found = make([]uint32, bitmap.BlockRows)
	}
	c.found = c.found[:len(c.rows)]
	if c.one.schema.KeyType.Kind == model.String {
		_, err = there.FindStrings(c.found, func(i int) string { return own.Text(int(c.rows[i])) })
		return err
	}
	c.ints = own.Ints(c.ints[:0], c.rows)
	_, err = there.FindInts(c.found, c.ints)
	return err
}

// take fills m with those of a block's members who are not of the other side; t takes
// their columns.
func (c *comparison) take(ctx context.Context, t *taker, block int, m *members) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var selected bitmap.Words
	if err := exec.Block(ctx, c.one.snapshot, c.one.program.Root, block, &selected); err != nil {
		return c.one.named(c.other, err)
	}
	if err := c.keepOthers(ctx, block, &selected); err != nil {
		return c.other.named(c.one, err)
	}
	return c.one.named(c.other, t.takeOf(ctx, block, &selected, m))
}
