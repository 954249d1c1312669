package encoding

import (
	"math"
	"math/bits"
)

// divisor is the greatest common divisor of the numbers that it has been shown.
// It divides without dividing: the product of a multiple of the divisor and the
// inverse of its odd part, modulo 2^64, is the quotient, and of anything else it
// is a number too large for one. The zero divisor is none of any use; begin with
// newDivisor(0), the divisor of no numbers, which divides 0 alone.
type divisor struct {
	unit    uint64
	inverse uint64 // of the odd part of unit, modulo 2^64
	shift   int    // unit = odd part << shift
	limit   uint64 // the largest quotient
}

func newDivisor(unit uint64) divisor {
	if unit == 0 {
		return divisor{inverse: 1}
	}
	shift := bits.TrailingZeros64(unit)
	odd := unit >> shift
	inverse := 3*odd ^ 2 // right in its low 5 bits; every step doubles them
	for range 4 {
		inverse *= 2 - odd*inverse
	}
	return divisor{unit: unit, inverse: inverse, shift: shift, limit: math.MaxUint64 / unit}
}

// quotient returns d / unit of a d that unit divides.
func (v divisor) quotient(d uint64) uint64 {
	return bits.RotateLeft64(d*v.inverse, -v.shift)
}

// divides reports whether d is a multiple of unit.
func (v divisor) divides(d uint64) bool { return v.quotient(d) <= v.limit }

// with returns the greatest common divisor of unit and d.
func (v divisor) with(d uint64) divisor {
	a, b := v.unit, d
	for b != 0 {
		a, b = b, a%b
	}
	return newDivisor(a)
}

// orOne returns v, or the divisor 1 where v has been shown nothing but zeros.
func (v divisor) orOne() divisor {
	if v.unit == 0 {
		return newDivisor(1)
	}
	return v
}

// distance returns |a-b|, which always fits. It has no branch, as it is asked
// for every value and the order of a and b may be anything.
func distance(a, b int64) uint64 { return uint64(max(a, b)) - uint64(min(a, b)) }
