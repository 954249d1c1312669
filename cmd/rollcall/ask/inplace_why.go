package ask

import (
	"context"
	"errors"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// Why says why the rule selects a customer, or does not.
func (q *InPlace) Why(ctx context.Context, key string) (*Answer, *engine.Reason, error) {
	found, err := federate.Why(ctx, q.Place.Place, q.Checked, q.AsOf, key)
	if unknown := (*federate.NoCustomerError)(nil); errors.As(err, &unknown) {
		return nil, nil, &engine.KeyError{Key: key, KeyColumn: q.Schema().KeyColumn}
	}
	if err != nil {
		return nil, nil, err
	}
	answer, err := q.Answered(ctx, 0)
	if err != nil {
		return nil, nil, err
	}
	reason := q.reason(found, q.Checked.Root)
	return answer, &reason, nil
}

// reason returns the reason that a source gives for a condition, with what its value
// is of.
func (q *InPlace) reason(found *federate.Reason, c rule.Cond) engine.Reason {
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
		out.Subject = q.Schema().Attributes[c.Attribute].Name
	case *rule.BehaviorTest:
		out.Subject = c.Aggregate.Words(&q.Schema().Behaviors[c.Behavior])
	case *rule.SequenceTest:
		for i, step := range found.Reasons {
			out.Reasons = append(out.Reasons, engine.Reason{
				Kind: engine.ReasonStep, Condition: step.Condition, Holds: step.True, Value: step.Value,
				Subject: q.Schema().Behaviors[c.Steps[i].Behavior].TimeColumn,
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
