package plan

import (
	"time"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
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
		out:     &Program{AsOf: asOf.Truncate(0).UTC().Truncate(time.Microsecond)},
	}
	behavior := &schema.Behaviors[c.Test.Behavior]
	b := &behaviorPlan{
		planner: p, test: c.Test, reads: &fieldSet{behavior: behavior},
		node: &Node{Op: Fold, Events: events, Undated: c.Test.Window.UndatedSeen()},
	}
	b.in = p.seen(c.Test)
	if c.Test.Where != nil {
		b.where(c.Test.Where)
	}
	n := b.node
	n.Fold = &Folding{Aggregate: &c.Test.Aggregate, Location: loc, Behavior: behavior.Name, Condition: c.String()}
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
