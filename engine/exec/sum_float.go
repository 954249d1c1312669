package exec

import (
	"math"
	"math/big"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// tally is an exact sum of floats, high + low, as long as two floats are enough
// for it.
type tally struct{ high, low float64 }

// twoSum returns a + b rounded, and what the rounding left out, exactly.
//
// Method: Knuth, The Art of Computer Programming, volume 2, section 4.2.2,
// theorem B. It is for finite sums; others leave a rest of NaN.
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	bb := sum - a
	return sum, (a - (sum - bb)) + (b - bb)
}

// add adds x; it reports false where the tally is no longer exact.
func (t *tally) add(x float64) bool {
	high, rest := twoSum(t.high, x)
	low, lost := twoSum(t.low, rest)
	t.high, t.low = high, low
	return lost == 0
}

// foldFloats adds floats up, for sums and averages. Most sums are exact in two
// floats; the customers of the others are summed again, each with as many as it
// takes.
func (r *runner) foldFloats(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	tallies := array(&r.tallies)
	inexact := r.take()
	defer r.give()
	inexact.Clear()
	isAvg, again := n.Fold.Op == rule.AggregateAvg, false
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		r.touch(c.Rows, positions)
		all := field.Floats()
		for _, p := range positions {
			if row := c.Rows[p]; !tallies[row].add(all[p]) {
				inexact.Add(row)
				again = true
			}
		}
		if isAvg {
			for _, p := range positions {
				r.counts[c.Rows[p]]++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if again {
		if err := r.sumAgain(n, e, inexact); err != nil {
			return err
		}
	}
	r.settleTallies(n, tallies, out)
	return nil
}

// settleTallies decides by the tallies, and for an average by the counts, which
// it sets back to zero. A sum that is NULL passes nothing.
func (r *runner) settleTallies(n *plan.Node, tallies *[bitmap.BlockRows]tally, out *bitmap.Words) {
	passes := func(_ int, sum float64) bool { return column.InRanges(n.Fold.Values.Floats, sum) }
	untouched := false
	if n.Fold.Op == rule.AggregateAvg {
		passes = func(row int, sum float64) bool {
			count := float64(r.counts[row])
			r.counts[row] = 0
			return inAverages(&n.Fold.Averages, sum, count)
		}
	} else {
		untouched = passes(0, 0)
	}
	r.settle(out, untouched, func(row int) bool {
		sum := tallies[row].high + tallies[row].low
		tallies[row] = tally{}
		return passes(row, sum) // false for a NaN, which is in no range
	})
}

// inAverages reports whether the average of count floats passes. A NaN does not.
func inAverages(a *rule.Averages, sum, count float64) bool {
	if a.None || math.IsNaN(sum) {
		return false
	}
	if a.Lo != nil {
		if bound := a.Lo.Float * count; bound > sum || bound == sum && a.Lo.Open {
			return false
		}
	}
	if a.Hi != nil {
		if bound := a.Hi.Float * count; sum > bound || sum == bound && a.Hi.Open {
			return false
		}
	}
	return true
}

// sumAgain sets the tallies of the given customers to their sums, correctly
// rounded, or to NaN where there are infinities of both signs.
func (r *runner) sumAgain(n *plan.Node, e *index.EventBlock, rows *bitmap.Words) error {
	g := &r.groups
	g.start()
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		all := field.Floats()
		for _, p := range positions {
			if row := c.Rows[p]; rows.Has(row) {
				g.add(row, math.Float64bits(all[p]))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	sum := &r.exact
	g.each(func(row uint16, keys []uint64, _ []uint32) {
		sum.reset()
		for _, key := range keys {
			sum.add(math.Float64frombits(key))
		}
		if sum.overflowed {
			r.tallies[row] = tally{high: sumBig(keys)}
			return
		}
		r.tallies[row] = tally{high: sum.value()}
	})
	return nil
}

// exactSum is an exact sum of floats: that of its parts, which do not overlap
// and grow in magnitude.
//
// Method: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast
// Robust Geometric Predicates", Discrete & Computational Geometry 18, 1997,
// section 2; rounded as R. Hettinger's msum, which is Python's math.fsum.
type exactSum struct {
	parts      []float64
	infinite   float64 // the infinities, added up: 0, one of them, or NaN
	overflowed bool    // a sum on the way was out of range: the parts are worth nothing
}

func (s *exactSum) reset() { *s = exactSum{parts: s.parts[:0]} }

func (s *exactSum) add(x float64) {
	if math.IsInf(x, 0) {
		s.infinite += x
		return
	}
	kept := 0
	for _, part := range s.parts {
		var rest float64
		x, rest = twoSum(x, part)
		if rest != 0 {
			s.parts[kept] = rest
			kept++
		}
	}
	s.parts = append(s.parts[:kept], x)
	s.overflowed = s.overflowed || math.IsInf(x, 0) || math.IsNaN(x)
}

// value returns the sum, rounded once, to the nearest and ties to even. It is NaN
// where infinities of both signs were added.
func (s *exactSum) value() float64 {
	if s.infinite != 0 {
		return s.infinite
	}
	i := len(s.parts) - 1
	if i < 0 {
		return 0
	}
	sum, rest := s.parts[i], 0.0
	for i > 0 && rest == 0 {
		i--
		sum, rest = twoSum(sum, s.parts[i])
	}
	// Half a unit of the last place was rounded to even; what lies below it, where
	// it has the same sign, makes it more than half.
	if i > 0 && rest != 0 && math.Signbit(rest) == math.Signbit(s.parts[i-1]) {
		if twice := rest * 2; (sum+twice)-sum == twice {
			return sum + twice
		}
	}
	return sum
}

// sumBig is the sum of floats, some of whose partial sums are out of range,
// rounded once.
func sumBig(keys []uint64) float64 {
	const precision = 2200 // bits from the least to the sum of 2^32 of the greatest floats
	total, infinite := new(big.Float).SetPrec(precision), 0.0
	for _, key := range keys {
		if x := math.Float64frombits(key); math.IsInf(x, 0) {
			infinite += x
		} else {
			total.Add(total, new(big.Float).SetFloat64(x))
		}
	}
	if infinite != 0 {
		return infinite
	}
	sum, _ := total.Float64()
	return sum
}
