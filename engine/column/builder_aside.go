package column

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// IsShared reports whether all texts of the builder are shared ones.
func (b *Builder) IsShared() bool { return b.shared != nil && len(b.spans) == 0 }

// Aside returns all rows as an Arrow array to be put aside, and taken back by
// Append: where coded is true, which it may be where IsShared is, the numbers of
// the shared texts, else an array of type b.Type().Arrow(). It may lie in the
// builder's memory: it is valid until a row is set or taken out. The caller releases
// it. The error is a *TooLargeError.
func (b *Builder) Aside(coded bool) (arrow.Array, error) {
	if coded {
		return b.inPlace(arrow.PrimitiveTypes.Uint32, arrow.Uint32Traits.CastToBytes(b.codes)), nil
	}
	switch t := b.typ.Arrow(); t.ID() {
	case arrow.INT64, arrow.TIMESTAMP:
		return b.inPlace(t, arrow.Int64Traits.CastToBytes(b.ints)), nil
	case arrow.FLOAT64:
		return b.inPlace(t, arrow.Float64Traits.CastToBytes(b.floats)), nil
	}
	rows := make([]uint32, b.n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return b.Take(rows)
}

// inPlace returns all rows as an array whose values are data.
func (b *Builder) inPlace(t arrow.DataType, data []byte) arrow.Array {
	bits, nulls := make([]byte, bitmapBytes(b.n)), 0
	for i, valid := range b.valid {
		bits[i/8] |= byte(index(valid)) << (i % 8)
		nulls += index(!valid)
	}
	buffers := []*memory.Buffer{memory.NewBufferBytes(bits), memory.NewBufferBytes(data)}
	a := array.NewData(t, b.n, buffers, nil, nulls, 0)
	defer a.Release()
	return array.MakeFromData(a)
}

// appendShared appends the numbers of shared texts, as Aside gave them.
func (b *Builder) appendShared(a *array.Uint32) error {
	for i, code := range a.Uint32Values() {
		if a.IsValid(i) && int(code) >= len(b.shared.ends) {
			return fmt.Errorf("text %d of %d shared ones", code, len(b.shared.ends))
		}
	}
	b.codes = append(b.codes, a.Uint32Values()...)
	for i := range a.Len() {
		b.valid = append(b.valid, a.IsValid(i))
	}
	b.n += a.Len()
	return nil
}
