package column

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// keepFloats takes the rows out of w whose value lies in none of the ranges. Bit i
// of w is values[i]. One range, the common case, is spanFloats'.
func keepFloats(w *bitmap.Words, values []float64, ranges []rule.Range[float64]) {
	switch len(ranges) {
	case 0:
		w.Clear()
		return
	case 1:
		spanFloats(w, values, ranges[0].Lo, ranges[0].Hi)
		return
	}
	keepRows(w, len(values), func(row int) bool { return InRanges(ranges, values[row]) })
}

// keepDecimals is keepFloats for decimals of more than 18 digits.
func keepDecimals(w *bitmap.Words, values []decimal128.Num, ranges []rule.Range[decimal128.Num]) {
	keepRows(w, len(values), func(row int) bool { return InDecimals(ranges, values[row]) })
}

// keepRows takes those of n rows out of w that do not pass.
func keepRows(w *bitmap.Words, n int, passes func(row int) bool) {
	for i := 0; i*64 < n; i++ {
		word := w[i]
		for rest := word; rest != 0; rest &= rest - 1 {
			if bit := bits.TrailingZeros64(rest); !passes(i*64 + bit) {
				word &^= 1 << bit
			}
		}
		w[i] = word
	}
}

// InRanges reports whether x lies in one of the ranges, which are sorted and
// disjoint.
func InRanges[T cmp.Ordered](ranges []rule.Range[T], x T) bool {
	// The first range that does not end below x must not start above it. The
	// branch of the search is on data, so it is kept to one that compiles to a
	// conditional move.
	first, n := 0, len(ranges)
	for n > 1 {
		half := n / 2
		if ranges[first+half-1].Hi < x {
			first += half
		}
		n -= half
	}
	return n > 0 && ranges[first].Lo <= x && x <= ranges[first].Hi
}

// InDecimals is InRanges for decimals of one scale.
func InDecimals(ranges []rule.Range[decimal128.Num], x decimal128.Num) bool {
	first, n := 0, len(ranges)
	for n > 1 {
		half := n / 2
		if ranges[first+half-1].Hi.Less(x) {
			first += half
		}
		n -= half
	}
	return n > 0 && ranges[first].Lo.LessEqual(x) && x.LessEqual(ranges[first].Hi)
}

// lowInt returns a decimal of up to 18 digits, which is whole in its low 64 bits.
func lowInt(d decimal128.Num) int64 { return int64(d.LowBits()) }

// narrowRanges returns the ranges for decimals of up to 18 digits. Bounds that
// are further out than 64 bits become the nearest ones within.
func narrowRanges(ranges []rule.Range[decimal128.Num]) []rule.Range[int64] {
	narrow := make([]rule.Range[int64], len(ranges))
	for i, r := range ranges {
		narrow[i] = rule.Range[int64]{Lo: clampInt64(r.Lo), Hi: clampInt64(r.Hi)}
	}
	return narrow
}

// clampInt64 returns d, or the nearest 64-bit number to it.
func clampInt64(d decimal128.Num) int64 {
	switch {
	case d.HighBits() == int64(d.LowBits())>>63:
		return int64(d.LowBits())
	case d.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}
