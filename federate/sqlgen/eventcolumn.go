package sqlgen

import (
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Column is a column of customers: an attribute, or what is computed from each
// customer's events.
type Column struct {
	Attribute int               // position in the schema, where Events is nil
	Events    *rule.EventColumn // checked against the rule that the statement is of
}

// Returning makes the statement return columns beside the key, each under its name, in
// the order given, as [Columns] does attributes. Averages are divided in the
// source's floats; a most frequent value, and the first and last of local times where
// clocks are changed, are an *UnsupportedError.
func Returning(columns ...Column) Option {
	return func(g *generator) { g.wide, g.columns = true, columns }
}

// eventColumn returns the value of a column of events.
func (g *generator) eventColumn(s *scope, c *rule.EventColumn) (column string, ok bool) {
	if c.Test.Behavior < 0 || c.Test.Behavior >= len(g.layout.Behaviors) {
		g.invalid("a column is of behavior %d of %d", c.Test.Behavior, len(g.layout.Behaviors))
		return "", false
	}
	before := g.condition
	g.condition = c.String()
	defer func() { g.condition = before }()
	switch a := &c.Test.Aggregate; a.Op {
	case rule.AggregateMostFrequent:
		g.fail("the most frequent value, of several the least, is computed in a snapshot alone")
		return "", false
	case rule.AggregateMin, rule.AggregateMax, rule.AggregateFirst, rule.AggregateLast:
		local := g.fieldOperand(c.Test.Behavior, a.Field).encoding == model.EncodedLocal
		if a.Type.Kind == model.Timestamp && local && g.loc != time.UTC {
			g.fail("the order of local times where clocks are changed is known in a snapshot alone")
			return "", false
		}
	}
	t := g.eventsOf(c.Test)
	s.join(g, t.name, "", customer)
	sql, _, _ := g.madeOf(t, c.Test)
	return sql, true
}

// madeOf returns what the aggregate of a test makes of a customer's events, which are
// in t: NULL where it is, its type, and how a time is encoded.
func (g *generator) madeOf(t *eventTable, c *rule.BehaviorTest) (sql string, typ model.Type, encoding model.TimeEncoding) {
	a := &c.Aggregate
	field := func() operand { return g.fieldOperand(c.Behavior, a.Field) }
	switch a.Op {
	case rule.AggregateCount, rule.AggregateDistinct, rule.AggregateDays:
		return g.number(t, c), model.Type{Kind: model.Number, Repr: model.Int64}, encoding
	case rule.AggregateSum:
		typ = rule.SumType(a.Type)
		return typed(g.totalOrZero(t, field(), a.Type), typ), typ, encoding
	case rule.AggregateAvg:
		return g.mean(t, field(), a.Type), model.Type{Kind: model.Number, Repr: model.Float64}, encoding
	case rule.AggregateMin, rule.AggregateMax:
		x := g.leastOrGreatest(t, extremeCalls[a.Op], field(), a.Type, a.Values.Ints)
		return typed(x.sql, a.Type), a.Type, x.encoding
	}
	// The first or the last; anything else has failed before.
	var tested []rule.Range[int64]
	if a.Window != nil {
		tested = rangesOf(a.Window.Resolve(g.asOf, g.loc))
	}
	typ = model.Type{Kind: model.Timestamp}
	x := g.leastOrGreatest(t, endCalls[a.Op], g.fieldOperand(c.Behavior, rule.TimeField), typ, tested)
	return x.sql, typ, x.encoding
}
