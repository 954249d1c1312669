package exec

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
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
	touched bitmap.Words // customers with an event that counts

	sums    *[bitmap.BlockRows]wideSum
	tallies *[bitmap.BlockRows]tally
	bestInt *[bitmap.BlockRows]int64
	bestNum *[bitmap.BlockRows]number
	bestF   *[bitmap.BlockRows]float64
	exact   exactSum

	intervals []window.Interval

	days    *window.Days
	daysLoc *time.Location

	counter counter
	totals  totals

	selection
	distinct
	sequencer sequencer
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
	c := &r.counter
	c.start(n.Fold.Counts, 0)
	err := r.eachRow(n, e, func(rows []uint16) error {
		c.note(rows)
		c.add(rows)
		return nil
	})
	if err != nil {
		return err
	}
	c.settle(out, r.n)
	return nil
}

// foldDays counts the local days with an event.
func (r *runner) foldDays(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	if r.days == nil || r.daysLoc != n.Fold.Location {
		r.days, r.daysLoc = window.NewDays(n.Fold.Location), n.Fold.Location
	}
	switch {
	case len(e.Parts) > 1:
		return r.foldDaysOfParts(n, e, out)
	case n.Where == nil && len(e.Parts) == 1:
		return r.foldEachDay(n, e.Parts[0], out)
	}
	return r.foldDaysInOrder(n, e, out)
}

// foldEachDay is foldDays for all events of a part, in order of time: those of a day
// lie side by side.
func (r *runner) foldEachDay(n *plan.Node, p *index.EventPart, out *bitmap.Words) error {
	c := &r.counter
	c.start(n.Fold.Counts, manyTwice)
	lo, hi, err := p.Span(n.Spans[0])
	if err != nil {
		return err
	}
	for lo < hi {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		next, err := r.endOfDay(p, lo)
		if err != nil {
			return err
		}
		next = min(next, hi)
		r.read += bytesPerRow * uint64(next-lo)
		r.countDay(c, p.Rows[lo:next])
		lo = next
	}
	c.settle(out, r.n)
	return nil
}

// countDay counts each of some customers once.
func (r *runner) countDay(c *counter, rows []uint16) {
	today := r.take()
	defer r.give()
	today.Clear()
	addDay(c, today, rows)
}

// addDay counts each of some customers once who is not in today yet, and puts them
// there.
func addDay(c *counter, today *bitmap.Words, rows []uint16) {
	if c.way == countOnce {
		c.add(rows)
		return
	}
	c.many = true
	for _, row := range rows {
		had := today[row/64]
		c.counts[row] += uint32(^had >> (row % 64) & 1)
		today[row/64] = had | 1<<(row%64)
	}
}

// foldDaysInOrder is foldDays for the events of a part that pass a filter, in order of
// time: those of a day come one after the other.
func (r *runner) foldDaysInOrder(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	c, today := &r.counter, r.take()
	defer r.give()
	c.start(n.Fold.Counts, manyTwice)
	end := 0 // position in the part where the events of today end
	err := r.visit(n, e, noField, func(chunk *index.Chunk, w *bitmap.Words, left int) error {
		part, first := chunk.Place()
		for rows, done := r.rowsOf(chunk, w, left), 0; done < len(rows); {
			at := first + r.positionOf(chunk, left, done)
			if at >= end {
				var err error
				if end, err = r.endOfDay(part, at); err != nil {
					return err
				}
				today.Clear()
			}
			next := done + r.countBefore(chunk, left, done, end-first)
			addDay(c, today, rows[done:next])
			done = next
		}
		return nil
	})
	if err == nil {
		c.settle(out, r.n)
	}
	return err
}

// positionOf returns the position in its chunk of the event that rowsOf gave as i.
func (r *runner) positionOf(c *index.Chunk, left, i int) int {
	if left == c.Len() {
		return i
	}
	return int(r.positions[i])
}

// countBefore returns how many of the events that rowsOf gave, from i on, have positions
// before end.
func (r *runner) countBefore(c *index.Chunk, left, i, end int) int {
	if left == c.Len() {
		return min(end, left) - i
	}
	n, _ := slices.BinarySearch(r.positions[i:left], uint32(end))
	return n
}

// endOfDay returns the position behind the last event of the day of that at a position.
func (r *runner) endOfDay(p *index.EventPart, position int) (int, error) {
	at, err := p.TimeAt(position)
	if err != nil {
		return 0, err
	}
	_, _, end := r.days.Of(at)
	if end == math.MaxInt64 {
		return p.Dated(), nil
	}
	_, hi, err := p.Span(window.Interval{Lo: at, Hi: end})
	return hi, err
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

// foldEdge finds whose first (or last) event lies inside: whose least (or greatest)
// time does.
func (r *runner) foldEdge(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.intervals = append(r.intervals[:0], n.Fold.Inside)
	return r.foldTimes(n, e, r.intervals, n.Fold.Op == rule.AggregateFirst, out)
}
