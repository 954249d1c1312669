package rule

import (
	"fmt"
	"testing"
)

// TestTypedValues: what a value of a file is beside a column of each type, and
// that the checker reads it so.
func TestTypedValues(t *testing.T) {
	for _, c := range []struct{ attribute, value, want string }{
		{"country", `US`, `country = 'US'`},
		{"country", `00501`, `country = '00501'`},
		{"country", `1500`, `country = '1500'`},
		{"country", `1e3`, `country = '1e3'`},
		{"country", `true`, `country = 'true'`},
		{"country", `2023-01-01`, `country = '2023-01-01'`},
		{"visits", `"1500"`, `visits = 1500`},
		{"visits", `"00501"`, `visits = 501`},
		{"visits", `1500.0`, `visits = 1500`},
		{"visits", `1.5e3`, `visits = 1500`},
		{"visits", `-25e-1`, `visits = -2.5`},
		{"visits", `"+7"`, `visits = 7`},
		{"visits", `9007199254740993`, `visits = 9007199254740993`},
		{"lifetime_value", `"0.10"`, `lifetime_value = 0.1`},
		{"email_opt_in", `"true"`, `email_opt_in = true`},
		{"email_opt_in", `false`, `email_opt_in = false`},
		{"signup_date", `2023-01-01`, `signup_date = '2023-01-01'`},
		{"renewal_at", `1700000000`, `renewal_at = '2023-11-14T22:13:20Z'`},
		{"renewal_at", `"1700000000"`, `renewal_at = '2023-11-14T22:13:20Z'`},
		{"renewal_at", `-1`, `renewal_at = '1969-12-31T23:59:59Z'`},
		{"renewal_at", `1.7e9`, `renewal_at = '2023-11-14T22:13:20Z'`},
		{"interests", `5`, `interests = '5'`},
		{"ratings", `"5"`, `ratings = 5`},
		// What cannot be of the type stays, and is an error.
		{"visits", `many`, ``},
		{"visits", `0x10`, ``},
		{"visits", `1e9999`, ``},
		{"visits", `true`, ``},
		{"email_opt_in", `"yes"`, ``},
		{"email_opt_in", `1`, ``},
		{"renewal_at", `1700000000.5`, ``},
		{"renewal_at", `99999999999999`, ``},
		{"renewal_at", `true`, ``},
	} {
		checkTyped(t, fmt.Sprintf("{type: Value, attribute: %s, operator: {type: Equal, value: %s}}", c.attribute, c.value), c.want)
	}
}

// TestTypedNegation: of a list an operator's negation belongs to each element.
func TestTypedNegation(t *testing.T) {
	for _, c := range []struct{ operator, want string }{
		{"{type: Greater, value: 5, not: true}", "ratings <= 5"},
		{"{type: GreaterEqual, value: 5, not: true}", "ratings < 5"},
		{"{type: Less, value: 5, not: true}", "ratings >= 5"},
		{"{type: Between, max: 5, not: true}", "ratings > 5"},
		{"{type: Equal, value: 5, not: true}", "ratings != 5"},
		{"{type: Between, min: 1, max: 5, not: true}", "ratings not between 1 and 5"},
	} {
		checkTyped(t, fmt.Sprintf("{type: Value, attribute: ratings, operator: %s}", c.operator), c.want)
	}
	checkTyped(t, "{type: Value, attribute: visits, operator: {type: Greater, value: 5, not: true}}", "not visits > 5")
	checkTyped(t, "{type: Value, attribute: ratings, exclude: true, operator: {type: Greater, value: 5}}", "not ratings > 5")
}

// checkTyped checks a rule in a file. Its text is want; "" says that it is refused.
// Both ways to the text agree, and the text passes the checker by itself.
func checkTyped(t *testing.T, data, want string) {
	t.Helper()
	f, err := ParseFile("rule.yml", []byte(data))
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	c, err := Check(f.Rule, testSchema("UTC"), nil)
	switch {
	case want == "" && err == nil:
		t.Errorf("%s: read as %s, want an error", data, c)
	case want == "":
	case err != nil:
		t.Errorf("%s: %v, want %s", data, err, want)
	case c.String() != want:
		t.Errorf("%s: read as %s, want %s", data, c, want)
	default:
		if typed := f.Rule.Typed(testSchema("UTC")).String(); typed != want {
			t.Errorf("%s: typed as %s, want %s", data, typed, want)
		}
		if _, err := parseCheck(want, "UTC"); err != nil {
			t.Errorf("%s: its text %s: %v", data, want, err)
		}
	}
}
