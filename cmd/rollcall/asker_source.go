package main

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate"
)

// inPlace is a rule that a source is asked. It is an [asker].
type inPlace struct {
	*place
	rule    *rule.Rule
	library *rule.Library // nil: there is none
	checked *rule.Checked
	start   time.Time
}

// askIn checks a rule against a place, which it closes where that fails.
func (a *app) askIn(p *place, given *givenRule) (*inPlace, error) {
	library, err := loadSegments(a.segments)
	if err != nil {
		return nil, joinClose(err, p)
	}
	return a.askWith(p, given, library)
}

// askWith is askIn with the library that the rule may refer to; nil: there is none.
func (a *app) askWith(p *place, given *givenRule, library *rule.Library) (*inPlace, error) {
	checked, err := rule.Check(given.rule, p.Schema, library)
	if err = given.locate(err, a.segments); err != nil {
		return nil, joinClose(err, p)
	}
	return &inPlace{place: p, rule: given.rule, library: library, checked: checked, start: time.Now()}, nil
}

func (q *inPlace) schema() *model.Schema { return q.Schema }

// answered returns an answer of so many members. It asks for the number of all
// customers.
func (q *inPlace) answered(ctx context.Context, count uint64) (*answered, error) {
	total, err := federate.Total(ctx, q.Place)
	if err != nil {
		return nil, err
	}
	source, err := q.described(ctx)
	if err != nil {
		return nil, err
	}
	out := &answered{
		Answer: q.facts(count, total), rule: q.checked.String(), schema: q.Schema, location: q.loc, source: source,
	}
	out.Elapsed = time.Since(q.start)
	return out, nil
}

// facts returns what is known of an answer of so many of all members without asking the
// source.
func (q *inPlace) facts(count, total uint64) engine.Answer {
	out := engine.Answer{
		Count: count, Customers: total, AsOf: q.asOf, Windows: []engine.Window{},
		Warnings: append([]string{}, q.checked.Warnings().Lines()...),
	}
	for _, w := range plan.Windows(q.checked, q.asOf) {
		out.Windows = append(out.Windows, q.window(w.Condition, w.Interval))
	}
	return out
}

// window shows the bounds of a window in the parent segment's time zone.
func (q *inPlace) window(condition string, in window.Interval) engine.Window {
	w := engine.Window{Condition: condition}
	if t, ok := in.LoTime(); ok {
		t = t.In(q.loc)
		w.From = &t
	}
	if t, ok := in.HiTime(); ok {
		t = t.In(q.loc)
		w.To = &t
	}
	return w
}

func (q *inPlace) count(ctx context.Context) (*answered, error) {
	n, err := federate.Count(ctx, q.Place, q.checked, q.asOf)
	if err != nil {
		return nil, err
	}
	return q.answered(ctx, n)
}

func (q *inPlace) list(ctx context.Context, limit int, columns []string) (*answered, *page, error) {
	schema, err := federate.AudienceSchema(q.Place, q.checked, columns...)
	if err != nil {
		return nil, nil, err
	}
	page := newPage(schema)
	var n uint64
	if page.rows, n, err = federate.List(ctx, q.Place, q.checked, q.asOf, limit, columns...); err != nil {
		return nil, nil, err
	}
	answer, err := q.answered(ctx, n)
	return answer, page, err
}

func (q *inPlace) members(ctx context.Context, columns []string) (*audience, error) {
	schema, err := federate.AudienceSchema(q.Place, q.checked, columns...)
	if err != nil {
		return nil, err
	}
	source, err := q.described(ctx)
	if err != nil {
		return nil, err
	}
	return &audience{
		schema: schema, batches: federate.Audience(ctx, q.Place, q.checked, q.asOf, columns...),
		asOf: q.asOf.In(q.loc), expected: -1, warnings: q.checked.Warnings().Lines(),
		metadata: map[string]string{
			"rollcall.parent_segment":  q.Schema.Name,
			"rollcall.rule":            q.checked.String(),
			"rollcall.as_of":           timeText(q.asOf.In(q.loc)),
			"rollcall.timezone":        q.Schema.Timezone,
			"rollcall.source":          source.URI,
			"rollcall.source_versions": source.versionsText(),
		},
		answer: func(ctx context.Context, rows int64) (*answered, error) { return q.answered(ctx, uint64(rows)) },
	}, nil
}

// export has the source write all members.
func (q *inPlace) export(ctx context.Context, to federate.Target, columns []string) (uint64, error) {
	return federate.Export(ctx, q.Place, q.checked, q.asOf, to, columns...)
}

func (q *inPlace) why(ctx context.Context, key string) (*answered, *engine.Reason, error) {
	found, err := federate.Why(ctx, q.Place, q.checked, q.asOf, key)
	if unknown := (*federate.NoCustomerError)(nil); errors.As(err, &unknown) {
		return nil, nil, &engine.KeyError{Key: key, KeyColumn: q.Schema.KeyColumn}
	}
	if err != nil {
		return nil, nil, err
	}
	answer, err := q.answered(ctx, 0)
	if err != nil {
		return nil, nil, err
	}
	reason := q.reason(found, q.checked.Root)
	return answer, &reason, nil
}

// reason returns the reason that a source gives for a condition, with what its value
// is of.
func (q *inPlace) reason(found *federate.Reason, c rule.Cond) engine.Reason {
	out := engine.Reason{Kind: engine.ReasonKind(found.Kind), Condition: found.Condition, Holds: found.True, Value: found.Value}
	var members []rule.Cond
	switch c := c.(type) {
	case *rule.And:
		members = c.Conds
	case *rule.Or:
		members = c.Conds
	case *rule.Not:
		members = []rule.Cond{c.Cond}
	case *rule.SegmentTest:
		members = []rule.Cond{c.Segment.Root}
	case *rule.AttributeTest:
		out.Subject = q.Schema.Attributes[c.Attribute].Name
	case *rule.BehaviorTest:
		out.Subject = c.Aggregate.Words(&q.Schema.Behaviors[c.Behavior])
	case *rule.SequenceTest:
		for i, step := range found.Reasons {
			out.Reasons = append(out.Reasons, engine.Reason{
				Kind: engine.ReasonStep, Condition: step.Condition, Holds: step.True, Value: step.Value,
				Subject: q.Schema.Behaviors[c.Steps[i].Behavior].TimeColumn,
			})
		}
	}
	for i := range found.Reasons { // a segment that has been met has none
		if i < len(members) {
			out.Reasons = append(out.Reasons, q.reason(&found.Reasons[i], members[i]))
		}
	}
	return out
}
