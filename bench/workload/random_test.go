package workload

import (
	"math"
	"testing"
)

func TestPermutation(t *testing.T) {
	sizes := []uint64{4095, 4096, 4097, 100_003}
	for n := range uint64(70) {
		sizes = append(sizes, n+1)
	}
	for _, n := range sizes {
		p := newPermutation(keyOf(1, "a test"), n)
		seen := make([]bool, n)
		for i := range n {
			at := p.at(i)
			if at >= n || seen[at] {
				t.Fatalf("of %d, %d is taken to %d, which is taken or out of the range", n, i, at)
			}
			seen[at] = true
		}
	}
}

// TestPermutationMixes wants neighbours to be taken far apart: were i and its place
// unrelated, places would be a third of the range apart.
func TestPermutationMixes(t *testing.T) {
	for _, n := range []uint64{1000, 1 << 16, 1_000_000} {
		p := newPermutation(keyOf(1, "a test"), n)
		fixed, apart := 0, 0.0
		for i := range n - 1 {
			apart += math.Abs(float64(p.at(i)) - float64(p.at(i+1)))
			if p.at(i) == i {
				fixed++
			}
		}
		if mean := apart / float64(n) / float64(n); mean < 0.3 || mean > 0.36 {
			t.Errorf("of %d, neighbours are taken %.3f of the range apart, want a third", n, mean)
		}
		if fixed > 10 {
			t.Errorf("of %d, %d stay where they are", n, fixed)
		}
	}
}

// TestPicker adds up what leads to each value: it is in proportion to its weight.
func TestPicker(t *testing.T) {
	for _, weights := range [][]uint64{
		{1}, {1, 1}, {8, 17, 35, 40}, countryWeights, hyperbolic(urlCount, 20), {1, 1_000_000}, {5, 5, 5, 5},
	} {
		p := newPicker(weights)
		got, total := make([]float64, len(weights)), 0.0
		for i, limit := range p.limit {
			share := float64(limit) / (1 << 32)
			got[i] += share
			got[p.alias[i]] += 1 - share
			total += float64(weights[i])
		}
		for i, w := range weights {
			n := float64(len(weights))
			if want := float64(w) * n / total; math.Abs(got[i]-want) > n/(1<<31) {
				t.Errorf("of %d weights, the value %d is drawn %v times, want %v", len(weights), i, got[i]/n, want/n)
			}
		}
		if i := p.pick(math.MaxUint64); i < 0 || i >= len(weights) {
			t.Errorf("of %d weights, %d is picked", len(weights), i)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range uint64(100) {
		for _, purpose := range []string{"purchases", "page_views", "trait_1", "trait_1 order"} {
			key := keyOf(seed, purpose)
			if other, ok := seen[key]; ok {
				t.Errorf("seed %d, %s has the key of %s", seed, purpose, other)
			}
			seen[key] = purpose
		}
	}
}
