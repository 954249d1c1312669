package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// New makes the program of a rule over s at asOf, which it floors to
// microseconds. The rule has been checked against s.Schema(). Errors are those
// of reading the snapshot, or
// ctx's: testing every distinct value of an attribute may take a while.
func New(ctx context.Context, s *store.Snapshot, c *rule.Checked, asOf time.Time, choice Choice) (*Program, error) {
	p := &planner{
		ctx: ctx, snapshot: s, checked: c, choice: choice, segments: map[*rule.Segment]*Node{},
		out: &Program{AsOf: asOf.Truncate(0).UTC().Truncate(time.Microsecond), Warnings: c.Warnings().Lines()},
	}
	root, err := p.node(c.Root)
	if err != nil {
		return nil, err
	}
	p.out.Root = root
	return p.out, nil
}

type planner struct {
	ctx      context.Context
	snapshot *store.Snapshot // nil: of a computed attribute
	kept     *int64          // without a snapshot: what keptFrom returns
	checked  *rule.Checked
	choice   Choice
	out      *Program
	segments map[*rule.Segment]*Node // those planned so far
}

// node plans one condition.
func (p *planner) node(c rule.Cond) (*Node, error) {
	switch c := c.(type) {
	case *rule.And:
		n, err := p.group(And, c, c.Conds)
		if err == nil {
			// Ties stay in the order written, so that plans are stable.
			slices.SortStableFunc(n.Kids, func(x, y *Node) int { return cmp.Compare(x.Bytes, y.Bytes) })
			n.Access = "and, cheapest first"
		}
		return n, err
	case *rule.Or:
		return p.group(Or, c, c.Conds)
	case *rule.Not:
		return p.group(Not, c, []rule.Cond{c.Cond})
	case *rule.AttributeTest:
		return p.attribute(c)
	case *rule.BehaviorTest:
		return p.behavior(c)
	case *rule.SegmentTest:
		return p.segment(c)
	}
	return nil, fmt.Errorf("plan: no way to run a %T", c)
}

var groupAccess = map[Op]string{Or: "or", Not: "everybody else"}

func (p *planner) group(op Op, c rule.Cond, conds []rule.Cond) (*Node, error) {
	n := &Node{Op: op, Cond: c, Access: groupAccess[op]}
	for _, cond := range conds {
		kid, err := p.node(cond)
		if err != nil {
			return nil, err
		}
		n.Kids = append(n.Kids, kid)
		n.Bytes += kid.Bytes
	}
	return n, nil
}

// segment plans a reference to another segment. The segment itself is planned
// when it is first named.
func (p *planner) segment(c *rule.SegmentTest) (*Node, error) {
	n := p.segments[c.Segment]
	if n == nil {
		root, err := p.node(c.Segment.Root)
		if err != nil {
			return nil, err
		}
		n = &Node{
			Op: Segment, Kids: []*Node{root}, Slot: len(p.segments),
			Bytes: root.Bytes, Access: "segment, computed once",
		}
		p.segments[c.Segment] = n
	}
	reference := *n
	reference.Cond = c
	return &reference, nil
}

// window notes the resolved window of a condition.
func (p *planner) window(c rule.Cond, in window.Interval) {
	p.out.Windows = append(p.out.Windows, Window{Condition: c.Text(), Interval: in})
}
