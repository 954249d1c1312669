package rule

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestFileHostile feeds what breaks parsers. Every file is refused for the reason
// given, within bounded memory.
func TestFileHostile(t *testing.T) {
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
	}
	leaf := `{"type": "Value", "attribute": "a"}`
	nest := func(depth int, open, end string) string {
		return strings.Repeat(open, depth) + leaf + strings.Repeat(end, depth)
	}
	const twice = `{"type": "Composite", "expr": "1 and not (1 or 1)", "conditions": [`
	for _, tt := range []struct{ name, text, want string }{
		{"billion laughs", laughs + "rule: *a11", "SYNTAX"},
		{"alias", "rule: &a {type: And, conditions: [*a]}", "SYNTAX"},
		{"merge key", "base: &b {type: Value}\nrule:\n  <<: *b\n  attribute: a\n", "SYNTAX"},
		{"duplicate key", "rule: {type: Value, attribute: a, attribute: b}", "DUPLICATE_KEY"},
		{"duplicate key of JSON", `{"rule": ` + leaf + `, "rule": ` + leaf + `}`, "DUPLICATE_KEY"},
		{"invalid UTF-8", "rule: {type: Value, attribute: \"\xff\"}", "SYNTAX"},
		{"half a surrogate pair", `{"rule": {"type": "Value", "attribute": "\ud800"}}`, "SYNTAX"},
		{"too long", "rule: " + strings.Repeat("x", MaxBytes), "SYNTAX"},
		{"1,000 groups", nest(1000, `{"type": "And", "conditions": [`, `]}`), "SYNTAX"},
		{"504 groups", nest(504, `{"type": "And", "conditions": [`, `]}`), "SYNTAX"},
		{"251 negated groups", nest(251, `{"type": "And", "not": true, "conditions": [`+leaf+`, `, `]}`), "SYNTAX"},
		{"501 negations", nest(251, `{"type": "And", "not": true, "exclude": true, "conditions": [`, `]}`), "SYNTAX"},
		{"composites that double", nest(60, twice, `]}`), "SYNTAX"},
		{"composites that double in a filter", `{"type": "Value", "source": "p", "filter": ` +
			strings.ReplaceAll(nest(60, twice, `]}`), `"Value", "attribute"`, `"Column", "column"`) + `}`, "SYNTAX"},
		{"a deep expression", `{"type": "Composite", "expr": "` + strings.Repeat("(", 100_000) + `", "conditions": [` + leaf + `]}`, "SYNTAX"},
		{"many problems", "[" + strings.Repeat("{}, ", 10_000) + "{}]", "INVALID_RULE_TYPE"},
		{"many null values", "{type: Value, attribute: a, operator: {type: In, value: [" + strings.Repeat("~, ", 10_000) + "~]}}", "MISSING_OPERATOR_VALUE"},
		{"many problems below a long path", strings.ReplaceAll(nest(480, `{"type": "And", "conditions": [`, `]}`), `"attribute"`,
			`"attribute": "a", "operator": {"type": "In", "value": [`+strings.Repeat("null,", 50_000)+`null]}, "x"`), "MISSING_OPERATOR_VALUE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ParseFile("f.yml", []byte(tt.text))
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(showFileErrors(t, err), tt.want) {
				t.Errorf("got %.300v\nwant %q", err, tt.want)
			}
			const most = 256 << 20
			if used := after.TotalAlloc - before.TotalAlloc; used > most {
				t.Errorf("allocated %d MiB, want at most %d", used>>20, most>>20)
			}
		})
	}
}

// TestFileLimits: what lies just within the limits is read.
func TestFileLimits(t *testing.T) {
	leaf := `{"type": "Value", "attribute": "a"}`
	for name, text := range map[string]string{
		"500 groups": strings.Repeat(`{"type": "And", "conditions": [`, 500) + leaf + strings.Repeat(`]}`, 500),
		"250 negated groups": strings.Repeat(`{"type": "And", "not": true, "conditions": [`+leaf+`, `, 250) + leaf +
			strings.Repeat(`]}`, 250),
		"10,000 values": `{"type": "Value", "attribute": "a", "operator": {"type": "In", "value": [` + strings.Repeat("1,", 9_999) + `1]}}`,
		"shared conditions": strings.Repeat(`{"type": "Composite", "expr": "1 and not (1 or 1)", "conditions": [`, 5) + leaf +
			strings.Repeat(`]}`, 5),
		"byte order mark": "\ufeffrule: {type: Value, attribute: a}",
	} {
		f, err := ParseFile("f.json", []byte(text))
		if strings.HasPrefix(text, "\ufeff") {
			f, err = ParseFile("f.yml", []byte(text))
		}
		if err != nil {
			t.Errorf("%s: %.300v", name, err)
			continue
		}
		checkFile(t, f)
	}
	values := "- {type: Value, attribute: a, operator: {type: In, value: [" + strings.Repeat("x, ", 10_000) + "x]}}"
	if f, err := ParseFile("f.yml", []byte(values)); err != nil || strings.Count(f.Rule.String(), "'x'") != 10_001 {
		t.Errorf("10,001 values: %v", err)
	}
}

// TestFilePaths: the paths of what stands in a file are found from its offset, as
// the checker asks for them.
func TestFilePaths(t *testing.T) {
	const text = `rule:
  type: And
  conditions:
    - {type: Value, attribute: country, operator: {type: In, value: [US, "C"]}}
    - type: Value
      source: behavior_purchase
      operator: {type: Less, value: 3}
`
	f, err := ParseFile("f.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{
		"country":           "rule.conditions[0].attribute",
		"In,":               "rule.conditions[0].operator.type",
		"US":                "rule.conditions[0].operator.value[0]",
		`"C"`:               "rule.conditions[0].operator.value[1]",
		"behavior_purchase": "rule.conditions[1].source",
		"3}":                "rule.conditions[1].operator.value",
		"rule":              "",
	} {
		if got := f.Rule.paths.at(strings.Index(text, word)); got != want {
			t.Errorf("path of %q is %q, want %q", word, got, want)
		}
	}
	if got := (pathIndex{}).at(0); got != "" {
		t.Errorf("a rule in text has the path %q", got)
	}
}
