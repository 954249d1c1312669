package sqlgen

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// eventTable is a table of the WITH clause: one row for each customer with
// events that pass a test, and columns of what is made of them. Behavior tests
// of the same events share one.
type eventTable struct {
	name     string
	body     string // FROM and WHERE
	key      string
	columns  []string // expressions; the first is called v1
	comments []string // the conditions that use it
}

// value returns the name of the column of an expression.
func (t *eventTable) value(expression string) string {
	i := slices.Index(t.columns, expression)
	if i < 0 {
		i = len(t.columns)
		t.columns = append(t.columns, expression)
	}
	return t.name + ".v" + strconv.Itoa(i+1)
}

// eventQuery returns the table as it stands in the WITH clause.
func (g *generator) eventQuery(t *eventTable) string {
	var b strings.Builder
	for _, c := range t.comments {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	fmt.Fprintf(&b, "  %s AS (\n    SELECT %s AS %s", t.name, t.key, customer)
	for i, c := range t.columns {
		fmt.Fprintf(&b, ",\n      %s AS v%d", c, i+1)
	}
	fmt.Fprintf(&b, "\n    %s\n    GROUP BY %s\n  )", t.body, t.key)
	return b.String()
}

// behavior returns the test of a customer's events.
func (g *generator) behavior(s *scope, c *rule.BehaviorTest) *predicate {
	if c.Behavior < 0 || c.Behavior >= len(g.layout.Behaviors) {
		g.invalid("the rule tests behavior %d of %d", c.Behavior, len(g.layout.Behaviors))
		return never
	}
	t := g.eventsOf(c)
	s.join(g, t.name, "", customer)
	return g.aggregate(t, c)
}

// eventsOf returns the table of the events that a test is about.
func (g *generator) eventsOf(c *rule.BehaviorTest) *eventTable {
	at := &g.layout.Behaviors[c.Behavior]
	key := "e." + g.name(at.KeyColumn)
	tests := []*predicate{isNotNull(key)}
	if seen := g.seen(c); seen != always {
		tests = append(tests, seen)
	}
	if c.Where != nil {
		tests = append(tests, g.logic(c.Where, func(f rule.Cond) *predicate { return g.field(c.Behavior, f) }))
	}
	body := "FROM " + g.table(at.Table) + " AS e\n    " + g.where(and(tests...), "    ")
	t := g.byBody[body]
	if t == nil {
		t = &eventTable{name: g.names.next("b", len(g.events)+1), body: body, key: key}
		g.byBody[body] = t
		g.events = append(g.events, t)
	}
	if text := comment(c.Text()); !slices.Contains(t.comments, text) {
		t.comments = append(t.comments, text)
	}
	return t
}

// seen returns the test that an event counts by its time.
func (g *generator) seen(c *rule.BehaviorTest) *predicate {
	in := g.bounds(c)
	at := g.fieldOperand(c.Behavior, rule.TimeField)
	if in.Lo == math.MinInt64 && in.Hi == math.MaxInt64 && c.Window.UndatedSeen() {
		return always
	}
	dated := g.timestamps(at, rangesOf(in))
	if c.Window.UndatedSeen() {
		return or(isNull(at.sql), dated)
	}
	return dated
}

// bounds returns between which instants events with a time count.
func (g *generator) bounds(c *rule.BehaviorTest) window.Interval {
	in := c.Window.Resolve(g.asOf, g.loc)
	if !c.SeesNext {
		in.Hi = min(in.Hi, g.asOfMicros())
	}
	if kept := g.layout.Behaviors[c.Behavior].KeptFrom; kept != nil {
		in.Lo = max(in.Lo, *kept)
	}
	return in
}

// aggregate returns the test of what is made of a customer's events.
func (g *generator) aggregate(t *eventTable, c *rule.BehaviorTest) *predicate {
	a := &c.Aggregate
	field := func() operand { return g.fieldOperand(c.Behavior, a.Field) }
	switch a.Op {
	case rule.AggregateCount:
		return g.counted(t, "count(*)", a.Counts)
	case rule.AggregateDistinct:
		return g.counted(t, "count(DISTINCT "+g.distinct(c, field())+")", a.Counts)
	case rule.AggregateDays:
		return g.counted(t, "count(DISTINCT "+g.day(g.bounds(c), g.fieldOperand(c.Behavior, rule.TimeField))+")", a.Counts)
	case rule.AggregateSum:
		return g.sum(t, field(), a)
	case rule.AggregateAvg:
		return g.average(t, field(), a)
	case rule.AggregateMin:
		return g.extreme(t, "min", field(), a.Type, &a.Values)
	case rule.AggregateMax:
		return g.extreme(t, "max", field(), a.Type, &a.Values)
	case rule.AggregateFirst, rule.AggregateLast:
		if a.Window == nil {
			break
		}
		call := map[rule.AggregateOp]string{rule.AggregateFirst: "min", rule.AggregateLast: "max"}[a.Op]
		x := g.fieldOperand(c.Behavior, rule.TimeField)
		values := rule.Values{Ints: rangesOf(a.Window.Resolve(g.asOf, g.loc))}
		return g.extreme(t, call, x, model.Type{Kind: model.Timestamp}, &values)
	}
	g.invalid("a behavior test without an aggregate that there is")
	return never
}

// counted returns the test of a count, which is 0 for customers without events.
func (g *generator) counted(t *eventTable, expression string, counts []rule.Range[int64]) *predicate {
	x := operand{sql: "COALESCE(" + t.value(expression) + ", 0)", present: true}
	return g.ints(x, counts, rule.Range[int64]{Lo: 0, Hi: math.MaxInt64})
}

// maxZeroScale is the greatest scale of a sum of 38 digits beside which a plain 0
// may stand: Spark takes it for a DECIMAL(10,0), and to hold both cuts digits after
// the point.
const maxZeroScale = maxDigits - 10

// sum returns the test of a sum, which is 0 for customers without values.
func (g *generator) sum(t *eventTable, x operand, a *rule.Aggregate) *predicate {
	nothing := "0"
	if scale := rule.SumType(a.Type).Scale; scale > maxZeroScale {
		nothing = fmt.Sprintf("CAST(0 AS DECIMAL(%d,%d))", maxDigits, scale)
	}
	zero := func(x string) string { return "COALESCE(" + x + ", " + nothing + ")" }
	switch a.Type.Repr {
	case model.Float64:
		// Infinities of both signs sum to NaN, which is NULL and stays so.
		total := operand{sql: zero(t.value(g.total(x, a.Type)))}
		return g.floats(total, a.Values.Floats)
	case model.Decimal, model.Int64:
		total := operand{sql: zero(t.value(g.total(x, a.Type))), present: true, clean: true}
		return g.decimals(total, a.Values.Decimals, int(rule.SumType(a.Type).Scale))
	}
	g.invalid("a sum of values of type %s", a.Type)
	return never
}

// total returns the sum of the values of events, NULL where there is none.
func (g *generator) total(x operand, t model.Type) string {
	switch t.Repr {
	case model.Float64:
		x.sql = g.double(x.sql)
		return "sum(" + g.cleaned(x, t).sql + ")"
	case model.Decimal:
		return g.sumDecimal(g.cleaned(x, t).sql, int(t.Precision), int(t.Scale))
	}
	return g.sumWhole(x.sql)
}

// extreme returns the test of the least or greatest value, NULL where there is
// none.
func (g *generator) extreme(t *eventTable, call string, x operand, typ model.Type, v *rule.Values) *predicate {
	argument := g.cleaned(x, typ).sql
	if typ.Kind == model.Timestamp && x.encoding == model.EncodedLocal {
		argument = g.canonical(x.sql, gapsAtEnds(v.Ints, g.loc))
	}
	value := operand{
		sql: t.value(call + "(" + argument + ")"), encoding: x.encoding, clean: true, canonical: true,
	}
	return g.values(value, typ, v)
}
