package export

import "math/bits"

// numberDictionary numbers the distinct numbers of a column chunk, by their bits, in
// the order in which they come first.
type numberDictionary[K uint32 | uint64] struct {
	slots  []uint32 // a power of two of them, at most half used: one more than the place in values; 0: none
	values []K
}

// newNumberDictionary returns a dictionary without numbers.
func newNumberDictionary[K uint32 | uint64]() *numberDictionary[K] {
	return &numberDictionary[K]{slots: make([]uint32, firstSlots)}
}

// reset forgets all numbers.
func (d *numberDictionary[K]) reset() {
	clear(d.slots)
	d.values = d.values[:0]
}

// fibonacci is 2^64 by the golden ratio: the high bits of a product with it are a
// hash (Knuth, The Art of Computer Programming, volume 3, 6.4).
const fibonacci = 0x9e3779b97f4a7c15

// slot returns where the look-up of a number starts. Bits are mixed first, since
// floats of few digits differ in their high bits only.
func (d *numberDictionary[K]) slot(x K) uint64 {
	h := uint64(x)
	h ^= h >> 32
	return h * fibonacci >> (64 - bits.TrailingZeros(uint(len(d.slots))))
}

// code returns the number of x, which it adds where it is new.
func (d *numberDictionary[K]) code(x K) uint32 {
	mask := uint64(len(d.slots) - 1)
	for at := d.slot(x); ; at = (at + 1) & mask {
		next := d.slots[at]
		if next == 0 {
			return d.add(at, x)
		}
		if d.values[next-1] == x {
			return next - 1
		}
	}
}

// add puts a new number into the slot that is free for it.
func (d *numberDictionary[K]) add(at uint64, x K) uint32 {
	d.values = append(d.values, x)
	d.slots[at] = uint32(len(d.values))
	if 2*len(d.values) > len(d.slots) {
		d.grow()
	}
	return uint32(len(d.values) - 1)
}

// grow doubles the hash table.
func (d *numberDictionary[K]) grow() {
	d.slots = make([]uint32, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i, x := range d.values {
		at := d.slot(x)
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint32(i + 1)
	}
}
