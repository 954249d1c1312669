package column

import (
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
)

// TooLargeError says that the text or the list elements of some rows are more
// than one Arrow array, or one encoded column, can hold.
type TooLargeError struct {
	Size  int64 // bytes of text, or elements
	Limit int64 // the most of them that fit
}

// Error gives the size and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d bytes of text, or list elements, in one block of %d customers; at most %d fit", e.Size, bitmap.BlockRows, e.Limit)
}

// Take returns the given rows, in the given order, as an Arrow array of type
// b.Type().Arrow(). The caller releases it. The error is a *TooLargeError.
func (b *Builder) Take(rows []uint32) (arrow.Array, error) {
	return b.take(b.typ.Arrow(), rows)
}

// take is Take for arrays of a type that holds values of b.Type(), without a
// dictionary.
func (b *Builder) take(t arrow.DataType, rows []uint32) (arrow.Array, error) {
	if err := b.checkSize(rows); err != nil {
		return nil, err
	}
	out := array.NewBuilder(memory.DefaultAllocator, t)
	defer out.Release()
	out.Reserve(len(rows))
	// Types of numbers go at once; the others row by row.
	switch out := out.(type) {
	case *array.Int64Builder:
		out.AppendValues(gather(b.ints, rows), gather(b.valid, rows))
	case *array.TimestampBuilder:
		ints := arrow.Int64Traits.CastToBytes(gather(b.ints, rows))
		out.AppendValues(arrow.TimestampTraits.CastFromBytes(ints), gather(b.valid, rows))
	case *array.Float64Builder:
		out.AppendValues(gather(b.floats, rows), gather(b.valid, rows))
	case *array.Decimal128Builder:
		out.AppendValues(b.gatherDecimals(rows), gather(b.valid, rows))
	case *array.Decimal64Builder:
		ints := arrow.Int64Traits.CastToBytes(gather(b.ints, rows))
		out.AppendValues(arrow.Decimal64Traits.CastFromBytes(ints), gather(b.valid, rows))
	default:
		for _, row := range rows {
			b.appendTo(out, int(row))
		}
	}
	return out.NewArray(), nil
}

// checkSize refuses rows beyond the 31 bits that Arrow's offsets have: its
// builders would wrap around.
func (b *Builder) checkSize(rows []uint32) error {
	if b.spans == nil && b.shared == nil {
		return nil
	}
	size := int64(0)
	for _, row := range rows {
		size += int64(b.size(int(row)))
	}
	if size > math.MaxInt32 {
		return &TooLargeError{Size: size, Limit: math.MaxInt32}
	}
	if b.elems == nil {
		return nil
	}
	var elems []uint32
	for _, row := range rows {
		for i := b.spans[row].lo; i < b.spans[row].hi; i++ {
			elems = append(elems, uint32(i))
		}
	}
	return b.elems.checkSize(elems)
}

// size returns the bytes of a row's text, or the elements of its list.
func (b *Builder) size(row int) int {
	if b.shared != nil {
		return len(b.sharedBytes(row))
	}
	return b.spans[row].hi - b.spans[row].lo
}

// gatherDecimals returns the decimals at rows.
func (b *Builder) gatherDecimals(rows []uint32) []decimal128.Num {
	if b.decimals != nil {
		return gather(b.decimals, rows)
	}
	out := make([]decimal128.Num, len(rows))
	for i, row := range rows {
		out[i] = decimal128.FromI64(b.ints[row])
	}
	return out
}

// gather returns the values at rows.
func gather[T any](values []T, rows []uint32) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

// appendTo appends one row to an Arrow builder of the same type.
func (b *Builder) appendTo(out array.Builder, row int) {
	if !b.valid[row] {
		out.AppendNull()
		return
	}
	switch out := out.(type) {
	case *array.Int64Builder:
		out.Append(b.ints[row])
	case *array.TimestampBuilder:
		out.Append(arrow.Timestamp(b.ints[row]))
	case *array.Date32Builder:
		out.Append(arrow.Date32(b.ints[row]))
	case *array.BooleanBuilder:
		out.Append(b.ints[row] != 0)
	case *array.Float64Builder:
		out.Append(b.floats[row])
	case *array.Decimal128Builder:
		out.Append(b.decimal(row))
	case *array.Decimal64Builder:
		out.Append(decimal.Decimal64(b.ints[row]))
	case *array.StringBuilder:
		out.BinaryBuilder.Append(b.bytes(row))
	case *array.ListBuilder:
		out.Append(true)
		for i := b.spans[row].lo; i < b.spans[row].hi; i++ {
			b.elems.appendTo(out.ValueBuilder(), i)
		}
	}
}
