package plan

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// simplify returns a condition that selects the same customers in fewer steps: no
// "not" of a "not", no "and" within an "and" nor "or" within an "or", and of a
// negated "or" within an "and" the members, each negated, which are quicker taken
// away one by one. What is simple already is returned as it is.
func simplify(c rule.Cond) rule.Cond {
	switch c := c.(type) {
	case *rule.And:
		if members, changed := simplifyMembers(c.Conds, membersOfAnd); changed {
			return rule.NewAnd(members)
		}
	case *rule.Or:
		if members, changed := simplifyMembers(c.Conds, membersOfOr); changed {
			return rule.NewOr(members)
		}
	case *rule.Not:
		return simplifyNot(c)
	}
	return c
}

// simplifyMembers simplifies the members of a group. Those of a member that says the
// same as several take its place.
func simplifyMembers(conds []rule.Cond, members func(rule.Cond) []rule.Cond) (out []rule.Cond, changed bool) {
	for i, c := range conds {
		simple := simplify(c)
		several := members(simple)
		if several == nil && simple == c && !changed {
			continue
		}
		if !changed {
			out, changed = slices.Clone(conds[:i]), true
		}
		if several == nil {
			several = []rule.Cond{simple}
		}
		out = append(out, several...)
	}
	return out, changed
}

// membersOfAnd returns the conditions that are all true where c is; nil: c is no
// such group.
func membersOfAnd(c rule.Cond) []rule.Cond {
	switch c := c.(type) {
	case *rule.And:
		return c.Conds
	case *rule.Not:
		if or, ok := c.Cond.(*rule.Or); ok {
			return opposites(or.Conds)
		}
	}
	return nil
}

func membersOfOr(c rule.Cond) []rule.Cond {
	if or, ok := c.(*rule.Or); ok {
		return or.Conds
	}
	return nil
}

// simplifyNot moves a "not" inwards where one of the members has one already.
func simplifyNot(c *rule.Not) rule.Cond {
	switch inner := simplify(c.Cond).(type) {
	case *rule.Not:
		return inner.Cond
	case *rule.Or:
		if slices.ContainsFunc(inner.Conds, isNot) {
			return simplify(rule.NewAnd(opposites(inner.Conds)))
		}
		return notOf(c, inner)
	case *rule.And:
		if !slices.ContainsFunc(inner.Conds, func(c rule.Cond) bool { return !isNot(c) }) {
			return simplify(rule.NewOr(opposites(inner.Conds)))
		}
		return notOf(c, inner)
	default:
		return notOf(c, inner)
	}
}

// notOf returns the negation of inner, which is c if that is what c negates.
func notOf(c *rule.Not, inner rule.Cond) *rule.Not {
	if inner == c.Cond {
		return c
	}
	return rule.NewNot(inner)
}

func isNot(c rule.Cond) bool {
	_, ok := c.(*rule.Not)
	return ok
}

// opposites returns the negations of simple conditions.
func opposites(conds []rule.Cond) []rule.Cond {
	out := make([]rule.Cond, len(conds))
	for i, c := range conds {
		if not, ok := c.(*rule.Not); ok {
			out[i] = not.Cond
		} else {
			out[i] = rule.NewNot(c)
		}
	}
	return out
}
