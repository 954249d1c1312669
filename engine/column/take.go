package column

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Take returns the given rows of v, in the given order, as an Arrow array of the
// type v.Type().Arrow(), in its own memory. The caller releases it.
func (v *Vector) Take(rows []uint32) arrow.Array {
	out := array.NewBuilder(memory.DefaultAllocator, v.typ.Arrow())
	defer out.Release()
	out.Reserve(len(rows))
	for _, row := range rows {
		v.appendTo(out, int(row))
	}
	return out.NewArray()
}

// appendTo appends one row to an Arrow builder of the same type.
func (v *Vector) appendTo(out array.Builder, row int) {
	if v.IsNull(row) {
		out.AppendNull()
		return
	}
	if v.dict != nil {
		v.dict.values.appendTo(out, v.codes.at(row))
		return
	}
	switch out := out.(type) {
	case *array.Int64Builder:
		out.Append(v.ints[row])
	case *array.TimestampBuilder:
		out.Append(arrow.Timestamp(v.ints[row]))
	case *array.Date32Builder:
		out.Append(arrow.Date32(v.days[row]))
	case *array.BooleanBuilder:
		out.Append(hasBit(v.bools, row))
	case *array.Float64Builder:
		out.Append(v.floats[row])
	case *array.Decimal128Builder:
		out.Append(v.Decimal(row))
	case *array.StringBuilder:
		out.Append(v.Text(row)) // copies
	case *array.ListBuilder:
		out.Append(true)
		for i := v.offsets[row]; i < v.offsets[row+1]; i++ {
			v.elems.appendTo(out.ValueBuilder(), int(i))
		}
	}
}
