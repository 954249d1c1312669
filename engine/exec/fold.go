package exec

import (
	"fmt"
	"math"
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
// that pass, part after part, and keeps what it knows of a customer in an array
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
	exact   exactSum

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
	case rule.AggregateDistinct:
		return r.foldDistinct(n, e, out)
	case rule.AggregateSum, rule.AggregateAvg:
		if isFloat(n.Fold.Type) {
			return r.foldFloats(n, e, out)
		}
		return r.foldSum(n, e, out)
	case rule.AggregateMin, rule.AggregateMax:
		return r.foldExtreme(n, e, out)
	}
	return fmt.Errorf("exec: unknown aggregate %d", n.Fold.Op)
}

// touch notes the customers of events.
func (r *runner) touch(rows []uint16, positions []uint32) {
	for _, p := range positions {
		row := rows[p]
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
	err := r.each(n, e, noField, func(c *index.Chunk, _ *column.Vector, positions []uint32) error {
		r.touch(c.Rows, positions)
		for _, p := range positions {
			r.counts[c.Rows[p]]++
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

// foldDays counts the local days with an event.
func (r *runner) foldDays(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	if r.days == nil || r.daysLoc != n.Fold.Location {
		r.days, r.daysLoc = window.NewDays(n.Fold.Location), n.Fold.Location
	}
	if len(e.Parts) > 1 {
		return r.foldDaysOfParts(n, e, out)
	}
	return r.foldDaysInOrder(n, e, out)
}

// foldDaysInOrder is foldDays for events in order of time: a customer's days are,
// too, and the last one tells whether the next is another.
func (r *runner) foldDaysInOrder(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	dayOf := array(&r.dayOf)
	var day uint32 // counted from 1
	var end int64  // of the day; math.MaxInt64: there is none after it
	err := r.each(n, e, noField, func(c *index.Chunk, _ *column.Vector, positions []uint32) error {
		times, err := c.Times()
		if err != nil {
			return err
		}
		r.touch(c.Rows, positions)
		for _, p := range positions {
			if t := times[p]; day == 0 || t >= end && end != math.MaxInt64 {
				day++
				_, _, end = r.days.Of(t)
			}
			row := c.Rows[p]
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

// foldDaysOfParts is foldDays for events of several parts, which are in order
// part by part alone.
func (r *runner) foldDaysOfParts(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.groups.start()
	err := r.each(n, e, noField, func(c *index.Chunk, _ *column.Vector, positions []uint32) error {
		times, err := c.Times()
		if err != nil {
			return err
		}
		for _, p := range positions {
			day, _, _ := r.days.Of(times[p])
			r.groups.add(c.Rows[p], uint64(day))
		}
		return nil
	})
	if err == nil {
		r.settleKeys(n, out)
	}
	return err
}

// foldEdge finds whose first (or last) event lies inside: who has one there and
// none before (after) it.
func (r *runner) foldEdge(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	inside := n.Fold.Inside
	out.Clear()
	err := r.each(n, e, noField, func(c *index.Chunk, _ *column.Vector, positions []uint32) error {
		part, first := c.Place()
		lo, hi, err := part.Span(inside)
		if err != nil {
			return err
		}
		for _, p := range positions {
			row := c.Rows[p]
			if bit := uint64(1) << (row % 64); lo <= first+int(p) && first+int(p) < hi {
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
