package exec

import (
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// A sequence is found from its end to its start: the events of all steps are looked at
// in descending order of time. Of every step but the first a customer has a time: that
// of the earliest event so far that the steps after it can follow, and of a step that
// is to be absent, of the earliest event at all. An event whose step's successor has a
// time that is near enough, with none of the absent steps in between, is such an event
// itself; one of the first step makes the customer a member, of whom no more is asked.

// never is the time of a step that has none. No event is before it, and so none is
// found to be followed by an event at it.
const never = math.MinInt64

// sequencer is what finding a sequence keeps. Between uses memory holds anything.
type sequencer struct {
	steps  []plan.Step
	next   []int         // by step: the position of the next that is not absent; the number of steps: there is none
	times  []int64       // by row, then by step without the first: at most 16 MiB, see rule.MaxSteps
	memory []int64       // that times is part of
	open   *bitmap.Words // customers who may have the sequence, and are not found yet
	found  *bitmap.Words
	streams
}

// sequence combines p with those who have a sequence. Only events of those who are
// left are looked at.
func (r *runner) sequence(p *partial, op bitmap.Op, n *plan.Node) error {
	if op != bitmap.And {
		return r.aside(p, op, bitmap.And, n)
	}
	for _, part := range n.Parts {
		if err := r.combine(p, op, part); err != nil {
			return err
		}
	}
	if p.within != nil && !p.isNone() {
		r.step(p, bitmap.And, p.within)
	}
	if r.work(p); p.isNone() {
		return nil
	}
	r.keepLive(p.out) // bad bytes may name rows that the block does not have
	if !p.out.IsEmpty() {
		if err := r.keepFollowed(n.Steps, p.out); err != nil {
			return err
		}
	}
	if p.out.IsEmpty() {
		p.setNone()
	}
	return nil
}

// keepFollowed keeps the customers of w, all of them rows of the block, who have a
// sequence of steps.
func (r *runner) keepFollowed(steps []plan.Step, w *bitmap.Words) error {
	s := &r.sequencer
	s.start(steps, r.n)
	s.found, s.open = w, r.take()
	defer r.give()
	*s.open = *w
	w.Clear()
	s.forgetTimes()
	return r.lookBack(s)
}

// start makes the sequencer ready for steps, of so many rows.
func (s *sequencer) start(steps []plan.Step, rows int) {
	s.steps = steps
	s.memory = atLeast(s.memory, rows*(len(steps)-1))
	s.times = s.memory[:rows*(len(steps)-1)]
	s.next = atLeast(s.next, len(steps))
	next := len(steps)
	for i := len(steps) - 1; i >= 0; i-- {
		if s.next[i] = next; !steps[i].Absent {
			next = i
		}
	}
}

// lookBack looks at the events of all steps, from the last one on, as long as there are
// customers to ask about.
func (r *runner) lookBack(s *sequencer) error {
	if err := r.openStreams(s); err != nil {
		return err
	}
	for !s.open.IsEmpty() {
		if ok, err := r.nextSpan(s); !ok || err != nil {
			return err
		}
		s.look()
	}
	return nil
}

// forgetTimes forgets the times of the customers who are open, and of some others.
func (s *sequencer) forgetTimes() {
	width := len(s.steps) - 1
	for i, word := range s.open {
		if word == 0 {
			continue
		}
		times := s.times[i*64*width : min((i+1)*64*width, len(s.times))]
		for j := range times {
			times[j] = never
		}
	}
}

// look looks at the events of a span of time.
func (s *sequencer) look() {
	s.sortRows()
	for events := s.span; len(events) > 0; {
		n := 1
		for n < len(events) && events[n].row == events[0].row {
			n++
		}
		sortMoments(events[:n])
		s.lookAt(events[:n])
		events = events[n:]
	}
}

// lookAt looks at events of one customer, who is open.
func (s *sequencer) lookAt(events []moment) {
	row, width := events[0].row, len(s.steps)-1
	times := s.times[int(row)*width:][:width]
	for _, e := range events {
		step := int(e.rank)
		switch {
		case step >= len(s.steps):
			times[step-len(s.steps)-1] = e.at
		case !s.isFollowed(step, times, e.at):
		case step > 0:
			times[step-1] = e.at
		default:
			s.open[row/64] &^= 1 << (row % 64)
			s.found[row/64] |= 1 << (row % 64)
			return
		}
	}
}

// isFollowed reports whether the steps after one can follow an event of it, as far as
// the customer's times say.
func (s *sequencer) isFollowed(step int, times []int64, at int64) bool {
	next, isLast := s.next[step], s.next[step] == len(s.steps)
	end := int64(math.MaxInt64)
	if !isLast {
		if end = times[next-1]; end <= at || !s.steps[next].InTime(at, end) {
			return false
		}
	}
	for absent := step + 1; absent < next; absent++ {
		first := times[absent-1]
		if first > at && (first < end || isLast) && s.steps[absent].InTime(at, first) {
			return false
		}
	}
	return true
}
