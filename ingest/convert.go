package ingest

import (
	"fmt"
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/source"
)

// converter turns the values of a source column into those of a snapshot
// column.
type converter struct {
	typ      model.Type
	encoding model.TimeEncoding // of a timestamp
	note     string             // how times without a zone are read; empty: nothing to say
	// load sets row dst[i] of b to value i of arr, where dst[i] is not noRow. An
	// error is a *elementError.
	load func(c *counts, b *column.Builder, arr arrow.Array, dst []uint32) error
}

// counts is what conversions have to report.
type counts struct {
	nan       int64
	subMicros int64
}

// elementError says which element of an array cannot be converted.
type elementError struct {
	index int
	err   error
}

func (e *elementError) Error() string { return e.err.Error() }

// unsupportedType is the error for a column that no attribute or field can
// hold.
func unsupportedType(t arrow.DataType) error {
	return fmt.Errorf("a column of type %s cannot be loaded", t)
}

// typeOf returns the type that an Arrow column gets in a snapshot.
func typeOf(t arrow.DataType) (model.Type, error) {
	switch t := t.(type) {
	case *arrow.StringType, *arrow.LargeStringType:
		return model.Type{Kind: model.String}, nil
	case *arrow.BooleanType:
		return model.Type{Kind: model.Boolean}, nil
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type, *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type:
		return model.Type{Kind: model.Number, Repr: model.Int64}, nil
	case *arrow.Float32Type, *arrow.Float64Type:
		return model.Type{Kind: model.Number, Repr: model.Float64}, nil
	case *arrow.Decimal128Type:
		if t.Scale < 0 || t.Scale > t.Precision || t.Precision > 38 {
			return model.Type{}, unsupportedType(t)
		}
		return model.Type{Kind: model.Number, Repr: model.Decimal, Precision: uint8(t.Precision), Scale: uint8(t.Scale)}, nil
	case *arrow.Date32Type:
		return model.Type{Kind: model.Date}, nil
	case *arrow.TimestampType:
		return model.Type{Kind: model.Timestamp}, nil
	case *arrow.ListType:
		return listTypeOf(t)
	}
	return model.Type{}, unsupportedType(t)
}

func listTypeOf(t *arrow.ListType) (model.Type, error) {
	elem, err := typeOf(t.Elem())
	switch {
	case err == nil && elem.Kind == model.String:
		elem.Kind = model.StringArray
	case err == nil && elem.Kind == model.Number:
		elem.Kind = model.NumberArray
	default:
		return model.Type{}, unsupportedType(t)
	}
	return elem, nil
}

// noteOn returns the note about a column, if there is one.
func (c *converter) noteOn(column string) []string {
	if c.note == "" {
		return nil
	}
	return []string{fmt.Sprintf("column %q: %s", column, c.note)}
}

// newConverter returns the converter of a source column. A kind that is not 0
// is the one that the configuration wants, which must be the source's own, save
// that whole numbers may be timestamps: unix seconds. loc is the parent
// segment's time zone.
func newConverter(f arrow.Field, want model.Kind, loc *time.Location) (*converter, error) {
	t := f.Type
	typ, err := typeOf(t)
	if err != nil {
		return nil, err
	}
	if want == model.Timestamp && typ == (model.Type{Kind: model.Number, Repr: model.Int64}) {
		return &converter{typ: model.Type{Kind: model.Timestamp}, encoding: model.EncodedSeconds, load: loadUnixSeconds}, nil
	}
	if want != 0 && want != typ.Kind {
		return nil, fmt.Errorf("configured as %s, but the source has %s", want, typ)
	}
	c := &converter{typ: typ}
	switch {
	case typ.IsArray():
		elem, err := newConverter(t.(*arrow.ListType).ElemField(), 0, loc)
		if err != nil {
			return nil, err
		}
		c.load = loadLists(elem)
	case typ.Kind == model.String:
		c.load = loadStrings
	case typ.Kind == model.Boolean:
		c.load = loadBooleans
	case typ.Kind == model.Date:
		c.load = loadDates
	case typ.Kind == model.Timestamp:
		c.load, c.note = timestampLoader(t.(*arrow.TimestampType), loc)
		if t.(*arrow.TimestampType).TimeZone == "" {
			c.encoding = model.EncodedLocal
		}
	case typ.Repr == model.Float64:
		c.load = loadFloats
	case typ.Repr == model.Decimal:
		c.load = loadDecimals(int32(typ.Precision), int32(typ.Scale))
	default:
		c.load = loadInts
	}
	if note, ok := f.Metadata.GetValue(source.NoteKey); ok {
		c.note = note
	}
	return c, nil
}

// newTimeConverter returns the converter of a behavior's time column: a
// timestamp, whole unix seconds, or a date, which stands for the first instant
// of its local day.
func newTimeConverter(f arrow.Field, loc *time.Location) (*converter, error) {
	if typ, err := typeOf(f.Type); err == nil && typ.Kind == model.Date {
		return &converter{
			typ: model.Type{Kind: model.Timestamp}, encoding: model.EncodedDate,
			note: "dates are read as the first instant of the day in " + loc.String(),
			load: func(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
				days := arr.(*array.Date32)
				each(arr, dst, func(i int, row uint32) { b.SetInt(int(row), window.DayStart(int32(days.Value(i)), loc)) })
				return nil
			},
		}, nil
	}
	c, err := newConverter(f, model.Timestamp, loc)
	if err != nil {
		return nil, fmt.Errorf("a timestamp is expected, the source has %s", f.Type)
	}
	return c, nil
}

// each calls set for every element that is not NULL and has a row.
func each(arr arrow.Array, dst []uint32, set func(i int, row uint32)) {
	nulls := arr.NullN() > 0
	for i, row := range dst {
		if row != noRow && (!nulls || arr.IsValid(i)) {
			set(i, row)
		}
	}
}

func loadStrings(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
	if coded, ok := arr.(*array.Dictionary); ok { // of a source.Coder
		texts, codes := coded.Dictionary().(*array.String), coded.Indices().(*array.Uint32)
		set := column.NewCodedTexts(b, texts.Len(), texts.Value)
		each(arr, dst, func(i int, row uint32) { set.Set(int(row), codes.Value(i)) })
		return nil
	}
	a := arr.(stringArray)
	each(arr, dst, func(i int, row uint32) { b.SetString(int(row), a.Value(i)) })
	return nil
}

func loadBooleans(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
	a := arr.(*array.Boolean)
	each(arr, dst, func(i int, row uint32) {
		x := int64(0)
		if a.Value(i) {
			x = 1
		}
		b.SetInt(int(row), x)
	})
	return nil
}

func loadDates(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
	a := arr.(*array.Date32)
	each(arr, dst, func(i int, row uint32) { b.SetInt(int(row), int64(a.Value(i))) })
	return nil
}

func loadInts(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
	value := wholeNumbers(arr)
	each(arr, dst, func(i int, row uint32) { b.SetInt(int(row), value(i)) })
	return nil
}

// loadDecimals refuses values of more digits than the column declares: what
// compares them counts on it.
func loadDecimals(precision, scale int32) func(*counts, *column.Builder, arrow.Array, []uint32) error {
	return func(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
		a := arr.(*array.Decimal128)
		var failed error
		each(arr, dst, func(i int, row uint32) {
			x := a.Value(i)
			if !x.FitsInPrecision(precision) && failed == nil {
				failed = &elementError{i, fmt.Errorf("%s has more digits than decimal(%d,%d) holds", x.ToString(scale), precision, scale)}
			}
			b.SetDecimal(int(row), x)
		})
		return failed
	}
}

// loadFloats widens float32 and makes NaN NULL, counted.
func loadFloats(c *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
	var value func(i int) float64
	switch a := arr.(type) {
	case *array.Float32:
		value = func(i int) float64 { return float64(a.Value(i)) }
	case *array.Float64:
		value = a.Value
	}
	each(arr, dst, func(i int, row uint32) {
		if x := value(i); math.IsNaN(x) {
			c.nan++
		} else {
			b.SetFloat(int(row), x)
		}
	})
	return nil
}

// loadLists converts the elements of lists with the converter of their type.
func loadLists(elem *converter) func(*counts, *column.Builder, arrow.Array, []uint32) error {
	return func(c *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
		a := arr.(*array.List)
		var failed error
		each(arr, dst, func(i int, row uint32) {
			lo, hi := a.ValueOffsets(i)
			elems, first := b.SetList(int(row), int(hi-lo))
			values := array.NewSlice(a.ListValues(), lo, hi)
			defer values.Release()
			places := make([]uint32, hi-lo)
			for j := range places {
				places[j] = uint32(first + j)
			}
			if err := elem.load(c, elems, values, places); err != nil && failed == nil {
				failed = &elementError{index: i, err: err}
			}
		})
		return failed
	}
}

// Unix seconds outside of these years are refused: they are most likely not
// seconds.
var (
	minUnixSeconds = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	maxUnixSeconds = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// loadUnixSeconds reads whole numbers as seconds since 1970-01-01 UTC.
func loadUnixSeconds(_ *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
	value := wholeNumbers(arr)
	var failed error
	each(arr, dst, func(i int, row uint32) {
		x := value(i)
		if (x < minUnixSeconds || x >= maxUnixSeconds) && failed == nil {
			failed = &elementError{i, fmt.Errorf("%d as unix seconds is outside of the years 1900 to 2200; milliseconds?", x)}
		}
		b.SetInt(int(row), x*1_000_000)
	})
	return failed
}

// timestampLoader returns the loader of timestamps of a unit, with or without a
// zone, and the note about those without.
func timestampLoader(t *arrow.TimestampType, loc *time.Location) (load func(*counts, *column.Builder, arrow.Array, []uint32) error, note string) {
	toInstant := func(micros int64) int64 { return micros }
	if t.TimeZone == "" {
		note = "times without a zone are read as local times in " + loc.String()
		toInstant = window.NewLocals(loc).Instant
	}
	mul, div := int64(1), int64(1)
	switch t.Unit {
	case arrow.Second:
		mul = 1_000_000
	case arrow.Millisecond:
		mul = 1_000
	case arrow.Nanosecond:
		div = 1_000
	}
	return func(c *counts, b *column.Builder, arr arrow.Array, dst []uint32) error {
		a := arr.(*array.Timestamp)
		var failed error
		each(arr, dst, func(i int, row uint32) {
			x := int64(a.Value(i))
			micros := floorDiv(x, div)
			if micros*div != x {
				c.subMicros++
			}
			if micros > math.MaxInt64/mul || micros < math.MinInt64/mul {
				if failed == nil {
					failed = &elementError{i, fmt.Errorf("timestamp %d %s is out of range", x, t.Unit)}
				}
				return
			}
			b.SetInt(int(row), toInstant(micros*mul))
		})
		return failed
	}, note
}

func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}
