package files

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// valueAppender takes the values of a column's pages to an Arrow builder.
type valueAppender interface {
	// setPage takes a page in which n values are present. The page must not be
	// released before the next call.
	setPage(page parquet.Page, n int) error
	// appendValues appends values lo to hi of the page. Where one cannot be
	// appended it returns that one's position and the reason.
	appendValues(lo, hi int) (int, error)
}

// newAppender returns the appender of a column whose values go to b, which is
// the builder of the elements where the column is a list.
func newAppender(c *parquetColumn, b array.Builder) valueAppender {
	if c.convert.how == howNothing {
		return nothing{}
	}
	if out, ok := b.(*textCodes); ok {
		if c.convert.how == howUUID {
			return newTyped(takeFixedArrays, eachValue(func(v []byte) error { return out.appendText(uuidText(v)) }))
		}
		return newCodeAppender(out)
	}
	switch c.leaf.Type.V {
	case format.Boolean:
		b := b.(*array.BooleanBuilder)
		return newTyped(takeBooleans, func(v []bool) (int, error) { b.AppendValues(v, nil); return 0, nil })
	case format.Int32:
		return newTyped(takeInt32s, appendInt32s(c.convert, b))
	case format.Int64:
		return newTyped(takeInt64s, appendInt64s(c.convert, b))
	case format.Int96:
		return newTyped(takeInt96s, eachValue(appendInt96(b.(*array.TimestampBuilder))))
	case format.Float:
		b := b.(*array.Float64Builder)
		return newTyped(takeFloats, eachValue(func(v float32) error { b.Append(float64(v)); return nil }))
	case format.Double:
		b := b.(*array.Float64Builder)
		return newTyped(takeDoubles, func(v []float64) (int, error) { b.AppendValues(v, nil); return 0, nil })
	case format.FixedLenByteArray:
		return newTyped(takeFixedArrays, eachValue(appendBytes(c.convert, b)))
	}
	return newTyped(takeByteArrays, eachValue(appendBytes(c.convert, b)))
}

// eachValue makes a put of one value into a put of many.
func eachValue[T any](put func(T) error) func([]T) (int, error) {
	return func(values []T) (int, error) {
		for i, v := range values {
			if err := put(v); err != nil {
				return i, err
			}
		}
		return 0, nil
	}
}

func appendInt32s(c conversion, b array.Builder) func([]int32) (int, error) {
	switch b := b.(type) {
	case *array.Date32Builder:
		return eachValue(func(v int32) error { b.Append(arrow.Date32(v)); return nil })
	case *array.Decimal128Builder:
		return appendUnscaled[int32](c, b)
	}
	ints := b.(*array.Int64Builder)
	if c.how == howUnsigned {
		return eachValue(func(v int32) error { ints.Append(int64(uint32(v))); return nil })
	}
	return eachValue(func(v int32) error { ints.Append(int64(v)); return nil })
}

func appendInt64s(c conversion, b array.Builder) func([]int64) (int, error) {
	switch b := b.(type) {
	case *array.TimestampBuilder:
		return func(v []int64) (int, error) {
			b.AppendValues(arrow.TimestampTraits.CastFromBytes(arrow.Int64Traits.CastToBytes(v)), nil)
			return 0, nil
		}
	case *array.Decimal128Builder:
		if c.how == howUnsigned {
			return eachValue(func(v int64) error { b.Append(decimal128.FromU64(uint64(v))); return nil })
		}
		return appendUnscaled[int64](c, b)
	}
	ints := b.(*array.Int64Builder)
	return func(v []int64) (int, error) { ints.AppendValues(v, nil); return 0, nil }
}

// appendUnscaled appends decimals held as integers.
func appendUnscaled[T int32 | int64](c conversion, b *array.Decimal128Builder) func([]T) (int, error) {
	t := c.arrow.(*arrow.Decimal128Type)
	limit := int64(math.MaxInt64) // every int64 fits 19 digits
	if t.Precision < 19 {
		limit = int64(decimal128.GetMaxValue(t.Precision).LowBits())
	}
	return func(values []T) (int, error) {
		b.Reserve(len(values))
		for i, v := range values {
			if int64(v) > limit || int64(v) < -limit {
				return i, fmt.Errorf("%d has more than the %d digits declared", int64(v), t.Precision)
			}
			b.UnsafeAppend(decimal128.FromI64(int64(v)))
		}
		return 0, nil
	}
}

// appendInt96 appends instants held as a Julian day and the nanoseconds of it.
func appendInt96(b *array.TimestampBuilder) func(deprecated.Int96) error {
	const epoch, dayNanos = 2_440_588, 86_400_000_000_000
	return func(v deprecated.Int96) error {
		day := int64(int32(v[2])) - epoch
		nanos := int64(uint64(v[1])<<32 | uint64(v[0]))
		hi, lo := bits.Mul64(uint64(max(day, -day)), dayNanos)
		if hi != 0 || lo > math.MaxInt64-dayNanos || nanos < 0 || nanos >= dayNanos {
			return errors.New("an INT96 time outside of the years 1678 to 2262")
		}
		b.Append(arrow.Timestamp(day*dayNanos + nanos))
		return nil
	}
}

// appendBytes appends byte values as text, bytes, decimals or UUIDs.
func appendBytes(c conversion, b array.Builder) func([]byte) error {
	switch b := b.(type) {
	case *array.Decimal128Builder:
		t := c.arrow.(*arrow.Decimal128Type)
		return func(v []byte) error { return appendBigEndian(b, v, t.Precision) }
	case *array.StringBuilder:
		if c.how == howUUID {
			return func(v []byte) error {
				b.BinaryBuilder.Append(uuidText(v))
				return nil
			}
		}
		return func(v []byte) error {
			if !utf8.Valid(v) {
				return notUTF8(v)
			}
			b.BinaryBuilder.Append(v)
			return nil
		}
	}
	raw := b.(*array.BinaryBuilder)
	return func(v []byte) error { raw.Append(v); return nil }
}

// uuidText returns a UUID of 16 bytes as people write it.
func uuidText(v []byte) []byte {
	return fmt.Appendf(nil, "%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:])
}

// appendBigEndian appends a decimal held as a big-endian two's complement
// integer of any length.
func appendBigEndian(b *array.Decimal128Builder, v []byte, precision int32) error {
	fill := byte(0)
	if len(v) > 0 && v[0]&0x80 != 0 {
		fill = 0xFF
	}
	rest := v
	for len(rest) > 16 && rest[0] == fill {
		rest = rest[1:]
	}
	if len(rest) > 16 {
		return fmt.Errorf("a decimal of %d bytes has more than the %d digits declared", len(v), precision)
	}
	hi, lo := int64(int8(fill)), uint64(int64(int8(fill)))
	for _, c := range rest {
		hi = hi<<8 | int64(lo>>56)
		lo = lo<<8 | uint64(c)
	}
	n := decimal128.New(hi, lo)
	if len(rest) > 0 && (hi < 0) != (fill != 0) || hi == math.MinInt64 || !n.FitsInPrecision(precision) {
		return fmt.Errorf("a decimal of %d bytes has more than the %d digits declared", len(v), precision)
	}
	b.Append(n)
	return nil
}
