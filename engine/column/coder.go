package column

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// IsNull reports whether a row of the builder is NULL.
func (b *Builder) IsNull(row int) bool { return !b.valid[row] }

// SetNull makes a row NULL. Nothing that Take, Stored or AppendEncoded make of b
// afterwards has its value in it.
func (b *Builder) SetNull(row int) {
	b.valid[row] = false
	switch {
	case b.shared != nil:
		b.codes[row] = 0
	case b.spans != nil:
		b.spans[row] = span{}
	case b.floats != nil:
		b.floats[row] = 0
	case b.decimals != nil:
		b.decimals[row] = decimal128.Num{}
	case b.ints != nil:
		b.ints[row] = 0
	}
}

// Int returns a row of what SetInt sets; ok is false where it is NULL.
func (b *Builder) Int(row int) (x int64, ok bool) { return b.ints[row], b.valid[row] }

// Coder numbers the distinct values of a builder in the order in which they are
// first asked for.
type Coder struct {
	b        *Builder
	exact    bool // -0.0 is not 0.0
	ints     map[int64]int
	floats   map[float64]int
	decimals map[decimal128.Num]int
	texts    map[string]int
}

// NewCoder returns a coder for a builder of anything but lists.
func NewCoder(b *Builder) *Coder {
	return &Coder{
		b: b, ints: map[int64]int{}, floats: map[float64]int{},
		decimals: map[decimal128.Num]int{}, texts: map[string]int{},
	}
}

// Code returns the number of the value at row, which is not NULL: 0 for the
// first distinct value, 1 for the second.
func (c *Coder) Code(row int) int {
	b := c.b
	switch {
	case b.typ.Kind == model.String:
		text := b.bytes(row)
		if code, ok := c.texts[string(text)]; ok { // does not allocate
			return code
		}
		return number(c.texts, string(text))
	case b.typ.Repr == model.Float64 && c.exact:
		return number(c.ints, int64(math.Float64bits(b.floats[row])))
	case b.typ.Repr == model.Float64:
		return number(c.floats, b.floats[row])
	case b.decimals != nil:
		return number(c.decimals, b.decimals[row])
	}
	return number(c.ints, b.ints[row])
}

// number returns the number of key, a new one where it has none yet.
func number[K comparable](codes map[K]int, key K) int {
	code, ok := codes[key]
	if !ok {
		code = len(codes)
		codes[key] = code
	}
	return code
}
