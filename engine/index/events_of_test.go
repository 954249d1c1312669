package index

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// TestAppendOfFindsEveryEvent compares what is found of random customers with a look
// at one event after the other.
func TestAppendOfFindsEveryEvent(t *testing.T) {
	seed := bitmaptest.Seed()
	rng := rand.New(rand.NewPCG(seed, 7))
	customers := []uint16{0, 1, 2, 0x7FFF, 0x8000, 0x8001, 0xFFFE, 0xFFFF}
	for range 500 {
		p := &EventPart{Rows: make([]uint16, rng.IntN(200))}
		for i := range p.Rows {
			p.Rows[i] = customers[rng.IntN(len(customers))]
		}
		lo := rng.IntN(len(p.Rows) + 1)
		hi := lo + rng.IntN(len(p.Rows)-lo+1)
		for _, row := range append(customers, 3, 0x0100) {
			want := []uint32{77}
			for i := lo; i < hi; i++ {
				if p.Rows[i] == row {
					want = append(want, uint32(i))
				}
			}
			if got := p.AppendOf([]uint32{77}, row, lo, hi); !slices.Equal(got, want) {
				t.Fatalf("seed %d: customer %d of %v from %d to %d is at %v, want %v", seed, row, p.Rows, lo, hi, got, want)
			}
		}
	}
}
