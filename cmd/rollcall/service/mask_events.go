package service

import (
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/export"
)

// reads says of columns of events, by their names, which fields they are made of, as
// behavior.field. Callers name such columns as they like: a mask on a field holds for
// whatever is computed from it.
type reads map[string][]string

// fieldNames returns the fields of all behaviors, as masks name them.
func fieldNames(schema *model.Schema) []string {
	var names []string
	for _, b := range schema.Behaviors {
		for _, f := range b.Fields {
			names = append(names, b.Name+"."+f.Name)
		}
	}
	return names
}

// readsIn returns what the columns of events among some are made of.
func readsIn(schema *model.Schema, columns []engine.Column) reads {
	out := reads{}
	for _, c := range columns {
		if c.Events == nil {
			continue
		}
		if fields := fieldsOf(schema, c.Events.Test); len(fields) > 0 {
			out[c.Name] = fields
		}
	}
	return out
}

// fieldsOf returns the fields that a test of events reads: the one that its aggregate is
// made of, and those that its where is about.
func fieldsOf(schema *model.Schema, test *rule.BehaviorTest) []string {
	b := &schema.Behaviors[test.Behavior]
	var names []string
	add := func(field int) {
		if field == rule.TimeField {
			return // the time of an event is no field, and has no mask
		}
		if name := b.Name + "." + b.Fields[field].Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if op := test.Aggregate.Op; op != rule.AggregateCount && op != rule.AggregateDays {
		add(test.Aggregate.Field)
	}
	eachField(test.Where, add)
	return names
}

// eachField visits the fields that a condition on events is about.
func eachField(c rule.Cond, visit func(field int)) {
	switch c := c.(type) {
	case *rule.And:
		for _, one := range c.Conds {
			eachField(one, visit)
		}
	case *rule.Or:
		for _, one := range c.Conds {
			eachField(one, visit)
		}
	case *rule.Not:
		eachField(c.Cond, visit)
	case *rule.FieldTest:
		visit(c.Field)
	}
}

// through makes the masks of columns of events hide no less than those of the fields that
// they are made of.
func (r reads) through(masks map[string]export.Mask, of func(columns []string) map[string]export.Mask) {
	for name, fields := range r {
		for _, mask := range of(fields) {
			masks[name] = max(masks[name], mask)
		}
	}
}

// why masks the values of attributes, and what is made of masked fields of events, in a
// reason and those below it.
func (m *masker) why(r *engine.Reason, q *asked) error {
	switch r.Kind {
	case engine.ReasonAttribute:
		r.Value = m.value(r.Subject, r.Value)
	case engine.ReasonBehavior:
		fields, err := q.fieldsOfTest(r.Condition)
		if err != nil {
			return err
		}
		r.Value = m.value(m.mostHidden(fields), r.Value)
	}
	for i := range r.Reasons {
		if err := m.why(&r.Reasons[i], q); err != nil {
			return err
		}
	}
	return nil
}

// mostHidden returns the one of several columns that is hidden most, "" for none of them.
func (m *masker) mostHidden(names []string) string {
	most := ""
	for _, name := range names {
		if m.masks[name] > m.masks[most] {
			most = name
		}
	}
	return most
}

// fieldsOfTest returns the fields that a condition on a behavior reads, by its text.
func (q *asked) fieldsOfTest(text string) ([]string, error) {
	parsed, err := rule.Parse(text)
	if err != nil {
		return nil, err
	}
	checked, err := rule.Check(parsed, q.schema(), q.library)
	if err != nil {
		return nil, err
	}
	if test, ok := checked.Root.(*rule.BehaviorTest); ok {
		return fieldsOf(checked.Schema, test), nil
	}
	return nil, nil
}

// maskList masks members with the columns that a caller has asked for.
func (s *Service) maskList(who Caller, q *asked, columns []string, page *ask.Page) error {
	_, made, err := q.columnNames(columns)
	if err != nil {
		return err
	}
	return s.maskPage(who, q.opened, page, made)
}
