package column

import (
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// AppendTo appends all rows to b, a builder of the same type, which copies them.
func (v *Vector) AppendTo(b *Builder) {
	first := b.n
	b.Grow(v.n)
	if v.appendFixed(b, first) {
		return
	}
	for row := range v.n {
		if !v.IsNull(row) {
			v.set(b, first+row, row)
		}
	}
}

// appendFixed sets the rows of b from first on to those of v, where its values are
// of one size each; else it returns false.
func (v *Vector) appendFixed(b *Builder, first int) bool {
	same := func(x int64) int64 { return x }
	switch {
	case v.ints != nil:
		setEach(v, b.valid[first:], b.ints[first:], v.ints, same)
	case v.days != nil:
		setEach(v, b.valid[first:], b.ints[first:], v.days, func(x int32) int64 { return int64(x) })
	case v.floats != nil:
		setEach(v, b.valid[first:], b.floats[first:], v.floats, func(x float64) float64 { return x })
	case v.decimals != nil:
		setEach(v, b.valid[first:], b.decimals[first:], v.decimals, func(x decimal128.Num) decimal128.Num { return x })
	default:
		return false
	}
	return true
}

// setEach sets the rows of a builder that are not NULL in v to values, as a builder
// holds them. The others stay zero, so that equal columns are held alike.
func setEach[T, V any](v *Vector, valid []bool, dst []T, values []V, held func(V) T) {
	for row, x := range values {
		if !v.IsNull(row) {
			valid[row], dst[row] = true, held(x)
		}
	}
}

// set sets a row of b to a row of v that is not NULL.
func (v *Vector) set(b *Builder, to, row int) {
	if v.dict != nil {
		v, row = v.dict.values, v.codes.at(row)
	}
	switch {
	case v.typ.Kind == model.String:
		b.SetString(to, v.Text(row))
	case v.typ.IsArray():
		lo, hi := int(v.offsets[row]), int(v.offsets[row+1])
		elems, first := b.SetList(to, hi-lo)
		for i := lo; i < hi; i++ {
			if !v.elems.IsNull(i) {
				v.elems.set(elems, first+i-lo, i)
			}
		}
	case v.typ.Repr == model.Float64:
		b.SetFloat(to, v.floats[row])
	case v.typ.Repr == model.Decimal:
		b.SetDecimal(to, v.Decimal(row))
	default:
		b.SetInt(to, v.int(row))
	}
}
