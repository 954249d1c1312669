package encoding

import (
	"math"
	"slices"
	"testing"
)

// TestGather reads values of every kind at random positions.
func TestGather(t *testing.T) {
	r := newRand(t)
	for range 60 {
		values := randomValues(r)
		for _, kind := range kinds {
			src := encodeAs(kind, values)
			if src == nil {
				continue
			}
			x, err := ParseInts(src, len(values))
			if err != nil {
				t.Fatal(err)
			}
			lo := r.IntN(len(values) + 1)
			var positions []uint32
			var want []int64
			for i := lo; i < len(values); i += 1 + r.IntN(1+r.IntN(300)) {
				positions, want = append(positions, uint32(i-lo)), append(want, values[i])
			}
			got := make([]int64, len(want))
			x.Gather(got, lo, positions)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %d values from %d on differ", kind, len(want), lo)
			}
		}
	}
}

// TestBounds tells between which numbers the values lie, or that it cannot.
func TestBounds(t *testing.T) {
	r := newRand(t)
	for range 200 {
		values := randomValues(r)
		for _, kind := range kinds {
			src := encodeAs(kind, values)
			if src == nil || len(values) == 0 {
				continue
			}
			x, err := ParseInts(src, len(values))
			if err != nil {
				t.Fatal(err)
			}
			least, most, ok := x.Bounds()
			if ok && (least > slices.Min(values) || most < slices.Max(values)) {
				t.Fatalf("%s: from %d to %d, want from %d to %d or more", kind, least, most, slices.Min(values), slices.Max(values))
			}
			if !ok && (kind == Constant || kind == Dictionary) {
				t.Fatalf("%s: no bounds", kind)
			}
		}
	}
}

// TestBoundsOfForgedSpans says nothing where the greatest code is beyond the numbers.
func TestBoundsOfForgedSpans(t *testing.T) {
	for _, c := range []struct {
		base, unit uint64
		width      uint8
		least      int64
		most       int64
		ok         bool
	}{
		{5, 3, 2, 5, 14, true},
		{1 << 63, 1, 63, math.MinInt64, -1, true},
		{0, 1, 63, 0, math.MaxInt64, true},
		{1, 1, 63, 0, 0, false},
		{0, 1, 64, 0, 0, false},
		{0, math.MaxUint64, 1, 0, 0, false},
		{0, 1 << 62, 3, 0, 0, false},
	} {
		x := Ints{kind: Packed, n: 1, base: c.base, unit: c.unit, width: c.width}
		if least, most, ok := x.Bounds(); least != c.least || most != c.most || ok != c.ok {
			t.Errorf("%+v: %d, %d, %v", c, least, most, ok)
		}
	}
}
