package oracle

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestRefused: what must be an error and never an empty audience.
func TestRefused(t *testing.T) {
	table := newTable("UTC", keys("a")).attribute("visits", wholeType, 1500).attribute("tier", textType, "Gold").
		behavior("purchase", fieldOf("tier", textType))
	check := func(text string, want rule.Code, segments ...Segment) {
		t.Helper()
		_, err := (&Case{Table: table, Rule: text, Segments: segments}).Check()
		if problem := new(rule.Error); !errors.As(err, &problem) || problem.Code != want {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
	check(`visits = '1500'`, rule.TypeMismatch)
	check(`Tier = 'Gold'`, rule.UnknownAttribute)
	check(`tier = 'Gold' and Purchase`, rule.UnknownAttribute)
	check(`purchase where (Tier = 'Gold')`, rule.UnknownField)
	check(`purchase where tier = 'Gold' count > 1`, rule.AmbiguousName)
	check(`purchase max(tier) > 'Gold'`, rule.TypeMismatch)
	check(strings.Repeat("(", 1000)+`visits = 1`+strings.Repeat(")", 1000), rule.Syntax)
	check(strings.Repeat("not ", 1000)+`visits = 1`, rule.Syntax)
	check(`segment 'Best'`, rule.SegmentCycle,
		Segment{Path: "Best", Rule: `segment 'Good'`}, Segment{Path: "Good", Rule: `visits > 1 or segment 'Best'`})
	check(`segment 'Worst'`, rule.UnknownSegment, Segment{Path: "Best", Rule: `visits > 1`})
	check(`segment 'VIP'`, rule.AmbiguousSegment, Segment{Path: "a/VIP", Rule: `visits > 1`}, Segment{Path: "b/VIP", Rule: `visits > 1`})
}

// TestFileRules: what only files can say, Between with one bound and a number
// given as text.
func TestFileRules(t *testing.T) {
	table := newTable("UTC", keys("one two three null")).attribute("visits", wholeType, 1, 1500, 3000, nil)
	check := func(operator, want string) {
		t.Helper()
		file := `{"type": "And", "conditions": [{"type": "Value", "attribute": "visits", "operator": ` + operator + `}]}`
		f, err := rule.ParseFile("rule.json", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		checked, err := rule.Check(f.Rule, table.Schema, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := Select(table, checked, (&Case{}).AsOf)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(keys(want), table.Selected(rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", operator, diff)
		}
	}
	check(`{"type": "Equal", "value": "1500"}`, "two")
	check(`{"type": "NotEqual", "value": "1500"}`, "one three null")
	check(`{"type": "Between", "min": 1500}`, "two three")
	check(`{"type": "Between", "max": "1500"}`, "one two")
	check(`{"type": "Between", "min": 1500, "not": true}`, "one null")
	check(`{"type": "Between", "min": 2, "max": 1500}`, "two")
}

// TestCaseOfNames: attributes whose names differ in case only are two.
func TestCaseOfNames(t *testing.T) {
	table := newTable("UTC", keys("a b")).attribute("tier", textType, "Gold", nil).attribute("Tier", textType, nil, "Gold")
	for text, want := range map[string]string{`tier = 'Gold'`: "a", `Tier = 'Gold'`: "b", `tier is null`: "b"} {
		got, err := (&Case{Table: table, Rule: text}).Select()
		if err != nil || !slices.Equal(got, keys(want)) {
			t.Errorf("%s: got %v, error %v, want %s", text, got, err, want)
		}
	}
}
