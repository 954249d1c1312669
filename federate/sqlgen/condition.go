package sqlgen

import (
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// selection returns the predicate of a condition on customers.
func (g *generator) selection(s *scope, c rule.Cond) *predicate {
	return g.logic(c, func(c rule.Cond) *predicate {
		switch c := c.(type) {
		case *rule.AttributeTest:
			return g.attribute(s, c)
		case *rule.BehaviorTest:
			return g.behavior(s, c)
		case *rule.SequenceTest:
			return g.sequence(s, c)
		case *rule.SegmentTest:
			return g.segment(s, c.Segment)
		}
		g.invalid("a condition of type %T cannot be on customers", c)
		return never
	})
}

// logic returns the predicate of a condition, whose tests are left to test.
func (g *generator) logic(c rule.Cond, test func(rule.Cond) *predicate) *predicate {
	switch c := c.(type) {
	case *rule.And:
		return g.junction(and, c.Conds, test)
	case *rule.Or:
		return g.junction(or, c.Conds, test)
	case *rule.Not:
		return not(g.logic(c.Cond, test))
	}
	before := g.condition
	g.condition = c.Text()
	p := test(c)
	g.condition = before
	return p
}

func (g *generator) junction(
	join func(...*predicate) *predicate, conds []rule.Cond, test func(rule.Cond) *predicate,
) *predicate {
	if len(conds) == 0 {
		g.invalid("an and or an or without operands")
		return never
	}
	operands := make([]*predicate, len(conds))
	for i, c := range conds {
		operands[i] = g.logic(c, test)
	}
	return join(operands...)
}

// attribute returns the test of an attribute.
func (g *generator) attribute(s *scope, c *rule.AttributeTest) *predicate {
	x, ok := g.attributeOperand(s, c.Attribute)
	if !ok {
		return never
	}
	return g.column(x, &c.ColumnTest)
}

// attributeOperand returns an attribute, with the table that has it joined. It
// reports false where no table has it.
func (g *generator) attributeOperand(s *scope, attribute int) (x operand, ok bool) {
	column, ok := g.heldAttribute(s, attribute)
	if !ok {
		return operand{}, false
	}
	column = g.asRead(column, g.checked.Schema.Attributes[attribute].Type)
	return operand{sql: column, encoding: g.layout.Attributes[attribute].Encoding}, true
}

// heldAttribute is attributeOperand for the attribute as the source holds it.
func (g *generator) heldAttribute(s *scope, attribute int) (column string, ok bool) {
	if attribute < 0 || attribute >= len(g.layout.Attributes) {
		g.invalid("attribute %d is wanted of %d", attribute, len(g.layout.Attributes))
		return "", false
	}
	at := &g.layout.Attributes[attribute]
	if at.Table == (model.TableRef{}) {
		g.fail("attribute %q is computed when a snapshot is built: no table has it", g.checked.Schema.Attributes[attribute].Name)
		return "", false
	}
	alias := "m"
	if at.Table != g.layout.Master || at.KeyColumn != "" && at.KeyColumn != g.layout.KeyColumn {
		alias = s.join(g, g.table(at.Table), "a", g.name(at.KeyColumn))
	}
	return alias + "." + g.name(at.Column), true
}

// asRead returns a column of a type as it is tested and returned. Lists are returned
// as the source holds them, which reads the same.
func (g *generator) asRead(column string, t model.Type) string {
	if t.Kind == model.String {
		return g.textual(column)
	}
	return column
}

// field returns the test of a field of the events of a behavior, which are
// called e.
func (g *generator) field(behavior int, c rule.Cond) *predicate {
	test, ok := c.(*rule.FieldTest)
	if !ok {
		g.invalid("a condition of type %T cannot be on events", c)
		return never
	}
	return g.column(g.fieldOperand(behavior, test.Field), &test.ColumnTest)
}

// fieldOperand returns a field of the events of a behavior.
func (g *generator) fieldOperand(behavior, field int) operand {
	events := &g.layout.Behaviors[behavior]
	at, typ := &events.Time, model.Type{Kind: model.Timestamp}
	switch {
	case field == rule.TimeField:
	case field < 0 || field >= len(events.Fields):
		g.invalid("the rule tests field %d of %d", field, len(events.Fields))
		return operand{}
	default:
		at, typ = &events.Fields[field], g.checked.Schema.Behaviors[behavior].Fields[field].Type
	}
	return operand{sql: g.asRead("e."+g.name(at.Column), typ), encoding: at.Encoding}
}

// operand is a value to be tested.
type operand struct {
	sql      string
	encoding model.TimeEncoding // of a Timestamp

	// clean says that the value is never a NaN and that a test of it must be NULL
	// just where it is.
	clean bool
	// present says that the value is never NULL.
	present bool
	// canonical says of a local time that it lies in no gap of the zone.
	canonical bool
}

// column returns the test of a value.
func (g *generator) column(x operand, c *rule.ColumnTest) *predicate {
	switch {
	case c.IsNull:
		return isNull(g.cleaned(x, c.Type).sql)
	case c.Window != nil:
		return g.window(x, c.Type, c.Window.Resolve(g.asOf, g.loc))
	case c.Type.IsArray():
		return g.list(x, c)
	}
	p := g.values(x, c.Type, &c.Values)
	if c.Values.Except {
		// Only a test of list elements has it, by the checker; it means the same here.
		return and(isNotNull(g.cleaned(x, c.Type).sql), not(p))
	}
	return p
}

// values returns the test that a value is in a set, its Except aside.
func (g *generator) values(x operand, t model.Type, v *rule.Values) *predicate {
	switch t.Kind {
	case model.String:
		return g.strings(x, &v.Strings)
	case model.Boolean:
		return g.bools(x, v.Bools)
	case model.Date:
		return g.dates(x, v.Ints)
	case model.Timestamp:
		return g.timestamps(x, v.Ints)
	}
	return g.numbers(x, t, v)
}

func (g *generator) bools(x operand, values []bool) *predicate {
	switch {
	case len(values) == 0:
		return never
	case len(values) > 1:
		return isNotNull(x.sql)
	case values[0]:
		return leaf(x.sql+" = TRUE", true)
	}
	return leaf(x.sql+" = FALSE", true)
}
