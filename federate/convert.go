package federate

import (
	"fmt"
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

const (
	microsPerSecond = 1_000_000
	nanosPerMicro   = 1_000
	microsPerMilli  = 1_000
)

// converter makes columns of answers into what a snapshot has: numbers widened,
// NaN as NULL, times as instants.
type converter struct {
	loc    *time.Location
	locals *window.Locals
}

func newConverter(loc *time.Location) *converter {
	if loc == nil {
		loc = time.UTC
	}
	return &converter{loc: loc, locals: window.NewLocals(loc)}
}

// array returns a column as an array of typ.Arrow(), which the caller releases.
func (c *converter) array(arr arrow.Array, typ model.Type, encoding model.TimeEncoding) (arrow.Array, error) {
	if encoding == model.EncodedInstant && typ.Repr != model.Float64 && !typ.IsArray() && arrow.TypeEqual(arr.DataType(), typ.Arrow()) {
		arr.Retain()
		return arr, nil
	}
	b := column.NewBuilder(typ, arr.Len())
	if err := c.load(b, 0, arr, encoding); err != nil {
		return nil, err
	}
	rows := make([]uint32, arr.Len())
	for i := range rows {
		rows[i] = uint32(i)
	}
	return b.Take(rows)
}

// vector returns a column for its values.
func (c *converter) vector(arr arrow.Array, typ model.Type, encoding model.TimeEncoding) (*column.Vector, error) {
	converted, err := c.array(arr, typ, encoding)
	if err != nil {
		return nil, err
	}
	defer converted.Release() // a Vector keeps what it reads
	return column.NewVector(typ, converted)
}

// load sets the rows of b from first on to the values of arr.
func (c *converter) load(b *column.Builder, first int, arr arrow.Array, encoding model.TimeEncoding) error {
	each := func(set func(i, row int)) error {
		for i := range arr.Len() {
			if arr.IsValid(i) {
				set(i, first+i)
			}
		}
		return nil
	}
	switch typ := b.Type(); {
	case typ.IsArray():
		return c.lists(b, first, arr)
	case typ.Kind == model.String:
		if texts, ok := arr.(interface{ Value(i int) string }); ok && isText(arr.DataType()) {
			return each(func(i, row int) { b.SetString(row, texts.Value(i)) })
		}
	case typ.Kind == model.Boolean:
		if bools, ok := arr.(*array.Boolean); ok {
			return each(func(i, row int) { b.SetInt(row, bit(bools.Value(i))) })
		}
	case typ.Kind == model.Date:
		if days, ok := arr.(*array.Date32); ok {
			return each(func(i, row int) { b.SetInt(row, int64(days.Value(i))) })
		}
	case typ.Kind == model.Timestamp:
		return c.times(b, first, arr, encoding)
	case typ.Repr == model.Float64:
		if value := floats(arr); value != nil {
			return each(func(i, row int) {
				if x := value(i); !math.IsNaN(x) {
					b.SetFloat(row, x)
				}
			})
		}
	case typ.Repr == model.Decimal:
		return decimals(b, first, arr)
	default:
		if value := wholes(arr); value != nil {
			return each(func(i, row int) { b.SetInt(row, value(i)) })
		}
	}
	return mismatch(arr, b.Type())
}

// mismatch is the error for a column of a type that no value of typ comes as.
func mismatch(arr arrow.Array, typ model.Type) error {
	return fmt.Errorf("the source gave values of type %s, expected those of %s", arr.DataType(), typ)
}

func isText(t arrow.DataType) bool { return t.ID() == arrow.STRING || t.ID() == arrow.LARGE_STRING }

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// lists converts lists with their elements.
func (c *converter) lists(b *column.Builder, first int, arr arrow.Array) error {
	lists, ok := arr.(*array.List)
	if !ok {
		return mismatch(arr, b.Type())
	}
	for i := range lists.Len() {
		if lists.IsNull(i) {
			continue
		}
		lo, hi := lists.ValueOffsets(i)
		elems, place := b.SetList(first+i, int(hi-lo))
		values := array.NewSlice(lists.ListValues(), lo, hi)
		err := c.load(elems, place, values, model.EncodedInstant)
		values.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// decimals converts decimals of the scale of the builder's type.
func decimals(b *column.Builder, first int, arr arrow.Array) error {
	typ := b.Type()
	var value func(i int) decimal128.Num
	if values, ok := arr.(*array.Decimal128); ok && arr.DataType().(*arrow.Decimal128Type).Scale == int32(typ.Scale) {
		value = values.Value
	} else if whole := wholes(arr); whole != nil && typ.Scale == 0 {
		value = func(i int) decimal128.Num { return decimal128.FromI64(whole(i)) }
	} else {
		return mismatch(arr, typ)
	}
	for i := range arr.Len() {
		if arr.IsNull(i) {
			continue
		}
		x := value(i)
		if !x.FitsInPrecision(int32(typ.Precision)) {
			return fmt.Errorf("the source gave %s, which has more digits than %s holds", x.ToString(int32(typ.Scale)), typ)
		}
		b.SetDecimal(first+i, x)
	}
	return nil
}

// times converts what a column holds for instants.
func (c *converter) times(b *column.Builder, first int, arr arrow.Array, encoding model.TimeEncoding) error {
	value := c.instants(arr, encoding)
	if value == nil {
		return mismatch(arr, b.Type())
	}
	for i := range arr.Len() {
		if arr.IsNull(i) {
			continue
		}
		x, ok := value(i)
		if !ok {
			return fmt.Errorf("the source gave %s, which is a time beyond 64 bits of microseconds", arr.ValueStr(i))
		}
		b.SetInt(first+i, x)
	}
	return nil
}

// instants returns what gives the instants of a column, in microseconds since
// 1970-01-01 UTC, and whether they fit; nil where it holds none in this encoding.
func (c *converter) instants(arr arrow.Array, encoding model.TimeEncoding) func(i int) (int64, bool) {
	switch encoding {
	case model.EncodedSeconds:
		if value := wholes(arr); value != nil {
			return func(i int) (int64, bool) { return times(value(i), microsPerSecond) }
		}
	case model.EncodedDate:
		if days, ok := arr.(*array.Date32); ok {
			return func(i int) (int64, bool) { return window.DayStart(int32(days.Value(i)), c.loc), true }
		}
	case model.EncodedLocal:
		if micros := timestamps(arr, false); micros != nil {
			return func(i int) (int64, bool) {
				x, ok := micros(i)
				return c.locals.Instant(x), ok
			}
		}
	default:
		return timestamps(arr, encoding == model.EncodedInstant)
	}
	return nil
}

// timestamps returns what gives the microseconds of timestamps, with or without
// a zone; nil where arr holds none such.
func timestamps(arr arrow.Array, zoned bool) func(i int) (int64, bool) {
	values, ok := arr.(*array.Timestamp)
	if !ok {
		return nil
	}
	typ := arr.DataType().(*arrow.TimestampType)
	if zoned != (typ.TimeZone != "") {
		return nil
	}
	switch typ.Unit {
	case arrow.Second:
		return func(i int) (int64, bool) { return times(int64(values.Value(i)), microsPerSecond) }
	case arrow.Millisecond:
		return func(i int) (int64, bool) { return times(int64(values.Value(i)), microsPerMilli) }
	case arrow.Nanosecond:
		return func(i int) (int64, bool) {
			x := int64(values.Value(i))
			micros := x / nanosPerMicro
			if x%nanosPerMicro < 0 {
				micros-- // floored, as a build does
			}
			return micros, true
		}
	}
	return func(i int) (int64, bool) { return int64(values.Value(i)), true }
}

// times multiplies, and reports false where the product does not fit.
func times(x, by int64) (int64, bool) {
	return x * by, x <= math.MaxInt64/by && x >= math.MinInt64/by
}

// floats returns what gives the floats of an array, nil where it holds none.
func floats(arr arrow.Array) func(i int) float64 {
	switch a := arr.(type) {
	case *array.Float64:
		return a.Value
	case *array.Float32:
		return func(i int) float64 { return float64(a.Value(i)) }
	}
	return nil
}

// wholes returns what gives the whole numbers of an array, nil where it holds
// none that fit in 64 bits.
func wholes(arr arrow.Array) func(i int) int64 {
	switch a := arr.(type) {
	case *array.Int64:
		return a.Value
	case *array.Int32:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint32:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint8:
		return func(i int) int64 { return int64(a.Value(i)) }
	}
	return nil
}
