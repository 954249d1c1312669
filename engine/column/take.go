package column

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Take returns the given rows of v, in the given order, as an Arrow array of the
// type v.Type().Arrow(), in its own memory. What lies under a NULL is zero. The
// caller releases it.
func (v *Vector) Take(rows []uint32) arrow.Array {
	if v.elems != nil || v.dict != nil && v.dict.values.elems != nil {
		return v.takeLists(rows)
	}
	valid, nulls := v.takeValid(rows)
	from, at := v, rows // where the values are
	if v.dict != nil {
		from, at = v.dict.values, make([]uint32, len(rows))
		for i, row := range rows {
			at[i] = uint32(v.codes.at(int(row)))
		}
	}
	buffers := append([]*memory.Buffer{nil}, from.takeValues(at, valid)...)
	if nulls > 0 {
		buffers[0] = memory.NewBufferBytes(valid)
	}
	data := array.NewData(v.typ.Arrow(), len(rows), buffers, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// takeValid returns a bit for each of rows, set where it is not NULL, and how many
// are NULL; no bits where none is.
func (v *Vector) takeValid(rows []uint32) (valid []byte, nulls int) {
	if v.valid == nil {
		return nil, 0
	}
	valid = make([]byte, (len(rows)+7)/8)
	for i, row := range rows {
		if hasBit(v.valid, int(row)) {
			valid[i/8] |= 1 << (i % 8)
		} else {
			nulls++
		}
	}
	if nulls == 0 {
		return nil, 0
	}
	return valid, nulls
}

// takeValues returns the buffers of an Arrow array that holds the values at rows,
// of which only those that valid names are there; nil: all are.
func (v *Vector) takeValues(rows []uint32, valid []byte) []*memory.Buffer {
	one := func(values []byte) []*memory.Buffer { return []*memory.Buffer{memory.NewBufferBytes(values)} }
	switch {
	case v.typ.Kind == model.String:
		return v.takeTexts(rows, valid)
	case v.typ.Kind == model.Boolean:
		return one(v.takeBits(rows, valid))
	case v.typ.Kind == model.Date:
		return one(arrow.Int32Traits.CastToBytes(gatherValid(v.days, rows, valid)))
	case v.typ.Kind == model.Number && v.typ.Repr == model.Float64:
		return one(arrow.Float64Traits.CastToBytes(gatherValid(v.floats, rows, valid)))
	case isNarrow(v.typ):
		wide := make([]decimal128.Num, len(rows))
		for i, n := range gatherValid(v.ints, rows, valid) {
			wide[i] = decimal128.FromI64(n)
		}
		return one(arrow.Decimal128Traits.CastToBytes(wide))
	case isWide(v.typ):
		return one(arrow.Decimal128Traits.CastToBytes(gatherValid(v.decimals, rows, valid)))
	}
	return one(arrow.Int64Traits.CastToBytes(gatherValid(v.ints, rows, valid)))
}

// gatherValid returns the values at rows, zero for those that are NULL.
func gatherValid[T any](values []T, rows []uint32, valid []byte) []T {
	if valid == nil {
		return gather(values, rows)
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		if hasBit(valid, i) {
			out[i] = values[row]
		}
	}
	return out
}

// takeBits is gatherValid for booleans.
func (v *Vector) takeBits(rows []uint32, valid []byte) []byte {
	out := make([]byte, (len(rows)+7)/8)
	for i, row := range rows {
		if (valid == nil || hasBit(valid, i)) && hasBit(v.bools, int(row)) {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}

// takeTexts is takeValues for strings: their offsets, and their bytes. They fit
// into Arrow's offsets because those of all rows of a block do.
func (v *Vector) takeTexts(rows []uint32, valid []byte) []*memory.Buffer {
	offsets := make([]int32, len(rows)+1)
	for i, row := range rows {
		offsets[i+1] = offsets[i]
		if valid == nil || hasBit(valid, i) {
			offsets[i+1] += v.offsets[row+1] - v.offsets[row]
		}
	}
	text := make([]byte, 0, offsets[len(rows)])
	for i, row := range rows {
		if offsets[i] < offsets[i+1] {
			text = append(text, v.text[v.offsets[row]:v.offsets[row+1]]...)
		}
	}
	return []*memory.Buffer{memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)), memory.NewBufferBytes(text)}
}

// takeLists is Take for lists.
func (v *Vector) takeLists(rows []uint32) arrow.Array {
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
