package sqlgen

import (
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// strings returns the test that a text is in a set.
func (g *generator) strings(x operand, s *rule.Strings) *predicate {
	calls := func(call func(x, needle string) string) *predicate {
		return g.anyOf(s.List, func(item string) *predicate { return leaf(call(x.sql, item), true) })
	}
	switch s.Op {
	case rule.StringBetween:
		return g.stringsBetween(x, s)
	case rule.StringContains:
		return calls(g.contains)
	case rule.StringStarts:
		return calls(g.startsWith)
	case rule.StringEnds:
		return calls(g.endsWith)
	case rule.StringMatches:
		return g.regexp(x, s)
	}
	if len(s.List) == 0 {
		return never
	}
	items := make([]string, len(s.List))
	for i, item := range s.List {
		items[i] = g.literal(item)
	}
	return in(x.sql, items, true)
}

// anyOf returns the disjunction of a test with each item of a list.
func (g *generator) anyOf(list []string, test func(literal string) *predicate) *predicate {
	if len(list) == 0 {
		return never
	}
	tests := make([]*predicate, len(list))
	for i, item := range list {
		tests[i] = test(g.literal(item))
	}
	return or(tests...)
}

// stringsBetween returns the test that a text lies in a range of bytes. The least
// text above s is s with a NUL behind: a bound that ends in NUL is printed
// without it, as s itself. So x < 's\0' is x <= 's'.
func (g *generator) stringsBetween(x operand, s *rule.Strings) *predicate {
	if s.HasHi && s.Hi <= s.Lo {
		return never
	}
	var in interval
	if s.Lo != "" {
		lo, cut := strings.CutSuffix(s.Lo, "\x00")
		in.lo, in.loOpen = g.literal(lo), cut
	}
	if s.HasHi {
		hi, cut := strings.CutSuffix(s.Hi, "\x00")
		in.hi, in.hiOpen = g.literal(hi), !cut
	}
	if in.lo == "" && in.hi == "" {
		return isNotNull(x.sql)
	}
	return between(g.bytewise(x.sql), in, true)
}

// regexp returns the test that a text matches a pattern somewhere.
func (g *generator) regexp(x operand, s *rule.Strings) *predicate {
	if s.Regexp == nil {
		g.invalid("a test of a pattern without the pattern")
		return never
	}
	pattern, problem := translate(s.Regexp.String(), g.patterns())
	switch {
	case problem != "":
		g.fail("the pattern %q: %s", shorten(s.Regexp.String()), problem)
	case pattern == "":
		return isNotNull(x.sql)
	case pattern == nothing:
		return never
	}
	return leaf(g.matches(x.sql, g.literal(pattern)), true)
}
