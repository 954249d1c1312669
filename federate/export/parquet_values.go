package export

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// pageValues are the values of the page under way, without those that are NULL.
type pageValues interface {
	// take adds those of the values [lo, hi) of arr that are not NULL.
	take(arr arrow.Array, lo, hi int)
	// encode appends the values, as PLAIN has them unless it says otherwise, and
	// forgets them. The bounds are the least and the greatest, in their own
	// memory or that of dst; nil where they are not to be used.
	encode(dst []byte) (out, lo, hi []byte)
	// compare orders two bounds.
	compare(a, b []byte) int
}

// newPageValues returns where the values of a type are collected as they are, and
// where by their numbers in a dictionary, nil if the type has none.
func newPageValues(typ arrow.DataType) (plain pageValues, coded codedValues) {
	switch typ := typ.(type) {
	case *arrow.StringType:
		plain := new(plainStrings)
		return plain, &codedStrings{dict: newDictionary(), plain: plain}
	case *arrow.Float64Type:
		return numberValues(float64Order)
	case *arrow.BooleanType:
		return new(booleans), nil
	case *arrow.Date32Type:
		return numberValues(int32Order)
	case *arrow.Decimal128Type:
		switch {
		case typ.Precision <= maxInt32Digits:
			return numberValues(int32Order)
		case typ.Precision > maxInt64Digits:
			return &wideDecimals{size: decimalBytes(int(typ.Precision))}, nil
		}
	}
	return numberValues(int64Order)
}

// numberValues returns where numbers of an order are collected.
func numberValues[K uint32 | uint64](order order[K]) (pageValues, codedValues) {
	plain := &numbers[K]{order: order}
	return plain, &codedNumbers[K]{dict: newNumberDictionary[K](), plain: plain}
}

// numbers are INT32, INT64 or DOUBLE, by their bits: numbers, dates, timestamps,
// decimals.
type numbers[K uint32 | uint64] struct {
	order  order[K]
	values []K
}

func (v *numbers[K]) take(arr arrow.Array, lo, hi int) {
	v.values = appendNumbers(v.values, arr, lo, hi)
}

func (v *numbers[K]) encode(dst []byte) (out, lo, hi []byte) {
	dst = appendPlain(dst, v.values)
	lo, hi = v.order.bounds(v.values)
	v.values = v.values[:0]
	return dst, lo, hi
}

func (v *numbers[K]) compare(a, b []byte) int { return v.order.compare(a, b) }

// appendNumbers appends the bits of those of the values [lo, hi) of arr that are not
// NULL. A decimal has those of its unscaled value, which must fit.
func appendNumbers[K uint32 | uint64](dst []K, arr arrow.Array, lo, hi int) []K {
	switch arr := arr.(type) {
	case *array.Decimal128:
		hasNulls := arr.NullN() > 0
		for i, d := range arr.Values()[lo:hi] {
			if !hasNulls || arr.IsValid(lo+i) {
				dst = append(dst, K(d.LowBits()))
			}
		}
		return dst
	case *array.Int64:
		return appendPresent(dst, numberBits[K](arrow.Int64Traits.CastToBytes(arr.Int64Values())), arr, lo, hi)
	case *array.Timestamp:
		return appendPresent(dst, numberBits[K](arrow.TimestampTraits.CastToBytes(arr.TimestampValues())), arr, lo, hi)
	case *array.Float64:
		return appendPresent(dst, numberBits[K](arrow.Float64Traits.CastToBytes(arr.Float64Values())), arr, lo, hi)
	}
	days := arr.(*array.Date32) // newPageValues knows no other
	return appendPresent(dst, numberBits[K](arrow.Date32Traits.CastToBytes(days.Date32Values())), arr, lo, hi)
}

// numberBits returns the numbers that raw has in its memory.
func numberBits[K uint32 | uint64](raw []byte) []K {
	if values, ok := any(arrow.Uint64Traits.CastFromBytes(raw)).([]K); ok {
		return values
	}
	return any(arrow.Uint32Traits.CastFromBytes(raw)).([]K)
}

// appendPresent appends those of the values [lo, hi) of arr that are not NULL.
func appendPresent[K uint32 | uint64](dst, values []K, arr arrow.Array, lo, hi int) []K {
	if arr.NullN() == 0 {
		return append(dst, values[lo:hi]...)
	}
	for i := lo; i < hi; i++ {
		if arr.IsValid(i) {
			dst = append(dst, values[i])
		}
	}
	return dst
}

// booleans are BOOLEAN, one byte each until they are encoded.
type booleans struct{ values []byte }

func (v *booleans) take(arr arrow.Array, lo, hi int) {
	bools := arr.(*array.Boolean)
	for i := lo; i < hi; i++ {
		switch {
		case arr.IsNull(i):
		case bools.Value(i):
			v.values = append(v.values, 1)
		default:
			v.values = append(v.values, 0)
		}
	}
}

func (v *booleans) encode(dst []byte) (out, lo, hi []byte) {
	dst = appendPacked(dst, v.values, 1, (len(v.values)+7)/8)
	if len(v.values) > 0 {
		lo, hi = []byte{slices.Min(v.values)}, []byte{slices.Max(v.values)}
	}
	v.values = v.values[:0]
	return dst, lo, hi
}

func (v *booleans) compare(a, b []byte) int { return bytes.Compare(a, b) }

// plainStrings are BYTE_ARRAY.
type plainStrings struct{ plain []byte }

func (v *plainStrings) take(arr arrow.Array, lo, hi int) {
	eachText(arr.(*array.String), lo, hi, func(text []byte) { v.plain = appendString(v.plain, text) })
}

func (v *plainStrings) encode(dst []byte) (out, lo, hi []byte) {
	at := len(dst)
	dst = append(dst, v.plain...)
	for rest := dst[at:]; len(rest) > 0; {
		size := binary.LittleEndian.Uint32(rest)
		lo, hi = widen(lo, hi, rest[4:4+size])
		rest = rest[4+size:]
	}
	v.plain = v.plain[:0]
	return dst, lo, hi
}

func (v *plainStrings) compare(a, b []byte) int { return bytes.Compare(a, b) }

// eachText calls do for those of the strings [lo, hi) of arr that are not NULL.
func eachText(arr *array.String, lo, hi int, do func(text []byte)) {
	text, offsets := arr.ValueBytes(), arr.ValueOffsets() // the bytes are of arr alone, offsets those of the buffer
	hasNulls := arr.NullN() > 0
	for i := lo; i < hi; i++ {
		if !hasNulls || arr.IsValid(i) {
			do(text[offsets[i]-offsets[0] : offsets[i+1]-offsets[0]])
		}
	}
}

// wideDecimals are FIXED_LEN_BYTE_ARRAY: two's complement, highest byte first.
type wideDecimals struct {
	size   int // bytes of a value
	values []decimal128.Num
}

func (v *wideDecimals) take(arr arrow.Array, lo, hi int) {
	for i, d := range arr.(*array.Decimal128).Values()[lo:hi] {
		if arr.IsValid(lo + i) {
			v.values = append(v.values, d)
		}
	}
}

func (v *wideDecimals) encode(dst []byte) (out, lo, hi []byte) {
	for i, d := range v.values {
		dst = appendDecimal(dst, d, v.size)
		text := dst[len(dst)-v.size:]
		if i == 0 || compareDecimals(text, lo) < 0 {
			lo = bytes.Clone(text)
		}
		if i == 0 || compareDecimals(text, hi) > 0 {
			hi = bytes.Clone(text)
		}
	}
	v.values = v.values[:0]
	return dst, lo, hi
}

func (v *wideDecimals) compare(a, b []byte) int { return compareDecimals(a, b) }
