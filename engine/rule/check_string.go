package rule

import (
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
)

// strings returns the strings that pass o.
func (c *checker) strings(name nameNode, typ model.Type, o *opNode) Values {
	list := make([]string, 0, len(o.values))
	for _, l := range o.values {
		if c.hasKind(name, typ, l, literalString) {
			list = append(list, l.str)
		}
	}
	if len(list) < len(o.values) {
		return Values{}
	}
	c.checkBounds(o)
	if o.kind == opMatches {
		return Values{Strings: Strings{Op: StringMatches, Regexp: c.pattern(o.values[0])}}
	}
	return Values{Strings: stringSet(o.kind, list)}
}

// pattern compiles a regular expression, equal ones once. Since a short text can
// stand for a large program, as in x{1000}, the programs of a rule have a limit
// of their own.
func (c *checker) pattern(l literal) *regexp.Regexp {
	if re, ok := c.patterns[l.str]; ok {
		return re
	}
	re, err := regexp.Compile(l.str)
	if err != nil {
		c.add(c.invalidRegexp(l, err))
		return nil
	}
	c.patternSteps += programSteps(l.str)
	if c.patternSteps > MaxPatternSteps {
		c.add(c.patternsTooLarge(l))
		return nil
	}
	c.patterns[l.str] = re
	return re
}

// programSteps returns the number of instructions of a valid pattern's program.
func programSteps(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}

// stringSet returns the strings that pass an operator other than matches.
func stringSet(op opKind, list []string) Strings {
	first := list[0]
	switch op {
	case opLess:
		return stringRange("", first)
	case opAtMost:
		return stringRange("", after(first))
	case opGreater:
		return Strings{Op: StringBetween, Lo: after(first)}
	case opAtLeast:
		return Strings{Op: StringBetween, Lo: first}
	case opBetween:
		return stringRange(first, after(list[1]))
	}
	slices.Sort(list)
	s := Strings{Op: StringIn, List: slices.Compact(list)}
	switch op {
	case opContains:
		s.Op = StringContains
	case opStarts:
		s.Op = StringStarts
	case opEnds:
		s.Op = StringEnds
	}
	return s
}

// stringRange returns the strings s with lo <= s < hi.
func stringRange(lo, hi string) Strings {
	if lo >= hi {
		return Strings{Op: StringIn}
	}
	return Strings{Op: StringBetween, Lo: lo, Hi: hi, HasHi: true}
}

// after returns the least string above s.
func after(s string) string { return s + "\x00" }
