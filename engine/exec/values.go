package exec

import (
	"context"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Values sets the rows of b to the values of the aggregate of n, a node of plan.Value,
// for the selected customers of one block, all of whom are live; b is of type result,
// that of the value, and holds one block. The other rows, and those whose value is
// NULL, are left as they are. A sum of more than 38 digits of a selected customer is
// an *OverflowError.
func Values(
	ctx context.Context, s *store.Snapshot, n *plan.Node, result model.Type, block int, selected *bitmap.Words, b *column.Builder,
) error {
	r := scratch.Get().(*runner)
	if err := r.start(ctx, s, block); err != nil {
		return err
	}
	r.dead, r.live = true, *selected
	return r.valuesOf(n, result, b, 0)
}

// valuesOf computes the values of the runner's block into b, from row base on, for
// the customers who are live, and gives the runner back.
func (r *runner) valuesOf(n *plan.Node, result model.Type, b *column.Builder, base int) error {
	e, err := n.Events.Block(r.block)
	if err != nil {
		return err
	}
	if err := e.CheckRows(r.n); err != nil {
		return err
	}
	c := &computer{node: n, result: result, out: b, base: base, first: r.block * bitmap.BlockRows}
	if n.Fold.Op == rule.AggregateDays {
		c.days = window.NewDays(n.Fold.Location)
	}
	if err := r.compute(c, e); err != nil {
		return err
	}
	put(r)
	return nil
}

// ofLive leaves, of the positions of events, those of customers who are live. It
// works in place.
func (r *runner) ofLive(rows []uint16, positions []uint32) []uint32 {
	if !r.dead {
		return positions
	}
	kept := positions[:0]
	for _, p := range positions {
		if r.live.Has(rows[p]) {
			kept = append(kept, p)
		}
	}
	return kept
}
