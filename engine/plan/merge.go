package plan

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Several tests of one attribute in a group are often one: lifetime_value >= 200 and
// lifetime_value < 2000 is a range, country = 'US' or country = 'JP' two values,
// and what is tested for a value need not be tested for being there. One test reads
// each bitmap, or the column, once.

// family is tests of one attribute that may become one.
type family struct {
	attribute int
	op        rule.StringOp // of all of them
	isList    bool
	at        []int // positions among the members of the group, ascending
}

// memberTest returns the test that a member of a group is, or negates; nil where it
// is none that can be merged.
func memberTest(c rule.Cond) (test *rule.AttributeTest, negated bool) {
	if not, ok := c.(*rule.Not); ok {
		c, negated = not.Cond, true
	}
	test, ok := c.(*rule.AttributeTest)
	if !ok || test.Values.Except {
		return nil, negated
	}
	return test, negated
}

// families finds the tests of the same attributes among the members of a group.
func families(conds []rule.Cond, belongs func(test *rule.AttributeTest, negated bool) bool) []*family {
	var found []*family
	for i, c := range conds {
		test, negated := memberTest(c)
		if test == nil || !belongs(test, negated) {
			continue
		}
		f := family{attribute: test.Attribute, op: test.Values.Strings.Op, isList: test.Quant.Op != rule.QuantNone}
		same := slices.IndexFunc(found, func(g *family) bool {
			return g.attribute == f.attribute && g.op == f.op && g.isList == f.isList
		})
		if same < 0 {
			same, found = len(found), append(found, &f)
		}
		found[same].at = append(found[same].at, i)
	}
	return slices.DeleteFunc(found, func(f *family) bool { return len(f.at) < 2 })
}

// values returns the values that a test wants, which is not "is null".
func (p *planner) values(c *rule.AttributeTest) *rule.Values {
	if c.Window == nil {
		return &c.Values
	}
	p.test = c
	in := c.Window.Resolve(p.out.AsOf, p.checked.Location)
	if c.Window.Form != window.Ever {
		p.window(c, in)
	}
	return windowValues(c.Type, in, p.checked.Location)
}

// selected returns the members at some positions.
func selected(conds []rule.Cond, at []int) []rule.Cond {
	out := make([]rule.Cond, len(at))
	for i, j := range at {
		out[i] = conds[j]
	}
	return out
}

// mergeOr merges members of an "or".
func (p *planner) mergeOr(conds []rule.Cond) []rule.Cond {
	found := families(conds, func(test *rule.AttributeTest, negated bool) bool {
		anyElement := test.Quant.Op == rule.QuantNone || test.Quant.Op == rule.QuantAny
		return !negated && !test.IsNull && anyElement && isUnited(test)
	})
	return replaceEach(conds, found, p.unite)
}

// isUnited reports whether a test and another of its kind are one for the values of
// both.
func isUnited(test *rule.AttributeTest) bool {
	return test.Values.Strings.Op != rule.StringBetween && test.Values.Strings.Op != rule.StringMatches
}

// unite returns the test that passes where one of some does.
func (p *planner) unite(conds []rule.Cond) rule.Cond {
	wanted, _, _ := sortTests(conds)
	values, ok := rule.Union(wanted[0].Type, p.allValues(wanted))
	if !ok {
		return nil
	}
	return wanted[0].Testing(values, rule.NewOr(conds))
}

// mergeAnd merges members of an "and".
func (p *planner) mergeAnd(conds []rule.Cond) []rule.Cond {
	found := families(conds, func(test *rule.AttributeTest, negated bool) bool {
		switch {
		case test.Quant.Op != rule.QuantNone, test.IsNull && !negated:
			return false
		case test.Values.Strings.Op == rule.StringBetween:
			return !negated
		}
		return test.Values.Strings.Op == rule.StringIn
	})
	return replaceEach(conds, found, p.narrow)
}

// narrow returns the test that passes where all of some do; nil: they stay.
func (p *planner) narrow(conds []rule.Cond) rule.Cond {
	wanted, unwanted, nulls := sortTests(conds)
	switch {
	case len(wanted) > 0:
		return p.narrowWanted(conds, wanted, unwanted)
	case nulls > 0:
		return nil // neither NULL nor one of some values: that is two steps
	}
	none, ok := rule.Union(unwanted[0].Type, p.allValues(unwanted))
	if !ok {
		return nil
	}
	return rule.NewNotSaying(unwanted[0].Testing(none, rule.NewOr(opposites(conds))), rule.NewAnd(conds))
}

// narrowWanted is narrow where a value is wanted, so that NULL is out.
func (p *planner) narrowWanted(conds []rule.Cond, wanted, unwanted []*rule.AttributeTest) rule.Cond {
	typ := wanted[0].Type
	values, ok := *p.values(wanted[0]), true
	for _, t := range wanted[1:] {
		if values, ok = rule.Intersection(typ, &values, p.values(t)); !ok {
			return nil
		}
	}
	if len(unwanted) > 0 {
		none, ok := rule.Union(typ, p.allValues(unwanted))
		if !ok {
			return nil
		}
		if values, ok = rule.Difference(typ, &values, &none); !ok {
			return nil
		}
	}
	return wanted[0].Testing(values, rule.NewAnd(conds))
}

// sortTests divides the members of a family: tests for values, negated ones, and
// the number of those for being there.
func sortTests(conds []rule.Cond) (wanted, unwanted []*rule.AttributeTest, nulls int) {
	for _, c := range conds {
		switch test, negated := memberTest(c); {
		case test.IsNull:
			nulls++
		case negated:
			unwanted = append(unwanted, test)
		default:
			wanted = append(wanted, test)
		}
	}
	return wanted, unwanted, nulls
}

// allValues returns the values that each of some tests wants.
func (p *planner) allValues(tests []*rule.AttributeTest) []*rule.Values {
	sets := make([]*rule.Values, len(tests))
	for i, t := range tests {
		sets[i] = p.values(t)
	}
	return sets
}

// replaceEach puts what merge makes of the members of a family in the place of the
// first of them, nil leaving them as they are.
func replaceEach(conds []rule.Cond, found []*family, merge func([]rule.Cond) rule.Cond) []rule.Cond {
	if len(found) == 0 {
		return conds
	}
	out := slices.Clone(conds)
	for _, f := range found {
		one := merge(selected(conds, f.at))
		if one == nil {
			continue
		}
		out[f.at[0]] = one
		for _, i := range f.at[1:] {
			out[i] = nil
		}
	}
	return slices.DeleteFunc(out, func(c rule.Cond) bool { return c == nil })
}
