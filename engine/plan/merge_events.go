package plan

import (
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Who has bought in the last 30 days and not in the last 7 is who has last bought in
// the time between: one window where there were two. The same holds of any two
// windows with one end, the second within the first.

// lull is when the last event of a customer was, of those in a window.
type lull struct {
	seen   window.Interval // the window
	inside window.Interval // the start of it, where the last event was
}

// mergeEvents makes one test of each pair of members of an "and" that says that
// there is an event in a window, and none in the end of it.
func (p *planner) mergeEvents(conds []rule.Cond) []rule.Cond {
	for i := 0; i < len(conds); i++ {
		some, ok := conds[i].(*rule.BehaviorTest)
		if !ok || !p.isWindowed(some) {
			continue
		}
		for j, other := range conds {
			if merged := p.mergeLull(some, other); merged != nil {
				conds = slices.Clone(conds)
				conds[min(i, j)] = merged
				conds = slices.Delete(conds, max(i, j), max(i, j)+1)
				break
			}
		}
	}
	return conds
}

// isWindowed reports whether a test asks for an event of any kind with a time in a
// window.
func (p *planner) isWindowed(c *rule.BehaviorTest) bool {
	return c.Aggregate.Op == rule.AggregateCount && isRange(c.Aggregate.Counts, 1, math.MaxInt64) &&
		c.Where == nil && c.Window.Form != window.Ever
}

// mergeLull returns the test that says what some and other do; nil: there is none.
func (p *planner) mergeLull(some *rule.BehaviorTest, other rule.Cond) *rule.BehaviorTest {
	not, ok := other.(*rule.Not)
	if !ok {
		return nil
	}
	none, ok := not.Cond.(*rule.BehaviorTest)
	if !ok || none.Behavior != some.Behavior || none.SeesNext != some.SeesNext || !p.isWindowed(none) {
		return nil
	}
	in, end := p.seen(some), p.seen(none)
	if end.Empty() || end.Lo <= in.Lo || end.Lo >= in.Hi || end.Hi != in.Hi {
		return nil
	}
	for _, c := range []*rule.BehaviorTest{some, none} {
		p.test = c
		p.window(c, c.Window.Resolve(p.out.AsOf, p.checked.Location))
		p.warnLate(c.Behavior, c.Text(), p.seen(c))
	}
	last := some.LastSeen(rule.NewAnd([]rule.Cond{some, not}))
	if p.lulls == nil {
		p.lulls = map[*rule.BehaviorTest]lull{}
	}
	p.lulls[last] = lull{seen: in, inside: window.Interval{Lo: in.Lo, Hi: end.Lo}}
	return last
}

// behaviorTest plans a test of a behavior, or what became of two.
func (p *planner) behaviorTest(c *rule.BehaviorTest) (*Node, error) {
	found, ok := p.lulls[c]
	if !ok {
		return p.behavior(c)
	}
	b := &behaviorPlan{
		planner: p, test: c, reads: &fieldSet{behavior: &p.checked.Schema.Behaviors[c.Behavior]},
		node: &Node{Cond: c, Events: p.snapshot.Events(c.Behavior)},
		in:   found.seen, inside: found.inside, bounded: true,
	}
	return b.node, b.plan()
}
