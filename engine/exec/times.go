package exec

import (
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// The events of a part are in order of time. So a test of the time is one of positions,
// and no time is decoded for it.

// manyTimes is from how many ranges on it is quicker to decode the times than to search
// for the bounds of each range.
const manyTimes = 64

// intervalOf returns the interval of a range of times; ok is false for one that an
// interval does not say, because of what it means that it ends at the last instant.
func intervalOf(r rule.Range[int64]) (in window.Interval, ok bool) {
	in = window.Interval{Lo: r.Lo, Hi: math.MaxInt64}
	if r.Hi != math.MaxInt64 {
		in.Hi = r.Hi + 1
	}
	return in, r.Lo != math.MaxInt64 && r.Hi != math.MaxInt64-1
}

// areIntervals reports whether ranges of times are few, and intervals say each.
func areIntervals(ranges []rule.Range[int64]) bool {
	if len(ranges) > manyTimes {
		return false
	}
	for _, r := range ranges {
		if _, ok := intervalOf(r); !ok {
			return false
		}
	}
	return true
}

// intervalsOf returns the intervals of ranges that areIntervals; until the next call.
func (r *runner) intervalsOf(ranges []rule.Range[int64]) []window.Interval {
	r.intervals = r.intervals[:0]
	for _, times := range ranges {
		in, _ := intervalOf(times)
		r.intervals = append(r.intervals, in)
	}
	return r.intervals
}

// keepTimes takes the events of a chunk out of w whose time does not pass a test.
func (r *runner) keepTimes(t *column.Test, c *index.Chunk, w *bitmap.Words) error {
	part, first := c.Place()
	place := func(position int) int { return min(max(position-first, 0), c.Len()) }
	if t.IsNull {
		removeRange(w, 0, place(part.Dated()))
		return nil
	}
	if t.Values.Except || !areIntervals(t.Values.Ints) {
		v, err := c.Time()
		if err != nil {
			return err
		}
		return v.Keep(r.ctx, w, 0, *t)
	}
	at := 0
	for _, times := range t.Values.Ints {
		in, _ := intervalOf(times)
		lo, hi, err := part.Span(in)
		if err != nil {
			return err
		}
		removeRange(w, at, place(lo))
		at = max(at, place(hi))
	}
	removeRange(w, at, c.Len())
	return nil
}

// removeRange takes the rows lo to hi-1 out of w.
func removeRange(w *bitmap.Words, lo, hi int) {
	if lo >= hi {
		return
	}
	first, last := lo/64, (hi-1)/64
	head, tail := ^uint64(0)<<(lo%64), ^uint64(0)>>(63-(hi-1)%64)
	if first == last {
		w[first] &^= head & tail
		return
	}
	w[first] &^= head
	clear(w[first+1 : last])
	w[last] &^= tail
}

// foldTimes finds whose greatest, or least, time lies in one of sorted intervals: of
// the spans before, in, between and after these, those of the greatest times come last,
// and so a customer is in or out as of the last one that has an event. For the least it
// is the other way round.
func (r *runner) foldTimes(n *plan.Node, e *index.EventBlock, intervals []window.Interval, least bool, out *bitmap.Words) error {
	out.Clear()
	last := 2 * len(intervals)
	for i := 1; i <= last; i++ { // nobody is in before the first one
		piece, combine := i, removeRows
		if least {
			piece = last - i
		}
		if piece%2 == 1 {
			combine = addOnce
		}
		for _, p := range e.Parts {
			lo, hi, err := pieceOf(p, n.Spans[0], intervals, piece)
			if err != nil {
				return err
			}
			err = r.visitSpan(n, p, noField, lo, hi, func(c *index.Chunk, w *bitmap.Words, left int) error {
				combine(out, r.customersOf(c, w, left))
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// pieceOf returns the positions of the events of a window in a span of foldTimes: those
// in the interval i/2, or for an even i those between it and the one before.
func pieceOf(p *index.EventPart, within window.Interval, intervals []window.Interval, i int) (lo, hi int, err error) {
	first, end, err := p.Span(within)
	if err != nil {
		return 0, 0, err
	}
	lo, hi = first, end
	switch {
	case i%2 == 1:
		lo, hi, err = p.Span(intervals[i/2])
	case i > 0:
		_, lo, err = p.Span(intervals[i/2-1])
	}
	if i%2 == 0 && i/2 < len(intervals) && err == nil {
		hi, _, err = p.Span(intervals[i/2])
	}
	lo = max(lo, first)
	return lo, max(min(hi, end), lo), err
}

func removeRows(w *bitmap.Words, rows []uint16) {
	for _, row := range rows {
		w[row/64] &^= 1 << (row % 64)
	}
}
