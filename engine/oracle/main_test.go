package oracle

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

var seedFlag = flag.Uint64("seed", 0, "seed of the random tests; 0 takes one from the clock")

// newRand returns a source of random numbers and prints its seed when the test
// fails.
func newRand(t *testing.T) *rand.Rand {
	seed := *seedFlag
	if seed == 0 {
		seed = bitmaptest.Seed()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("reproduce with: go test -run %s -seed %d", t.Name(), seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}
