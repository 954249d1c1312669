package encoding

import (
	"math/bits"
	"slices"
	"sort"
)

// coder gives codes to values in order of first use, as long as there are not
// too many different ones.
type coder struct {
	limit  int      // most distinct values
	values []int64  // by code
	codes  []uint32 // of all values added
	slots  []uint32 // open hash table, at most half full: code + 1, or 0
	shift  int      // of a hash, to the high bits that are a slot
}

// hashFactor is 2^64 divided by the golden ratio: the high bits of its products
// with neighbouring numbers are far apart.
const hashFactor = 0x9e3779b97f4a7c15

// A table has at least minSlots, which makes collisions of a few values rare, and
// is at most a quarter full up to sparseSlots, which still fit in a processor's
// nearest caches.
const (
	minSlots    = 1 << 10
	sparseSlots = 1 << 14
)

// newCoder returns a coder for n values that gives up where their dictionary
// would take size bytes or more.
func newCoder(n, size int) *coder {
	limit := sort.Search(maxDistinct, func(i int) bool { return dictionarySize(n, i+1) >= size })
	return &coder{limit: limit}
}

// add gives a code to every value and reports whether there are at least two
// different ones and the limit held. It is called once.
func (c *coder) add(values []int64) bool {
	if c.limit < minDistinct {
		return false
	}
	least, ok := c.leastDistinct(values)
	if !ok {
		return false
	}
	c.makeSlots(max(2*least, min(4*least, sparseSlots), minSlots))
	c.values = make([]int64, 0, min(least+least/8+1, c.limit))
	c.codes = make([]uint32, len(values))
	slots, known, shift := c.slots, c.values, c.shift // in registers
	for i, v := range values {
		at := find(slots, known, shift, v)
		code := slots[at]
		if code == 0 {
			if len(c.values) == c.limit {
				return false
			}
			code = c.insert(at, v)
			slots, known, shift = c.slots, c.values, c.shift
		}
		c.codes[i] = code - 1
	}
	return true
}

// leastDistinct returns how many different hashes the values have, of a few bits
// more than it takes to number them. As there are no fewer different values, it
// spares them the hash table, which costs much more, where it finds more than
// the limit: ok is false.
func (c *coder) leastDistinct(values []int64) (least int, ok bool) {
	const mostBits = 18 // 32 KiB stay in a processor's nearest cache
	log := min(max(bits.Len(uint(len(values)))+2, 6), mostBits)
	seen := make([]uint64, 1<<(log-6))
	for part := range slices.Chunk(values, 1024) {
		for _, v := range part {
			h := uint64(v) * hashFactor >> (wordBits - log)
			w := &seen[h/wordBits]
			least += int(^*w >> (h % wordBits) & 1)
			*w |= 1 << (h % wordBits)
		}
		if least > c.limit {
			return least, false
		}
	}
	return least, true
}

// find returns where v is in the table, or the free slot where it would be.
func find(slots []uint32, values []int64, shift int, v int64) int {
	i := int(uint64(v) * hashFactor >> (shift & (wordBits - 1)))
	for {
		s := slots[i]
		if s == 0 || values[s-1] == v {
			return i
		}
		i = (i + 1) & (len(slots) - 1)
	}
}

// slot is find in the table of c.
func (c *coder) slot(v int64) int { return find(c.slots, c.values, c.shift, v) }

// insert gives v a code and puts it in the free slot at. It returns the code + 1.
func (c *coder) insert(at int, v int64) uint32 {
	c.values = append(c.values, v)
	slot := uint32(len(c.values))
	c.slots[at] = slot
	if 2*len(c.values) > len(c.slots) {
		c.makeSlots(2 * len(c.slots))
		for i, v := range c.values {
			c.slots[c.slot(v)] = uint32(i + 1)
		}
	}
	return slot
}

// makeSlots makes an empty table with at least so many slots.
func (c *coder) makeSlots(n int) {
	log := max(bits.Len(uint(n-1)), 1)
	c.slots, c.shift = make([]uint32, 1<<log), wordBits-log
}

// ranks returns the values in ascending order, and for every code the position
// of its value there.
func (c *coder) ranks() (sorted []int64, ranks []uint32) {
	sorted = slices.Clone(c.values)
	slices.Sort(sorted)
	ranks = make([]uint32, len(sorted))
	for rank, v := range sorted {
		ranks[c.slots[c.slot(v)]-1] = uint32(rank)
	}
	return sorted, ranks
}
