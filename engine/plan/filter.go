package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// where plans the filter of the events. What it demands of their time narrows
// the window instead, as far as that is one interval; where reports whether it
// did.
func (b *behaviorPlan) where(c rule.Cond) (narrowed bool) {
	conds := []rule.Cond{c}
	if and, ok := c.(*rule.And); ok {
		conds = and.Conds
	}
	var rest []*Filter
	for _, cond := range conds {
		f := b.filter(cond)
		if in, ok := interval(f); ok {
			// An event without a time passes no test of it.
			b.in, b.node.Undated, narrowed = intersect(b.in, in), false, true
			continue
		}
		rest = append(rest, f)
	}
	switch len(rest) {
	case 0:
		return narrowed
	case 1:
		b.node.Where = rest[0]
	default:
		b.node.Where = newGroup(And, rest)
	}
	b.node.Where.visit(func(f *Filter) { b.reads.add(f.Field) })
	return narrowed
}

// interval returns the events that pass f where f is a test of their time that
// one interval answers.
func interval(f *Filter) (window.Interval, bool) {
	if f.Op != Scan || f.Field != rule.TimeField || f.Test.IsNull || f.Test.Values.Except {
		return window.Interval{}, false
	}
	switch ranges := f.Test.Values.Ints; len(ranges) {
	case 0:
		return window.Interval{Lo: math.MaxInt64, Hi: math.MinInt64}, true
	case 1:
		in := window.Interval{Lo: ranges[0].Lo, Hi: math.MaxInt64}
		if ranges[0].Hi != math.MaxInt64 {
			in.Hi = ranges[0].Hi + 1
		}
		// No interval starts or ends at the last instant: its Hi means unbounded.
		return in, in.Lo != math.MaxInt64 && ranges[0].Hi != math.MaxInt64-1
	}
	return window.Interval{}, false
}

// filter plans a condition of a where.
func (b *behaviorPlan) filter(c rule.Cond) *Filter {
	group := func(op Op, conds []rule.Cond) *Filter {
		kids := make([]*Filter, len(conds))
		for i, cond := range conds {
			kids[i] = b.filter(cond)
		}
		return newGroup(op, kids)
	}
	switch c := c.(type) {
	case *rule.And:
		return group(And, c.Conds)
	case *rule.Or:
		return group(Or, c.Conds)
	case *rule.Not:
		return group(Not, []rule.Cond{c.Cond})
	case *rule.FieldTest:
		return &Filter{Op: Scan, Field: c.Field, Test: b.columnTest(c, &c.ColumnTest)}
	}
	panic(fmt.Sprintf("plan: a where has a %T", c))
}

// newGroup joins filters, the quickest first: a test looks only at events that
// those before it leave open.
func newGroup(op Op, kids []*Filter) *Filter {
	slices.SortStableFunc(kids, func(x, y *Filter) int { return cmp.Compare(x.weight(), y.weight()) })
	return &Filter{Op: op, Kids: kids}
}

// visit calls f for every test of a field.
func (f *Filter) visit(use func(*Filter)) {
	if f.Op == Scan {
		use(f)
	}
	for _, kid := range f.Kids {
		kid.visit(use)
	}
}

// weight is about how long a look at one event takes.
func (f *Filter) weight() int {
	total := 0
	f.visit(func(f *Filter) { total += testWeight(f.Test) })
	return total
}

// testWeight is the weight of one test, a comparison of numbers being 1.
func testWeight(t column.Test) int {
	const text, list = 4, 8
	switch s := &t.Values.Strings; {
	case t.IsNull:
		return 0
	case t.Quant.Op != rule.QuantNone:
		return list
	case s.Op == rule.StringMatches:
		return 10 * text
	case s.Op == rule.StringIn && s.List == nil:
		return 1
	case s.Op == rule.StringContains:
		return text * (1 + len(s.List))
	}
	return text
}

// columnTest resolves a test of a value, whose window it notes as that of c.
func (p *planner) columnTest(c rule.Cond, t *rule.ColumnTest) column.Test {
	test := column.Test{IsNull: t.IsNull, Quant: t.Quant, Values: &t.Values}
	if t.Window != nil {
		in := t.Window.Resolve(p.out.AsOf, p.checked.Location)
		if t.Window.Form != window.Ever {
			p.window(c, in)
		}
		test.Values = windowValues(t.Type, in, p.checked.Location)
	}
	return test.Prepare()
}
