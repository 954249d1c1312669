package column

import (
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
		return v.typ.Repr == model.Int64 || isNarrow(v.typ)
	}
	return false
}

// Ints appends the values of the given rows to dst: whole numbers, microseconds
// since 1970-01-01 UTC, days since then, 0 and 1, or unscaled decimals. The
// value of a NULL row is any. IsWhole must hold.
func (v *Vector) Ints(dst []int64, rows []uint32) []int64 {
	switch {
	case v.dict != nil:
		for _, row := range rows {
			dst = append(dst, v.dict.values.int(v.codes.at(int(row))))
		}
	case v.ints != nil:
		for _, row := range rows {
			dst = append(dst, v.ints[row])
		}
	default:
		for _, row := range rows {
			dst = append(dst, v.int(int(row)))
		}
	}
	return dst
}

// Int returns a row that is not NULL as Ints does. IsWhole must hold.
func (v *Vector) Int(row int) int64 {
	switch {
	case v.dict != nil:
		return v.dict.values.int(v.codes.at(row))
	case v.ints != nil:
		return v.ints[row]
	}
	return v.int(row)
}

// int returns a row as Ints does, where v has no dictionary.
func (v *Vector) int(row int) int64 {
	switch v.typ.Kind {
	case model.Boolean:
		return int64(index(hasBit(v.bools, row)))
	case model.Date:
		return int64(v.days[row])
	}
	return v.ints[row]
}

// Floats returns all values of a vector of floats, nil for other types. They
// must not be changed; the value of a NULL row is any. Those of a column that is
// stored with a dictionary are put together by each call.
func (v *Vector) Floats() []float64 {
	if v.dict != nil {
		return expand(v.dict.values.floats, &v.codes, v.n)
	}
	return v.floats
}

// Float returns a row of a vector of floats. That of a NULL row is any.
func (v *Vector) Float(row int) float64 {
	if v.dict != nil {
		return v.dict.values.Float(v.codes.at(row))
	}
	return v.floats[row]
}

// Decimals returns all values of a vector of decimals of more than 18 digits,
// unscaled, nil for other types: others are whole. They must not be changed; the
// value of a NULL row is any. Those of a column that is stored with a dictionary
// are put together by each call.
func (v *Vector) Decimals() []decimal128.Num {
	if v.dict != nil {
		return expand(v.dict.values.decimals, &v.codes, v.n)
	}
	return v.decimals
}

// expand returns the values of n codes; nil where there are no values.
func expand[T any](values []T, c *codes, n int) []T {
	if values == nil {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = values[c.at(i)]
	}
	return out
}

// Decimal returns row i of a vector of decimals, of any number of digits,
// unscaled. The value of a NULL row is any.
func (v *Vector) Decimal(i int) decimal128.Num {
	switch {
	case v.dict != nil:
		return v.dict.values.Decimal(v.codes.at(i))
	case v.ints != nil:
		return decimal128.FromI64(v.ints[i])
	}
	return v.decimals[i]
}

// Text returns the string at row of a vector of strings. It lies in the memory of
// the vector or of its dictionary. That of a NULL row is any.
func (v *Vector) Text(row int) string {
	if v.dict != nil {
		return v.dict.values.Text(v.codes.at(row))
	}
	return v.text[v.offsets[row]:v.offsets[row+1]]
}

// Codes returns the code of every row and the dictionary that they are of, where
// v was decoded from codes; else nil. Rows have equal values where they have equal
// codes of one dictionary. The codes must not be changed; that of a NULL row is
// any of the dictionary.
func (v *Vector) Codes() ([]uint32, *Dictionary) {
	if v.codes.large == nil {
		return nil, nil
	}
	return v.codes.large, v.dict
}
