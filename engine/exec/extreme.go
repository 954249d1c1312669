package exec

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// foldExtreme finds the least or the greatest value of each customer.
func (r *runner) foldExtreme(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	switch t := n.Fold.Type; {
	case isFloat(t):
		return r.foldExtremeFloat(n, e, out)
	case !isWhole(t):
		return r.foldExtremeDecimal(n, e, out)
	}
	least, best, values := n.Fold.Op == rule.AggregateMin, array(&r.bestInt), &n.Fold.Values
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		r.ints = field.Ints(r.ints[:0], positions)
		for i, p := range positions {
			better(&r.touched, best, c.Rows[p], r.ints[i], least)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.settle(out, false, func(row int) bool {
		if isDecimal(n.Fold.Type) {
			return column.InDecimals(values.Decimals, fromInt(best[row]))
		}
		return column.InRanges(values.Ints, best[row])
	})
	return nil
}

// foldExtremeFloat is foldExtreme for floats.
func (r *runner) foldExtremeFloat(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	least, best := n.Fold.Op == rule.AggregateMin, array(&r.bestF)
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		all := field.Floats()
		for _, p := range positions {
			better(&r.touched, best, c.Rows[p], all[p], least)
		}
		return nil
	})
	if err == nil {
		r.settle(out, false, func(row int) bool { return column.InRanges(n.Fold.Values.Floats, best[row]) })
	}
	return err
}

// better keeps x for a customer where it is the first value, or a better one than
// that kept.
func better[T int64 | float64](touched *bitmap.Words, best *[bitmap.BlockRows]T, row uint16, x T, least bool) {
	bit := uint64(1) << (row % 64)
	if touched[row/64]&bit == 0 {
		touched[row/64] |= bit
		best[row] = x
	} else if (x < best[row]) == least {
		best[row] = x
	}
}

// foldExtremeDecimal is foldExtreme for decimals of more than 18 digits.
func (r *runner) foldExtremeDecimal(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	least, best := n.Fold.Op == rule.AggregateMin, array(&r.bestNum)
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		all := field.Decimals()
		for _, p := range positions {
			row := c.Rows[p]
			bit := uint64(1) << (row % 64)
			if r.touched[row/64]&bit == 0 || all[p].Less(best[row]) == least {
				r.touched[row/64] |= bit
				best[row] = all[p]
			}
		}
		return nil
	})
	if err == nil {
		r.settle(out, false, func(row int) bool { return column.InDecimals(n.Fold.Values.Decimals, best[row]) })
	}
	return err
}
