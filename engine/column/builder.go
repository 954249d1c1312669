package column

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Builder collects the values of one column, row by row in any order. A row
// that is never set is NULL. It is not safe for concurrent use.
type Builder struct {
	typ   model.Type
	n     int
	valid []bool

	// The one that the type calls for.
	ints     []int64 // Int64, Timestamp, Date, Boolean (0 or 1), decimals of up to 18 digits
	floats   []float64
	decimals []decimal128.Num
	spans    []span // String: of text; a list: of elems
	text     []byte
	elems    *Builder // of a list

	// A String builder that shares texts with others holds places in them, and for a
	// text that they do not take the number of a span, after all places.
	shared *Texts
	codes  []uint32
}

// span is a piece [lo, hi) of the bytes or elements that rows share.
type span struct{ lo, hi int }

// NewBuilder returns a builder of values of t with n rows, all NULL.
func NewBuilder(t model.Type, n int) *Builder {
	b := &Builder{typ: t}
	if t.IsArray() {
		b.elems = NewBuilder(t.Elem(), 0)
	}
	b.Grow(n)
	return b
}

// Type returns the type of the values.
func (b *Builder) Type() model.Type { return b.typ }

// Len returns the number of rows.
func (b *Builder) Len() int { return b.n }

// Grow appends n rows, all NULL.
func (b *Builder) Grow(n int) {
	b.n += n
	b.valid = extend(b.valid, n)
	switch {
	case b.shared != nil:
		b.codes = extend(b.codes, n)
	case b.typ.IsArray() || b.typ.Kind == model.String:
		b.spans = extend(b.spans, n)
	case b.typ.Repr == model.Float64:
		b.floats = extend(b.floats, n)
	case isWide(b.typ):
		b.decimals = extend(b.decimals, n)
	default:
		b.ints = extend(b.ints, n)
	}
}

// extend appends n zero values.
func extend[T any](s []T, n int) []T { return append(s, make([]T, n)...) }

// Reset takes all rows out, and keeps their memory for the next ones.
func (b *Builder) Reset() {
	b.n = 0
	b.valid, b.ints, b.floats, b.decimals = b.valid[:0], b.ints[:0], b.floats[:0], b.decimals[:0]
	b.spans, b.text, b.codes = b.spans[:0], b.text[:0], b.codes[:0]
	if b.elems != nil {
		b.elems.Reset()
	}
}

// Bytes returns the memory that the rows take, without what is kept for more.
func (b *Builder) Bytes() int64 {
	n := int64(len(b.valid)) + int64(len(b.ints)+len(b.floats))*8 + int64(len(b.decimals)+len(b.spans))*16 + int64(len(b.text)) + int64(len(b.codes))*4
	if b.elems != nil {
		n += b.elems.Bytes()
	}
	return n
}

// SetInt sets a row of an Int64 number, a Timestamp (microseconds since
// 1970-01-01 UTC), a Date (days since then) or a Boolean (0 or 1).
func (b *Builder) SetInt(row int, x int64) { b.valid[row], b.ints[row] = true, x }

// SetFloat sets a row of a Float64 number. x is not NaN.
func (b *Builder) SetFloat(row int, x float64) { b.valid[row], b.floats[row] = true, x }

// SetDecimal sets a row of a Decimal number to an unscaled value at the type's
// scale.
func (b *Builder) SetDecimal(row int, x decimal128.Num) {
	b.valid[row] = true
	if b.decimals != nil {
		b.decimals[row] = x
	} else {
		b.ints[row] = lowInt(x)
	}
}

// decimal returns a row of a Decimal number.
func (b *Builder) decimal(row int) decimal128.Num {
	if b.decimals != nil {
		return b.decimals[row]
	}
	return decimal128.FromI64(b.ints[row])
}

// SetString sets a row of a String. The text is copied.
func (b *Builder) SetString(row int, s string) {
	if b.shared != nil {
		b.setShared(row, s)
		return
	}
	lo := len(b.text)
	if cap(b.text)-lo < len(s) {
		b.text = slices.Grow(b.text, max(len(s), lo)) // append would copy long texts many times
	}
	b.text = append(b.text, s...)
	b.valid[row], b.spans[row] = true, span{lo, len(b.text)}
}

// SetList sets a row of a list to n NULL elements and returns the builder of
// all elements with the position of the row's first, to set them there.
func (b *Builder) SetList(row, n int) (elems *Builder, first int) {
	first = b.elems.n
	b.elems.Grow(n)
	b.valid[row], b.spans[row] = true, span{first, first + n}
	return b.elems, first
}

// Compare orders rows i and j of the builder, for a canonical order of equal
// events: NULL first, then by value; strings byte-wise, lists element by
// element, -0.0 before 0.0. It returns 0 only where both are the same in every
// bit.
func (b *Builder) Compare(i, j int) int {
	if c := compareBools(b.valid[i], b.valid[j]); c != 0 || !b.valid[i] {
		return c
	}
	switch {
	case b.typ.Kind == model.String:
		if b.shared != nil && b.codes[i] == b.codes[j] {
			return 0
		}
		return bytes.Compare(b.bytes(i), b.bytes(j))
	case b.typ.IsArray():
		return b.compareLists(b.spans[i], b.spans[j])
	case b.typ.Repr == model.Float64:
		return compareFloats(b.floats[i], b.floats[j])
	case b.decimals != nil:
		return b.decimals[i].Cmp(b.decimals[j])
	}
	return cmp.Compare(b.ints[i], b.ints[j])
}

func compareBools(x, y bool) int { return index(x) - index(y) }

func compareFloats(x, y float64) int {
	if x == y {
		return compareBools(math.Signbit(y), math.Signbit(x))
	}
	return cmp.Compare(x, y)
}

func (b *Builder) compareLists(x, y span) int {
	for k := 0; k < min(x.hi-x.lo, y.hi-y.lo); k++ {
		if c := b.elems.Compare(x.lo+k, y.lo+k); c != 0 {
			return c
		}
	}
	return cmp.Compare(x.hi-x.lo, y.hi-y.lo)
}

// bytes returns the text of a row, that of a NULL empty.
func (b *Builder) bytes(i int) []byte {
	if b.shared != nil {
		return b.sharedBytes(i)
	}
	return b.text[b.spans[i].lo:b.spans[i].hi]
}

// Text returns a row that is not NULL, and not a list, as text: numbers in plain
// digits, days as 2006-01-02, instants in RFC 3339 and UTC.
func (b *Builder) Text(row int) string {
	switch {
	case b.typ.Kind == model.String:
		return string(b.bytes(row))
	case b.typ.Kind == model.Boolean:
		return strconv.FormatBool(b.ints[row] != 0)
	case b.typ.Kind == model.Date:
		return Day(b.ints[row]).String()
	case b.typ.Kind == model.Timestamp:
		return time.UnixMicro(b.ints[row]).UTC().Format(time.RFC3339Nano)
	case b.typ.Repr == model.Float64:
		return strconv.FormatFloat(b.floats[row], 'g', -1, 64)
	case b.typ.Repr == model.Decimal:
		return Decimal{b.decimal(row), int32(b.typ.Scale)}.String()
	}
	return strconv.FormatInt(b.ints[row], 10)
}
