package suite

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/rule"
)

func TestLoadUnknown(t *testing.T) {
	queries, err := Load(t.Context(), "Audience", &workload.Dataset{}, workload.End)
	const want = `there is no suite "Audience"; there are audience, attributes, recency, frequency, random`
	if queries != nil || err == nil || err.Error() != want {
		t.Errorf("got %d queries, error %v; want %s", len(queries), err, want)
	}
}

// TestLoadWithoutData asks for the suites that read the data where there is none.
func TestLoadWithoutData(t *testing.T) {
	for _, name := range []string{"attributes", "random"} {
		queries, err := Load(t.Context(), name, &workload.Dataset{Dir: t.TempDir()}, workload.End)
		if queries != nil || err == nil || !strings.HasPrefix(err.Error(), "suite "+name+": ") {
			t.Errorf("suite %s: %d queries, error %v; want one that starts with the suite's name", name, len(queries), err)
		}
	}
}

// TestNumbers checks how many queries each suite has, over the workload.
func TestNumbers(t *testing.T) {
	got := map[string]int{}
	for _, suite := range Names() {
		got[suite] = len(generated.load(t, suite))
	}
	want := map[string]int{"audience": 12, "attributes": 45, "recency": 78, "frequency": 81, "random": 500}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
}

// TestRules checks what all queries have in common.
func TestRules(t *testing.T) {
	db := generated.open(t)
	for _, suite := range Names() {
		ids := map[string]bool{}
		for _, q := range generated.load(t, suite) {
			if q.ID == "" || strings.ContainsAny(q.ID, " /\t\n") || ids[q.ID] {
				t.Errorf("suite %s: the ID %q is empty, has a space or a slash, or is another's", suite, q.ID)
			}
			ids[q.ID] = true
			parsed, err := rule.Parse(q.Rule)
			if err != nil {
				t.Errorf("suite %s, %s: %v", suite, q.ID, err)
				continue
			}
			if _, err := rule.Check(parsed, db.Schema(), nil); err != nil {
				t.Errorf("suite %s, %s: %v", suite, q.ID, err)
			}
			if suite == "random" && parsed.String() != q.Rule {
				t.Errorf("suite %s, %s: the rule is %s, in canonical text %s", suite, q.ID, q.Rule, parsed)
			}
			if q.AsOf.IsZero() {
				t.Errorf("suite %s, %s has no as_of", suite, q.ID)
			}
			if (q.Bare == and4) != (suite == "audience" && q.ID == "Q4") {
				t.Errorf("suite %s, %s: the plain loop is %q", suite, q.ID, q.Bare)
			}
		}
	}
}

// TestEveryDialect checks which dialects have a statement.
func TestEveryDialect(t *testing.T) {
	for _, suite := range Names() {
		got := map[Dialect]int{}
		queries := generated.load(t, suite)
		for _, q := range queries {
			for d, text := range q.SQL {
				if text == "" || strings.Contains(text, ";") && suite != "random" {
					t.Errorf("suite %s, %s in %s: %q", suite, q.ID, d, text)
				}
				got[d]++
			}
		}
		n := len(queries)
		want := map[Dialect]int{DuckDB: n, Postgres: n, ClickHouse: n, Databricks: n}
		if suite == "random" {
			delete(want, ClickHouse)
			for d, n := range want {
				if got[d] < n*95/100 {
					t.Errorf("suite %s: %d statements in %s, want 95%% of %d", suite, got[d], d, n)
				}
				want[d] = got[d]
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("suite %s: statements (-want +got):\n%s", suite, diff)
		}
	}
}

// TestSameAgain checks that what is random, or taken from the data, is the same at
// every call.
func TestSameAgain(t *testing.T) {
	for _, suite := range Names() {
		if diff := cmp.Diff(generated.load(t, suite), generated.loadAnew(t, suite)); diff != "" {
			t.Errorf("suite %s (-first +second):\n%s", suite, diff)
		}
	}
}

func TestSpread(t *testing.T) {
	check := func(n int, want ...string) {
		t.Helper()
		if got := spread([]string{"a", "b", "c", "d", "e"}, n); !slices.Equal(got, want) {
			t.Errorf("%d of five: %v, want %v", n, got, want)
		}
	}
	check(1, "a")
	check(2, "a", "c")
	check(4, "a", "b", "c", "d")
	check(5, "a", "b", "c", "d", "e")
	check(9, "a", "b", "c", "d", "e")
}

// TestLoadLooksFromAsOf loads suites as of the next day: every window moves along,
// in the SQL of each dialect, and nothing else does.
func TestLoadLooksFromAsOf(t *testing.T) {
	later := workload.End.AddDate(0, 0, 1)
	for _, name := range []string{"audience", "recency", "frequency"} {
		before, err := Load(t.Context(), name, &workload.Dataset{}, workload.End)
		if err != nil {
			t.Fatal(err)
		}
		after, err := Load(t.Context(), name, &workload.Dataset{}, later)
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range after {
			if moved := q.AsOf.Sub(before[i].AsOf); q.Rule != before[i].Rule || moved != later.Sub(workload.End) {
				t.Errorf("%s: the rule %q as of %v is %q as of %v a day later", q.ID, before[i].Rule, before[i].AsOf, q.Rule, q.AsOf)
			}
			for dialect, text := range q.SQL {
				timed := strings.Contains(text, "time ")
				if timed == (text == before[i].SQL[dialect]) {
					t.Errorf("%s in %s: asks for times: %t; a day later\n%s\nbecomes\n%s", q.ID, dialect, timed, before[i].SQL[dialect], text)
				}
			}
		}
	}
}
