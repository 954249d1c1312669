package plan

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Programs is several rules made ready to run side by side over one snapshot. It is
// valid as Program is.
type Programs struct {
	// Roots are of the rules, in their order. Tests, segments and whole rules that
	// several of them have are computed once a block; Slot is of all roots together.
	Roots    []*Node
	AsOf     time.Time
	Warnings []string // of all rules, equal ones once
}

// Together makes the programs of rules over s at asOf, as New makes one. The rules
// are all checked against s.Schema() and the same library: segments of one path are
// one segment. paths are those that the rules themselves have in the library, "" for
// one that has none.
func Together(ctx context.Context, s *store.Snapshot, rules []*rule.Checked, paths []string, asOf time.Time, choice Choice) (*Programs, error) {
	p := &planner{ctx: ctx, snapshot: s, choice: choice, out: &Program{AsOf: floor(asOf)}, named: map[string]*rule.Segment{}}
	for _, c := range rules {
		p.name(c.Root)
	}
	out := &Programs{Roots: make([]*Node, len(rules)), AsOf: p.out.AsOf}
	byText := map[string]*Node{}
	for i, c := range rules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.checked = c
		p.out.Warnings = append(p.out.Warnings, c.Warnings().Lines()...)
		root := byText[c.String()]
		if root != nil {
			p.repeated = true
		} else {
			var err error
			if root, err = p.whole(c, paths[i]); err != nil {
				return nil, err
			}
			byText[c.String()] = root
		}
		out.Roots[i] = root
	}
	p.shareAll(out.Roots)
	out.Warnings = onceEach(p.out.Warnings)
	return out, nil
}

// name notes the segments that a condition refers to, the first of a path for all of
// it.
func (p *planner) name(c rule.Cond) {
	switch c := c.(type) {
	case *rule.And:
		for _, member := range c.Conds {
			p.name(member)
		}
	case *rule.Or:
		for _, member := range c.Conds {
			p.name(member)
		}
	case *rule.Not:
		p.name(c.Cond)
	case *rule.SegmentTest:
		if p.named[c.Segment.Path] == nil {
			p.named[c.Segment.Path] = c.Segment
			p.name(c.Segment.Root)
		}
	}
}

// whole plans a rule. One that others refer to is a segment.
func (p *planner) whole(c *rule.Checked, path string) (*Node, error) {
	if segment := p.named[path]; segment != nil && path != "" {
		return p.segment(&rule.SegmentTest{Segment: segment})
	}
	return p.node(simplify(c.Root))
}

// shareAll is shared for several roots.
func (p *planner) shareAll(roots []*Node) {
	s := &sharing{planner: p, places: map[*Node]int{}, placed: map[*Node]*Node{}, inside: map[int]bool{}}
	if p.repeated {
		for _, root := range roots {
			s.count(root)
		}
		clear(s.inside)
	}
	for i, root := range roots {
		if p.repeated {
			root = s.place(root)
		}
		root.settle()
		roots[i] = root
	}
}

// onceEach returns lines in their order, equal ones once.
func onceEach(lines []string) []string {
	out := make([]string, 0, len(lines))
	seen := make(map[string]bool, len(lines))
	for _, line := range lines {
		if !seen[line] {
			seen[line] = true
			out = append(out, line)
		}
	}
	return out
}
