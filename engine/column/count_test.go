package column

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// TestCountCodes counts random codes of every width one by one.
func TestCountCodes(t *testing.T) {
	seed := bitmaptest.Seed()
	rng := rand.New(rand.NewPCG(seed, 21))
	const rows, values = 5000, 200
	var small []uint8
	var medium []uint16
	var large []uint32
	var w bitmap.Words
	want := make([]uint64, values)
	for row := range rows {
		code := rng.IntN(values)
		small, medium, large = append(small, uint8(code)), append(medium, uint16(code)), append(large, uint32(code))
		if rng.IntN(3) > 0 {
			w.Add(uint16(row))
			want[code]++
		}
	}
	for _, c := range []codes{{small: small}, {medium: medium}, {large: large}} {
		v := &Vector{n: rows, codes: c}
		got := make([]uint64, values)
		v.CountCodes(got, &w)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: %v, want %v", seed, got, want)
		}
	}
}
