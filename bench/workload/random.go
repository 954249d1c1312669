package workload

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// mix spreads every bit of x over all bits.
//
// Method: the finalizer of SplitMix64; Steele, Lea, Flood, OOPSLA 2014.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keyOf returns what keeps the random numbers for one purpose apart from those
// for all others.
func keyOf(seed uint64, purpose string) uint64 {
	return mix(mix(seed) ^ xxhash.Sum64String(purpose))
}

// below turns a random number into one in [0, n). Its upper bits decide.
func below(u, n uint64) uint64 {
	hi, _ := bits.Mul64(u, n)
	return hi
}

// permutation is a bijection of [0, n) without memory of it: rounds of odd
// multiplications and shifts permute the next power of two, and are repeated while
// they lead out of the range.
type permutation struct {
	n, mask uint64
	shift   int
	rounds  [4]struct{ factor, add uint64 }
}

func newPermutation(key, n uint64) *permutation {
	width := bits.Len64(n - 1)
	p := &permutation{n: n, mask: 1<<width - 1, shift: (width + 1) / 2}
	for i := range p.rounds {
		key = mix(key)
		p.rounds[i].factor = key | 1
		key = mix(key)
		p.rounds[i].add = key
	}
	return p
}

// at returns where i, below n, is taken.
func (p *permutation) at(i uint64) uint64 {
	for {
		for _, r := range &p.rounds {
			i = (i*r.factor + r.add) & p.mask
			i ^= i >> p.shift
		}
		if i < p.n {
			return i
		}
	}
}

// picker draws from weighted values in constant time.
//
// Method: the alias method; Walker 1977, tables by Vose 1991, in integers.
type picker struct {
	limit []uint64 // of 2^32: below it the column's own value is drawn
	alias []uint16
}

// newPicker returns a picker of an index of weights, which are positive, at most
// 65,536 and together less than 2^31.
func newPicker(weights []uint64) *picker {
	n := uint64(len(weights))
	total := uint64(0)
	for _, w := range weights {
		total += w
	}
	p := &picker{limit: make([]uint64, n), alias: make([]uint16, n)}
	rest := make([]uint64, n) // a weight of total fills a column
	var small, large []int
	for i, w := range weights {
		if rest[i] = w * n; rest[i] < total {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		p.limit[s], p.alias[s] = rest[s]<<32/total, uint16(l)
		if rest[l] -= total - rest[s]; rest[l] < total {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) {
		p.limit[i], p.alias[i] = 1<<32, uint16(i)
	}
	return p
}

// pick returns the index that the random number u leads to.
func (p *picker) pick(u uint64) int {
	column, fraction := bits.Mul64(u, uint64(len(p.limit)))
	if fraction>>32 < p.limit[column] {
		return int(column)
	}
	return int(p.alias[column])
}

// hyperbolic returns n weights of which the i-th is in proportion to
// 1/(i + flat).
func hyperbolic(n, flat int) []uint64 {
	weights := make([]uint64, n)
	for i := range weights {
		weights[i] = uint64(1_000_000 / (i + flat))
	}
	return weights
}
