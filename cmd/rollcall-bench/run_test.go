package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// invoke runs a command line in this process and returns what it prints.
func invoke(ctx context.Context, show func(string, int64, int64), args ...string) (code int, stdout, stderr string) {
	var out, log bytes.Buffer
	a := &app{args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &log, show: show}
	code = a.execute(ctx)
	return code, out.String(), log.String()
}

func quiet(string, int64, int64) {}

// data returns the shared workload.
func data(t *testing.T) string {
	t.Helper()
	dir, err := sharedData()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// checkEmpty makes sure that nothing is left in a folder.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, error %v", entries, err)
	}
}

// TestInterrupt ends a run in every stage, as a signal does.
func TestInterrupt(t *testing.T) {
	for _, stage := range []string{
		"rollcall: building", "bare: making", "comparing audience", "timing audience",
		"exporting Q1", "copying the files", "appending a day", "generating 500 customers",
	} {
		t.Run(stage, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			reached := false
			show := func(what string, _, _ int64) {
				if strings.HasPrefix(what, stage) {
					reached = true
					cancel()
				}
			}
			scratch, out := t.TempDir(), t.TempDir()
			code, stdout, stderr := invoke(ctx, show, "run", "--data", data(t), "--engines", "rollcall,bare",
				"--suite", "audience,export,open,refresh,scale", "--scale-sizes", "500", "--runs", "1", "--clients", "",
				"--scratch", scratch, "--out", filepath.Join(out, "run.json"))
			if !reached || code != exitInterrupted || stdout != "" || !strings.Contains(stderr, "interrupted: ") {
				t.Errorf("reached %t, code %d, stdout %q, stderr %q", reached, code, stdout, stderr)
			}
			checkEmpty(t, scratch)
			checkEmpty(t, out)
		})
	}
}

// liar is an engine that loses a customer of every audience.
type liar struct{ contender.Engine }

func (l liar) Prepare(ctx context.Context, q *suite.Query) (contender.Prepared, error) {
	p, err := l.Engine.Prepare(ctx, q)
	return lie{p}, err
}

type lie struct{ contender.Prepared }

func (l lie) Keys(ctx context.Context) ([]int64, error) {
	keys, err := l.Prepared.Keys(ctx)
	return keys[:max(len(keys)-1, 0)], err
}

// substitute has an opener do something else for the time of a test.
func substitute(t *testing.T, name string, open func(next opener) opener) {
	t.Helper()
	i := slices.IndexFunc(openers, func(o namedOpener) bool { return o.name == name })
	before := openers[i].open
	t.Cleanup(func() { openers[i].open = before })
	openers[i].open = open(before)
}

func TestRunThatDiffers(t *testing.T) {
	substitute(t, "bare", func(next opener) opener {
		return func(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error) {
			engines, err := next(ctx, d, o)
			if err == nil {
				engines[0].Engine = liar{engines[0].Engine}
			}
			return engines, err
		}
	})
	timed := false
	show := func(what string, _, _ int64) { timed = timed || strings.HasPrefix(what, "timing") }
	scratch, out := t.TempDir(), t.TempDir()
	code, stdout, stderr := invoke(t.Context(), show, "run", "--data", data(t), "--engines", "rollcall,bare",
		"--scratch", scratch, "--out", filepath.Join(out, "run.json"))
	if code != exitDiffer || timed || stdout != "" {
		t.Errorf("code %d, want %d; timed %t; stdout %q", code, exitDiffer, timed, stdout)
	}
	for _, want := range []string{
		"suite audience: the engines differ, nothing was timed:", "Q4: loyalty_tier = 'Gold' and email_opt_in",
		"  rollcall selects ", ", 1 of them alone, the first: ", "  bare selects ", "not compared: Q5",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, "select the same customers") {
		t.Errorf("stderr says that the engines agree:\n%s", stderr)
	}
	checkEmpty(t, scratch)
	checkEmpty(t, out)
}

// closing is an engine that tells when it is closed.
type closing struct {
	contender.Engine
	closed *int
}

func (c closing) Close() error {
	*c.closed++
	return c.Engine.Close()
}

func TestOpenEnginesClosesAfterAnError(t *testing.T) {
	closed := 0
	fails := errors.New("no memory")
	substitute(t, "bare", func(next opener) opener {
		return func(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error) {
			engines, err := next(ctx, d, o)
			if err == nil {
				engines[0].Engine = closing{engines[0].Engine, &closed}
			}
			return engines, err
		}
	})
	substitute(t, "postgres", func(opener) opener {
		return func(context.Context, *workload.Dataset, contender.Options) ([]loaded, error) { return nil, fails }
	})
	d, err := workload.Open(data(t))
	if err != nil {
		t.Fatal(err)
	}
	o := contender.Options{Scratch: t.TempDir(), Threads: 1, Progress: func(string) {}}
	all, err := openEngines(t.Context(), []string{"bare", "postgres"}, d, o)
	if !errors.Is(err, fails) || all != nil || closed != 1 {
		t.Errorf("engines %v, error %v, closed %d; want the second opener's error, and the first closed", all, err, closed)
	}
}

func TestParseEngines(t *testing.T) {
	for list, want := range map[string][]string{
		"rollcall":                           {"rollcall"},
		"rollcall,duckdb":                    {"rollcall", "duckdb-memory", "duckdb-disk"},
		" duckdb-disk , duckdb":              {"duckdb-disk", "duckdb-memory"},
		"bare,rollcall,bare":                 {"bare", "rollcall"},
		"postgres,clickhouse,databricks":     {"postgres", "clickhouse", "databricks"},
		"duckdb-memory,duckdb,duckdb-memory": {"duckdb-memory", "duckdb-disk"},
	} {
		got, err := parseEngines(list)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: error %v, engines (-want +got):\n%s", list, err, diff)
		}
	}
	for _, list := range []string{"", ",", "rollcall,", "rollcall-cache", "all"} {
		if got, err := parseEngines(list); !errors.As(err, new(*usageError)) {
			t.Errorf("%q: engines %q, error %v; want a usage error", list, got, err)
		}
	}
}

func TestParseSuites(t *testing.T) {
	for list, want := range map[string][]string{
		"audience":                    {"audience"},
		"scale, refresh,random,scale": {"random", "refresh", "scale"},
		"all":                         append(suite.Names(), "export", "open", "refresh", "scale"),
	} {
		got, err := parseSuites(list)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: error %v, suites (-want +got):\n%s", list, err, diff)
		}
	}
}

func TestADayLater(t *testing.T) {
	queries := []suite.Query{{
		ID: "Q5", AsOf: time.Date(2025, time.December, 31, 0, 0, 0, 0, time.UTC), Bare: "and4",
		SQL: map[suite.Dialect]string{suite.DuckDB: "time >= TIMESTAMP '2024-02-28 12:30:00' AND time < TIMESTAMP '2025-12-31 00:00:00' AND n > 20240228"},
	}}
	got, err := aDayLater(queries)
	want := []suite.Query{{
		ID: "Q5", AsOf: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
		SQL: map[suite.Dialect]string{suite.DuckDB: "time >= TIMESTAMP '2024-02-29 12:30:00' AND time < TIMESTAMP '2026-01-01 00:00:00' AND n > 20240228"},
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, queries (-want +got):\n%s", err, diff)
	}
	if queries[0].Bare == "" || !strings.Contains(queries[0].SQL[suite.DuckDB], "2024-02-28") {
		t.Errorf("the queries given have changed: %+v", queries[0])
	}
	queries[0].SQL[suite.DuckDB] = "TIMESTAMP '2024-13-01 00:00:00'"
	if _, err := aDayLater(queries); err == nil || !strings.Contains(err.Error(), "query Q5 in duckdb: ") {
		t.Errorf("a thirteenth month: error %v", err)
	}
}

// TestADayLaterMovesTheAudience makes sure that the suite's SQL has no instants
// of another form.
func TestADayLaterMovesTheAudience(t *testing.T) {
	queries, err := suite.Load(audience, nil)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := aDayLater(queries)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range moved {
		for dialect, text := range q.SQL {
			timed := strings.Contains(text, "time >=")
			if timed == (text == queries[i].SQL[dialect]) {
				t.Errorf("%s in %s: reads time: %t, but moved from\n%s\nto\n%s", q.ID, dialect, timed, queries[i].SQL[dialect], text)
			}
		}
	}
}

func TestCommandLine(t *testing.T) {
	got := commandLine([]string{"run", "--data", "my data", "--clients", "", "--out", "it's.json", "--engines", "rollcall,duckdb"})
	if want := `rollcall-bench run --data 'my data' --clients '' --out 'it'\''s.json' --engines rollcall,duckdb`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestOutput(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run.json")
	r := &measure.Report{Engines: []measure.EngineReport{{Name: "rollcall"}}}
	for range 2 { // the second replaces the first
		out, err := createOutput(path)
		if err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		a := &app{stdout: &stdout, show: quiet}
		if err := errors.Join(a.print(r, "json", out), out.discard()); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"name": "rollcall"`) {
			t.Errorf("the file holds %q, error %v", text, err)
		}
		if !strings.Contains(stdout.String(), "commit") || strings.Contains(stdout.String(), `"name"`) {
			t.Errorf("stdout has %q, want the text", stdout.String())
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, error %v; want the file alone", entries, err)
	}
}
