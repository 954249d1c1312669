package exec

import (
	"math"

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
	if n.Fold.Field == rule.TimeField && !values.Except && areIntervals(values.Ints) {
		return r.foldTimes(n, e, r.intervalsOf(values.Ints), least, out)
	}
	if lo, hi, ok := oneRange(values); ok {
		return r.foldReaching(n, e, lo, hi, out)
	}
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

// oneRange returns the range of whole numbers that passes; ok is false where there are
// several, or none.
func oneRange(values *rule.Values) (lo, hi int64, ok bool) {
	switch {
	case values.Except:
		return 0, 0, false
	case len(values.Decimals) == 1:
		lo, hi = clamp(values.Decimals[0].Lo), clamp(values.Decimals[0].Hi)
	case len(values.Ints) == 1:
		lo, hi = values.Ints[0].Lo, values.Ints[0].Hi
	default:
		return 0, 0, false
	}
	return lo, hi, lo <= hi
}

// foldReaching is foldExtreme for whole numbers of one range: the greatest value is in
// it where one is, and none is above; the least, where one is, and none is below.
func (r *runner) foldReaching(n *plan.Node, e *index.EventBlock, lo, hi int64, out *bitmap.Words) error {
	width, least, beyond := uint64(hi)-uint64(lo), n.Fold.Op == rule.AggregateMin, &r.touched
	out.Clear()
	err := r.eachInt(n, e, n.Fold.Field, func(_ *index.Chunk, rows []uint16, values []int64) error {
		addInside(out, rows, values, uint64(lo), width)
		switch {
		case least && lo != math.MinInt64:
			addInside(beyond, rows, values, 1<<63, uint64(lo)-1-1<<63)
		case !least && hi != math.MaxInt64:
			addInside(beyond, rows, values, uint64(hi)+1, math.MaxInt64-uint64(hi)-1)
		}
		return nil
	})
	subtract(out, beyond)
	beyond.Clear()
	return err
}

// addInside adds the customers of values that are at least lo and at most width more.
func addInside(w *bitmap.Words, rows []uint16, values []int64, lo, width uint64) {
	values = values[:len(rows)]
	for i, row := range rows {
		var in uint64
		if uint64(values[i])-lo <= width {
			in = 1
		}
		w[row/64] |= in << (row % 64)
	}
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
