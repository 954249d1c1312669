package oracle

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// orderedType is a type with three values in order, as tables and rules write
// them.
type orderedType struct {
	typ      model.Type
	values   [3]any
	literals [3]string
}

var orderedTypes = []orderedType{
	{textType, [3]any{"B", "a", "a "}, [3]string{`'B'`, `'a'`, `'a '`}},
	{wholeType, [3]any{-5, 0, 7}, [3]string{`-5`, `0`, `7.0`}},
	{ratioType, [3]any{-0.5, 0.25, 2.0}, [3]string{`-0.5`, `0.250`, `2`}},
	{moneyType, [3]any{"-0.01", "0.00", "12.50"}, [3]string{`-0.01`, `0`, `12.5`}},
	{dateType, [3]any{"1969-12-31", "2020-02-29", "2023-05-20"}, [3]string{`'1969-12-31'`, `'2020-02-29'`, `'2023-05-20'`}},
	{
		momentType,
		[3]any{"1969-12-31T23:59:59.999999Z", "2020-02-29T12:00:00.000001Z", "2023-05-20T00:00:00Z"},
		[3]string{`'1969-12-31 23:59:59.999999'`, `'2020-02-29T12:00:00.000001Z'`, `'2023-05-20T09:00:00+09:00'`},
	},
}

// operators are tests of a value, with LO, MID and HI for the three literals, and
// the customers that pass: the one with the least value, the middle one, the
// greatest one and the one with NULL.
var operators = []expectation{
	{`= MID`, keys("mid")},
	{`!= MID`, keys("lo hi null")},
	{`<> LO`, keys("mid hi null")},
	{`< MID`, keys("lo")},
	{`<= MID`, keys("lo mid")},
	{`> MID`, keys("hi")},
	{`>= MID`, keys("mid hi")},
	{`between LO and MID`, keys("lo mid")},
	{`between HI and LO`, keys("")},
	{`not between MID and HI`, keys("lo null")},
	{`in (LO, HI, LO)`, keys("lo hi")},
	{`not in (LO, HI)`, keys("mid null")},
	{`is null`, keys("null")},
	{`is not null`, keys("lo mid hi")},
}

// operatorCases are every comparison on every type that has an order: as an
// attribute, as a field of an event and as the greatest value of events.
func operatorCases() []*Case {
	var cases []*Case
	for _, o := range orderedTypes {
		t := newTable("UTC", keys("lo mid hi null never")).
			attribute("attr", o.typ, o.values[0], o.values[1], o.values[2], nil, o.values[1]).
			behavior("event", fieldOf("f", o.typ))
		for i, key := range []string{"lo", "mid", "hi"} {
			t.event(key, "2023-05-01T00:00:00Z", o.values[i])
		}
		t.event("null", "2023-05-01T00:00:00Z", nil)
		cases = append(cases, casesOf("operators on "+o.typ.String(), t, anyTime, nil, o.expectations())...)
	}
	return cases
}

// expectations returns the operators on values of the type. The customer "never"
// has the middle value as attribute, and no events.
func (o orderedType) expectations() []expectation {
	var list []expectation
	for _, op := range operators {
		text := strings.NewReplacer("LO", o.literals[0], "MID", o.literals[1], "HI", o.literals[2]).Replace(op.rule)
		list = append(list,
			expectation{`attr ` + text, op.want}.with("never", slices.Contains(op.want, any("mid"))),
			expectation{`event where (f ` + text + `)`, op.want})
		isNull := strings.HasPrefix(op.rule, "is")
		if strings.HasSuffix(strings.SplitN(op.rule, " (", 2)[0], "in") || isNull || o.typ.Kind == model.String {
			continue // aggregates have no lists, and strings no greatest value
		}
		list = append(list,
			expectation{`event max(f) ` + text, op.want}.with("never", slices.Contains(op.want, any("null"))))
	}
	return list
}

// with adds a key at the end, if it is wanted.
func (e expectation) with(key string, wanted bool) expectation {
	if wanted {
		e.want = append(append([]any{}, e.want...), key)
	}
	return e
}
