package workload

import (
	"math"
	"math/rand/v2"
	"testing"
)

// near reports whether got is want but for a relative error.
func near(got, want, relative float64) bool {
	return math.Abs(got-want) <= relative*math.Max(1, math.Abs(want))
}

func TestExact(t *testing.T) {
	const seed = 7
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		x := math.Ldexp(random.Float64()+0.5, random.IntN(120)-60)
		if got, want := logOf(x), math.Log(x); !near(got, want, 4e-16) {
			t.Errorf("seed %d: logOf(%v) is %v, want %v", seed, x, got, want)
		}
		y := 1400*random.Float64() - 700
		if got, want := expOf(y), math.Exp(y); math.Abs(got-want) > 1e-15*want {
			t.Errorf("seed %d: expOf(%v) is %v, want %v", seed, y, got, want)
		}
		if got, want := powOf(x, -0.7), math.Pow(x, -0.7); math.Abs(got-want) > 1e-14*want {
			t.Errorf("seed %d: powOf(%v, -0.7) is %v, want %v", seed, x, got, want)
		}
	}
	for _, x := range []float64{1, 2, 0.5, math.Sqrt2, math.SmallestNonzeroFloat64 * (1 << 52)} {
		if got, want := logOf(x), math.Log(x); !near(got, want, 4e-16) {
			t.Errorf("logOf(%v) is %v, want %v", x, got, want)
		}
	}
}

func TestNormalQuantile(t *testing.T) {
	for _, p := range []float64{1e-6, 1e-3, 0.024, 0.025, 0.1, 0.3, 0.5, 0.8, 0.975, 0.976, 0.999999} {
		if got := math.Erfc(-normalQuantile(p)/math.Sqrt2) / 2; math.Abs(got-p) > 1e-7*p {
			t.Errorf("below normalQuantile(%v) lies %v", p, got)
		}
	}
}

// The quantiles that the money tables are documented with.
func TestMoney(t *testing.T) {
	amount, lifetime := newMoney(amountMean, amountDeviation), newMoney(lifetimeMean, lifetimeDeviation)
	for _, c := range []struct {
		of       *money
		quantile float64
		lo, hi   int64 // in cents
	}{
		{amount, 0, 1, 100},
		{amount, 0.5, 2990, 3010},
		{amount, 0.9947, 49_000, 51_000},
		{amount, 1, 200_000, 500_000},
		{lifetime, 0, 1, 100},
		{lifetime, 0.5, 14_500, 14_800},
		{lifetime, 0.9, 99_500, 100_500},
		{lifetime, 1, 5_000_000, 20_000_000},
	} {
		u := uint64(math.MaxUint64)
		if c.quantile < 1 {
			u = uint64(c.quantile * (1 << 64))
		}
		if got := c.of.at(u); got < c.lo || got > c.hi {
			t.Errorf("the quantile of %v is %d cents, want %d to %d", c.quantile, got, c.lo, c.hi)
		}
	}
}
