package encoding

import "math/bits"

// Bounds returns two numbers between which all values lie, both included, where
// the encoding tells without a look at every value; ok is false where it does not,
// and where there are no values. Values need not reach the bounds.
func (x *Ints) Bounds() (least, most int64, ok bool) {
	if x.n == 0 {
		return 0, 0, false
	}
	switch x.kind {
	case Constant:
		return int64(x.base), int64(x.base), true
	case Packed:
		high, span := bits.Mul64(x.unit, 1<<x.width-1)
		end := int64(x.base) + int64(span)
		// A span of 2^63 or more, or one that wraps, says nothing.
		if high != 0 || int64(span) < 0 || end < int64(x.base) {
			return 0, 0, false
		}
		return int64(x.base), end, true
	case Dictionary:
		return int64(load(x.table, 0)), int64(load(x.table, len(x.table)-wordBytes)), true
	}
	return 0, 0, false
}
