package oracle

import (
	"math/big"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// aggregate gives the test of a behavior an aggregate and a comparison of it
// with about what it is for one of the customers.
func (m *ruleMaker) aggregate(t *test, i int) {
	events := m.someEvents(i)
	name, typ := m.aggregateField(i)
	found := values(events, m.table.position(i, name))
	written := "(" + quoteName(name) + ")"
	switch number := typ.Kind == model.Number; {
	case m.chance(4) || typ.IsArray():
		t.aggregate = "count"
		m.compareOne(t, m.numbers(big.NewRat(int64(len(events)), 1)))
	case m.chance(8):
		t.aggregate = "count distinct days"
		m.compareOne(t, m.numbers(big.NewRat(m.between(0, 4), 1)))
	case m.chance(4) || !number && !isTime(typ):
		t.aggregate = "count distinct " + quoteName(name)
		m.compareOne(t, m.numbers(big.NewRat(m.between(0, 4), 1)))
	case number && m.chance(3):
		t.aggregate = "sum" + written
		m.compareOne(t, m.numbers(sumOf(found)))
	case number && m.chance(2):
		t.aggregate = "avg" + written
		m.compareOne(t, m.numbers(averageOf(found)))
	default:
		t.aggregate = m.pick("min", "max") + written
		m.compareOne(t, m.literals(typ, found))
	}
}

// aggregateField returns a field of a behavior, or its time: a number more often
// than not, if there is one.
func (m *ruleMaker) aggregateField(i int) (string, model.Type) {
	fields := len(m.table.Schema.Behaviors[i].Fields)
	name, typ, _ := m.fieldValues(i, m.IntN(fields+1))
	for tries := 0; typ.Kind != model.Number && tries < 3; tries++ {
		name, typ, _ = m.fieldValues(i, m.IntN(fields+1))
	}
	return name, typ
}

// compareOne gives the test one of the comparisons that aggregates have.
func (m *ruleMaker) compareOne(t *test, literal func() string) {
	t.op = m.pick("=", "!=", "<>", "<", "<=", ">", ">=", "between", "not between")
	t.values = []string{literal()}
	if t.op == "between" || t.op == "not between" {
		t.values = append(t.values, literal())
	}
}

// position returns the place of a field, or rule.TimeField.
func (t *Table) position(behavior int, name string) int {
	for i, f := range t.Schema.Behaviors[behavior].Fields {
		if f.Name == name {
			return i
		}
	}
	return rule.TimeField
}

// someEvents returns events of one customer, who has some if anybody has.
func (m *ruleMaker) someEvents(i int) []Event {
	var buyers [][]Event
	for _, events := range m.table.Behaviors[i] {
		if len(events) > 0 {
			buyers = append(buyers, events)
		}
	}
	if len(buyers) == 0 {
		return nil
	}
	events := pickOf(m.random, buyers)
	if m.chance(2) {
		events = events[:m.IntN(len(events)+1)]
	}
	return events
}

// sumOf returns the sum of numbers, infinities left out.
func sumOf(numbers []any) *big.Rat {
	total := new(big.Rat)
	for _, v := range numbers {
		if n := exact(v); n != nil {
			total.Add(total, n)
		}
	}
	return total
}

func averageOf(numbers []any) *big.Rat {
	return new(big.Rat).Quo(sumOf(numbers), new(big.Rat).SetInt64(int64(max(len(numbers), 1))))
}

// exact returns a number, nil for infinities and what is no number.
func exact(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case float64:
		return new(big.Rat).SetFloat64(v)
	case Decimal:
		return new(big.Rat).SetFrac(v.Unscaled, powerOf10(v.Scale))
	}
	return nil
}
