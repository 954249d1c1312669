package exec

import (
	"context"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Has reports whether a program selects the customer at row, who is live. It runs
// the program over the customer's block, as if nobody else were in it: a sum of more
// than 38 digits is an error where it is this customer's.
func Has(ctx context.Context, s *store.Snapshot, root *plan.Node, row uint32) (bool, error) {
	r := scratch.Get().(*runner)
	if err := r.start(ctx, s, int(row/bitmap.BlockRows)); err != nil {
		return false, err
	}
	r.only(uint16(row))
	out := r.take()
	if err := r.run(root, out); err != nil {
		return false, err
	}
	r.keepLive(out)
	has := !out.IsEmpty()
	put(r)
	return has, nil
}

// Value returns what the aggregate of n, a node of plan.Value of type result, makes
// of the events of the customer at row, who is live: nil for NULL, else a value as
// column.Vector.Value gives it. A sum of more than 38 digits is an *OverflowError.
func Value(ctx context.Context, s *store.Snapshot, n *plan.Node, result model.Type, row uint32) (any, error) {
	r := scratch.Get().(*runner)
	block := int(row / bitmap.BlockRows)
	if err := r.start(ctx, s, block); err != nil {
		return nil, err
	}
	r.only(uint16(row))
	// A builder of one row: that of the customer, as a base before the block says.
	b := column.NewBuilder(result, 1)
	if err := r.valuesOf(n, result, b, -int(row%bitmap.BlockRows)); err != nil {
		return nil, err
	}
	values, err := b.Take([]uint32{0})
	if err != nil {
		return nil, err
	}
	defer values.Release()
	v, err := column.NewVector(result, values)
	if err != nil {
		return nil, err
	}
	return v.Value(0), nil
}

// only makes the customer at row the only one of the block who is live.
func (r *runner) only(row uint16) {
	r.dead = true
	r.live.Clear()
	r.live.Add(row)
}
