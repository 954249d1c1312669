package export

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
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

// newPageValues returns where the values of a type are collected; dict numbers
// strings, nil: they are written as they are.
func newPageValues(typ arrow.DataType, dict *dictionary) pageValues {
	switch typ := typ.(type) {
	case *arrow.StringType:
		if dict != nil {
			return &codedStrings{dict: dict}
		}
		return new(plainStrings)
	case *arrow.Float64Type:
		return new(floats)
	case *arrow.BooleanType:
		return new(booleans)
	case *arrow.Date32Type:
		return new(integers[int32])
	case *arrow.Decimal128Type:
		switch {
		case typ.Precision <= maxInt32Digits:
			return new(integers[int32])
		case typ.Precision > maxInt64Digits:
			return &wideDecimals{size: decimalBytes(int(typ.Precision))}
		}
	}
	return new(integers[int64])
}

// appendPresent appends those of the values [lo, hi) of arr that are not NULL.
func appendPresent[T any](dst, values []T, arr arrow.Array, lo, hi int) []T {
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

// integers are INT32 or INT64: numbers, dates, timestamps, decimals.
type integers[T int32 | int64] struct{ values []T }

func (v *integers[T]) take(arr arrow.Array, lo, hi int) {
	switch values := any(v).(type) {
	case *integers[int64]:
		switch arr := arr.(type) {
		case *array.Int64:
			values.values = appendPresent(values.values, arr.Int64Values(), arr, lo, hi)
			return
		case *array.Timestamp:
			micros := arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(arr.TimestampValues()))
			values.values = appendPresent(values.values, micros, arr, lo, hi)
			return
		}
	case *integers[int32]:
		if arr, ok := arr.(*array.Date32); ok {
			days := arrow.Int32Traits.CastFromBytes(arrow.Date32Traits.CastToBytes(arr.Date32Values()))
			values.values = appendPresent(values.values, days, arr, lo, hi)
			return
		}
	}
	decimals := arr.(*array.Decimal128) // newPageValues knows no other
	hasNulls := arr.NullN() > 0
	for i, d := range decimals.Values()[lo:hi] {
		if !hasNulls || arr.IsValid(lo+i) {
			v.values = append(v.values, T(d.LowBits()))
		}
	}
}

func (v *integers[T]) encode(dst []byte) (out, lo, hi []byte) {
	dst, _ = binary.Append(dst, binary.LittleEndian, v.values) // fails for other types only
	if len(v.values) > 0 {
		least, greatest := v.values[0], v.values[0]
		for _, x := range v.values {
			least, greatest = min(least, x), max(greatest, x)
		}
		lo, _ = binary.Append(nil, binary.LittleEndian, least)
		hi, _ = binary.Append(nil, binary.LittleEndian, greatest)
	}
	v.values = v.values[:0]
	return dst, lo, hi
}

func (v *integers[T]) compare(a, b []byte) int {
	if len(a) == 4 {
		return cmp.Compare(int32(binary.LittleEndian.Uint32(a)), int32(binary.LittleEndian.Uint32(b)))
	}
	return cmp.Compare(int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b)))
}

// floats are DOUBLE.
type floats struct{ values []float64 }

func (v *floats) take(arr arrow.Array, lo, hi int) {
	v.values = appendPresent(v.values, arr.(*array.Float64).Float64Values(), arr, lo, hi)
}

// encode gives no bounds where there is a NaN: engines differ in whether it is
// greater than all numbers, and would pass over pages that they need.
func (v *floats) encode(dst []byte) (out, lo, hi []byte) {
	dst, _ = binary.Append(dst, binary.LittleEndian, v.values) // fails for other types only
	least, greatest := math.Inf(1), math.Inf(-1)
	for _, x := range v.values {
		least, greatest = min(least, x), max(greatest, x)
	}
	some := len(v.values) > 0
	v.values = v.values[:0]
	if !some || math.IsNaN(least) {
		return dst, nil, nil
	}
	if least == 0 { // a page of zeros may hold both of them
		least = math.Copysign(0, -1)
	}
	if greatest == 0 {
		greatest = math.Copysign(0, 1)
	}
	lo = binary.LittleEndian.AppendUint64(nil, math.Float64bits(least))
	hi = binary.LittleEndian.AppendUint64(nil, math.Float64bits(greatest))
	return dst, lo, hi
}

func (v *floats) compare(a, b []byte) int {
	return cmp.Compare(math.Float64frombits(binary.LittleEndian.Uint64(a)), math.Float64frombits(binary.LittleEndian.Uint64(b)))
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

// codedStrings are BYTE_ARRAY by their numbers in a dictionary.
type codedStrings struct {
	dict  *dictionary
	codes []uint32
}

func (v *codedStrings) take(arr arrow.Array, lo, hi int) {
	eachText(arr.(*array.String), lo, hi, func(text []byte) { v.codes = append(v.codes, v.dict.code(text)) })
}

// encode appends the numbers as RLE_DICTIONARY has them, nothing if there are none.
func (v *codedStrings) encode(dst []byte) (out, lo, hi []byte) {
	if len(v.codes) == 0 {
		return dst, nil, nil
	}
	width := v.dict.width()
	dst = appendHybrid(append(dst, byte(width)), v.codes, width)
	lo, hi = v.dict.bounds(v.codes)
	v.codes = v.codes[:0]
	return dst, lo, hi
}

func (v *codedStrings) compare(a, b []byte) int { return bytes.Compare(a, b) }

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
	v.values = appendPresent(v.values, arr.(*array.Decimal128).Values(), arr, lo, hi)
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
