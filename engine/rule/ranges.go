package rule

import (
	"cmp"
	"math"
	"math/big"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// domain is the ordered set of values that a column may hold, as far as ranges
// need it. A range that is open on a side ends at min or max there.
type domain[T any] struct {
	min, max T
	cmp      func(a, b T) int
	prev     func(T) (T, bool) // the greatest value below; false where none is
	next     func(T) (T, bool) // the least value above; false where none is
}

// cut is where a literal lies in a domain, which need not contain it: 2.5 lies
// between the whole numbers 2 and 3, and the date 2023-01-01 is a day's worth of
// timestamps. The values from lo to hi are those that are equal to the literal;
// lo > hi where none is. All comparisons follow from lo and hi.
type cut[T any] struct {
	lo, hi T    // the least value not below the literal; the greatest not above it
	above  bool // the literal is above all values: lo is meaningless, hi is the domain's max
	below  bool // the literal is below all values: hi is meaningless, lo is the domain's min
}

// ranges returns the values for which "value op literals" is true.
func (d domain[T]) ranges(op opKind, cuts []cut[T]) []Range[T] {
	c := cuts[0]
	switch op {
	case opLess:
		if c.above {
			return d.between(d.min, d.max)
		}
		hi, ok := d.prev(c.lo)
		return d.betweenIf(!c.below && ok, d.min, hi)
	case opAtMost:
		return d.betweenIf(!c.below, d.min, c.hi)
	case opGreater:
		if c.below {
			return d.between(d.min, d.max)
		}
		lo, ok := d.next(c.hi)
		return d.betweenIf(!c.above && ok, lo, d.max)
	case opAtLeast:
		return d.betweenIf(!c.above, c.lo, d.max)
	case opBetween:
		return d.betweenIf(!c.above && !cuts[1].below, c.lo, cuts[1].hi)
	}
	var all []Range[T]
	for _, c := range cuts {
		all = append(all, d.betweenIf(!c.above && !c.below, c.lo, c.hi)...)
	}
	return d.union(all)
}

// between returns the range from lo to hi, nothing if lo > hi.
func (d domain[T]) between(lo, hi T) []Range[T] {
	if d.cmp(lo, hi) > 0 {
		return nil
	}
	return []Range[T]{{lo, hi}}
}

func (d domain[T]) betweenIf(cond bool, lo, hi T) []Range[T] {
	if !cond {
		return nil
	}
	return d.between(lo, hi)
}

// union sorts the ranges and merges those that overlap or touch.
func (d domain[T]) union(rs []Range[T]) []Range[T] {
	slices.SortFunc(rs, func(a, b Range[T]) int { return d.cmp(a.Lo, b.Lo) })
	var merged []Range[T]
	for _, r := range rs {
		last := len(merged) - 1
		if last < 0 {
			merged = append(merged, r)
			continue
		}
		after, ok := d.next(merged[last].Hi)
		switch {
		case ok && d.cmp(r.Lo, after) > 0:
			merged = append(merged, r)
		case d.cmp(r.Hi, merged[last].Hi) > 0:
			merged[last].Hi = r.Hi
		}
	}
	return merged
}

// intDomain holds the whole numbers from lo to hi.
func intDomain(lo, hi int64) domain[int64] {
	return domain[int64]{
		min: lo, max: hi, cmp: cmp.Compare[int64],
		prev: func(v int64) (int64, bool) { return v - 1, v > lo },
		next: func(v int64) (int64, bool) { return v + 1, v < hi },
	}
}

// floatDomain holds the float64 numbers with both infinities; the two zeros are
// one value, written 0.
var floatDomain = domain[float64]{
	min: math.Inf(-1), max: math.Inf(1), cmp: cmp.Compare[float64],
	prev: func(v float64) (float64, bool) {
		return math.Nextafter(v, math.Inf(-1)) + 0, !math.IsInf(v, -1)
	},
	next: func(v float64) (float64, bool) {
		return math.Nextafter(v, math.Inf(1)) + 0, !math.IsInf(v, 1)
	},
}

// maxUnscaled returns the greatest unscaled value of a decimal of so many
// digits.
func maxUnscaled(digits int) *big.Int {
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	return n.Sub(n, big.NewInt(1))
}

// maxDecimal is the greatest unscaled value of all decimals.
var maxDecimal = decimal128.FromBigInt(maxUnscaled(38))

// decimalDomain holds the unscaled values of a decimal of so many digits. Its
// open ranges end at 38 digits for all of them.
func decimalDomain(digits int) domain[decimal128.Num] {
	hi := decimal128.FromBigInt(maxUnscaled(digits))
	lo, one := hi.Negate(), decimal128.FromI64(1)
	return domain[decimal128.Num]{
		min: maxDecimal.Negate(), max: maxDecimal,
		cmp:  func(a, b decimal128.Num) int { return a.Cmp(b) },
		prev: func(v decimal128.Num) (decimal128.Num, bool) { return v.Sub(one), v.Greater(lo) },
		next: func(v decimal128.Num) (decimal128.Num, bool) { return v.Add(one), v.Less(hi) },
	}
}

// cutWhole places a literal among the whole numbers from lo to hi, which stand
// for themselves divided by 10^scale.
func cutWhole[T any](d domain[T], lit decimal, scale int, lo, hi *big.Int, value func(*big.Int) T) cut[T] {
	floor, exact := lit.floor(scale)
	ceil := floor
	if !exact {
		ceil = new(big.Int).Add(floor, big.NewInt(1))
	}
	switch {
	case ceil.Cmp(hi) > 0:
		return cut[T]{hi: d.max, above: true}
	case floor.Cmp(lo) < 0:
		return cut[T]{lo: d.min, below: true}
	}
	return cut[T]{lo: value(ceil), hi: value(floor)}
}

// cutInt places a literal in a domain of int64 numbers.
func cutInt(d domain[int64], lit decimal) cut[int64] {
	return cutWhole(d, lit, 0, big.NewInt(d.min), big.NewInt(d.max), (*big.Int).Int64)
}

// cutDecimal returns how literals are placed in the domain of a decimal type.
func cutDecimal(d domain[decimal128.Num], precision, scale int) func(decimal) cut[decimal128.Num] {
	hi := maxUnscaled(precision)
	lo := new(big.Int).Neg(hi)
	return func(lit decimal) cut[decimal128.Num] {
		return cutWhole(d, lit, scale, lo, hi, decimal128.FromBigInt)
	}
}
