package rule

import (
	"errors"
	"testing"
)

// parseColumn checks a column of events for the audience of a rule.
func parseColumn(t *testing.T, text, of string) (*EventColumn, error) {
	t.Helper()
	checked, err := parseCheck(of, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	return ParseEventColumn(text, checked)
}

// TestEventColumns: the canonical text, the name and the type of columns.
func TestEventColumns(t *testing.T) {
	const of = "purchase in last 7 days and visits > 1"
	for _, c := range []struct{ text, want, name, typ string }{
		{"purchase count", "purchase count", "", "number (int64)"},
		{"purchase COUNT DISTINCT days THIS month", "purchase count distinct days this month", "", "number (int64)"},
		{"purchase count distinct category", "purchase count distinct category", "", "number (int64)"},
		{"purchase sum(amount) in last 90 days as spent", "purchase sum(amount) in last 90 days", "spent", "number (decimal(38,2))"},
		{`purchase in last 90 days where amount > 3 avg(amount) AS "what is spent"`, "purchase where (amount > 3) avg(amount) in last 90 days", "what is spent", "number (float64)"},
		{"last purchase", "last purchase", "", "timestamp"},
		{"first purchase where category = 'Books' since '2023-01-01' as last_books", "first purchase where (category = 'Books') since '2023-01-01'", "last_books", "timestamp"},
		{"purchase last", "last purchase", "", "timestamp"},
		{"purchase most_frequent(category) as as", "purchase most_frequent(category)", "as", "string"},
		{"purchase count in rule", "purchase count in rule", "", "number (int64)"},
		{"purchase where amount > 1 in rule last as seen", "last purchase where (amount > 1) in rule", "seen", "timestamp"},
	} {
		got, err := parseColumn(t, c.text, of)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if c.name == "" {
			c.name = c.want
		}
		if got.String() != c.want || got.Name != c.name {
			t.Errorf("%s: %q called %q, want %q called %q", c.text, got, got.Name, c.want, c.name)
		}
		if got.Result.String() != c.typ {
			t.Errorf("%s: of type %s, want %s", c.text, got.Result, c.typ)
		}
		again, err := parseColumn(t, got.String(), of)
		if err != nil || again.String() != got.String() {
			t.Errorf("%s: read again it is %v, %v", got, again, err)
		}
	}
}

// TestWindowOfRule: which window "in rule" is.
func TestWindowOfRule(t *testing.T) {
	for _, c := range []struct{ of, want string }{
		{"purchase in last 7 days", "in last 7 days"},
		{"not (visits > 3 or purchase count = 0 this month)", "this month"},
		{"first purchase in next 2 weeks", "in next 2 weeks"},
		{"purchase in last 7 days and purchase count > 3 and purchase sum(amount) > 3 in last 7 days", "in last 7 days"},
		{"email_open then purchase in last 3 hours", "in last 3 hours"},
		{"visits > 1", `1:16: the rule has no window for behavior "purchase"`},
		{"purchase count > 3", `1:16: the rule has no window for behavior "purchase"`},
		{"email_open in last 7 days", `1:16: the rule has no window for behavior "purchase"`},
		{
			"purchase in last 7 days or purchase in last 8 days",
			`1:16: the rule has several windows for behavior "purchase": in last 7 days; in last 8 days`,
		},
	} {
		got, err := parseColumn(t, "purchase count in rule", c.of)
		text := ""
		if err != nil {
			text = err.Error()
		} else {
			text = got.Test.Window.String()
			if got.Test.SeesNext != (text == "in next 2 weeks") {
				t.Errorf("%s: sees next: %t", c.of, got.Test.SeesNext)
			}
		}
		if text != c.want {
			t.Errorf("%s: %s, want %s", c.of, text, c.want)
		}
	}
}

// TestBadEventColumns: what is wrong with columns, and where.
func TestBadEventColumns(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `1:1: expected the name of a behavior, found the end of the column`},
		{"sum(amount)", `1:1: expected the name of a behavior, found "sum"`},
		{"purchse count", `1:1: unknown behavior "purchse"`},
		{"purchase", `1:9: expected an aggregate of the events of "purchase", found the end of the column`},
		{"purchase in last 3 days", `1:24: expected an aggregate of the events of "purchase", found the end of the column`},
		{"purchase where amount > 3 as x", `1:27: expected an aggregate of the events of "purchase", found "as"`},
		{"purchase count > 3", `1:16: expected an aggregate, a where, a window or a name of the column, found ">"`},
		{"purchase sum(amout)", `1:14: unknown field "amout" of behavior "purchase"`},
		{"purchase sum(category)", ""},
		{"purchase count sum(amount)", `1:16: a condition has at most one aggregate, found another`},
		{"last purchase count", `1:15: a condition has at most one aggregate, found another`},
		{"purchase count this month in rule", `1:27: a condition has at most one window, found another`},
		{"purchase count in rule this month", `1:24: a condition has at most one window, found another`},
		{"purchase count as", `1:18: expected a name after "as", found the end of the column`},
		{"purchase count as 3", `1:19: expected a name after "as", found the number 3`},
		{`purchase count as ""`, ""},
		{"purchase count as x this month", `1:21: expected the end of the column after its name, found "this"`},
		{"purchase count in last 0 days", ""},
		{"purchase count \x00", ""},
	} {
		got, err := parseColumn(t, c.text, "visits > 1")
		problems := Errors{}
		if !errors.As(err, &problems) {
			t.Errorf("%q: %v, %v, want Errors", c.text, got, err)
			continue
		}
		if c.want != "" && problems[0].Error() != c.want {
			t.Errorf("%q: %s, want %s", c.text, problems[0], c.want)
		}
	}
}

// TestHintsOfEventColumns: what to do about columns that lack a part.
func TestHintsOfEventColumns(t *testing.T) {
	const written = "a column of events is written like: purchase sum(amount) in last 90 days as spent"
	for _, c := range []struct{ text, want, hint string }{
		{
			"purchase as x", `1:10: expected an aggregate of the events of "purchase", found "as"`,
			"say what is computed from each customer's events, such as: purchase count, purchase sum(FIELD), last purchase",
		},
		{
			`"my clicks" this month`, `1:23: expected an aggregate of the events of "my clicks", found the end of the column`,
			`say what is computed from each customer's events, such as: "my clicks" count, "my clicks" sum(FIELD), last "my clicks"`,
		},
		{
			"last purchase as LAST", `1:18: expected a name after "as", found "LAST"`,
			`"LAST" is a word of the language: choose another name, or write it in double quotes: as "LAST"`,
		},
		{"purchase count as", `1:18: expected a name after "as", found the end of the column`, written},
		{"purchase count as 3", `1:19: expected a name after "as", found the number 3`, written},
		{"purchase frobnicate", `1:10: expected an aggregate, a where, a window or a name of the column, found "frobnicate"`, written},
	} {
		_, err := parseColumn(t, c.text, "visits > 1")
		problems := Errors{}
		if !errors.As(err, &problems) {
			t.Errorf("%q: %v, want Errors", c.text, err)
			continue
		}
		if p := problems[0]; p.Error() != c.want || p.Hint != c.hint {
			t.Errorf("%q: %s\nhint: %s\nwant %s\nhint: %s", c.text, p, p.Hint, c.want, c.hint)
		}
	}
	if c, err := parseColumn(t, `last purchase as "last"`, "visits > 1"); err != nil || c.Name != "last" {
		t.Errorf("got %v, %v, want the name last", c, err)
	}
}

// TestStartsWithBehavior: which texts look like columns of events.
func TestStartsWithBehavior(t *testing.T) {
	checked, err := parseCheck("visits > 1", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"purchase": true, `"purchase" x`: true, "last purchase": true, "first": false, "visits": false, "purchas": false, "": false, "\xff": false,
	} {
		if got := StartsWithBehavior(text, checked); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
