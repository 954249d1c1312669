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

// eventSet says which events of a behavior a test is about.
type eventSet struct {
	behavior int
	where    rule.Cond // nil: every event
	window   window.Spec
	seesNext bool // events at as_of and later are seen
	dated    bool // events without a time are out
}

// setOf returns the events of a behavior test.
func setOf(c *rule.BehaviorTest) eventSet {
	return eventSet{behavior: c.Behavior, where: c.Where, window: c.Window, seesNext: c.SeesNext}
}

// eventsOf returns the table of the events that a test is about.
func (g *generator) eventsOf(c *rule.BehaviorTest) *eventTable {
	key, body := g.eventsIn(setOf(c))
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

// eventsIn returns FROM and WHERE of the events of a set, which are called e, and the
// column of their customers.
func (g *generator) eventsIn(set eventSet) (key, body string) {
	at := &g.layout.Behaviors[set.behavior]
	key = g.keyColumn("e." + g.name(at.KeyColumn))
	tests := []*predicate{isNotNull(key)}
	if g.only != "" {
		tests = append(tests, leaf(key+" = "+g.only, true))
	}
	if seen := g.seen(set); seen != always {
		tests = append(tests, seen)
	}
	if set.where != nil {
		tests = append(tests, g.logic(set.where, func(f rule.Cond) *predicate { return g.field(set.behavior, f) }))
	}
	return key, "FROM " + g.table(at.Table) + " AS e\n    " + g.where(and(tests...), "    ")
}

// seen returns the test that an event counts by its time.
func (g *generator) seen(set eventSet) *predicate {
	in := g.bounds(set)
	at := g.fieldOperand(set.behavior, rule.TimeField)
	undated := set.window.UndatedSeen() && !set.dated
	if in.Lo == math.MinInt64 && in.Hi == math.MaxInt64 {
		if undated {
			return always
		}
		return isNotNull(at.sql)
	}
	dated := g.timestamps(at, rangesOf(in))
	if undated {
		return or(isNull(at.sql), dated)
	}
	return dated
}

// bounds returns between which instants events with a time count.
func (g *generator) bounds(set eventSet) window.Interval {
	in := set.window.Resolve(g.asOf, g.loc)
	if !set.seesNext {
		in.Hi = min(in.Hi, g.asOfMicros())
	}
	if kept := g.layout.Behaviors[set.behavior].KeptFrom; kept != nil {
		in.Lo = max(in.Lo, *kept)
	}
	return in
}

// aggregate returns the test of what is made of a customer's events.
func (g *generator) aggregate(t *eventTable, c *rule.BehaviorTest) *predicate {
	a := &c.Aggregate
	field := func() operand { return g.fieldOperand(c.Behavior, a.Field) }
	switch a.Op {
	case rule.AggregateCount, rule.AggregateDistinct, rule.AggregateDays:
		x := operand{sql: g.number(t, c), present: true}
		return g.ints(x, a.Counts, rule.Range[int64]{Lo: 0, Hi: math.MaxInt64})
	case rule.AggregateSum:
		return g.sum(t, field(), a)
	case rule.AggregateAvg:
		return g.average(t, field(), a)
	case rule.AggregateMin, rule.AggregateMax:
		return g.extreme(t, extremeCalls[a.Op], field(), a.Type, &a.Values)
	case rule.AggregateFirst, rule.AggregateLast:
		if a.Window == nil {
			break
		}
		x := g.fieldOperand(c.Behavior, rule.TimeField)
		values := rule.Values{Ints: rangesOf(a.Window.Resolve(g.asOf, g.loc))}
		return g.extreme(t, endCalls[a.Op], x, model.Type{Kind: model.Timestamp}, &values)
	}
	g.invalid("a behavior test without an aggregate that there is")
	return never
}

// Calls that find the least and the greatest value, and the first and the last
// time.
var (
	extremeCalls = map[rule.AggregateOp]string{rule.AggregateMin: "min", rule.AggregateMax: "max"}
	endCalls     = map[rule.AggregateOp]string{rule.AggregateFirst: "min", rule.AggregateLast: "max"}
)

// number returns a count of events, of days or of distinct values, which is 0 for
// customers without events.
func (g *generator) number(t *eventTable, c *rule.BehaviorTest) string {
	expression := "count(*)"
	switch c.Aggregate.Op {
	case rule.AggregateDistinct:
		expression = "count(DISTINCT " + g.distinct(c, g.fieldOperand(c.Behavior, c.Aggregate.Field)) + ")"
	case rule.AggregateDays:
		expression = "count(DISTINCT " + g.day(g.bounds(setOf(c)), g.fieldOperand(c.Behavior, rule.TimeField)) + ")"
	}
	return "COALESCE(" + t.value(expression) + ", 0)"
}

// maxZeroScale is the greatest scale of a sum of 38 digits beside which a plain 0
// may stand: Spark takes it for a DECIMAL(10,0), and to hold both cuts digits after
// the point.
const maxZeroScale = maxDigits - 10

// sum returns the test of a sum, which is 0 for customers without values.
func (g *generator) sum(t *eventTable, x operand, a *rule.Aggregate) *predicate {
	total := operand{sql: g.totalOrZero(t, x, a.Type)}
	switch a.Type.Repr {
	case model.Float64:
		// Infinities of both signs sum to NaN, which is NULL and stays so.
		return g.floats(total, a.Values.Floats)
	case model.Decimal, model.Int64:
		total.present, total.clean = true, true
		return g.decimals(total, a.Values.Decimals, int(rule.SumType(a.Type).Scale))
	}
	g.invalid("a sum of values of type %s", a.Type)
	return never
}

// totalOrZero returns the sum of the values of events, 0 where there is none.
func (g *generator) totalOrZero(t *eventTable, x operand, typ model.Type) string {
	nothing := "0"
	if scale := rule.SumType(typ).Scale; scale > maxZeroScale {
		nothing = fmt.Sprintf("CAST(0 AS DECIMAL(%d,%d))", maxDigits, scale)
	}
	return "COALESCE(" + t.value(g.total(x, typ)) + ", " + nothing + ")"
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
	return g.values(g.leastOrGreatest(t, call, x, typ, v.Ints), typ, v)
}

// leastOrGreatest returns the least or greatest value, exact enough for the test
// that it is in some ranges of instants.
func (g *generator) leastOrGreatest(t *eventTable, call string, x operand, typ model.Type, rs []rule.Range[int64]) operand {
	argument := g.cleaned(x, typ).sql
	if typ.Kind == model.Timestamp && x.encoding == model.EncodedLocal {
		argument = g.canonical(x.sql, gapsAtEnds(rs, g.loc))
	}
	return operand{
		sql: t.value(call + "(" + argument + ")"), encoding: x.encoding, clean: true, canonical: true,
	}
}
