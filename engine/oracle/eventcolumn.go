package oracle

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Values returns, for every row of the table, what a column of events makes of the
// customer's events at as_of: nil for NULL, else a value of the column's type. of is
// a rule that was checked against the table's schema, as the column was. Errors are
// as those of Select.
func Values(t *Table, of *rule.Checked, c *rule.EventColumn, asOf time.Time) ([]any, error) {
	e := &evaluation{table: t, asOf: asOf, loc: of.Location}
	list := make([]any, len(t.Keys))
	for row := range list {
		events, err := e.events(c.Test, row)
		if err != nil {
			return nil, err
		}
		if list[row], err = e.value(c.Test.Aggregate, events); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// value returns what an aggregate makes of events.
func (e *evaluation) value(a rule.Aggregate, events []Event) (any, error) {
	switch a.Op {
	case rule.AggregateCount:
		return int64(len(events)), nil
	case rule.AggregateDistinct:
		return distinct(values(events, a.Field))
	case rule.AggregateDays:
		days := map[Day]bool{}
		for _, t := range values(events, rule.TimeField) {
			days[localDay(t.(int64), e.loc)] = true
		}
		return int64(len(days)), nil
	case rule.AggregateSum:
		return sum(a.Type, values(events, a.Field))
	case rule.AggregateAvg:
		return averageValue(a.Type, values(events, a.Field))
	case rule.AggregateMin, rule.AggregateFirst:
		return extremeValue(values(events, a.Field), -1)
	case rule.AggregateMax, rule.AggregateLast:
		return extremeValue(values(events, a.Field), +1)
	case rule.AggregateMostFrequent:
		return mostFrequent(values(events, a.Field))
	}
	return nil, fmt.Errorf("aggregate %d is unknown", a.Op)
}

// averageValue returns the average of numbers, rounded once; of none, and of
// infinities of both signs, nil.
func averageValue(typ model.Type, list []any) (any, error) {
	total, err := sum(typ, list)
	if total == nil || err != nil || len(list) == 0 {
		return nil, err
	}
	if f, ok := total.(float64); ok {
		return f / float64(len(list)), nil
	}
	d := total.(Decimal)
	average := new(big.Rat).SetFrac(d.Unscaled, new(big.Int).Mul(powerOf10(d.Scale), big.NewInt(int64(len(list)))))
	f, _ := average.Float64()
	return f, nil
}

// extremeValue returns the least value (sign -1) or the greatest (+1); of none nil.
func extremeValue(list []any, sign int) (any, error) {
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // nil is NULL
	}
	found := list[0]
	for _, v := range list[1:] {
		c, err := compare(v, found)
		if err != nil {
			return nil, err
		}
		if c*sign > 0 {
			found = v
		}
	}
	return found, nil
}

// mostFrequent returns the value that occurs most often, the least of several; of
// none nil.
func mostFrequent(list []any) (any, error) {
	var found any
	most := 0
	for _, v := range list {
		n := 0
		for _, w := range list {
			c, err := compareAny(v, w)
			if err != nil {
				return nil, err
			}
			if c == 0 {
				n++
			}
		}
		if n < most {
			continue
		}
		if n == most {
			if c, err := compareAny(v, found); err != nil || c >= 0 {
				continue
			}
		}
		found, most = v, n
	}
	return found, nil
}

// compareAny is compare for strings and booleans, too.
func compareAny(a, b any) (int, error) {
	switch a := a.(type) {
	case string:
		switch b := b.(string); {
		case a < b:
			return -1, nil
		case a > b:
			return 1, nil
		}
		return 0, nil
	case bool:
		switch b := b.(bool); {
		case a == b:
			return 0, nil
		case b:
			return -1, nil
		}
		return 1, nil
	}
	return compare(a, b)
}

// Equal reports whether two values of one type are the same: -0.0 is 0.0.
func Equal(a, b any) bool {
	if x, ok := a.(Decimal); ok {
		y, ok := b.(Decimal)
		return ok && x.Scale == y.Scale && x.Unscaled.Cmp(y.Unscaled) == 0
	}
	if x, ok := a.(float64); ok && math.IsNaN(x) {
		return false // there is none
	}
	return a == b
}
