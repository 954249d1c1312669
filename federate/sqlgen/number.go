package sqlgen

import (
	"math"
	"math/big"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// interval is a range of values as SQL: an end that is "" is open.
type interval struct {
	lo, hi         string
	loOpen, hiOpen bool // the end itself is out
}

// between returns the test that a value lies in an interval with at least one
// end.
func between(x string, in interval, nullable bool) *predicate {
	above, below := " >= ", " <= "
	if in.loOpen {
		above = " > "
	}
	if in.hiOpen {
		below = " < "
	}
	switch {
	case in.hi == "":
		return leaf(x+above+in.lo, nullable)
	case in.lo == "":
		return leaf(x+below+in.hi, nullable)
	case !in.loOpen && !in.hiOpen:
		return leaf(x+" BETWEEN "+in.lo+" AND "+in.hi, nullable)
	}
	return and(leaf(x+above+in.lo, nullable), leaf(x+below+in.hi, nullable))
}

// ranges returns the test that a value is in one of some ranges. The single
// values among them go into one IN, with literal; the other ranges are left to
// between. whole is the range of all values.
func ranges[T comparable](
	x operand, rs []rule.Range[T], whole rule.Range[T], literal func(T) string, between func(rule.Range[T]) *predicate,
) *predicate {
	var items []string
	var tests []*predicate
	for _, r := range rs {
		switch {
		case r == whole && x.present:
			return always
		case r == whole:
			return isNotNull(x.sql)
		case r.Lo == r.Hi:
			items = append(items, literal(r.Lo))
		default:
			tests = append(tests, between(r))
		}
	}
	if len(items) > 0 {
		tests = append([]*predicate{in(x.sql, items, !x.present)}, tests...)
	}
	if len(tests) == 0 {
		return never
	}
	return or(tests...)
}

// numbers returns the test that a number is in a set.
func (g *generator) numbers(x operand, t model.Type, v *rule.Values) *predicate {
	switch t.Repr {
	case model.Float64:
		return g.floats(x, v.Floats)
	case model.Decimal:
		return g.decimals(x, v.Decimals, int(t.Scale))
	}
	return g.ints(x, v.Ints, full)
}

// ints returns the test of a whole number; whole is what it can be.
func (g *generator) ints(x operand, rs []rule.Range[int64], whole rule.Range[int64]) *predicate {
	literal := func(v int64) string { return strconv.FormatInt(v, 10) }
	return ranges(x, rs, whole, literal, func(r rule.Range[int64]) *predicate {
		var in interval
		if r.Lo > whole.Lo {
			in.lo = literal(r.Lo)
		}
		if r.Hi < whole.Hi {
			in.hi = literal(r.Hi)
		}
		return between(x.sql, in, !x.present)
	})
}

// floats returns the test of a float. A NaN counts as NULL; all dialects hold it
// for greater than all numbers, so that an upper bound excludes it.
func (g *generator) floats(x operand, rs []rule.Range[float64]) *predicate {
	clean := g.cleaned(x, model.Type{Kind: model.Number, Repr: model.Float64})
	whole := rule.Range[float64]{Lo: math.Inf(-1), Hi: math.Inf(1)}
	if len(rs) > 0 && rs[len(rs)-1].Hi == whole.Hi {
		x = clean
	}
	return ranges(x, rs, whole, g.float, func(r rule.Range[float64]) *predicate {
		var in interval
		if r.Lo > whole.Lo {
			in.lo, in.loOpen = g.shorter(r.Lo, math.Nextafter(r.Lo, math.Inf(-1)))
		}
		if r.Hi < whole.Hi {
			in.hi, in.hiOpen = g.shorter(r.Hi, math.Nextafter(r.Hi, math.Inf(1)))
		}
		return between(x.sql, in, !x.present)
	})
}

// shorter returns the literal of bound, or of the next value beyond where that
// is shorter. So "greater than 0.1" is not printed as "at least
// 0.10000000000000002". The second result says that it is the one beyond.
func (g *generator) shorter(bound, beyond float64) (sql string, open bool) {
	a, b := g.float(bound), g.float(beyond+0)
	if len(b) < len(a) && !math.IsInf(beyond, 0) {
		return b, true
	}
	return a, false
}

// maxDecimal is the greatest unscaled decimal. A range without an upper end goes
// up to it.
var maxDecimal = func() decimal128.Num {
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	return decimal128.FromBigInt(n.Sub(n, big.NewInt(1)))
}()

// decimals returns the test of a decimal, or of an exact sum, of the given
// scale.
func (g *generator) decimals(x operand, rs []rule.Range[decimal128.Num], scale int) *predicate {
	clean := g.cleaned(x, model.Type{Kind: model.Number, Repr: model.Decimal})
	whole := rule.Range[decimal128.Num]{Lo: maxDecimal.Negate(), Hi: maxDecimal}
	if len(rs) > 0 && rs[len(rs)-1].Hi == whole.Hi {
		x = clean
	}
	literal := func(v decimal128.Num) string { return g.decimal(v.BigInt(), scale) }
	return ranges(x, rs, whole, literal, func(r rule.Range[decimal128.Num]) *predicate {
		var in interval
		if r.Lo.Greater(whole.Lo) {
			in.lo = literal(r.Lo)
		}
		if r.Hi.Less(whole.Hi) {
			in.hi = literal(r.Hi)
		}
		return between(x.sql, in, !x.present)
	})
}

// cleaned returns the operand with NULL in place of NaN.
func (g *generator) cleaned(x operand, t model.Type) operand {
	if x.clean || t.Kind != model.Number {
		return x
	}
	nan := ""
	switch t.Repr {
	case model.Float64:
		nan = g.nan()
	case model.Decimal:
		nan = g.decimalNaN()
	}
	if nan != "" {
		x.sql = "NULLIF(" + x.sql + ", " + nan + ")"
	}
	x.clean = true
	return x
}

// plainDecimal returns unscaled / 10^scale in digits, without an exponent.
func plainDecimal(unscaled *big.Int, scale int) string {
	digits := new(big.Int).Abs(unscaled).String()
	for len(digits) <= scale {
		digits = "0" + digits
	}
	if scale > 0 {
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if unscaled.Sign() < 0 {
		digits = "-" + digits
	}
	return digits
}

// plainFloat returns the shortest digits that give a finite float back.
func plainFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
