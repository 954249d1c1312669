package rule

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

func TestCheckTimezone(t *testing.T) {
	_, err := parseCheck("email_opt_in", "Mars/Olympus")
	want := `parent segment "All Customers": unknown time zone "Mars/Olympus": expected an IANA name, such as "UTC" or "America/Los_Angeles"`
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		t.Errorf("error holds %v, want no *Error: the rule is right", e)
	}
}

func TestCheckedText(t *testing.T) {
	c, err := parseCheck(`NOT (visits<>007.50 OR (purchase today count>=1))`, "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	if want := "not (visits != 7.5 or purchase count >= 1 today)"; c.String() != want || c.Root.Text() != want {
		t.Errorf("String() = %q, Root.Text() = %q, want %q", c.String(), c.Root.Text(), want)
	}
	if got := c.Location.String(); got != "Asia/Tokyo" {
		t.Errorf("Location = %s, want Asia/Tokyo", got)
	}
}

func TestCheckLargeLists(t *testing.T) {
	numbers, texts, wrong := make([]string, 10_000), make([]string, 100_000), make([]string, 100_000)
	for i := range numbers {
		numbers[i] = fmt.Sprint((i * 7919) % 10_000 * 2)
	}
	for i := range texts {
		texts[i] = fmt.Sprintf("'%d'", i)
		wrong[i] = "'x'"
	}
	within(t, func() {
		c, err := parseCheck("visits in ("+strings.Join(numbers, ", ")+")", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		got := c.Root.(*AttributeTest).Values.Ints
		if len(got) != 10_000 || got[0] != (Range[int64]{0, 0}) || got[9_999] != (Range[int64]{19_998, 19_998}) {
			t.Errorf("%d ranges from %v to %v, want the 10000 even numbers below 20000", len(got), got[0], got[len(got)-1])
		}
		c, err = parseCheck("country in ("+strings.Join(texts, ", ")+")", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		if got := len(c.Root.(*AttributeTest).Values.Strings.List); got != 100_000 {
			t.Errorf("%d strings, want 100000", got)
		}
		for _, text := range []string{
			"visits in (" + strings.Join(wrong, ", ") + ")",
			strings.Repeat("contry or ", 100_000) + "country",
			strings.Repeat("visits = 'x' and ", 50_000) + "email_opt_in",
		} {
			_, err = parseCheck(text, "UTC")
			var errs Errors
			if !errors.As(err, &errs) || len(errs) != MaxErrors {
				t.Errorf("%d problems, want %d", len(errs), MaxErrors)
			}
		}
		c, err = parseCheck(strings.Repeat("visits between 2 and 1 or ", 35_000)+"email_opt_in", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		if got := len(c.Warnings()); got != MaxErrors {
			t.Errorf("%d warnings, want %d", got, MaxErrors)
		}
		_, err = parseCheck(strings.Repeat("n", MaxBytes-10)+" = 1", "UTC")
		want := `1:1: unknown attribute or behavior "` + strings.Repeat("n", maxQuoteRunes) + `…"`
		if err == nil || err.Error() != want {
			t.Errorf("error = %.200v, want %s", err, want)
		}
	})
}

func TestCheckPatterns(t *testing.T) {
	same := strings.Repeat("country matches 'x{1000}' or ", 30_000) + "country is null"
	within(t, func() {
		c, err := parseCheck(same, "UTC")
		if err != nil {
			t.Fatal(err)
		}
		conds := c.Root.(*Or).Conds
		a, b := conds[0].(*AttributeTest), conds[1].(*AttributeTest)
		if a.Values.Strings.Regexp != b.Values.Strings.Regexp {
			t.Error("equal patterns are compiled twice")
		}
		var b2 strings.Builder
		for i := range 2000 {
			fmt.Fprintf(&b2, "country matches '%dx{1000}' or ", i)
		}
		_, err = parseCheck(b2.String()+"country is null", "UTC")
		var e *Error
		if !errors.As(err, &e) || e.Code != InvalidRegexp || !strings.Contains(e.Msg, "expected at most 20000") {
			t.Errorf("error = %.200v, want INVALID_REGEXP that names the limit", err)
		}
	})
}

// TestCheckFloatZero: no bound is -0.0, which a golden file could not show to be
// equal to 0 everywhere.
func TestCheckFloatZero(t *testing.T) {
	tiny := "-0." + strings.Repeat("0", 323) + "5" // rounds to the negative number nearest to zero
	least := "-0." + strings.Repeat("0", 400) + "1"
	for _, c := range []struct {
		text   string
		lo, hi float64
	}{
		{"score > " + tiny, 0, math.Inf(1)},
		{"score >= " + tiny, -5e-324, math.Inf(1)},
		{"score = " + least, 0, 0},
		{"score <= " + least, math.Inf(-1), 0},
		{"score < " + strings.TrimPrefix(tiny, "-"), math.Inf(-1), 0},
	} {
		checked, err := parseCheck(c.text, "UTC")
		if err != nil {
			t.Fatal(err)
		}
		got := checked.Root.(*AttributeTest).Values.Floats
		if len(got) != 1 || got[0].Lo != c.lo || got[0].Hi != c.hi {
			t.Errorf("%.20s…: %v, want from %v to %v", c.text, got, c.lo, c.hi)
			continue
		}
		for _, bound := range []float64{got[0].Lo, got[0].Hi} {
			if bound == 0 && math.Signbit(bound) {
				t.Errorf("%.20s…: %v has a bound of -0.0", c.text, got)
			}
		}
	}
}

func TestHintsListFewNames(t *testing.T) {
	names := func(prefix string, n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprint(prefix, i)
		}
		return list
	}
	for _, c := range []struct {
		attributes, behaviors int
		want                  string
	}{
		{0, 0, ""},
		{2, 1, "attributes: a0, a1; behaviors: b0"},
		{9, 0, "attributes: a0, a1, a2, a3, a4, a5, a6, a7, …"},
		{0, 9, "behaviors: b0, b1, b2, b3, b4, b5, b6, b7, …"},
		{9, 9, "attributes: a0, a1, a2, a3, …; behaviors: b0, b1, b2, b3, …"},
		{3, 9, "attributes: a0, a1, a2; behaviors: b0, b1, b2, b3, b4, …"},
	} {
		s := &model.Schema{Timezone: "UTC"}
		for _, n := range names("a", c.attributes) {
			s.Attributes = append(s.Attributes, model.Attribute{Name: n, Type: model.Type{Kind: model.String}})
		}
		for _, n := range names("b", c.behaviors) {
			s.Behaviors = append(s.Behaviors, model.Behavior{Name: n})
		}
		r, err := Parse("zzzzzzzz")
		if err != nil {
			t.Fatal(err)
		}
		_, err = Check(r, s, nil)
		var e *Error
		if !errors.As(err, &e) || e.Hint != c.want {
			t.Errorf("%d attributes, %d behaviors: hint %q, want %q", c.attributes, c.behaviors, e.Hint, c.want)
		}
	}
}

func TestNearestOfBothKinds(t *testing.T) {
	s := &model.Schema{
		Timezone:   "UTC",
		Attributes: []model.Attribute{{Name: "purchases", Type: model.Type{Kind: model.String}}},
		Behaviors:  []model.Behavior{{Name: "purchase"}},
	}
	r, err := Parse("purchased today")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Check(r, s, nil)
	var e *Error
	if want := `did you mean "purchases" or "purchase"?`; !errors.As(err, &e) || e.Hint != want {
		t.Errorf("error = %v, want the hint %s", err, want)
	}
}
