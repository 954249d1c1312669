package column

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Append appends the values of an array of type b.Type().Arrow(), which it
// copies: what Take gives, Append takes back.
func (b *Builder) Append(arr arrow.Array) error {
	if a, ok := arr.(*array.Uint32); ok && b.shared != nil {
		return b.appendShared(a)
	}
	if want := b.typ.Arrow(); !arrow.TypeEqual(arr.DataType(), want) {
		return fmt.Errorf("an array of type %s, expected %s", arr.DataType(), want)
	}
	first := b.n
	b.Grow(arr.Len())
	for i := range arr.Len() {
		b.valid[first+i] = arr.IsValid(i)
	}
	switch a := arr.(type) {
	case *array.Int64:
		copy(b.ints[first:], a.Int64Values())
	case *array.Timestamp:
		copy(b.ints[first:], arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues())))
	case *array.Date32:
		for i, day := range a.Date32Values() {
			b.ints[first+i] = int64(day)
		}
	case *array.Boolean:
		for i := range a.Len() {
			b.ints[first+i] = int64(index(a.IsValid(i) && a.Value(i)))
		}
	case *array.Float64:
		copy(b.floats[first:], a.Float64Values())
	case *array.Decimal128:
		if b.decimals != nil {
			copy(b.decimals[first:], a.Values())
			break
		}
		for i, x := range a.Values() {
			b.ints[first+i] = lowInt(x)
		}
	case *array.String:
		b.appendTexts(first, a)
	case *array.List:
		return b.appendLists(first, a)
	default: // a type that model.Type got later
		return fmt.Errorf("arrays of type %s cannot be taken back", arr.DataType())
	}
	return nil
}

// appendTexts sets the rows from first on to the texts of a.
func (b *Builder) appendTexts(first int, a *array.String) {
	if a.Len() == 0 {
		return
	}
	if b.shared != nil {
		for i := range a.Len() {
			if a.IsValid(i) {
				b.setShared(first+i, a.Value(i))
			}
		}
		return
	}
	offset := len(b.text) - a.ValueOffset(0)
	b.text = append(b.text, a.ValueBytes()...)
	for i := range a.Len() {
		lo := offset + a.ValueOffset(i)
		b.spans[first+i] = span{lo, lo + a.ValueLen(i)}
	}
}

// appendLists sets the rows from first on to the lists of a.
func (b *Builder) appendLists(first int, a *array.List) error {
	if a.Len() == 0 {
		return nil
	}
	lo, _ := a.ValueOffsets(0)
	_, hi := a.ValueOffsets(a.Len() - 1)
	offset := b.elems.n - int(lo)
	elems := array.NewSlice(a.ListValues(), lo, hi)
	defer elems.Release()
	if err := b.elems.Append(elems); err != nil {
		return err
	}
	for i := range a.Len() {
		lo, hi := a.ValueOffsets(i)
		b.spans[first+i] = span{offset + int(lo), offset + int(hi)}
	}
	return nil
}
