package column

import (
	"math"
	"math/bits"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// wholes is a set of whole numbers made ready for many look-ups. It is immutable
// and safe for concurrent use.
type wholes struct {
	ranges []rule.Range[int64] // sorted, disjoint
	except bool                // the set is what lies in none of ranges
	slots  []uint8             // for each slot of 1<<shift numbers from base on, and for all beyond: what of it is in ranges; nil: few ranges
	base   int64
	shift  uint8
	mixed  bool // some slot is partly in ranges
}

// What of a slot lies in the ranges. A slot partly in them asks for a closer look.
const (
	slotNone = iota
	slotAll
	slotPart
)

const (
	fewRanges = 4       // so many are compared with, one after the other, at most
	maxSlots  = 1 << 16 // bytes of a table
)

// newWholes returns the set of the numbers in sorted, disjoint ranges. What most
// numbers lie in is told by what does not: `!=` and `not in` leave one gap more or
// one less than there are values.
func newWholes(ranges []rule.Range[int64]) *wholes {
	s := &wholes{ranges: ranges}
	if len(ranges) > 1 {
		if gaps := gapsOf(ranges); len(gaps) < len(ranges) {
			s.ranges, s.except = gaps, true
		}
	}
	if len(s.ranges) > fewRanges {
		s.tabulate()
	}
	return s
}

// gapsOf returns the ranges of the numbers that lie in none of ranges.
func gapsOf(ranges []rule.Range[int64]) []rule.Range[int64] {
	var gaps []rule.Range[int64]
	next := int64(math.MinInt64) // the least number that no range before has
	for _, r := range ranges {
		if r.Lo > next {
			gaps = append(gaps, rule.Range[int64]{Lo: next, Hi: r.Lo - 1})
		}
		if r.Hi == math.MaxInt64 {
			return gaps
		}
		next = r.Hi + 1
	}
	return append(gaps, rule.Range[int64]{Lo: next, Hi: math.MaxInt64})
}

// tabulate makes the table of slots, the finest that is not too large.
func (s *wholes) tabulate() {
	inner := s.ranges // those on which the slots are spent: an end without a bound would leave none for the others
	if inner[0].Lo == math.MinInt64 {
		inner = inner[1:]
	}
	if last := len(inner) - 1; inner[last].Hi == math.MaxInt64 {
		inner = inner[:last]
	}
	s.base = inner[0].Lo
	span := uint64(inner[len(inner)-1].Hi) - uint64(s.base)
	for span>>s.shift >= maxSlots {
		s.shift++
	}
	n := span>>s.shift + 1
	s.slots = make([]uint8, n+1)
	s.slots[n] = slotNone
	if len(inner) < len(s.ranges) { // numbers beyond the slots are not alike
		s.slots[n] = slotPart
	}
	for _, r := range inner {
		s.mark(r)
	}
	if !s.fits(n - 1) {
		s.slots[n-1] = slotPart
	}
	s.mixed = slices.Contains(s.slots, slotPart)
}

// mark notes a range in the table, after those below it.
func (s *wholes) mark(r rule.Range[int64]) {
	lo, hi := uint64(r.Lo)-uint64(s.base), uint64(r.Hi)-uint64(s.base)
	first, last := lo>>s.shift, hi>>s.shift
	for i := first; i <= last; i++ {
		s.slots[i] = slotAll
	}
	if lo != first<<s.shift {
		s.slots[first] = slotPart
	}
	if hi != (last+1)<<s.shift-1 {
		s.slots[last] = slotPart
	}
}

// fits reports whether a slot has no number past the greatest of all, where the
// least ones would follow.
func (s *wholes) fits(slot uint64) bool {
	return (slot+1)<<s.shift-1 <= uint64(math.MaxInt64)-uint64(s.base)
}

// has reports whether x is in the ranges.
func (s *wholes) has(x int64) bool { return InRanges(s.ranges, x) }

// keepWholes takes the rows out of w whose value is not in s; bit i is values[i].
func keepWholes[V int64 | int32](w *bitmap.Words, values []V, s *wholes) {
	var flip uint64
	if s.except {
		flip = ^uint64(0)
	}
	switch {
	case len(s.ranges) == 0:
		if !s.except {
			w.Clear()
		}
		return
	case len(s.ranges) == 1 && !s.except:
		spanWhole(w, values, s.ranges[0].Lo, s.ranges[0].Hi)
		return
	}
	for i := 0; len(values) > 0; i++ {
		n := min(64, len(values))
		switch {
		case w[i] == 0:
		case s.slots == nil:
			w[i] &= fewWord(values[:n], s.ranges) ^ flip
		default:
			w[i] &= slotsWord(values[:n], s, w[i]) ^ flip
		}
		values = values[n:]
	}
}

// fewWord returns the bits of up to 64 values that lie in one of few ranges.
func fewWord[V int64 | int32](values []V, ranges []rule.Range[int64]) uint64 {
	var all uint64
	for _, r := range ranges {
		lo, span := uint64(r.Lo), uint64(r.Hi)-uint64(r.Lo)
		var word uint64
		for _, x := range values {
			word = word>>1 | topBit(uint64(x)-lo <= span)
		}
		all |= word
	}
	return all >> (64 - len(values))
}

// slotsWord returns the bits of up to 64 values that lie in the ranges of s, by its
// table; those that are not in wanted are anything.
func slotsWord[V int64 | int32](values []V, s *wholes, wanted uint64) uint64 {
	var in, part uint64
	base, slots := uint64(s.base), s.slots
	last := uint64(len(slots) - 1)
	for _, x := range values {
		slot := uint64(slots[min((uint64(x)-base)>>s.shift, last)])
		in = in>>1 | slot<<63
		part = part>>1 | slot>>1<<63
	}
	in, part = in>>(64-len(values)), part>>(64-len(values))
	if !s.mixed {
		return in
	}
	for rest := part & wanted; rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros64(rest); s.has(int64(values[i])) {
			in |= 1 << i
		}
	}
	return in
}
