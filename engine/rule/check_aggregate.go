package rule

import (
	"math"
	"math/big"
	"strconv"

	"github.com/rollcall-db/rollcall/engine/model"
)

// aggregate checks the aggregate of a test of behavior b, and what it is compared
// with, a negation aside. Without one the events are counted: there is at least
// one.
func (c *checker) aggregate(n *aggregateNode, b *model.Behavior) Aggregate {
	if n == nil {
		return Aggregate{Counts: []Range[int64]{{1, math.MaxInt64}}}
	}
	a, ok := c.aggregateOf(n, b)
	switch {
	case !ok:
	case n.op == AggregateSum:
		a.Values = c.values(*n.field, SumType(a.Type), n.test)
	case n.op == AggregateAvg:
		a.Averages = c.averages(*n.field, a.Type, n.test)
	case n.op == AggregateMin || n.op == AggregateMax:
		a.Values = c.values(*n.field, a.Type, n.test)
	default:
		a.Counts = c.counts(n.test)
	}
	return a
}

// aggregateOf checks what is computed from which field of behavior b.
func (c *checker) aggregateOf(n *aggregateNode, b *model.Behavior) (a Aggregate, ok bool) {
	a.Op = n.op
	if n.field == nil {
		return a, true
	}
	if a.Type, a.Field, ok = c.findField(b, *n.field); !ok {
		c.add(c.unknownField(*n.field, b))
		return a, false
	}
	if !takesField(n.op, a.Type) {
		c.add(c.aggregateMismatch(n, a.Type))
		return a, false
	}
	return a, true
}

// takesField reports whether the aggregate takes fields of the type.
func takesField(op AggregateOp, t model.Type) bool {
	switch op {
	case AggregateSum, AggregateAvg:
		return t.Kind == model.Number
	case AggregateMin, AggregateMax:
		return t.Kind == model.Number || isTime(t)
	}
	return !t.IsArray()
}

// averages returns the averages that pass o, its negation aside.
func (c *checker) averages(name nameNode, typ model.Type, o *opNode) Averages {
	var bounds [2]averageCut
	for i, l := range o.values {
		if !c.hasKind(name, SumType(typ), l, literalNumber) {
			return Averages{}
		}
		if len(l.num.whole)+len(l.num.frac) > MaxAverageDigits {
			c.add(c.averageTooLong(l))
			return Averages{}
		}
		bounds[i] = cutAverage(typ, l.num)
	}
	c.checkBounds(o)
	b := bounds[0]
	switch o.kind {
	case opLess:
		return upTo(b, true)
	case opAtMost:
		return upTo(b, false)
	case opGreater:
		return from(b, true)
	case opAtLeast:
		return from(b, false)
	case opBetween:
		lo, hi := from(b, false), upTo(bounds[1], false)
		return Averages{None: lo.None || hi.None, Lo: lo.Lo, Hi: hi.Hi}
	}
	if b.above || b.below {
		return Averages{None: true}
	}
	return Averages{Lo: b.bound(false), Hi: b.bound(false)}
}

// averageCut is where a literal lies among averages: at a bound, or beyond all.
type averageCut struct {
	at           AverageBound
	above, below bool
}

func (b averageCut) bound(open bool) *AverageBound {
	at := b.at
	at.Open = open
	return &at
}

// upTo returns the averages below the literal, itself included unless open.
func upTo(b averageCut, open bool) Averages {
	switch {
	case b.above:
		return Averages{}
	case b.below:
		return Averages{None: true}
	}
	return Averages{Hi: b.bound(open)}
}

// from returns the averages above the literal, itself included unless open.
func from(b averageCut, open bool) Averages {
	switch {
	case b.above:
		return Averages{None: true}
	case b.below:
		return Averages{}
	}
	return Averages{Lo: b.bound(open)}
}

// cutAverage places a literal among the averages of values of the type. For
// floats it is rounded to the nearest of them, once; one beyond the greatest
// finite number is beyond all averages, infinite ones included. No average of
// exact numbers has over 38 digits before the point.
func cutAverage(typ model.Type, lit decimal) averageCut {
	if typ.Repr == model.Float64 {
		f, err := strconv.ParseFloat(lit.String(), 64)
		return averageCut{at: AverageBound{Float: f + 0}, above: err != nil && !lit.neg, below: err != nil && lit.neg}
	}
	if len(lit.whole) > 39 {
		return averageCut{above: !lit.neg, below: lit.neg}
	}
	unscaled, _ := new(big.Int).SetString("0"+lit.whole+lit.frac, 10)
	if lit.neg {
		unscaled.Neg(unscaled)
	}
	return averageCut{at: AverageBound{Unscaled: unscaled, Scale: len(lit.frac)}}
}
