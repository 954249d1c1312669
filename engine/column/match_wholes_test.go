package column

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// someRanges returns up to n sorted, disjoint ranges, single numbers among them,
// within spread numbers of a place that may be an end of all numbers.
func someRanges(r *rand.Rand, n int, spread uint64) []rule.Range[int64] {
	from := pick(r, []int64{math.MinInt64, math.MinInt64 / 2, -1000, 0, math.MaxInt64 - 100})
	var ends []int64
	for range 2 * r.IntN(n+1) {
		if x := int64(uint64(from) + r.Uint64()%spread); x >= from {
			ends = append(ends, x)
		}
	}
	if r.IntN(3) == 0 {
		ends = append(ends, math.MinInt64)
	}
	if r.IntN(3) == 0 {
		ends = append(ends, math.MaxInt64)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	var ranges []rule.Range[int64]
	for len(ends) > 0 {
		lo, hi := ends[0], ends[0]
		if ends = ends[1:]; len(ends) > 0 && r.IntN(3) == 0 {
			hi, ends = ends[0], ends[1:]
		}
		ranges = append(ranges, rule.Range[int64]{Lo: lo, Hi: hi})
	}
	return ranges
}

// near returns a number at or beside an end of a range, or any.
func near(r *rand.Rand, ranges []rule.Range[int64]) int64 {
	if len(ranges) == 0 || r.IntN(8) == 0 {
		return int64(r.Uint64())
	}
	one := pick(r, ranges)
	return pick(r, []int64{one.Lo, one.Hi}) + int64(r.IntN(5)) - 2 // may go round
}

// TestWholesAgreesWithItsRanges compares every way to look numbers up with a look
// at each range.
func TestWholesAgreesWithItsRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 11))
	for range 2000 {
		ranges := someRanges(r, pick(r, []int{0, 1, 2, 5, 200}), pick(r, []uint64{100, 1 << 14, 1 << 40, math.MaxUint64}))
		ints, days := make([]int64, 1+r.IntN(200)), []int32(nil)
		for i := range ints {
			ints[i] = near(r, ranges)
			days = append(days, int32(ints[i]))
		}
		set := newWholes(ranges)
		checkWholes(t, r, set, ranges, ints)
		checkWholes(t, r, set, ranges, days)
	}
}

func checkWholes[V int64 | int32](t *testing.T, r *rand.Rand, set *wholes, ranges []rule.Range[int64], values []V) {
	t.Helper()
	var before, w bitmap.Words
	for i := range values {
		if r.IntN(4) > 0 {
			before.Add(uint16(i))
		}
	}
	w = before
	keepWholes(&w, values, set)
	for i, x := range values {
		if want := before.Has(uint16(i)) && inInts(int64(x), ranges); w.Has(uint16(i)) != want {
			t.Fatalf("seed %d: %d is kept: %v, want %v, by %v", *seed, x, !want, want, ranges)
		}
	}
}

// BenchmarkMatchWholes tests a block of numbers with tests of several ranges.
func BenchmarkMatchWholes(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	values := make([]int64, bitmap.BlockRows)
	for i := range values {
		values[i] = r.Int64N(50_000)
	}
	for _, points := range []int{1, 3, 4, 30, 300} {
		for _, step := range []int64{100, 1_000_000_007} {
			var ranges []rule.Range[int64]
			for i := range int64(points) {
				ranges = append(ranges, rule.Range[int64]{Lo: i * step, Hi: i * step})
			}
			for name, set := range map[string]*wholes{"in": newWholes(ranges), "not-in": newWholes(gapsOf(ranges))} {
				b.Run(fmt.Sprintf("%s/values=%d/step=%d", name, points, step), func(b *testing.B) {
					var w bitmap.Words
					for b.Loop() {
						w.Fill(bitmap.BlockRows)
						keepWholes(&w, values, set)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bitmap.BlockRows, "ns/row")
				})
			}
		}
	}
}
