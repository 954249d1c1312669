package exec

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// A fold makes one value of each customer's events: it goes through the events
// that pass, in order of time, and keeps what it knows of a customer in an array
// by customer. Then it settles: it looks at the value of every customer whom it
// has touched, and forgets it.

// folds is what folds keep. Arrays are made when they are first needed; between
// uses the members of touched, sums and tallies are zero, the others anything.
type folds struct {
	touched   bitmap.Words // customers with an event that counts
	positions []uint32     // of events, for each
	ints      []int64      // their values

	sums    *[bitmap.BlockRows]wideSum
	tallies *[bitmap.BlockRows]tally
	bestInt *[bitmap.BlockRows]int64
	bestNum *[bitmap.BlockRows]number
	bestF   *[bitmap.BlockRows]float64
	dayOf   *[bitmap.BlockRows]uint32

	days    *window.Days
	daysLoc *time.Location

	distinct
}

// array makes an array by customer where there is none yet.
func array[T any](a **[bitmap.BlockRows]T) *[bitmap.BlockRows]T {
	if *a == nil {
		*a = new([bitmap.BlockRows]T)
	}
	return *a
}

// fold finds whose events come to a value that passes.
func (r *runner) fold(n *plan.Node, out *bitmap.Words) error {
	e, err := n.Events.Block(r.block)
	if err != nil {
		return err
	}
	switch n.Fold.Op {
	case rule.AggregateCount:
		return r.foldCount(n, e, out)
	case rule.AggregateDays:
		return r.foldDays(n, e, out)
	case rule.AggregateFirst, rule.AggregateLast:
		return r.foldEdge(n, e, out)
	}
	field, err := fieldOf(e, n.Fold.Field)
	if err != nil {
		return err
	}
	switch n.Fold.Op {
	case rule.AggregateDistinct:
		return r.foldDistinct(n, e, field, out)
	case rule.AggregateSum, rule.AggregateAvg:
		if isFloat(field) {
			return r.foldFloats(n, e, field, out)
		}
		return r.foldSum(n, e, field, out)
	case rule.AggregateMin, rule.AggregateMax:
		return r.foldExtreme(n, e, field, out)
	}
	return fmt.Errorf("exec: unknown aggregate %d", n.Fold.Op)
}

// touch notes the customers of events.
func (r *runner) touch(e *index.EventBlock, positions []uint32) {
	for _, p := range positions {
		row := e.Rows[p]
		r.touched[row/64] |= 1 << (row % 64)
	}
}

// settle sets out to the touched customers for whom passes is true, and to all
// the others if untouched is set. None is touched afterwards.
func (r *runner) settle(out *bitmap.Words, untouched bool, passes func(row int) bool) {
	out.Clear()
	if untouched {
		out.Fill(r.n)
	}
	for i, word := range r.touched {
		if word == 0 {
			continue
		}
		r.touched[i] = 0
		var passed uint64
		for rest := word; rest != 0; rest &= rest - 1 {
			if bit := bits.TrailingZeros64(rest); passes(i*64 + bit) {
				passed |= 1 << bit
			}
		}
		out[i] = out[i]&^word | passed
	}
}

// foldCount counts the events that pass a filter.
func (r *runner) foldCount(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	err := r.each(n, e, nil, func(positions []uint32) error {
		r.touch(e, positions)
		for _, p := range positions {
			r.counts[e.Rows[p]]++
		}
		return nil
	})
	if err == nil {
		r.settleCounts(n, out)
	}
	return err
}

// settleCounts decides by the counts, which it sets back to zero.
func (r *runner) settleCounts(n *plan.Node, out *bitmap.Words) {
	counts := n.Fold.Counts
	r.settle(out, inCounts(counts, 0), func(row int) bool {
		count := r.counts[row]
		r.counts[row] = 0
		return inCounts(counts, int64(count))
	})
}

// foldDays counts the local days with an event. Events come in order of time, so
// a customer's days do, and the last one tells whether the next is another.
func (r *runner) foldDays(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	if r.days == nil || r.daysLoc != n.Fold.Location {
		r.days, r.daysLoc = window.NewDays(n.Fold.Location), n.Fold.Location
	}
	dayOf := array(&r.dayOf)
	var day uint32 // counted from 1
	var end int64  // of the day
	err := r.each(n, e, nil, func(positions []uint32) error {
		r.touch(e, positions)
		for _, p := range positions {
			if t := e.Times[p]; t >= end || day == 0 {
				day++
				_, _, end = r.days.Of(t)
			}
			row := e.Rows[p]
			if r.counts[row] == 0 || dayOf[row] != day {
				dayOf[row] = day
				r.counts[row]++
			}
		}
		return nil
	})
	if err == nil {
		r.settleCounts(n, out)
	}
	return err
}

// foldEdge finds whose first (or last) event lies inside: who has one there and
// none before (after) it.
func (r *runner) foldEdge(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	inside := n.Fold.Inside
	lo, hi := e.Span(inside)
	out.Clear()
	err := r.each(n, e, nil, func(positions []uint32) error {
		for _, p := range positions {
			row := e.Rows[p]
			if bit := uint64(1) << (row % 64); lo <= int(p) && int(p) < hi {
				out[row/64] |= bit
			} else {
				r.touched[row/64] |= bit
			}
		}
		return nil
	})
	subtract(out, &r.touched)
	r.touched.Clear()
	return err
}

// foldExtreme finds the least or the greatest value of each customer.
func (r *runner) foldExtreme(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words) error {
	switch {
	case isFloat(field):
		return r.foldExtremeFloat(n, e, field, out)
	case !field.IsWhole():
		return r.foldExtremeDecimal(n, e, field, out)
	}
	least, best, values := n.Fold.Op == rule.AggregateMin, array(&r.bestInt), &n.Fold.Values
	err := r.each(n, e, field, func(positions []uint32) error {
		r.ints = field.Ints(r.ints[:0], positions)
		for i, p := range positions {
			better(&r.touched, best, e.Rows[p], r.ints[i], least)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.settle(out, false, func(row int) bool {
		if isDecimal(field) {
			return column.InDecimals(values.Decimals, fromInt(best[row]))
		}
		return column.InRanges(values.Ints, best[row])
	})
	return nil
}

// foldExtremeFloat is foldExtreme for floats.
func (r *runner) foldExtremeFloat(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words) error {
	least, best, all := n.Fold.Op == rule.AggregateMin, array(&r.bestF), field.Floats()
	err := r.each(n, e, field, func(positions []uint32) error {
		for _, p := range positions {
			better(&r.touched, best, e.Rows[p], all[p], least)
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
func (r *runner) foldExtremeDecimal(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words) error {
	least, best, all := n.Fold.Op == rule.AggregateMin, array(&r.bestNum), field.Decimals()
	err := r.each(n, e, field, func(positions []uint32) error {
		for _, p := range positions {
			row := e.Rows[p]
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
