package column

import "github.com/rollcall-db/rollcall/engine/model"

// Coded is a column on its way to what [AppendEncoded] appends, in two steps: the
// first needs the dictionary, the second takes the time. So columns that share a
// dictionary go through the first in their order, and through the second side by
// side.
type Coded struct {
	b       *Builder
	rows    []uint32
	nulls   int
	codes   []int64
	isCoded bool
	whole   []byte // of lists, which are done in the first step
}

// NewCoded makes the first step for the rows of b, whose texts d numbers; it may be
// nil. Neither b nor rows may change before the second. The error is a
// *TooLargeError.
func NewCoded(b *Builder, rows []uint32, d *DictionaryBuilder) (*Coded, error) {
	c := &Coded{b: b, rows: rows}
	switch {
	case d != nil && b.typ.IsArray():
		var err error
		c.whole, err = AppendEncoded(nil, b, rows, d)
		return c, err
	case b.typ.Kind == model.String:
		c.nulls = b.countNulls(rows)
		c.codes, c.isCoded = b.codesIn(d, rows, c.nulls)
	}
	return c, nil
}

// AppendTo makes the second step: it appends what AppendEncoded would have. The
// error is a *TooLargeError.
func (c *Coded) AppendTo(dst []byte) ([]byte, error) {
	switch {
	case c.whole != nil:
		return append(dst, c.whole...), nil
	case c.isCoded:
		return c.b.encodeCodes(dst, c.rows, c.nulls, c.codes), nil
	case c.b.typ.Kind == model.String:
		return c.b.encodePlainTexts(dst, c.rows, c.nulls)
	}
	return AppendEncoded(dst, c.b, c.rows, nil)
}
