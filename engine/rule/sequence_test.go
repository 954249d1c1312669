package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-db/rollcall/engine/window"
)

// TestSequenceChecked: what executions get of a sequence.
func TestSequenceChecked(t *testing.T) {
	c, err := parseCheck("purchase in last 30 days then email_open within 2 hours then not purchase where (is_gift) in next 1 week within 1 day", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	s, ok := c.Root.(*SequenceTest)
	if !ok {
		t.Fatalf("checked as %T", c.Root)
	}
	want := []SequenceStep{
		{Window: window.Spec{Form: window.InLast, N: 30, Unit: window.Day}},
		{Behavior: 1, Within: 2 * 3600 * 1_000_000},
		{Absent: true, Within: 24 * 3600 * 1_000_000, SeesNext: true, Window: window.Spec{Form: window.InNext, N: 1, Unit: window.Week}},
	}
	if diff := cmp.Diff(want, s.Steps, cmpopts.IgnoreUnexported(SequenceStep{}), cmpopts.IgnoreFields(SequenceStep{}, "Where"), cmpopts.EquateComparable(window.Spec{})); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if s.Steps[0].Where != nil || s.Steps[2].Where.Text() != "is_gift" {
		t.Errorf("where %v, %v", s.Steps[0].Where, s.Steps[2].Where)
	}
	var texts []string
	for i := range s.Steps {
		texts = append(texts, s.Steps[i].Text())
	}
	if got := strings.Join(texts, " then "); got != s.Text() || got != c.String() {
		t.Errorf("steps are %q, the rule %q, want one text", got, c)
	}
}

// TestSequenceLimits: the most steps are taken, deep rules print as what parses,
// and what does not is refused.
func TestSequenceLimits(t *testing.T) {
	tooDeep := `1:1: brackets and "not" are nested more than 500 deep when the rule is written in full`
	for _, c := range []struct{ name, text, want string }{
		{"most steps", "a" + strings.Repeat(" then b", MaxSteps-1), ""},
		{"too many steps", "a" + strings.Repeat(" then b", MaxSteps), "1:220: a sequence has at most 32 steps, found another"},
		{"499 nots", strings.Repeat("not ", MaxDepth-1) + "a then b", ""},
		{"500 nots", strings.Repeat("not ", MaxDepth) + "a then b", tooDeep},
		{"498 nots and a where", strings.Repeat("not ", MaxDepth-2) + "a then b where (c = 1)", ""},
		{"499 nots and a where", strings.Repeat("not ", MaxDepth-1) + "a then b where (c = 1)", tooDeep},
		{"a where without brackets", strings.Repeat("not ", MaxDepth) + "a where c = 1", tooDeep},
		{"a deep where", "a then b where (" + strings.Repeat("not ", MaxDepth-1) + "c)", ""},
		{"many sequences", strings.Repeat("a then b or ", 2_000) + "a then b", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Parse(c.text)
			if c.want != "" {
				if err == nil || err.Error() != c.want {
					t.Errorf("error is %v, want %s", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if again, err := Parse(r.String()); err != nil || again.String() != r.String() {
				t.Errorf("canonical text does not parse to itself: %v", err)
			}
			checkWrite(t, &SegmentFile{Rule: r})
		})
	}
}

// TestSequenceTyped: values in the filters of steps take the types of their fields,
// and the time its name.
func TestSequenceTyped(t *testing.T) {
	f, err := ParseFile("f.yml", []byte(`{type: Sequence, steps: [
		{source: purchase, filter: [{type: Column, column: amount, operator: {type: Greater, value: "5"}}]},
		{source: purchase, timeWindow: {duration: 3, unit: day}, operator: {type: TimeToday},
		 filter: [{type: Column, column: tags, operator: {type: Greater, value: "5", not: true}}, {type: Column, column: category, operator: {type: Equal, value: 7}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if n := f.Rule.ElementNegations(); n != 1 {
		t.Errorf("%d negations of elements, want 1", n)
	}
	want := "purchase where (amount > 5) then purchase where (tags <= '5' and category = '7' and purchased_at in last 3 full days) today"
	typed, err := f.Rule.Typed(testSchema("UTC"))
	if err != nil || typed.String() != want {
		t.Errorf("typed: %v, error %v, want %s", typed, err, want)
	}
	c, err := Check(f.Rule, testSchema("UTC"), nil)
	if err != nil || c.String() != want {
		t.Errorf("checked: %v, error %v, want %s", c, err, want)
	}
	if before := f.Rule.String(); !strings.Contains(before, "amount > '5'") {
		t.Errorf("the rule of the file changed: %s", before)
	}
}

// TestNotSequence: the text of a complement that is made of a sequence parses.
func TestNotSequence(t *testing.T) {
	c, err := parseCheck("purchase then email_open", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := NewNot(c.Root).Text(), "not (purchase then email_open)"; got != want {
		t.Errorf("Text() = %s, want %s", got, want)
	}
}
