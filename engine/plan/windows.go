package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// noted is a window and the test of the rule that it was found in.
type noted struct {
	Window
	test rule.Cond
}

// written is what a window stands in: a condition, or a step of a sequence.
type written interface{ Text() string }

// window notes the resolved window of a condition, the test being planned or one
// within it.
func (p *planner) window(c written, in window.Interval) {
	p.windows = append(p.windows, noted{Window{Condition: c.Text(), Interval: in}, p.test})
}

// resolved returns the windows in the order of the rule, which is not always the
// order that tests are planned in, equal ones once.
func (p *planner) resolved() []Window {
	if len(p.windows) > 1 {
		order := map[rule.Cond]int{}
		number(p.checked.Root, order, map[*rule.Segment]bool{})
		slices.SortStableFunc(p.windows, func(x, y noted) int { return cmp.Compare(order[x.test], order[y.test]) })
	}
	return once(p.windows)
}

// once returns windows in their order, equal ones once.
func once(windows []noted) []Window {
	var out []Window
	seen := make(map[Window]bool, len(windows))
	for _, w := range windows {
		if !seen[w.Window] {
			seen[w.Window] = true
			out = append(out, w.Window)
		}
	}
	return out
}

// Windows returns the resolved windows of a rule at asOf, as a Program has them, for
// who runs the rule elsewhere.
func Windows(c *rule.Checked, asOf time.Time) []Window {
	p := &planner{checked: c, out: &Program{AsOf: floor(asOf)}}
	p.note(c.Root, map[*rule.Segment]bool{})
	return once(p.windows)
}

// note notes the windows of a condition on customers or on events, those of a segment
// where it is first named.
func (p *planner) note(c rule.Cond, named map[*rule.Segment]bool) {
	add := func(c written, w *window.Spec) {
		if w != nil && w.Form != window.Ever {
			p.window(c, w.Resolve(p.out.AsOf, p.checked.Location))
		}
	}
	switch c := c.(type) {
	case *rule.And:
		p.noteAll(c.Conds, named)
	case *rule.Or:
		p.noteAll(c.Conds, named)
	case *rule.Not:
		p.note(c.Cond, named)
	case *rule.SegmentTest:
		if !named[c.Segment] {
			named[c.Segment] = true
			p.note(c.Segment.Root, named)
		}
	case *rule.AttributeTest:
		add(c, c.Window)
	case *rule.FieldTest:
		add(c, c.Window)
	case *rule.BehaviorTest:
		if c.Where != nil {
			p.note(c.Where, named)
		}
		add(c, &c.Window)
		if w := c.Aggregate.Window; w != nil { // that of "first … ever", too
			p.window(c, w.Resolve(p.out.AsOf, p.checked.Location))
		}
	case *rule.SequenceTest:
		for i := range c.Steps {
			step := &c.Steps[i]
			if step.Where != nil {
				p.note(step.Where, named)
			}
			add(step, &step.Window)
		}
	}
}

func (p *planner) noteAll(conds []rule.Cond, named map[*rule.Segment]bool) {
	for _, c := range conds {
		p.note(c, named)
	}
}

// number numbers the tests of a rule in the order that they are written in, those of
// a segment where it is first named.
func number(c rule.Cond, order map[rule.Cond]int, named map[*rule.Segment]bool) {
	switch c := c.(type) {
	case *rule.And:
		for _, member := range c.Conds {
			number(member, order, named)
		}
	case *rule.Or:
		for _, member := range c.Conds {
			number(member, order, named)
		}
	case *rule.Not:
		number(c.Cond, order, named)
	case *rule.SegmentTest:
		if !named[c.Segment] {
			named[c.Segment] = true
			number(c.Segment.Root, order, named)
		}
	default:
		order[c] = len(order)
	}
}
