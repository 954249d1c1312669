package column

import (
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// IsWhole reports whether every value of v is a 64-bit number, as Ints gives it:
// it is of whole numbers, timestamps, dates, booleans or decimals of up to 18
// digits.
func (v *Vector) IsWhole() bool {
	switch v.typ.Kind {
	case model.Timestamp, model.Date, model.Boolean:
		return true
	case model.Number:
		return v.typ.Repr == model.Int64 || v.typ.Repr == model.Decimal && v.narrow()
	}
	return false
}

// Ints appends the values of the given rows to dst: whole numbers, microseconds
// since 1970-01-01 UTC, days since then, 0 and 1, or unscaled decimals. The
// value of a NULL row is any. IsWhole must hold.
func (v *Vector) Ints(dst []int64, rows []uint32) []int64 {
	switch {
	case v.typ.Kind == model.Boolean:
		bools := v.arr.(*array.Boolean)
		for _, row := range rows {
			dst = append(dst, int64(index(bools.Value(int(row)))))
		}
	case v.days != nil:
		for _, row := range rows {
			dst = append(dst, int64(v.days[row]))
		}
	case v.decimals != nil:
		for _, row := range rows {
			dst = append(dst, lowInt(v.decimals[row]))
		}
	default:
		for _, row := range rows {
			dst = append(dst, v.ints[row])
		}
	}
	return dst
}

// Floats returns all values of a vector of floats, nil for other types. They
// must not be changed; the value of a NULL row is any.
func (v *Vector) Floats() []float64 { return v.floats }

// Decimals returns all values of a vector of decimals, unscaled, nil for other
// types. They must not be changed; the value of a NULL row is any.
func (v *Vector) Decimals() []decimal128.Num { return v.decimals }

// Text returns the string at row of a vector of strings. It lies in the vector's
// memory.
func (v *Vector) Text(row int) string { return v.strings.Value(row) }
