package oracle

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Cases returns the cases that trip engines, with the keys that each selects,
// written by hand. Names are unique. Those that an engine cannot hold say so in
// their names: the ones that start with "NUL" and "infinity".
func Cases() []*Case {
	return slices.Concat(
		midnightCases(), losAngelesCases(), saoPauloCases(), oddDayCases(), calendarCases(), epochCases(),
		nullCases(), numberCases(), floatCases(), textCases(), keyCases(), arrayCases(), timeCases(),
		operatorCases(), filterCases(), aggregateCases(), averageCases(), edgeCases(), segmentCases(), overflowCases(), sequenceCases(),
	)
}

// The types of the cases' columns.
var (
	textType   = model.Type{Kind: model.String}
	ratioType  = model.Type{Kind: model.Number, Repr: model.Float64}
	moneyType  = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}
	hugeType   = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38}
	flagType   = model.Type{Kind: model.Boolean}
	dateType   = model.Type{Kind: model.Date}
	momentType = model.Type{Kind: model.Timestamp}
	tagsType   = model.Type{Kind: model.StringArray}
	wholesType = model.Type{Kind: model.NumberArray, Repr: model.Int64}
)

// expectation is a rule and the keys of the customers that it selects.
type expectation struct {
	rule string
	want []any
}

// keys returns the words of a text, as the keys of an expectation.
func keys(words string) []any {
	list := []any{}
	for _, w := range strings.Fields(words) {
		list = append(list, w)
	}
	return list
}

// casesOf returns a case for every expectation, named by the topic and the rule.
func casesOf(topic string, t *Table, asOf string, segments []Segment, list []expectation) []*Case {
	at, err := time.Parse(time.RFC3339Nano, asOf)
	if err != nil {
		return []*Case{{Name: topic + ": " + err.Error()}} // no such case passes a test
	}
	var cases []*Case
	for _, e := range list {
		name := topic + ": " + e.rule
		if len(name) > 200 {
			name = fmt.Sprintf("%s… of %d bytes", name[:200], len(name))
		}
		cases = append(cases, &Case{Name: name, Table: t, Segments: segments, Rule: e.rule, AsOf: at, Want: e.want})
	}
	return cases
}

// newTable returns a table of customers without attributes and behaviors.
func newTable(zone string, customers []any) *Table {
	typ := textType
	if _, ok := customers[0].(int64); ok {
		typ = wholeType
	}
	return &Table{Keys: customers, Schema: &model.Schema{
		Name: "Cases", Timezone: zone, KeyColumn: "customer_id", KeyType: typ,
		Attributes: []model.Attribute{}, Behaviors: []model.Behavior{},
	}}
}

// attribute adds an attribute with a value for each customer, as value reads it.
func (t *Table) attribute(name string, typ model.Type, values ...any) *Table {
	t.Schema.Attributes = append(t.Schema.Attributes, model.Attribute{Name: name, Type: typ})
	t.Attributes = append(t.Attributes, mapped(values, func(v any) any { return value(typ, v) }))
	return t
}

// behavior adds a behavior without events.
func (t *Table) behavior(name string, fields ...model.Field) *Table {
	b := model.Behavior{Name: name, TimeColumn: "happened_at", Fields: fields}
	t.Schema.Behaviors = append(t.Schema.Behaviors, b)
	t.Behaviors = append(t.Behaviors, make([][]Event, len(t.Keys)))
	return t
}

// event adds an event of the table's last behavior to a customer. The time is in
// the form of RFC 3339, or empty.
func (t *Table) event(key any, at string, fields ...any) *Table {
	last := len(t.Behaviors) - 1
	e := Event{Fields: make([]any, len(fields))}
	for i, v := range fields {
		e.Fields[i] = value(t.Schema.Behaviors[last].Fields[i].Type, v)
	}
	if at != "" {
		e.Time = new(int64)
		if micros, ok := value(momentType, at).(int64); ok {
			*e.Time = micros
		}
	}
	row := slices.Index(t.Keys, key)
	t.Behaviors[last][row] = append(t.Behaviors[last][row], e)
	return t
}

// value returns v as tables hold values of the type. Numbers may be given as int,
// decimals, dates and timestamps as text. What it cannot read it returns as it
// is, and the table is not valid.
func value(typ model.Type, v any) any {
	switch v := v.(type) {
	case []any:
		return mapped(v, func(element any) any { return value(typ.Elem(), element) })
	case int:
		if typ.Repr == model.Float64 {
			return float64(v)
		}
		return int64(v)
	case string:
		return textValue(typ, v)
	}
	return v
}

func textValue(typ model.Type, s string) any {
	switch {
	case typ.Repr == model.Decimal:
		if n, ok := new(big.Rat).SetString(s); ok {
			n.Mul(n, new(big.Rat).SetInt(powerOf10(int(typ.Scale))))
			if n.IsInt() {
				return Decimal{Unscaled: n.Num(), Scale: int(typ.Scale)}
			}
		}
	case typ.Kind == model.Date:
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			return Day(t.Unix() / 86_400)
		}
	case typ.Kind == model.Timestamp:
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UnixMicro()
		}
	}
	return s
}
