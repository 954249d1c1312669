package difftest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// minCases and minBounds are what the case files must hold at least, so that
// nothing can be lost from them unnoticed: cases in all, and moves of a bound by
// a microsecond that change the answer.
const (
	minCases  = 280
	minBounds = 240
)

// allUnits are the units of a window.
var allUnits = []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"}

// windowForms are the forms of a window, as formOf writes them, with what the
// cases must be sharp about: the start of the window, its end, each unit.
var windowForms = []struct {
	form       string
	start, end bool
	units      []string
}{
	{"purchase in last N UNIT", true, true, allUnits},
	{"purchase in last N full UNIT", true, true, allUnits},
	{"purchase in next N UNIT", true, true, allUnits},
	{"purchase in next N full UNIT", true, true, allUnits},
	{"purchase this UNIT", true, true, allUnits},
	{"purchase today", true, true, nil},
	{"purchase yesterday", true, true, nil},
	{"purchase between DATE and DATE", true, true, nil},
	{"purchase between TIME and TIME", true, true, nil},
	{"purchase since DATE", true, false, nil},
	{"purchase since TIME", true, true, nil},
	{"purchase after DATE", true, false, nil},
	{"purchase after TIME", true, false, nil},
	{"purchase before DATE", false, true, nil},
	{"purchase before TIME", false, true, nil},
	{"purchase N to N UNIT ago", true, true, allUnits},
	{"purchase more than N UNIT ago", false, true, allUnits},
	{"purchase for N UNIT from N UNIT ago", true, true, []string{"hour", "day", "week", "month", "quarter", "year"}},
	{"purchase ever", false, true, nil},
	{"purchase", false, true, nil},
	// as_of hides the ends of these on a behavior.
	{"last_purchase_date in last N UNIT", true, true, nil},
	{"last_purchase_date this UNIT", true, true, nil},
	{"last_purchase_date today", true, true, nil},
}

var (
	unitWord = regexp.MustCompile(`\b(` + strings.Join(allUnits, "|") + `)s?\b`)
	wordOf   = []struct {
		pattern *regexp.Regexp
		word    string
	}{
		{regexp.MustCompile(`^purchase count >=? \d+`), "purchase"},
		{regexp.MustCompile(`'\d{4}-\d\d-\d\d'`), "DATE"},
		{regexp.MustCompile(`'[^']*'`), "TIME"},
		{regexp.MustCompile(`\b\d+\b`), "N"},
		{unitWord, "UNIT"},
	}
)

// formOf returns the form of a rule that is nothing but a behavior, with a count of
// at least so many or without, or an attribute, and a window; and the units in it.
// Other rules have forms that nobody looks for.
func formOf(rule string) (form string, units []string) {
	for _, m := range unitWord.FindAllStringSubmatch(rule, -1) {
		units = append(units, m[1])
	}
	for _, w := range wordOf {
		rule = w.pattern.ReplaceAllString(rule, w.word)
	}
	return rule, units
}

// ends says at which ends of a window a bound is sharp.
type ends struct{ start, end bool }

// sharpMove is a line of a case file about a move that changes the answer.
var sharpMove = regexp.MustCompile(`(?m)^\S+ \S+ ([+-])1us:(?: (\d+) lost)?(?: (\d+) gained)?$`)

// sharpEnds reads from the lines of a case, which TestCDNOW has compared, how
// many moves change the answer, and of which ends. The more events, the truer the
// rule: a later start loses customers, a later end gains some.
func sharpEnds(want string) (moves int, at ends) {
	for _, m := range sharpMove.FindAllStringSubmatch(want, -1) {
		later, lost := m[1] == "+", m[2] != ""
		moves++
		at.start = at.start || later == lost
		at.end = at.end || later != lost
	}
	return moves, at
}

// sharpness sums up what cases would notice.
type sharpness struct {
	cases, bounds int
	ends          map[string]ends     // by form
	units         map[string][]string // by form
}

// add adds a case with the lines that say which moves change its answer.
func (s *sharpness) add(c ruleCase, lines string) {
	if s.ends == nil {
		s.ends, s.units = map[string]ends{}, map[string][]string{}
	}
	moves, at := sharpEnds(lines)
	s.cases++
	s.bounds += moves
	form, units := formOf(c.rule)
	s.ends[form] = ends{s.ends[form].start || at.start, s.ends[form].end || at.end}
	if moves > 0 {
		s.units[form] = append(s.units[form], units...)
	}
}

// check requires that the cases would notice a bound that is off by a
// microsecond: at both ends of every form of a window, and with every unit.
func (s *sharpness) check(t *testing.T) {
	t.Helper()
	if s.cases < minCases || s.bounds < minBounds {
		t.Errorf("%d cases with %d sharp bounds, want at least %d with %d", s.cases, s.bounds, minCases, minBounds)
	}
	for _, w := range windowForms {
		if w.start && !s.ends[w.form].start {
			t.Errorf("%s: no case is sharp about the start of the window", w.form)
		}
		if w.end && !s.ends[w.form].end {
			t.Errorf("%s: no case is sharp about the end of the window", w.form)
		}
		for _, unit := range w.units {
			if !slices.Contains(s.units[w.form], unit) {
				t.Errorf("%s: no case with the unit %s is sharp", w.form, unit)
			}
		}
	}
}

// TestSharpBounds requires that the case files are sharp.
func TestSharpBounds(t *testing.T) {
	var s sharpness
	forEachCase(t, "testdata/cdnow", func(_ *testing.T, c ruleCase) string {
		s.add(c, c.want)
		return c.want
	})
	s.check(t)
}

func TestFormOf(t *testing.T) {
	check := func(rule, want string) {
		t.Helper()
		form, units := formOf(rule)
		if got := fmt.Sprintf("%s %s", form, units); got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
	check("purchase", "purchase []")
	check("purchase count > 3 this month", "purchase this UNIT [month]")
	check("purchase in last 1 full day", "purchase in last N full UNIT [day]")
	check("purchase for 2 weeks from 1 quarter ago", "purchase for N UNIT from N UNIT ago [week quarter]")
	check("purchase between '1998-02-01' and '1998-02-01T12:00Z'", "purchase between DATE and TIME []")
	check("purchase count = 3 this month", "purchase count = N this UNIT [month]")
}

func TestSharpEnds(t *testing.T) {
	check := func(lines, want string) {
		t.Helper()
		moves, at := sharpEnds(lines)
		if got := fmt.Sprintf("%d %v", moves, at); got != want {
			t.Errorf("%q: %s, want %s", lines, got, want)
		}
	}
	check("3 customers\n", "0 {false false}")
	check("3 customers\n1998-06-01 00:00:00 +1us: 54 lost\n", "1 {true false}")
	check("3 customers\n1998-06-01 00:00:00.000001 -1us: 54 gained\n", "1 {true false}")
	check("3 customers\n1998-06-01 00:00:00 +1us: 54 gained\n", "1 {false true}")
	check("3 customers\n1998-06-01 00:00:00.000001 -1us: 54 lost\n", "1 {false true}")
	check("3 customers\n1998-05-01 00:00:00 +1us: 54 lost\n1998-06-01 00:00:00 +1us: 2 gained\n", "2 {true true}")
}
