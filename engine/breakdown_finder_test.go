package engine

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// TestFinder compares the finder with a search, between edges that lie evenly, unevenly,
// upon one another, and so far apart that their distance is no number.
func TestFinder(t *testing.T) {
	seed := bitmaptest.Seed()
	r := rand.New(rand.NewPCG(seed, 21))
	wholes := [][]int64{
		nil, {0, 1}, {-3, -3}, {0, 10, 20, 30}, {-5, 0, 0, 5}, {0, 1, 2, 1000, 1001}, {0, 999, 1000, 1001},
		{math.MinInt64, 0, math.MaxInt64}, {math.MinInt64, math.MinInt64 + 1}, {math.MaxInt64 - 2, math.MaxInt64 - 1, math.MaxInt64},
		{math.MaxInt64 - 4096, math.MaxInt64 - 2048, math.MaxInt64},
	}
	floats := [][]float64{
		nil, {0, 0.1, 0.2, 0.3}, {-math.MaxFloat64, 0, math.MaxFloat64}, {0, math.SmallestNonzeroFloat64, 1}, {1e300, 2e300, 3e300},
		{0, 5e-324, 1e-323}, {-1, -0.5, 0, 0.5},
	}
	for range 40 {
		n, width := 2+r.IntN(60), int64(1)<<r.IntN(62)
		var w []int64
		var f []float64
		for range n {
			w = append(w, r.Int64N(2*width)-width)
			f = append(f, (r.Float64()-0.5)*math.Pow(10, float64(r.IntN(40)-20)))
		}
		slices.Sort(w)
		slices.Sort(f)
		wholes, floats = append(wholes, w), append(floats, f)
	}
	for _, edges := range wholes {
		near := []int64{math.MinInt64, -1, 0, 1, math.MaxInt64, r.Int64(), -r.Int64()}
		for _, e := range edges {
			near = append(near, e-1, e, e+1) // the first and the last number wrap, and are numbers all the same
		}
		if n := len(edges); n > 0 && edges[n-1]-edges[0] > 0 {
			for range 100 {
				near = append(near, edges[0]+r.Int64N(edges[n-1]-edges[0]))
			}
		}
		checkFinder(t, seed, edges, near)
	}
	for _, edges := range floats {
		near := []float64{-math.MaxFloat64, -1, 0, 1e-300, 1, math.MaxFloat64}
		for i, e := range edges {
			near = append(near, math.Nextafter(e, math.Inf(-1)), e, math.Nextafter(e, math.Inf(1)), e+r.Float64()*(edges[len(edges)-1]-edges[i])/2)
		}
		checkFinder(t, seed, edges, near)
	}
}

func checkFinder[T int64 | float64](t *testing.T, seed uint64, edges, numbers []T) {
	t.Helper()
	for _, closed := range []bool{false, true} {
		f := newFinder(edges, closed)
		for _, x := range numbers {
			if got, want := f.bin(x), binOf(edges, x, closed, cmp.Compare[T]); got != want {
				t.Fatalf("seed %d: %v is in bin %d of %v (closed: %v), want %d", seed, x, got, edges, closed, want)
			}
		}
	}
}
