package column

import "github.com/rollcall-db/rollcall/engine/model"

// AppendRows appends rows of another builder of the same type, in that order.
func (b *Builder) AppendRows(from *Builder, rows []uint32) {
	first := b.n
	b.n += len(rows)
	b.valid = appendAt(b.valid, from.valid, rows)
	switch {
	case b.shared != nil && b.shared != from.shared:
		b.codes = append(b.codes, make([]uint32, len(rows))...)
		for i, row := range rows {
			if from.valid[row] {
				b.setShared(first+i, string(from.bytes(int(row))))
			}
		}
	case b.shared != nil:
		b.codes = appendAt(b.codes, from.codes, rows)
		if len(from.spans) > 0 {
			b.ownTexts(from, first, rows)
		}
	case b.elems != nil:
		b.spans = append(b.spans, make([]span, len(rows))...)
		for i, row := range rows {
			b.appendList(from, first+i, int(row))
		}
	case b.typ.Kind == model.String:
		b.spans = append(b.spans, make([]span, len(rows))...)
		for i, row := range rows {
			lo := len(b.text)
			b.text = append(b.text, from.bytes(int(row))...)
			b.spans[first+i] = span{lo, len(b.text)}
		}
	case b.typ.Repr == model.Float64:
		b.floats = appendAt(b.floats, from.floats, rows)
	case isWide(b.typ):
		b.decimals = appendAt(b.decimals, from.decimals, rows)
	default:
		b.ints = appendAt(b.ints, from.ints, rows)
	}
}

// appendAt appends the values at rows.
func appendAt[T any](dst, values []T, rows []uint32) []T {
	n := len(dst)
	if cap(dst)-n < len(rows) {
		dst = append(dst, make([]T, len(rows))...)
	}
	dst = dst[:n+len(rows)]
	for i, row := range rows {
		dst[n+i] = values[row]
	}
	return dst
}

// ownTexts copies the texts of rows that the shared ones do not have.
func (b *Builder) ownTexts(from *Builder, first int, rows []uint32) {
	for i, row := range rows {
		if int(b.codes[first+i]) < b.shared.limit {
			continue
		}
		lo := len(b.text)
		b.text = append(b.text, from.bytes(int(row))...)
		b.codes[first+i] = uint32(b.shared.limit + len(b.spans))
		b.spans = append(b.spans, span{lo, len(b.text)})
	}
}

// appendList sets a row to the list at a row of another builder.
func (b *Builder) appendList(from *Builder, to, row int) {
	at := from.spans[row]
	rows := make([]uint32, 0, at.hi-at.lo)
	for i := at.lo; i < at.hi; i++ {
		rows = append(rows, uint32(i))
	}
	first := b.elems.n
	b.elems.AppendRows(from.elems, rows)
	b.spans[to] = span{first, b.elems.n}
}

// Reserve makes room for n rows more, but for texts and lists, whose size it cannot
// know.
func (b *Builder) Reserve(n int) {
	b.valid = reserve(b.valid, n)
	switch {
	case b.shared != nil:
		b.codes = reserve(b.codes, n)
	case b.elems != nil || b.typ.Kind == model.String:
		b.spans = reserve(b.spans, n)
	case b.typ.Repr == model.Float64:
		b.floats = reserve(b.floats, n)
	case isWide(b.typ):
		b.decimals = reserve(b.decimals, n)
	default:
		b.ints = reserve(b.ints, n)
	}
}

// reserve returns s with room for n values more.
func reserve[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	larger := make([]T, len(s), len(s)+n)
	copy(larger, s)
	return larger
}
