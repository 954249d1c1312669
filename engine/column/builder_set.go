package column

import "github.com/rollcall-db/rollcall/engine/model"

// SetRow sets a row to a row of another builder of the same type, NULL where that
// is. Texts and lists are copied.
func (b *Builder) SetRow(row int, from *Builder, at int) {
	switch {
	case !from.valid[at]:
		b.SetNull(row)
	case b.elems != nil:
		b.valid[row] = true
		b.appendList(from, row, at)
	case b.typ.Kind == model.String:
		b.SetString(row, string(from.bytes(at)))
	case b.typ.Repr == model.Float64:
		b.SetFloat(row, from.floats[at])
	case b.typ.Repr == model.Decimal:
		b.SetDecimal(row, from.decimal(at))
	default:
		b.SetInt(row, from.ints[at])
	}
}
