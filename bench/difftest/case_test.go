package difftest

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// ruleCase is one case of a case file: a rule with the SQL that judges it. The
// package comment shows one.
type ruleCase struct {
	pos  string // of the case, FILE:LINE
	asOf time.Time
	rule string
	sql  string
	want string // the expected lines
}

// name is the name of the subtest.
func (c ruleCase) name() string {
	rule := strings.Join(strings.Fields(c.rule), " ")
	return fmt.Sprintf("%s at %s", rule, c.asOf.Format(time.RFC3339Nano))
}

// parseCase reads a case. The rule ends at the first blank line, the SQL is the
// rest.
func parseCase(t *testing.T, d *datadriven.TestData) ruleCase {
	t.Helper()
	if d.Cmd != "rule" {
		d.Fatalf(t, "command %q, expected rule", d.Cmd)
	}
	var text string
	d.ScanArgs(t, "as_of", &text)
	asOf, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		d.Fatalf(t, "as_of: %v", err)
	}
	rule, sql, found := strings.Cut(d.Input, "\n\n")
	if !found {
		d.Fatalf(t, "no blank line between the rule and its SQL")
	}
	return ruleCase{pos: d.Pos, asOf: asOf, rule: rule, sql: strings.TrimSpace(sql), want: d.Expected}
}

// forEachCase calls judge for every case below dir, in a subtest for the file and
// one for the case. What judge returns must be the expected lines. Unlike
// datadriven it goes on after a case that failed.
func forEachCase(t *testing.T, dir string, judge func(t *testing.T, c ruleCase) string) {
	t.Helper()
	datadriven.Walk(t, dir, func(t *testing.T, path string) {
		var cases []ruleCase
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			c := parseCase(t, d)
			if rewriting() {
				return judge(t, c)
			}
			cases = append(cases, c)
			return d.Expected
		})
		for _, c := range cases {
			t.Run(c.name(), func(t *testing.T) {
				if got := judge(t, c); got != c.want {
					t.Errorf("%s\nrule %s\ngot:\n%swant:\n%s", c.pos, c.rule, got, c.want)
				}
			})
		}
	})
}

// rewriting reports whether the flag of package datadriven that rewrites case
// files is set.
func rewriting() bool { return flag.Lookup("rewrite").Value.String() == "true" }
