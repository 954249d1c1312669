package rule

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
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

// TestTypedSize: values that take more room typed than in the file are bounded.
func TestTypedSize(t *testing.T) {
	for _, c := range []struct{ attribute, value string }{{"renewal_at", "1"}, {"visits", `"1e399"`}, {"score", "1e399"}} {
		list := strings.Repeat(c.value+",", 100_000)
		data := fmt.Sprintf(`{"type": "Value", "attribute": %q, "operator": {"type": "In", "value": [%s]}}`, c.attribute, list[:len(list)-1])
		within(t, func() {
			f, err := ParseFile("large.json", []byte(data))
			if err == nil {
				_, err = Check(f.Rule, testSchema("UTC"), nil)
			}
			if err == nil || !strings.Contains(err.Error(), "1048576") {
				t.Errorf("100,000 times %s: error %.200v, want one of a rule too long", c.value, err)
			}
		})
	}
}

// TestTypedTime: beside a field called timestamp, a window of the time is of the
// time.
func TestTypedTime(t *testing.T) {
	schema := testSchema("UTC")
	schema.Behaviors[1].Fields = []model.Field{{Name: "timestamp", Type: model.Type{Kind: model.Timestamp}}}
	f, err := ParseFile("rule.yml", []byte(`{type: Value, source: email_open, timeWindow: {duration: 30, unit: day}, aggregation: {type: First}, operator: {type: TimeWithinPast, value: 7, unit: day}}`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Check(f.Rule, schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "first email_open where (opened_at in last 30 full days) in last 7 full days"; c.String() != want {
		t.Errorf("read as %s, want %s", c, want)
	}
	if got := c.Root.(*BehaviorTest).Where.(*FieldTest).Field; got != TimeField {
		t.Errorf("the window is of field %d, want the time", got)
	}
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
		if typed, err := f.Rule.Typed(testSchema("UTC")); err != nil || typed.String() != want {
			t.Errorf("%s: typed as %s, %v, want %s", data, typed, err, want)
		}
		if _, err := parseCheck(want, "UTC"); err != nil {
			t.Errorf("%s: its text %s: %v", data, want, err)
		}
	}
}
