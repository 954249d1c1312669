package oracle

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestFloatSum: the sum is the true one, rounded once.
func TestFloatSum(t *testing.T) {
	inf := math.Inf(1)
	check := func(want any, numbers ...any) {
		t.Helper()
		if got := sumFloats(numbers); got != want {
			t.Errorf("sum of %v is %v, want %v", numbers, got, want)
		}
	}
	check(0.0)
	check(1.0, 1e300, 1.0, -1e300)
	check(0.6, 0.1, 0.2, 0.3) // two additions of float64 give 0.6000000000000001
	check(float64(1<<53), float64(1<<53), 1.0)
	check(float64(1<<53)+4, float64(1<<53), 1.0, 1.0, 1.0)
	check(5e-324, 5e-324, math.MaxFloat64, -math.MaxFloat64)
	check(math.MaxFloat64, math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64)
	check(inf, math.MaxFloat64, math.MaxFloat64)
	check(inf, inf, -math.MaxFloat64)
	check(-inf, -inf, 1.0)
	check(nil, inf, -inf, 1.0)
}

// TestWholeSum: sums are exact beyond int64, and what counts is the sum, not what
// it was on the way.
func TestWholeSum(t *testing.T) {
	most, least := int64(math.MaxInt64), int64(math.MinInt64)
	checkSum := func(typ model.Type, want string, numbers ...any) {
		t.Helper()
		got, err := sum(typ, numbers)
		text := "OVERFLOW"
		if err == nil {
			text = got.(Decimal).String()
		}
		if text != want {
			t.Errorf("sum of %v is %s, want %s", numbers, text, want)
		}
	}
	checkSum(wholeType, "0")
	checkSum(wholeType, "18446744073709551613", most, most, int64(-1))
	checkSum(wholeType, "-1", most, least)
	nines := value(hugeType, strings.Repeat("9", 38))
	minus := value(hugeType, "-"+strings.Repeat("9", 38))
	checkSum(hugeType, strings.Repeat("9", 38), nines)
	checkSum(hugeType, "OVERFLOW", nines, value(hugeType, "1"))
	checkSum(hugeType, strings.Repeat("9", 38), nines, nines, minus)
	checkSum(hugeType, "OVERFLOW", minus, value(hugeType, "-1"))
	checkSum(moneyType, "-0.01", value(moneyType, "0.01"), value(moneyType, "-0.02"))
}

// TestAsOfIsFloored: digits of as_of below the microsecond do not count.
func TestAsOfIsFloored(t *testing.T) {
	table := newTable("UTC", keys("before at")).behavior("purchase").
		event("before", "2023-05-10T11:59:59.999999Z").event("at", "2023-05-10T12:00:00Z")
	at := time.Date(2023, 5, 10, 12, 0, 0, 999, time.UTC)
	for text, want := range map[string][]any{`purchase`: keys("before"), `purchase in next 1 second`: keys("at")} {
		checkCase(t, &Case{Table: table, Rule: text, AsOf: at, Want: want})
	}
}

// TestMalformed: trees that no checker makes are errors.
func TestMalformed(t *testing.T) {
	table := newTable("UTC", keys("a")).attribute("tags", tagsType, list("x")).attribute("n", wholeType, 1).
		behavior("event", fieldOf("s", textType)).event("a", "", "x")
	values := rule.ColumnTest{Type: tagsType, Values: rule.Values{Strings: rule.Strings{Op: 99}}}
	for name, root := range map[string]rule.Cond{
		"no condition":          nil,
		"and of one":            &rule.And{Conds: []rule.Cond{&rule.Not{}}},
		"not of none":           &rule.Not{},
		"field of a customer":   &rule.FieldTest{},
		"list without quant":    &rule.AttributeTest{ColumnTest: rule.ColumnTest{Type: tagsType}},
		"unknown string test":   &rule.AttributeTest{ColumnTest: values},
		"unknown aggregate":     &rule.BehaviorTest{Aggregate: rule.Aggregate{Op: 99}},
		"sum of strings":        &rule.BehaviorTest{Aggregate: rule.Aggregate{Op: rule.AggregateSum, Type: textType}},
		"attribute of an event": &rule.BehaviorTest{Where: &rule.AttributeTest{}},
		"in a segment":          &rule.SegmentTest{Segment: &rule.Segment{Path: "x"}},
	} {
		if rows, err := Select(table, &rule.Checked{Root: root, Schema: table.Schema, Location: time.UTC}, time.Time{}); err == nil {
			t.Errorf("%s: got %v, want an error", name, rows)
		}
	}
}

// TestValidate: tables that their schema does not allow are errors.
func TestValidate(t *testing.T) {
	check := func(want string, table *Table) {
		t.Helper()
		if err := table.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	check(`key a is there twice`, newTable("UTC", keys("a a")))
	check(`the key is NULL`, newTable("UTC", []any{nil}))
	check(`1 values, expected 2`, newTable("UTC", keys("a b")).attribute("n", wholeType, 1))
	check(`is no value of type number (int64)`, newTable("UTC", keys("a")).attribute("n", wholeType, 1.5))
	check(`is no value of type number (float64)`, newTable("UTC", keys("a")).attribute("n", ratioType, math.NaN()))
	check(`is no value of type number (decimal(10,2))`, newTable("UTC", keys("a")).attribute("n", moneyType, "100000000"))
	check(`is no value of type number (decimal(10,2))`, newTable("UTC", keys("a")).attribute("n", moneyType, "0.001"))
	check(`is no value of type date`, newTable("UTC", keys("a")).attribute("n", dateType, int64(1)))
	check(`is no value of type string`, newTable("UTC", keys("a")).attribute("n", textType, "\xff"))
	check(`is no value of type string`, newTable("UTC", keys("a")).attribute("n", tagsType, list("x", int64(1))))
	check(`field "f", row 0`, newTable("UTC", keys("a")).behavior("e", fieldOf("f", flagType)).event("a", "", "true"))
	check(`0 fields, expected 1`, newTable("UTC", keys("a")).behavior("e", fieldOf("f", flagType)).event("a", ""))
}
