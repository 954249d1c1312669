package exec

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/window"
)

// The events of all steps are taken a span of time at a time, the latest span first.
// Those of a span are put together by customer, and each customer's in descending order
// of time: no others have to be in order. So the times of customers are gone through in
// the order that they lie in.

// stream is the events that one part has of one step, in ascending order of time.
type stream struct {
	rank   uint32 // of the step: see moment
	part   *index.EventPart
	where  *plan.Filter
	lo, hi int // positions in the part that have not been taken: the last ones go first
}

// moment is an event of a step.
type moment struct {
	at int64
	// rank is the position of the step, and for an absent one that much beyond all
	// steps. At one time the lesser rank is looked at first: no event is followed by one
	// of its own time.
	rank uint32
	row  uint16
}

// streams is the events of all steps of a block.
type streams struct {
	parts  []stream
	span   []moment // the events being looked at
	sorted []moment // room for them in order
}

// spanMoments is about how many events a span of time has at most, unless more are of
// one time.
const spanMoments = 1 << 16

// leastMoments is how many events of a stream a span has room for at least.
const leastMoments = 1 << 8

// openStreams makes a stream of every part that has events of a step.
func (r *runner) openStreams(s *sequencer) error {
	s.parts = s.parts[:0]
	for i := range s.steps {
		step := &s.steps[i]
		events, err := step.Events.Block(r.block)
		if err != nil {
			return err
		}
		rank := uint32(i)
		if step.Absent {
			rank += uint32(len(s.steps))
		}
		for _, part := range events.Parts {
			lo, hi, err := part.Span(step.Span)
			if err != nil {
				return err
			}
			s.parts = append(s.parts, stream{rank: rank, part: part, where: step.Where, lo: lo, hi: hi})
		}
	}
	return nil
}

// nextSpan takes the latest span of time that has not been taken; ok is false where
// there is none.
func (r *runner) nextSpan(s *sequencer) (ok bool, err error) {
	left := 0
	for i := range s.parts {
		left += s.parts[i].hi - s.parts[i].lo
	}
	from := int64(math.MinInt64)
	for i := range s.parts {
		x := &s.parts[i]
		if x.lo == x.hi {
			continue
		}
		// A stream has the share of the room that it has of the events.
		share := float64(x.hi-x.lo) / float64(left)
		at, err := x.part.TimeAt(max(x.lo, x.hi-max(leastMoments, int(share*spanMoments))))
		if err != nil {
			return false, err
		}
		from, ok = max(from, at), true
	}
	s.span = s.span[:0]
	for i := range s.parts {
		if err := r.takeFrom(s, &s.parts[i], from); err != nil {
			return false, err
		}
	}
	return ok, nil
}

// takeFrom takes the events of a stream from a time on that have not been taken.
func (r *runner) takeFrom(s *sequencer, x *stream, from int64) error {
	if x.lo == x.hi {
		return nil
	}
	first, _, err := x.part.Span(window.Interval{Lo: from, Hi: math.MaxInt64})
	if err != nil {
		return err
	}
	for first = max(first, x.lo); x.hi > first; {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		lo := max(first, x.hi-bitmap.BlockRows)
		r.chunk.Load(x.part, lo, x.hi)
		x.hi = lo
		if err := r.takeChunk(s, x); err != nil {
			return err
		}
		r.read += r.chunk.BytesRead()
	}
	return nil
}

// takeChunk takes the events of the chunk that are of open customers and pass the
// filter of a stream.
func (r *runner) takeChunk(s *sequencer, x *stream) error {
	w := r.take()
	defer r.give()
	if !setOpen(w, s.open, r.chunk.Rows) {
		return nil
	}
	if x.where != nil {
		if err := r.keep(x.where, &r.chunk, w); err != nil {
			return err
		}
	}
	left := countFirst(w, r.chunk.Len())
	if left == 0 {
		return nil
	}
	times, err := r.chunk.Times()
	if err != nil {
		return err
	}
	at := len(s.span)
	s.span = slices.Grow(s.span, left)[:at+left]
	taken, rows := s.span[at:], r.chunk.Rows
	for i, word := range w[:(len(times)+63)/64] {
		for ; word != 0; word &= word - 1 {
			event := i*64 + bits.TrailingZeros64(word)
			left-- // the last one comes first
			taken[left] = moment{at: times[event], rank: x.rank, row: rows[event]}
		}
	}
	return nil
}

// setOpen sets w to the positions of the rows that are open, and reports whether any is.
func setOpen(w, open *bitmap.Words, rows []uint16) bool {
	w.Clear()
	found := uint64(0)
	for i := 0; i < len(rows); i += 64 {
		word := uint64(0)
		for j, row := range rows[i:min(i+64, len(rows))] {
			word |= open[row/64] >> (row % 64) & 1 << j
		}
		w[i/64] = word
		found |= word
	}
	return found != 0
}

// sortRows puts the events of the span in the order of their customers; those of one
// customer stay in theirs.
func (s *streams) sortRows() {
	if len(s.sorted) < len(s.span) {
		s.sorted = make([]moment, cap(s.span))
	}
	var low, high [256]uint32
	for i := range s.span {
		low[s.span[i].row&255]++
		high[s.span[i].row>>8]++
	}
	sortByte(s.sorted, s.span, &low, 0)
	sortByte(s.span, s.sorted[:len(s.span)], &high, 8)
}

// sortByte sorts events by a byte of their rows, of each of which there are so many.
func sortByte(dst, src []moment, counts *[256]uint32, shift uint) {
	sum := uint32(0)
	for i, n := range counts {
		counts[i] = sum
		sum += n
	}
	for i := range src {
		at := &counts[uint8(src[i].row>>shift)]
		dst[*at] = src[i]
		*at++
	}
}

// fewMoments is up to how many events inserting each is the quickest way to sort them.
const fewMoments = 24

// sortMoments puts the events of a customer in the order that they are looked at in.
func sortMoments(events []moment) {
	if len(events) > fewMoments {
		slices.SortFunc(events, moment.compare)
		return
	}
	for i := 1; i < len(events); i++ {
		e, at := events[i], i
		for at > 0 && (events[at-1].at < e.at || events[at-1].at == e.at && events[at-1].rank > e.rank) {
			events[at] = events[at-1]
			at--
		}
		events[at] = e
	}
}

// compare orders two events of a customer.
func (e moment) compare(other moment) int {
	return cmp.Or(cmp.Compare(other.at, e.at), cmp.Compare(e.rank, other.rank))
}

// forget lets go of what lies in a snapshot's memory.
func (s *sequencer) forget() {
	s.steps, s.open, s.found = nil, nil, nil
	clear(s.parts)
	s.parts = s.parts[:0]
}
