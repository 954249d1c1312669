package encoding

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

// newRand returns a source of random numbers whose seed a failing test prints.
func newRand(t testing.TB) *rand.Rand {
	t.Helper()
	t.Logf("-seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

// kinds are all encodings.
var kinds = []Kind{Constant, Packed, Dictionary, Delta, Plain}

// encodeAs encodes values as a kind whether or not it is the smallest. It
// returns nil where the kind cannot hold them.
func encodeAs(kind Kind, values []int64) []byte {
	varied := len(values) > 0 && slices.Min(values) != slices.Max(values)
	switch {
	case kind == Plain:
		return appendPlain(nil, values)
	case kind == Constant && len(values) > 0 && !varied:
		return appendConstant(nil, len(values), values[0])
	case kind == Packed && varied:
		return appendPacked(nil, values, profileOf(values))
	case kind == Dictionary && varied:
		c := newCoder(len(values), math.MaxInt)
		if c.add(values) {
			return appendDictionary(nil, c)
		}
	case kind == Delta && len(values) > 1:
		d := planDelta(values, math.MaxInt)
		return d.appendTo(nil, values)
	}
	return nil
}

// checkInts parses src and compares whatever its methods say with values.
func checkInts(t *testing.T, r *rand.Rand, src []byte, values []int64) {
	t.Helper()
	x, err := ParseInts(slices.Clip(src), len(values))
	if err != nil {
		t.Fatal(err)
	}
	if x.Len() != len(values) || x.SizeBytes() != len(src) || len(src)%8 != 0 {
		t.Fatalf("%s: %d values in %d bytes, want %d in %d", x.Kind(), x.Len(), x.SizeBytes(), len(values), len(src))
	}
	checkRange(t, &x, values, 0, len(values))
	for range 20 {
		lo := r.IntN(len(values) + 1)
		checkRange(t, &x, values, lo, lo+r.IntN(len(values)-lo+1))
	}
	for i, v := range values {
		if i < 300 || i%97 == 0 || i > len(values)-10 {
			if got := x.At(i); got != v {
				t.Fatalf("%s: value %d is %d, want %d", x.Kind(), i, got, v)
			}
		}
	}
	checkSearch(t, r, &x, values)
}

// checkRange compares the values of positions lo to hi-1.
func checkRange(t *testing.T, x *Ints, values []int64, lo, hi int) {
	t.Helper()
	ints, low := make([]int64, hi-lo), make([]uint32, hi-lo)
	x.Decode(ints, lo)
	x.DecodeUint32(low, lo)
	for i, v := range values[lo:hi] {
		if ints[i] != v || low[i] != uint32(v) {
			t.Fatalf("%s: from %d on, value %d is %d and %d, want %d and %d", x.Kind(), lo, lo+i, ints[i], low[i], v, uint32(v))
		}
	}
}

// checkSearch compares positions that are found with those that bisecting the
// values finds; where they do not ascend, it is enough that there is one.
func checkSearch(t *testing.T, r *rand.Rand, x *Ints, values []int64) {
	t.Helper()
	sought := []int64{0, math.MinInt64, math.MaxInt64, int64(r.Uint64())}
	for range min(len(values), 20) {
		v := values[r.IntN(len(values))]
		sought = append(sought, v-1, v, v+1)
	}
	ascending := slices.IsSorted(values)
	for _, v := range sought {
		got := x.Search(v)
		if got < 0 || got > len(values) {
			t.Fatalf("%s: Search(%d) = %d of %d values", x.Kind(), v, got, len(values))
		}
		if want, _ := slices.BinarySearch(values, v); ascending && got != want {
			t.Fatalf("%s: Search(%d) = %d, want %d", x.Kind(), v, got, want)
		}
	}
}

// checkAll encodes values in every way and as AppendInts does, behind a word of
// something else, and checks that the latter is as small as any.
func checkAll(t *testing.T, r *rand.Rand, values []int64) {
	t.Helper()
	prefix := []byte("8 bytes.")
	got := AppendInts(slices.Clone(prefix), values)
	if string(got[:8]) != string(prefix) {
		t.Fatalf("the bytes before became %q", got[:8])
	}
	got = got[8:]
	if again := AppendInts(nil, slices.Clone(values)); !slices.Equal(got, again) {
		t.Fatalf("other bytes the second time: %x, then %x", got, again)
	}
	checkInts(t, r, got, values)
	size, chosen := len(got), Kind(got[0])
	for rank, kind := range []Kind{Constant, Plain, Packed, Dictionary, Delta} { // fastest first
		src := encodeAs(kind, values)
		if src == nil {
			continue
		}
		checkInts(t, r, src, values)
		faster := rank < slices.Index([]Kind{Constant, Plain, Packed, Dictionary, Delta}, chosen)
		if len(src) < size || len(src) == size && faster {
			t.Fatalf("%d values as %s in %d bytes, as %s in %d", len(values), chosen, size, kind, len(src))
		}
	}
}

func TestEdges(t *testing.T) {
	const least, most = math.MinInt64, math.MaxInt64
	sequence := func(n int, value func(i int) int64) []int64 {
		values := make([]int64, n)
		for i := range values {
			values[i] = value(i)
		}
		return values
	}
	for _, c := range []struct {
		name   string
		values []int64
		kind   Kind
	}{
		{"none", nil, Plain},
		{"one", []int64{42}, Constant},
		{"one zero", []int64{0}, Constant},
		{"the least and the greatest", []int64{least, most}, Plain},
		{"the greatest and the least", []int64{most, least}, Plain},
		{"both ends, often", sequence(1000, func(i int) int64 { return []int64{least, most}[i%3%2] }), Packed},
		{"both ends and zero", sequence(1000, func(i int) int64 { return []int64{least, 0, most}[i%5%3] }), Dictionary},
		{"all equal", sequence(500, func(int) int64 { return least }), Constant},
		{"ascending", sequence(1000, func(i int) int64 { return int64(i) }), Delta},
		{"descending", sequence(1000, func(i int) int64 { return int64(-3 * i) }), Delta},
		{"ascending past the greatest", sequence(1000, func(i int) int64 { return most - 500*7 + 7*int64(i) }), Delta},
		{"steps that wrap", sequence(1000, func(i int) int64 { return int64(i) << 62 }), Delta},
		{"unit 10", sequence(500, func(i int) int64 { return 10 * int64(i*i%97) }), Packed},
		{"unit 3 of a negative base", sequence(500, func(i int) int64 { return -1000 + 3*int64(i*i%97) }), Packed},
		{"unit 2^63", []int64{least, 0, least, 0, 0, 0, 0}, Packed},
		{"unit almost 2^64", []int64{least, most, least, least, least}, Packed},
		{"exactly one frame", sequence(128, func(i int) int64 { return int64(i) }), Delta},
		{"one more than a frame", sequence(129, func(i int) int64 { return int64(i) }), Delta},
		{"one wide frame", sequence(1280, func(i int) int64 { return int64(i) + int64(i/700)<<50 + int64(i/701)<<40 }), Delta},
		{"a few far values", sequence(1000, func(i int) int64 { return []int64{0, 1, 1e15, -5e17}[i*7%11%4] }), Dictionary},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkAll(t, newRand(t), c.values)
			if got := Kind(AppendInts(nil, c.values)[0]); got != c.kind {
				t.Errorf("encoded as %s, want %s", got, c.kind)
			}
		})
	}
}

// randomValues returns values of a random shape, spread and number.
func randomValues(r *rand.Rand) []int64 {
	values := make([]int64, []int{r.IntN(5), r.IntN(300), 120 + r.IntN(20), r.IntN(5000)}[r.IntN(4)])
	spread := r.IntN(65) // bits
	base, unit := int64(r.Uint64())>>r.IntN(64), int64(r.Uint64()>>r.IntN(64)|1)
	if r.IntN(2) == 0 {
		unit = 1 << r.IntN(64)
	}
	few := make([]int64, 1+r.IntN(200))
	for i := range few {
		few[i] = int64(r.Uint64())
	}
	shape, sum := r.IntN(5), base
	for i := range values {
		code := int64(r.Uint64() >> (64 - spread))
		switch shape {
		case 0:
			values[i] = base + unit*code
		case 1:
			sum += unit*code>>r.IntN(8) + int64(spread)
			values[i] = sum
		case 2:
			values[i] = few[r.IntN(len(few))]
		case 3:
			values[i] = code
		case 4:
			values[i] = base
		}
	}
	if r.IntN(3) == 0 {
		slices.Sort(values)
	}
	return values
}

func TestRandom(t *testing.T) {
	r := newRand(t)
	for range 400 {
		checkAll(t, r, randomValues(r))
	}
}

// TestDecodeEveryWidth unpacks codes of every width from every position of the
// first frames, with every number of codes behind it.
func TestDecodeEveryWidth(t *testing.T) {
	r := newRand(t)
	for width := range 65 {
		codes := make([]uint64, 150)
		for i := range codes {
			codes[i] = r.Uint64() >> (64 - width)
		}
		for n := range codes {
			src := appendCodes(nil, codes[:n], uint8(width))
			if want := packedBytes(n, uint8(width)); uint64(len(src)) != want {
				t.Fatalf("%d codes of %d bits in %d bytes, want %d", n, width, len(src), want)
			}
			first := r.IntN(n + 1)
			got := make([]int64, n-first)
			unpack(got, src, uint8(width), first, 5, 3)
			for i, c := range codes[first:n] {
				if one := codeAt(src, uint8(width), first+i); uint64(got[i]) != 5+3*c || one != c {
					t.Fatalf("%d codes of %d bits: code %d is %d, alone %d, want %d", n, width, first+i, uint64(got[i]-5)/3, one, c)
				}
			}
		}
	}
}

func TestManyDistinct(t *testing.T) {
	r := newRand(t)
	for _, distinct := range []int{1000, maxDistinct, maxDistinct + 1} {
		values := make([]int64, 4*distinct)
		for i := range values {
			values[i] = int64(uint64(i%distinct) * hashFactor)
		}
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		src := AppendInts(nil, values)
		checkInts(t, r, src, values)
		if got, want := Kind(src[0]) == Dictionary, distinct <= maxDistinct; got != want {
			t.Errorf("%d distinct values of %d: %s", distinct, len(values), Kind(src[0]))
		}
	}
}

func TestKindString(t *testing.T) {
	got := fmt.Sprint(append(slices.Clone(kinds), 0, 6))
	if want := "[constant packed dictionary delta plain kind(0) kind(6)]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWidth(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		values []int64
		want   int
	}{
		{Constant, []int64{5, 5}, 0},
		{Packed, []int64{0, 2, 200}, 7},
		{Dictionary, []int64{1, 20, 300}, 2},
		{Delta, []int64{0, 1, 9}, 1},
		{Plain, []int64{1}, 64},
	} {
		x, err := ParseInts(encodeAs(c.kind, c.values), len(c.values))
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Width(); got != c.want {
			t.Errorf("%s: codes of %d bits, want %d", c.kind, got, c.want)
		}
	}
}

func TestDivisor(t *testing.T) {
	r := newRand(t)
	for range 2000 {
		unit := r.Uint64()>>r.IntN(64) | 1<<r.IntN(64)
		v := newDivisor(unit)
		d := r.Uint64() >> r.IntN(64)
		if r.IntN(2) == 0 {
			d = d / unit * unit
		}
		if got, want := v.divides(d), d%unit == 0; got != want {
			t.Fatalf("%d divides %d: %t, want %t", unit, d, got, want)
		} else if want && v.quotient(d) != d/unit {
			t.Fatalf("%d / %d = %d, want %d", d, unit, v.quotient(d), d/unit)
		}
	}
	if v := newDivisor(0); !v.divides(0) || v.divides(1) || v.orOne().unit != 1 {
		t.Errorf("the divisor of no numbers divides 0: %t, 1: %t", v.divides(0), v.divides(1))
	}
	if got := newDivisor(0).with(36).with(24).unit; got != 12 {
		t.Errorf("the divisor of 36 and 24 is %d, want 12", got)
	}
}

// TestSearchIsStable searches values of which many are equal: the first counts.
func TestSearchIsStable(t *testing.T) {
	values := make([]int64, 1000)
	for i := range values {
		values[i] = int64(i / 300)
	}
	for _, kind := range []Kind{Packed, Dictionary, Delta, Plain} {
		x, err := ParseInts(encodeAs(kind, values), len(values))
		if err != nil {
			t.Fatal(err)
		}
		for v := int64(-1); v < 5; v++ {
			want := sort.Search(len(values), func(i int) bool { return values[i] >= v })
			if got := x.Search(v); got != want {
				t.Errorf("%s: Search(%d) = %d, want %d", kind, v, got, want)
			}
		}
	}
}

// parseCase is bytes that ParseInts refuses, and why.
type parseCase struct {
	src  []byte
	n    int
	want string
}

func checkParseErrors(t *testing.T, cases []parseCase) {
	t.Helper()
	for _, c := range cases {
		_, err := ParseInts(c.src, c.n)
		if err == nil || err.Error() != c.want {
			t.Errorf("%x, %d values: %v, want %s", c.src, c.n, err, c.want)
		}
	}
}

// with returns a copy of src with one byte changed.
func with(src []byte, at int, value byte) []byte {
	src = slices.Clone(src)
	src[at] = value
	return src
}

func TestParseIntsErrors(t *testing.T) {
	src := appendConstant(nil, 3, 7)
	checkParseErrors(t, []parseCase{
		{nil, 0, "encoding: 0 bytes are too few for a header"},
		{src[:7], 3, "encoding: 7 bytes are too few for a header"},
		{src[:15], 3, "encoding: 15 bytes are no multiple of 8"},
		{src, 4, "encoding: 3 values, expected 4"},
		{src, -1, "encoding: 3 values, expected -1"},
		{with(src, 7, 1), 3, "encoding: 1099511627779 values, expected 3"},
		{with(src, 1, 65), 3, "encoding: codes of 65 bits, at most 64 expected"},
		{with(src, 0, 0), 3, "encoding: unknown kind 0"},
		{with(src, 0, 6), 3, "encoding: unknown kind 6"},
	})
}
