package oracle

import (
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
)

// ruleMaker makes random rules over a table.
type ruleMaker struct {
	random
	table    *Table
	loc      *time.Location
	asOf     int64    // microseconds
	segments []string // the paths of those that rules may refer to
}

// rule returns a rule with groups nested at most so deep.
func (m *ruleMaker) rule(depth int) *expr { return m.group(depth, m.test) }

// group returns tests joined by groups nested at most so deep.
func (m *ruleMaker) group(depth int, test func() *expr) *expr {
	if depth <= 0 || m.chance(5) {
		return test()
	}
	e := &expr{word: m.pick("and", "or", "or", "not")}
	n := 1
	if e.word != "not" {
		n = 2 + m.IntN(2)
	}
	for range n {
		e.args = append(e.args, m.group(depth-1, test))
	}
	return e
}

// test returns a test of a segment, a behavior or an attribute, or a sequence.
func (m *ruleMaker) test() *expr {
	s := m.table.Schema
	switch {
	case len(m.segments) > 0 && m.chance(8):
		path := pickOf(m.random, m.segments)
		if path == "Base/one" && m.chance(2) {
			path = "one"
		}
		return &expr{test: test{name: "segment " + quote(path)}}
	case len(s.Behaviors) > 0 && m.chance(2):
		if m.chance(6) {
			return &expr{test: m.sequence()}
		}
		return &expr{test: m.behavior(m.IntN(len(s.Behaviors)))}
	}
	i := m.IntN(len(s.Attributes))
	return &expr{test: m.column(s.Attributes[i].Name, s.Attributes[i].Type, m.table.Attributes[i])}
}

// behavior returns a test of a behavior, or of the first or last of its events.
func (m *ruleMaker) behavior(i int) test {
	b := m.table.Schema.Behaviors[i]
	t := test{name: quoteName(b.Name)}
	if m.chance(2) {
		t.where = m.group(m.IntN(2)*m.IntN(3), func() *expr { return m.field(i) })
		t.bareWhere = m.isBare(t.where)
	}
	if !m.chance(3) {
		t.window = m.window(eventTimes(m.table, i))
	}
	if m.chance(6) {
		t.edge = m.pick("first", "last")
		if t.window == "" {
			t.window = "ever"
		}
		return t
	}
	if !m.chance(4) {
		m.aggregate(&t, i)
		t.lastFirst = m.chance(3)
	}
	if t.bareWhere && t.aggregate == "" && t.window == "" {
		t.bareWhere = false // what follows must end it
	}
	return t
}

// isBare decides whether a where is written without brackets: only tests of
// fields joined by "and" can be, whose names are not those of attributes and
// behaviors, and which no window ends, since that would be the behavior's.
func (m *ruleMaker) isBare(where *expr) bool {
	tests := []*expr{where}
	if where.word == "and" {
		tests = where.args
	}
	for _, e := range tests {
		if e.word != "" || m.table.hasName(e.test.name) || e.test.window != "" || e.test.op == "" {
			return false
		}
	}
	return m.chance(2)
}

// hasName reports whether an attribute or a behavior is called so, as a rule
// writes it.
func (t *Table) hasName(written string) bool {
	for _, a := range t.Schema.Attributes {
		if quoteName(a.Name) == written {
			return true
		}
	}
	for _, b := range t.Schema.Behaviors {
		if quoteName(b.Name) == written {
			return true
		}
	}
	return false
}

// field returns a test of a field of a behavior, or of its time.
func (m *ruleMaker) field(i int) *expr {
	name, typ, values := m.fieldValues(i, m.IntN(len(m.table.Schema.Behaviors[i].Fields)+1))
	return &expr{test: m.column(name, typ, values)}
}

// fieldValues returns the name, type and values of a field; behind the last one
// comes the time.
func (m *ruleMaker) fieldValues(i, position int) (string, model.Type, []any) {
	b := m.table.Schema.Behaviors[i]
	name, typ := b.TimeColumn, model.Type{Kind: model.Timestamp}
	if position < len(b.Fields) {
		name, typ = b.Fields[position].Name, b.Fields[position].Type
	}
	var values []any
	for _, events := range m.table.Behaviors[i] {
		for _, e := range events {
			switch {
			case position < len(b.Fields):
				values = append(values, e.Fields[position])
			case e.Time != nil:
				values = append(values, *e.Time)
			}
		}
	}
	return name, typ, values
}

// column returns a test of an attribute or a field that has the values.
func (m *ruleMaker) column(name string, typ model.Type, values []any) test {
	t := test{name: quoteName(name)}
	if m.chance(10) {
		t.op = m.pick("is null", "is not null")
		return t
	}
	if typ.IsArray() {
		t.quant = m.pick("", "any", "all", fmt.Sprint("at least ", m.IntN(4)), fmt.Sprint("at most ", m.IntN(4)), fmt.Sprint("exactly ", m.IntN(4)))
	}
	literals := m.literals(typ.Elem(), values)
	elem := typ.Elem()
	switch {
	case isTime(elem) && m.chance(2):
		t.window = m.window(instants(values, m.loc))
	case elem.Kind == model.Boolean:
		t.op = m.pick("", "=", "!=", "in", "not in")
		if t.op != "" {
			t.values = []string{literals()}
		}
	case elem.Kind == model.String && m.chance(2):
		m.textTest(&t, values)
	default:
		m.compare(&t, literals)
	}
	return t
}

// instants returns the instants of dates and timestamps that are not NULL.
func instants(values []any, loc *time.Location) []int64 {
	var list []int64
	for _, v := range values {
		if v != nil {
			list = append(list, instantOf(v, loc))
		}
	}
	return list
}

// compare gives the test a comparison with one literal or more.
func (m *ruleMaker) compare(t *test, literal func() string) {
	t.op = m.pick("=", "!=", "<>", "<", "<=", ">", ">=", "between", "not between", "in", "not in")
	n := 1
	switch t.op {
	case "between", "not between":
		n = 2
	case "in", "not in":
		n = 1 + m.IntN(4)
		if m.chance(20) {
			n = 60
		}
	}
	for range n {
		t.values = append(t.values, literal())
	}
}

// textTest gives the test an operator that looks into strings.
func (m *ruleMaker) textTest(t *test, values []any) {
	t.op = m.pick("", "not ") + m.pick("contains", "starts with", "ends with", "matches")
	if t.op == "matches" || t.op == "not matches" {
		t.values = []string{quote(m.pattern(values))}
		return
	}
	for range 1 + m.IntN(2)*m.IntN(3) {
		t.values = append(t.values, quote(m.piece(values)))
	}
}

// window returns a window whose bounds lie near instants of the table.
func (m *ruleMaker) window(times []int64) string {
	at := m.asOf
	if len(times) > 0 && !m.chance(10) {
		at = pickOf(m.random, times)
	}
	unit := m.unit(abs(m.asOf - at))
	n := abs(m.asOf-at)/unitMicros[unit] + int64(m.IntN(2))
	full := m.pick("", "", "full ")
	literal := func() string { return m.timeText(m.near(at, m.loc), m.loc) }
	switch m.IntN(16) {
	case 0:
		return m.pick("today", "yesterday", "ever")
	case 1:
		return "this " + unitNames[unit]
	case 2, 3:
		return "in next " + count(max(n, 1), full, unit)
	case 4:
		return "between " + literal() + " and " + literal()
	case 5:
		other := at
		if len(times) > 0 {
			other = pickOf(m.random, times)
		}
		lo, hi := min(at, other), max(at, other)
		return "between " + m.timeText(lo, m.loc) + " and " + m.timeText(hi, m.loc)
	case 6, 7:
		return m.pick("since ", "before ", "after ") + literal()
	case 8, 9:
		from := max(n-m.between(0, 2), 0)
		return fmt.Sprint(from, " to ", count(from+m.between(1, 4), "", unit), " ago")
	case 10:
		return "more than " + count(max(n-m.between(0, 1), 1), "", unit) + " ago"
	case 11, 12:
		length := m.IntN(len(unitMicros))
		return "for " + count(m.between(1, 5), "", length) + " from " + count(max(n, 1), "", unit) + " ago"
	}
	return "in last " + count(max(n, 1), full, unit)
}

// unit returns a position in unitNames: mostly of a unit that does not need many
// digits to say how long a span is.
func (m *ruleMaker) unit(span int64) int {
	unit := m.IntN(len(unitMicros))
	for span/unitMicros[unit] > 500 && !m.chance(8) {
		unit = m.IntN(len(unitMicros))
	}
	return unit
}

var unitNames = []string{"second", "minute", "hour", "day", "day", "week", "month", "month", "quarter", "year"}

// unitMicros holds about as long as the units take.
var unitMicros = []int64{
	microsPerSecond, 60 * microsPerSecond, microsPerHour, microsPerDay, microsPerDay, 7 * microsPerDay,
	30 * microsPerDay, 30 * microsPerDay, 91 * microsPerDay, 365 * microsPerDay,
}

// count returns "3 full days".
func count(n int64, full string, unit int) string {
	text := fmt.Sprint(n, " ", full, unitNames[unit])
	if n != 1 {
		text += "s"
	}
	return text
}

func abs(n int64) int64 { return max(n, -n) }
