package plan

import (
	"cmp"
	"slices"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// noted is a window and the test of the rule that it was found in.
type noted struct {
	Window
	test rule.Cond
}

// window notes the resolved window of a condition, the test being planned or one
// within it.
func (p *planner) window(c rule.Cond, in window.Interval) {
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
	var out []Window
	seen := make(map[Window]bool, len(p.windows))
	for _, w := range p.windows {
		if !seen[w.Window] {
			seen[w.Window] = true
			out = append(out, w.Window)
		}
	}
	return out
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
