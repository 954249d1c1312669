package exec

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/rule"
)

var seedFlag = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

// trueSum is the sum of floats that are all finite, rounded once.
func trueSum(values []float64) float64 {
	sum := new(big.Float).SetPrec(4000)
	for _, x := range values {
		sum.Add(sum, new(big.Float).SetFloat64(x))
	}
	rounded, _ := sum.Float64()
	return rounded
}

// sumOf is the sum as sumAgain takes it.
func sumOf(values []float64) float64 {
	var s exactSum
	keys := make([]uint64, len(values))
	for i, x := range values {
		s.add(x)
		keys[i] = math.Float64bits(x)
	}
	if s.overflowed {
		return sumBig(keys)
	}
	return s.value()
}

func TestSumOfFloats(t *testing.T) {
	inf, tiny, most := math.Inf(1), math.SmallestNonzeroFloat64, math.MaxFloat64
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{math.Copysign(0, -1)}, 0},
		{[]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 1},
		{[]float64{1e100, 1, -1e100}, 1},
		{[]float64{1 << 53, 1, tiny}, 1<<53 + 2}, // more than half a unit
		{[]float64{1 << 53, 1, -tiny}, 1 << 53},  // less
		{[]float64{1 << 53, 1}, 1 << 53},         // half: to even
		{[]float64{1<<53 + 2, 1}, 1<<53 + 4},     // half: to even
		{[]float64{tiny, tiny, -tiny}, tiny},     // below the normal range
		{[]float64{most, most, -most}, most},     // out of range on the way
		{[]float64{most, most}, inf},             // out of range
		{[]float64{-most, -most, tiny}, -inf},    //
		{[]float64{most, math.Ldexp(1, 969)}, most},
		{[]float64{most, math.Ldexp(1, 970)}, inf},
		{[]float64{inf, 1, -most, -most}, inf},
		{[]float64{-inf, most, most}, -inf},
		{[]float64{inf, inf}, inf},
		{[]float64{inf, 5, -inf}, math.NaN()},
	} {
		if got := sumOf(c.values); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("sum of %v: %v, want %v", c.values, got, c.want)
		}
	}
}

// TestSumOfRandomFloats sums floats of magnitudes far apart; a tally that says
// that it is exact must be.
func TestSumOfRandomFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 1))
	exact := 0
	for range 20_000 {
		values := make([]float64, r.IntN(12))
		spread := 1 + r.IntN(2000)
		for i := range values {
			values[i] = math.Ldexp(r.Float64()-0.5, r.IntN(spread)-spread/2)
			if r.IntN(3) == 0 && i > 0 {
				values[i] = -values[i-1]
			}
		}
		want := trueSum(values)
		if got := sumOf(values); got != want {
			t.Fatalf("seed %d: sum of %v: %v, want %v", *seedFlag, values, got, want)
		}
		var tally tally
		ok := true
		for _, x := range values {
			ok = tally.add(x) && ok
		}
		if got := tally.high + tally.low; ok && got != want {
			t.Fatalf("seed %d: tally of %v: %v, want %v", *seedFlag, values, got, want)
		}
		if ok {
			exact++
		}
	}
	if exact < 1000 {
		t.Errorf("seed %d: %d tallies were exact: the test shows little", *seedFlag, exact)
	}
}

// TestWideSum adds numbers of up to 38 digits, in any order of signs.
func TestWideSum(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 2))
	limit := greatest.BigInt()
	for range 5000 {
		var s wideSum
		want := new(big.Int)
		for range 1 + r.IntN(6) {
			x := decimal128.New(r.Int64()>>r.IntN(63), r.Uint64())
			if r.IntN(2) == 0 {
				x = greatest
			}
			if r.IntN(2) == 0 {
				x = x.Negate()
			}
			s.add(x.HighBits(), x.LowBits())
			want.Add(want, x.BigInt())
		}
		got, ok := s.num()
		if fits := want.CmpAbs(limit) <= 0; ok != fits || ok && got.BigInt().Cmp(want) != 0 {
			t.Fatalf("seed %d: %v, %v, want %v", *seedFlag, got.BigInt(), ok, want)
		}
	}
}

// TestAverages compares averages with bounds that need more than 64 bits.
func TestAverages(t *testing.T) {
	bound := func(unscaled string, scale int, open bool) *rule.AverageBound {
		n, _ := new(big.Int).SetString(unscaled, 10)
		return &rule.AverageBound{Open: open, Unscaled: n, Scale: scale}
	}
	big20 := decimal128.FromBigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil))
	for _, c := range []struct {
		name  string
		a     rule.Averages
		scale int // of the field
		sum   number
		count uint32
		want  bool
	}{
		{"2.5 >= 2.5", rule.Averages{Lo: bound("25", 1, false)}, 0, fromInt(5), 2, true},
		{"2.5 > 2.5", rule.Averages{Lo: bound("25", 1, true)}, 0, fromInt(5), 2, false},
		{"2.5 <= 2.5", rule.Averages{Hi: bound("25", 1, false)}, 0, fromInt(5), 2, true},
		{"2.5 < 2.5", rule.Averages{Hi: bound("25", 1, true)}, 0, fromInt(5), 2, false},
		{"-2.5 < -2.4", rule.Averages{Hi: bound("-24", 1, true)}, 0, fromInt(-5), 2, true},
		{"0.03/2 between", rule.Averages{Lo: bound("15", 3, false), Hi: bound("15", 3, false)}, 2, fromInt(3), 2, true},
		{"a third is not 0.333", rule.Averages{Lo: bound("333", 3, false), Hi: bound("333", 3, false)}, 0, fromInt(1), 3, false},
		{"large sum", rule.Averages{Lo: bound("5", 0, false), Hi: bound("100000000000000000000", 0, false)}, 0, big20, 1, true},
		{"large sum, fine bound", rule.Averages{Lo: bound("1000000000000000000000000000000000000001", 19, false)}, 0, big20, 1, false},
		{"none", rule.Averages{None: true}, 0, fromInt(1), 1, false},
		{"all", rule.Averages{}, 0, fromInt(1), 1, true},
	} {
		if got := newAverages(&c.a, c.scale).has(c.sum, c.count); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// anyInt returns a number of any size and sign.
func anyInt(r *rand.Rand) int64 {
	x := r.Int64() >> r.IntN(63)
	if r.IntN(2) == 0 {
		return -x
	}
	return x
}

// TestProduct multiplies numbers of 64 bits.
func TestProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 13))
	for i := range 10_000 {
		x, y := anyInt(r), anyInt(r)
		if i == 0 {
			x, y = math.MinInt64, math.MinInt64
		}
		high, low := product(x, y)
		got := new(big.Int).Lsh(big.NewInt(high), 64)
		got.Add(got, new(big.Int).SetUint64(low))
		if want := new(big.Int).Mul(big.NewInt(x), big.NewInt(y)); got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %d × %d is %v, want %v", *seedFlag, x, y, got, want)
		}
	}
}
