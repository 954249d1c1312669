package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// New makes the program of a rule over s at asOf, which it floors to
// microseconds. The rule has been checked against s.Schema(). Errors are those
// of reading the snapshot, or
// ctx's: testing every distinct value of an attribute may take a while.
func New(ctx context.Context, s *store.Snapshot, c *rule.Checked, asOf time.Time, choice Choice) (*Program, error) {
	p := &planner{
		ctx: ctx, snapshot: s, checked: c, choice: choice,
		out: &Program{AsOf: floor(asOf), Warnings: c.Warnings().Lines()},
	}
	root, err := p.node(simplify(c.Root))
	if err != nil {
		return nil, err
	}
	p.out.Root, p.out.Windows = p.shared(root), p.resolved()
	p.out.Root.settle()
	return p.out, nil
}

type planner struct {
	ctx       context.Context
	snapshot  *store.Snapshot // nil: of a computed attribute
	kept      *int64          // without a snapshot: what keptFrom returns
	checked   *rule.Checked
	choice    Choice
	out       *Program
	segments  map[*rule.Segment]*Node     // those planned so far
	named     map[string]*rule.Segment    // of several rules: the segment that stands for those of its path
	estimates map[*Node]estimate          // of the roots of segments
	tests     map[string]*Node            // those of attributes and behaviors, by canonical text
	repeated  bool                        // a test has been named again
	slots     int                         // in use
	lulls     map[*rule.BehaviorTest]lull // of tests that stand for two
	windows   []noted
	test      rule.Cond // of the rule, whose windows are noted
}

// rows returns the number of customers.
func (p *planner) rows() int { return p.snapshot.Rows() }

// node plans one condition.
func (p *planner) node(c rule.Cond) (*Node, error) {
	switch c := c.(type) {
	case *rule.And:
		return p.and(c)
	case *rule.Or:
		return p.or(c)
	case *rule.Not:
		kid, err := p.node(c.Cond)
		if err != nil {
			return nil, err
		}
		return constant(&Node{Op: Not, Cond: c, Kids: []*Node{kid}, Bytes: kid.Bytes, Access: "everybody else"}), nil
	case *rule.AttributeTest:
		return p.once(c, func() (*Node, error) { return p.attribute(c) })
	case *rule.BehaviorTest:
		return p.once(c, func() (*Node, error) { return p.behaviorTest(c) })
	case *rule.SequenceTest:
		return p.once(c, func() (*Node, error) { return p.sequence(c) })
	case *rule.SegmentTest:
		return p.segment(c)
	}
	return nil, fmt.Errorf("plan: no way to run a %T", c)
}

// once plans a test of an attribute or of events, equal ones once.
func (p *planner) once(c rule.Cond, plan func() (*Node, error)) (*Node, error) {
	if n := p.tests[c.Text()]; n != nil {
		p.repeated = true
		return n, nil
	}
	p.test = c
	n, err := plan()
	if err != nil {
		return nil, err
	}
	if p.tests == nil {
		p.tests = map[string]*Node{}
	}
	p.tests[c.Text()] = n
	return n, nil
}

// and plans an "and". The members that cost least for the customers they take away
// are first.
func (p *planner) and(c *rule.And) (*Node, error) {
	n, err := p.group(And, c, p.mergeEvents(p.mergeAnd(c.Conds)))
	if err != nil || n.Op != And {
		return n, err
	}
	p.sort(n.Kids)
	return n, nil
}

func (p *planner) or(c *rule.Or) (*Node, error) { return p.group(Or, c, p.mergeOr(c.Conds)) }

var groupAccess = map[Op]string{And: "and, cheapest first", Or: "or"}

// group plans an And or an Or of conditions; of one, that one.
func (p *planner) group(op Op, c rule.Cond, conds []rule.Cond) (*Node, error) {
	n := &Node{Op: op, Cond: c, Access: groupAccess[op], Kids: make([]*Node, 0, len(conds))}
	for _, cond := range conds {
		kid, err := p.node(cond)
		if err != nil {
			return nil, err
		}
		n.Kids = append(n.Kids, kid)
		n.Bytes += kid.Bytes
	}
	if len(n.Kids) == 1 {
		return n.Kids[0], nil
	}
	return constant(n), nil
}

// segment plans a reference to another segment. The segment itself is planned
// when it is first named.
func (p *planner) segment(c *rule.SegmentTest) (*Node, error) {
	segment := c.Segment
	if first := p.named[segment.Path]; first != nil {
		segment = first
	}
	n := p.segments[segment]
	if n == nil {
		root, err := p.node(simplify(segment.Root))
		if err != nil {
			return nil, err
		}
		n = &Node{
			Op: Segment, Kids: []*Node{root}, Slot: p.slots,
			Bytes: root.Bytes, Access: "segment, computed once",
		}
		if p.segments == nil {
			p.segments = map[*rule.Segment]*Node{}
		}
		p.slots++
		p.segments[segment] = n
	}
	reference := *n
	reference.Cond = c
	return &reference, nil
}
