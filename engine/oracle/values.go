package oracle

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// columnTest reports whether a value passes a test. NULL passes "is null" only.
func columnTest(t rule.ColumnTest, v any, asOf time.Time, loc *time.Location) (bool, error) {
	switch {
	case t.IsNull:
		return v == nil, nil
	case v == nil:
		return false, nil
	case t.Window != nil:
		return inInterval(instantOf(v, loc), t.Window.Resolve(asOf, loc)), nil
	}
	if list, ok := v.([]any); ok {
		return quantified(t, list)
	}
	return contains(t.Values, t.Type, v)
}

// quantified reports whether as many elements of a list are among the test's
// values as its quantifier asks for. NULL elements are not, whatever the values.
func quantified(t rule.ColumnTest, list []any) (bool, error) {
	passing := int64(0)
	for _, element := range list {
		if element == nil {
			continue
		}
		ok, err := contains(t.Values, t.Type.Elem(), element)
		if err != nil {
			return false, err
		}
		if ok {
			passing++
		}
	}
	switch t.Quant.Op {
	case rule.QuantAny:
		return passing >= 1, nil
	case rule.QuantAll:
		return passing == int64(len(list)), nil
	case rule.QuantAtLeast:
		return passing >= t.Quant.N, nil
	case rule.QuantAtMost:
		return passing <= t.Quant.N, nil
	case rule.QuantExactly:
		return passing == t.Quant.N, nil
	}
	return false, fmt.Errorf("quantifier %d does not go with lists", t.Quant.Op)
}

// instantOf returns the microseconds of a timestamp, and of a date those of its
// first local instant.
func instantOf(v any, loc *time.Location) int64 {
	if day, ok := v.(Day); ok {
		return window.DayStart(int32(day), loc)
	}
	return v.(int64)
}

// inInterval reports whether an instant lies in an interval, whose greatest upper
// bound means none.
func inInterval(micros int64, in window.Interval) bool {
	return in.Lo <= micros && (micros < in.Hi || in.Hi == math.MaxInt64)
}

// contains reports whether a value, which is not NULL, is in a set of values of
// the type.
func contains(set rule.Values, typ model.Type, v any) (bool, error) {
	in, err := containsPlain(set, typ, v)
	return in != set.Except, err
}

func containsPlain(set rule.Values, typ model.Type, v any) (bool, error) {
	switch v := v.(type) {
	case string:
		return containsString(set.Strings, v)
	case bool:
		return slices.Contains(set.Bools, v), nil
	case Day:
		return inInts(set.Ints, int64(v)), nil
	case int64:
		return inInts(set.Ints, v), nil
	case float64:
		return slices.ContainsFunc(set.Floats, func(r rule.Range[float64]) bool { return r.Lo <= v && v <= r.Hi }), nil
	case Decimal:
		return slices.ContainsFunc(set.Decimals, func(r rule.Range[decimal128.Num]) bool {
			return bigOf(r.Lo).Cmp(v.Unscaled) <= 0 && v.Unscaled.Cmp(bigOf(r.Hi)) <= 0
		}), nil
	}
	return false, fmt.Errorf("a %T cannot be tested for values of type %s", v, typ)
}

func inInts(ranges []rule.Range[int64], v int64) bool {
	return slices.ContainsFunc(ranges, func(r rule.Range[int64]) bool { return r.Lo <= v && v <= r.Hi })
}

// containsString compares byte by byte, as Go does.
func containsString(set rule.Strings, s string) (bool, error) {
	anyOf := func(test func(s, member string) bool) bool {
		return slices.ContainsFunc(set.List, func(member string) bool { return test(s, member) })
	}
	switch set.Op {
	case rule.StringIn:
		return slices.Contains(set.List, s), nil
	case rule.StringBetween:
		return set.Lo <= s && (!set.HasHi || s < set.Hi), nil
	case rule.StringContains:
		return anyOf(strings.Contains), nil
	case rule.StringStarts:
		return anyOf(strings.HasPrefix), nil
	case rule.StringEnds:
		return anyOf(strings.HasSuffix), nil
	case rule.StringMatches:
		return set.Regexp.MatchString(s), nil
	}
	return false, fmt.Errorf("string test %d is unknown", set.Op)
}

func bigOf(n decimal128.Num) *big.Int { return n.BigInt() }
