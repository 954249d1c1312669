package plan

import (
	"time"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Computed plans a computed attribute at asOf: a node of op Fold over events,
// those of its behavior, of which those before keptFrom do not count; nil: all
// do. schema is the one that c was checked against, loc its time zone. What the
// aggregate is compared with is not meant.
func Computed(c *rule.Computed, schema *model.Schema, loc *time.Location, events *index.Events, keptFrom *int64, asOf time.Time) *Node {
	p := &planner{
		checked: &rule.Checked{Schema: schema, Location: loc},
		kept:    keptFrom,
		out:     &Program{AsOf: floor(asOf)},
	}
	return p.value(c, events)
}

// Value plans what the aggregate of a test makes of the events of s at asOf: a node
// of op Fold, as Computed makes it. The test is one of a rule that has been checked
// against s.Schema().
func Value(s *store.Snapshot, c *rule.Checked, test *rule.BehaviorTest, asOf time.Time) *Node {
	p := &planner{snapshot: s, checked: c, out: &Program{AsOf: floor(asOf)}}
	return p.value(rule.ComputedOf(test), s.Events(test.Behavior))
}

// floor returns an as_of in UTC, to the microsecond.
func floor(asOf time.Time) time.Time { return asOf.Truncate(0).UTC().Truncate(time.Microsecond) }

// value plans what c makes of events.
func (p *planner) value(c *rule.Computed, events *index.Events) *Node {
	behavior := &p.checked.Schema.Behaviors[c.Test.Behavior]
	b := &behaviorPlan{
		planner: p, test: c.Test, reads: &fieldSet{behavior: behavior},
		node: &Node{Op: Fold, Events: events, Undated: c.Test.Window.UndatedSeen()},
	}
	b.in = p.seen(c.Test)
	if c.Test.Where != nil {
		b.where(c.Test.Where)
	}
	n := b.node
	n.Fold = &Folding{Aggregate: &c.Test.Aggregate, Location: p.checked.Location, Behavior: behavior.Name, Condition: c.String()}
	n.Spans = []window.Interval{b.in}
	switch c.Test.Aggregate.Op {
	case rule.AggregateCount:
	case rule.AggregateDays:
		n.Undated = false
	default:
		n.Fold.FieldName = b.reads.name(c.Test.Aggregate.Field)
		n.Undated = n.Undated && c.Test.Aggregate.Field != rule.TimeField
	}
	return n
}
