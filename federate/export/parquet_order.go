package export

import (
	"cmp"
	"encoding/binary"
	"math"
)

// order is how numbers, given by their bits, compare.
type order[K uint32 | uint64] struct {
	// bounds returns the least and the greatest of values as PLAIN has them, nil
	// where they are not to be used.
	bounds func(values []K) (lo, hi []byte)
	// compare orders two bounds.
	compare func(a, b []byte) int
}

var (
	int32Order = order[uint32]{
		bounds: func(values []uint32) (lo, hi []byte) {
			least, greatest := int32(math.MaxInt32), int32(math.MinInt32)
			for _, x := range values {
				least, greatest = min(least, int32(x)), max(greatest, int32(x))
			}
			return numberBounds(len(values) > 0, uint32(least), uint32(greatest))
		},
		compare: func(a, b []byte) int {
			return cmp.Compare(int32(binary.LittleEndian.Uint32(a)), int32(binary.LittleEndian.Uint32(b)))
		},
	}
	int64Order = order[uint64]{
		bounds: func(values []uint64) (lo, hi []byte) {
			least, greatest := int64(math.MaxInt64), int64(math.MinInt64)
			for _, x := range values {
				least, greatest = min(least, int64(x)), max(greatest, int64(x))
			}
			return numberBounds(len(values) > 0, uint64(least), uint64(greatest))
		},
		compare: func(a, b []byte) int {
			return cmp.Compare(int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b)))
		},
	}
	float64Order = order[uint64]{
		bounds: floatBounds,
		compare: func(a, b []byte) int {
			return cmp.Compare(math.Float64frombits(binary.LittleEndian.Uint64(a)), math.Float64frombits(binary.LittleEndian.Uint64(b)))
		},
	}
)

// numberBounds returns bounds as PLAIN has them, nil if there are none.
func numberBounds[K uint32 | uint64](some bool, least, greatest K) (lo, hi []byte) {
	if !some {
		return nil, nil
	}
	return appendPlain(nil, []K{least}), appendPlain(nil, []K{greatest})
}

// floatBounds gives no bounds where there is a NaN: engines differ in whether it is
// greater than all numbers, and would pass over pages that they need.
func floatBounds(values []uint64) (lo, hi []byte) {
	least, greatest := math.Inf(1), math.Inf(-1)
	for _, x := range values {
		least, greatest = min(least, math.Float64frombits(x)), max(greatest, math.Float64frombits(x))
	}
	if least == 0 { // a page of zeros may hold both of them
		least = math.Copysign(0, -1)
	}
	if greatest == 0 {
		greatest = math.Copysign(0, 1)
	}
	return numberBounds(len(values) > 0 && !math.IsNaN(least), math.Float64bits(least), math.Float64bits(greatest))
}
