package sqlgen

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// average returns the test of an average. It is made without a division, as
// [rule.Averages] says: sum >= bound * count.
func (g *generator) average(t *eventTable, x operand, a *rule.Aggregate) *predicate {
	averages := a.Averages
	if a.Type.Repr != model.Float64 {
		averages = fold(averages, a.Type)
	}
	if averages.None {
		return never
	}
	sum := t.value(g.total(x, a.Type))
	if a.Type.Repr == model.Float64 {
		sum = g.cleaned(operand{sql: sum}, a.Type).sql // infinities of both signs
	}
	if averages.Lo == nil && averages.Hi == nil {
		return isNotNull(sum)
	}
	argument := x.sql
	if a.Type.Repr == model.Float64 {
		argument = g.double(argument)
	}
	count := t.value("count(" + g.cleaned(operand{sql: argument}, a.Type).sql + ")")
	if lo, hi := averages.Lo, averages.Hi; lo != nil && hi != nil && sameBound(lo, hi) {
		return g.averageBound(sum, count, lo, " = ", a.Type)
	}
	var tests []*predicate
	if lo := averages.Lo; lo != nil {
		tests = append(tests, g.averageBound(sum, count, lo, comparison(lo, " >"), a.Type))
	}
	if hi := averages.Hi; hi != nil {
		tests = append(tests, g.averageBound(sum, count, hi, comparison(hi, " <"), a.Type))
	}
	return and(tests...)
}

// sameBound reports whether two bounds are the same number, itself in.
func sameBound(a, b *rule.AverageBound) bool {
	if a.Open || b.Open || a.Float != b.Float || a.Scale != b.Scale {
		return false
	}
	return a.Unscaled == nil && b.Unscaled == nil || a.Unscaled != nil && b.Unscaled != nil && a.Unscaled.Cmp(b.Unscaled) == 0
}

// comparison returns an operator for a bound that may be in or out.
func comparison(b *rule.AverageBound, strict string) string {
	if b.Open {
		return strict + " "
	}
	return strict + "= "
}

// averageBound returns the test of a sum against bound * count.
func (g *generator) averageBound(sum, count string, b *rule.AverageBound, compare string, t model.Type) *predicate {
	if t.Repr == model.Float64 {
		return leaf(sum+compare+g.float(b.Float)+" * "+g.double(count), true)
	}
	if problem := g.averageDigits(b, t); problem != "" {
		g.fail("%s", problem)
		return never
	}
	scale := max(b.Scale, int(t.Scale))
	sum = g.rescaled(sum, scale)
	product := g.times(count, b)
	whole := countDigits + boundDigits(b) - b.Scale
	if g.wideNumbers() || whole <= maxDigits-scale {
		return leaf(sum+compare+product, true)
	}
	// No type holds every product beside the sum. One that is beyond all sums
	// decides by its sign.
	limit := "1" + strings.Repeat("0", maxDigits-scale)
	above, below := "FALSE", "FALSE"
	switch strings.TrimSpace(compare)[0] {
	case '<':
		above = "TRUE"
	case '>':
		below = "TRUE"
	}
	bound := func(sign string) string {
		return fmt.Sprintf("CAST('%s%s' AS DECIMAL(%d,0))", sign, limit, len(limit))
	}
	return leaf(fmt.Sprintf("CASE WHEN %s >= %s THEN %s WHEN %s <= %s THEN %s ELSE %s%s%s END",
		product, bound(""), above, product, bound("-"), below, sum, compare, g.rescaled(product, scale)), true)
}

// Digits of the decimals that a comparison of an average takes, where the
// dialect has 38 in all. Beyond these counts of events the engine reports an
// overflow.
const (
	maxDigits      = 38
	countDigits    = 15 // of a number of events
	minBoundDigits = 19
	maxBoundDigits = 22 // of a bound: its product with a count has at most 38, Spark's spare one included
	sumSpareDigits = 6  // that a sum has beyond those of its values
)

// averageDigits says why the comparison of an average with a bound has not
// enough digits, "" where it has.
func (g *generator) averageDigits(b *rule.AverageBound, t model.Type) string {
	if g.wideNumbers() {
		return ""
	}
	digits := numberDigits(b)
	if digits > maxBoundDigits {
		return "the average is compared with a number of " + strconv.Itoa(digits) + " digits, at most " +
			strconv.Itoa(maxBoundDigits) + " can be exact"
	}
	whole := wholeDigits(t)
	if b.Scale > int(t.Scale) && whole+sumSpareDigits+b.Scale > maxDigits {
		return "the average is compared with a number of " + strconv.Itoa(b.Scale) + " digits after the point, at most " +
			strconv.Itoa(max(int(t.Scale), maxDigits-sumSpareDigits-whole)) + " can be exact"
	}
	return ""
}

// boundDigits returns the precision that a bound is given. It has more than 18
// digits: DuckDB keeps a product of two shorter numbers in 18.
func boundDigits(b *rule.AverageBound) int { return max(numberDigits(b), minBoundDigits) }

// numberDigits returns the digits that a bound has.
func numberDigits(b *rule.AverageBound) int {
	return max(len(new(big.Int).Abs(b.Unscaled).String()), b.Scale)
}

// wholeDigits returns how many digits values of a type have before the point.
func wholeDigits(t model.Type) int {
	if t.Repr == model.Decimal {
		return int(t.Precision) - int(t.Scale)
	}
	return 19
}

// fold drops bounds that no average of values of an exact type can reach, so
// that they need not be printed.
func fold(a rule.Averages, t model.Type) rule.Averages {
	beyond := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(wholeDigits(t))), nil)
	if b := a.Lo; b != nil {
		switch side(b, beyond) {
		case 1:
			a.None = true
		case -1:
			a.Lo = nil
		}
	}
	if b := a.Hi; b != nil {
		switch side(b, beyond) {
		case 1:
			a.Hi = nil
		case -1:
			a.None = true
		}
	}
	return a
}

// side says whether a bound is at beyond or above, 1, or at its negative or
// below, -1.
func side(b *rule.AverageBound, beyond *big.Int) int {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(b.Scale)), nil)
	if limit.Mul(limit, beyond); b.Unscaled.CmpAbs(limit) >= 0 {
		return b.Unscaled.Sign()
	}
	return 0
}
