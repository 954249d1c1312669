package column

import (
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Vector is the values of one column for some rows: of an Arrow array, read in
// place and kept alive, or decoded into a [Buffer]. It is immutable and safe for
// concurrent use; one of a Buffer until the Buffer is used again.
type Vector struct {
	typ   model.Type
	n     int
	valid []byte // a bit per row, set where not NULL; nil: no row is NULL
	arr   arrow.Array

	// The values, in the one that the type calls for; or their codes in dict.
	ints     []int64 // Int64, Timestamp, decimals of up to 18 digits
	days     []int32 // Date
	floats   []float64
	decimals []decimal128.Num // of more than 18 digits
	bools    []byte           // a bit per row
	text     string           // String: row i is text[offsets[i]:offsets[i+1]]
	offsets  []int32          // of text; or of a list: row i is elems[offsets[i]:offsets[i+1]]
	elems    *Vector          // of a list

	dict  *Dictionary // nil: the values are above
	codes codes       // below dict.Len(), NULL rows too
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

// Type returns the type of the values.
func (v *Vector) Type() model.Type { return v.typ }

// Len returns the number of rows.
func (v *Vector) Len() int { return v.n }

// IsNull reports whether row i is NULL.
func (v *Vector) IsNull(i int) bool { return v.valid != nil && !hasBit(v.valid, i) }

// Value returns row i as a Go value: nil for NULL, else string, int64, float64,
// [Decimal], bool, [Day], [time.Time] in UTC, or []any of these for a list.
func (v *Vector) Value(i int) any {
	if v.IsNull(i) {
		return nil
	}
	if v.dict != nil {
		return v.dict.values.Value(v.codes.at(i))
	}
	switch v.typ.Kind {
	case model.String:
		return strings.Clone(v.Text(i)) // the text may lie in a mapped file
	case model.Boolean:
		return hasBit(v.bools, i)
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
		return Decimal{v.Decimal(i), int32(v.typ.Scale)}
	}
	return v.ints[i]
}

// hasBit reports whether bit i of a bitmap is set.
func hasBit(bits []byte, i int) bool { return bits[i/8]&(1<<(i%8)) != 0 }

// isNarrow reports whether t is of decimals of up to 18 digits, which are held as
// 64-bit numbers.
func isNarrow(t model.Type) bool {
	return t.Kind == model.Number && t.Repr == model.Decimal && t.Precision <= maxNarrowDigits
}

// isWide reports whether t is of decimals that need 128 bits each.
func isWide(t model.Type) bool {
	return t.Kind == model.Number && t.Repr == model.Decimal && t.Precision > maxNarrowDigits
}

// maxNarrowDigits is how many decimal digits any 64-bit number can hold.
const maxNarrowDigits = 18
