package column

import (
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Vector is the values of one column for some rows, read in place from an Arrow
// array that it keeps alive. It is immutable and safe for concurrent use.
type Vector struct {
	typ   model.Type
	n     int
	valid []byte // a bit per row, set where not NULL; nil: no row is NULL
	arr   arrow.Array

	// The one that the type calls for; for Boolean it is arr.
	ints     []int64 // Int64, Timestamp
	days     []int32 // Date
	floats   []float64
	decimals []decimal128.Num
	strings  *array.String
	offsets  []int32 // of a list: row i is elems[offsets[i]:offsets[i+1]]
	elems    *Vector // of a list
}

// Decimal is an exact decimal number: an unscaled integer and the number of
// its digits that stand after the point.
type Decimal struct {
	Unscaled decimal128.Num
	Scale    int32
}

// String returns plain digits, with Scale of them after the point.
func (d Decimal) String() string { return d.Unscaled.ToString(d.Scale) }

// Day is a calendar day, counted from 1970-01-01.
type Day int32

// String returns the form 2006-01-02.
func (d Day) String() string {
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// NewVector returns the values of arr, whose Arrow type must be t.Arrow().
func NewVector(t model.Type, arr arrow.Array) (*Vector, error) {
	if !arrow.TypeEqual(arr.DataType(), t.Arrow()) {
		return nil, fmt.Errorf("column: Arrow type %s, expected %s for %s", arr.DataType(), t.Arrow(), t)
	}
	if arr.Data().Offset() != 0 {
		return nil, fmt.Errorf("column: array starts at offset %d of its buffers, expected 0", arr.Data().Offset())
	}
	v := &Vector{typ: t, n: arr.Len(), arr: arr}
	if arr.NullN() > 0 {
		v.valid = arr.NullBitmapBytes()
	}
	switch a := arr.(type) {
	case *array.Int64:
		v.ints = a.Int64Values()
	case *array.Timestamp:
		v.ints = arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues()))
	case *array.Date32:
		v.days = arrow.Int32Traits.CastFromBytes(arrow.Date32Traits.CastToBytes(a.Date32Values()))
	case *array.Float64:
		v.floats = a.Float64Values()
	case *array.Decimal128:
		v.decimals = a.Values()
	case *array.String:
		v.strings = a
		if v.n > 0 {
			size := 0
			if text := a.Data().Buffers()[2]; text != nil {
				size = text.Len()
			}
			return v, checkOffsets(a.ValueOffsets(), size)
		}
	case *array.List:
		elems, err := NewVector(t.Elem(), a.ListValues())
		if err != nil {
			return nil, err
		}
		v.elems, v.offsets = elems, a.Offsets()
		return v, checkOffsets(v.offsets, elems.n)
	}
	return v, nil
}

// checkOffsets reports whether the offsets of strings or lists ascend and stay
// within the size bytes or elements that there are.
func checkOffsets(offsets []int32, size int) error {
	last := int32(0)
	for i, offset := range offsets {
		if offset < last || int(offset) > size {
			return fmt.Errorf("column: value %d starts at %d, the one before at %d, of %d in all", i, offset, last, size)
		}
		last = offset
	}
	return nil
}

// Type returns the type of the values.
func (v *Vector) Type() model.Type { return v.typ }

// Len returns the number of rows.
func (v *Vector) Len() int { return v.n }

// IsNull reports whether row i is NULL.
func (v *Vector) IsNull(i int) bool { return v.valid != nil && v.valid[i/8]&(1<<(i%8)) == 0 }

// Value returns row i as a Go value: nil for NULL, else string, int64, float64,
// [Decimal], bool, [Day], [time.Time] in UTC, or []any of these for a list.
func (v *Vector) Value(i int) any {
	if v.IsNull(i) {
		return nil
	}
	switch v.typ.Kind {
	case model.String:
		return strings.Clone(v.strings.Value(i)) // the text may lie in a mapped file
	case model.Boolean:
		return v.arr.(*array.Boolean).Value(i)
	case model.Date:
		return Day(v.days[i])
	case model.Timestamp:
		return time.UnixMicro(v.ints[i]).UTC()
	case model.StringArray, model.NumberArray:
		list := make([]any, 0, v.offsets[i+1]-v.offsets[i])
		for j := v.offsets[i]; j < v.offsets[i+1]; j++ {
			list = append(list, v.elems.Value(int(j)))
		}
		return list
	}
	switch v.typ.Repr {
	case model.Float64:
		return v.floats[i]
	case model.Decimal:
		return Decimal{v.decimals[i], int32(v.typ.Scale)}
	}
	return v.ints[i]
}
