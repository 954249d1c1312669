package oracle

import (
	"cmp"
	"fmt"
	"math"
	"math/big"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// aggregate reports whether what the aggregate makes of events passes its test.
func (e *evaluation) aggregate(a rule.Aggregate, events []Event) (bool, error) {
	switch a.Op {
	case rule.AggregateCount:
		return inInts(a.Counts, int64(len(events))), nil
	case rule.AggregateDistinct:
		n, err := distinct(values(events, a.Field))
		return inInts(a.Counts, n), err
	case rule.AggregateDays:
		days := map[Day]bool{}
		for _, t := range values(events, rule.TimeField) {
			days[localDay(t.(int64), e.loc)] = true
		}
		return inInts(a.Counts, int64(len(days))), nil
	case rule.AggregateSum:
		total, err := sum(a.Type, values(events, a.Field))
		if total == nil || err != nil {
			return false, err
		}
		return contains(a.Values, rule.SumType(a.Type), total)
	case rule.AggregateAvg:
		return average(a, values(events, a.Field))
	case rule.AggregateMin, rule.AggregateMax, rule.AggregateFirst, rule.AggregateLast:
		return e.extreme(a, values(events, a.Field))
	}
	return false, fmt.Errorf("aggregate %d is unknown", a.Op)
}

// values returns the values of a field that are not NULL.
func values(events []Event, position int) []any {
	var list []any
	for _, event := range events {
		if v := field(event, position); v != nil {
			list = append(list, v)
		}
	}
	return list
}

// distinct returns the number of different values.
func distinct(list []any) (int64, error) {
	different := map[any]bool{}
	for _, v := range list {
		switch v := v.(type) {
		case Decimal:
			different[v.Unscaled.String()] = true // all of a field have one scale
		case []any:
			return 0, fmt.Errorf("lists are not counted")
		default:
			different[v] = true // -0.0 and 0.0 are one key
		}
	}
	return int64(len(different)), nil
}

// sum adds numbers of a type: to a float64 or a Decimal as rule.SumType says, or
// to nil for infinities of both signs.
func sum(typ model.Type, list []any) (any, error) {
	if typ.Repr == model.Float64 {
		return sumFloats(list), nil
	}
	total := Decimal{Unscaled: new(big.Int), Scale: int(rule.SumType(typ).Scale)}
	for _, v := range list {
		switch v := v.(type) {
		case int64:
			total.Unscaled.Add(total.Unscaled, big.NewInt(v))
		case Decimal:
			total.Unscaled.Add(total.Unscaled, v.Unscaled)
		default:
			return nil, fmt.Errorf("a %T cannot be added", v)
		}
	}
	if digits(total.Unscaled) > 38 {
		return nil, ErrOverflow
	}
	return total, nil
}

// exactBits holds every sum of fewer than 2^64 float64 numbers without rounding:
// they are multiples of 2^-1074 below 2^1024.
const exactBits = 1074 + 1024 + 64

func sumFloats(list []any) any {
	total := new(big.Float).SetPrec(exactBits)
	up, down := false, false
	for _, v := range list {
		switch f := v.(float64); {
		case math.IsInf(f, 1):
			up = true
		case math.IsInf(f, -1):
			down = true
		default:
			total.Add(total, new(big.Float).SetPrec(exactBits).SetFloat64(f))
		}
	}
	switch {
	case up && down:
		return nil
	case up:
		return math.Inf(1)
	case down:
		return math.Inf(-1)
	}
	rounded, _ := total.Float64()
	return rounded
}

// average compares the sum of numbers with the bounds times their count.
func average(a rule.Aggregate, list []any) (bool, error) {
	total, err := sum(a.Type, list)
	if total == nil || err != nil {
		return false, err
	}
	if len(list) == 0 || a.Averages.None {
		return false, nil
	}
	if lo := a.Averages.Lo; lo != nil {
		if c := compareAverage(total, len(list), lo); c < 0 || c == 0 && lo.Open {
			return false, nil
		}
	}
	if hi := a.Averages.Hi; hi != nil {
		if c := compareAverage(total, len(list), hi); c > 0 || c == 0 && hi.Open {
			return false, nil
		}
	}
	return true, nil
}

// compareAverage returns -1, 0 or 1 as the sum of count numbers is less than,
// equal to or greater than bound times count.
func compareAverage(total any, count int, bound *rule.AverageBound) int {
	if f, ok := total.(float64); ok {
		return cmp.Compare(f, bound.Float*float64(count))
	}
	decimal := total.(Decimal)
	left := new(big.Rat).SetFrac(decimal.Unscaled, powerOf10(decimal.Scale))
	right := new(big.Rat).SetFrac(bound.Unscaled, powerOf10(bound.Scale))
	right.Mul(right, new(big.Rat).SetInt64(int64(count)))
	return left.Cmp(right)
}

func powerOf10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// extreme tests the least or the greatest of the values. Of none it is NULL.
func (e *evaluation) extreme(a rule.Aggregate, list []any) (bool, error) {
	if len(list) == 0 {
		return false, nil
	}
	least := a.Op == rule.AggregateMin || a.Op == rule.AggregateFirst
	found := list[0]
	for _, v := range list[1:] {
		c, err := compare(v, found)
		if err != nil {
			return false, err
		}
		if least && c < 0 || !least && c > 0 {
			found = v
		}
	}
	if a.Op == rule.AggregateFirst || a.Op == rule.AggregateLast {
		return inInterval(found.(int64), a.Window.Resolve(e.asOf, e.loc)), nil
	}
	return contains(a.Values, a.Type, found)
}

// compare orders two numbers, dates or timestamps of one type.
func compare(a, b any) (int, error) {
	switch a := a.(type) {
	case int64:
		return cmp.Compare(a, b.(int64)), nil
	case float64:
		return cmp.Compare(a, b.(float64)), nil
	case Day:
		return cmp.Compare(a, b.(Day)), nil
	case Decimal:
		return a.Unscaled.Cmp(b.(Decimal).Unscaled), nil
	}
	return 0, fmt.Errorf("a %T has no order here", a)
}
