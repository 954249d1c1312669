package column

import (
	"github.com/rollcall-db/rollcall/bitmap"
)

// The functions of this file take the rows out of w whose value does not lie in
// [lo, hi]; bit i is values[i]. They are the same loop again and again: a
// function for the value costs a call per row, which is three times the work.
//
// One unsigned comparison covers both ends of whole numbers: x - lo, wrapped, is
// at most hi - lo just where x is in range. The bit goes in from the top of the
// word, so that nothing depends on the position of the row.

func spanWhole[V int64 | int32 | uint32 | uint16 | uint8](w *bitmap.Words, values []V, lo, hi int64) {
	span := uint64(hi) - uint64(lo)
	for i := 0; len(values) > 0; i++ {
		n := min(64, len(values))
		if w[i] != 0 {
			var word uint64
			for _, x := range values[:n] {
				word = word>>1 | topBit(uint64(x)-uint64(lo) <= span)
			}
			w[i] &= word >> (64 - n)
		}
		values = values[n:]
	}
}

func spanFloats(w *bitmap.Words, values []float64, lo, hi float64) {
	for i := 0; len(values) > 0; i++ {
		n := min(64, len(values))
		if w[i] != 0 {
			var word uint64
			for _, x := range values[:n] {
				word = word>>1 | topBit(lo <= x)&topBit(x <= hi)
			}
			w[i] &= word >> (64 - n)
		}
		values = values[n:]
	}
}

// topBit returns bit 63 set where b; the compiler makes no branch of it.
func topBit(b bool) uint64 {
	var bit uint64
	if b {
		bit = 1
	}
	return bit << 63
}
