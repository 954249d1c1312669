package rule

import (
	"strconv"

	"github.com/rollcall-db/rollcall/engine/model"
)

// numbers returns the numbers that pass o, in typ's representation.
func (c *checker) numbers(name nameNode, typ model.Type, o *opNode) Values {
	var v Values
	switch typ.Repr {
	case model.Float64:
		v.Floats = numberRanges(c, name, typ, o, floatDomain, cutFloat)
	case model.Decimal:
		d := decimalDomain(int(typ.Precision))
		v.Decimals = numberRanges(c, name, typ, o, d, cutDecimal(d, int(typ.Precision), int(typ.Scale)))
	default:
		d := fullInts
		v.Ints = numberRanges(c, name, typ, o, d, func(lit decimal) cut[int64] { return cutInt(d, lit) })
	}
	return v
}

func numberRanges[T any](
	c *checker, name nameNode, typ model.Type, o *opNode, d domain[T], place func(decimal) cut[T],
) []Range[T] {
	cuts, ok := cutsOf(c, o.values, func(l literal) (cut[T], bool) {
		if !c.hasKind(name, typ, l, literalNumber) {
			return cut[T]{}, false
		}
		return place(l.num), true
	})
	if !ok {
		return nil
	}
	c.checkBounds(o)
	return d.ranges(o.kind, cuts)
}

// cutFloat places a literal among the float64 numbers: it is rounded to the
// nearest of them, once. One beyond the greatest finite number is above (below)
// all values, the infinities included.
func cutFloat(lit decimal) cut[float64] {
	f, err := strconv.ParseFloat(lit.String(), 64)
	switch {
	case err != nil && lit.neg:
		return cut[float64]{lo: floatDomain.min, below: true}
	case err != nil:
		return cut[float64]{hi: floatDomain.max, above: true}
	}
	f += 0 // a literal that rounds to -0.0 is 0
	return cut[float64]{lo: f, hi: f}
}
