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
	"github.com/rollcall-db/rollcall/bench/report"
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

// TestInterrupt ends a run in every stage, as a signal does. What was timed before
// is printed, and marked.
func TestInterrupt(t *testing.T) {
	for _, c := range []struct {
		stage string
		timed bool // whether anything was before
	}{
		{"reading the data", false}, {"rollcall: building", false}, {"bare: making", false}, {"comparing audience", false},
		{"timing audience", false}, {"exporting Q1", true}, {"copying the files", true}, {"appending a day", true}, {"snapshot: full build", true}, {"snapshot: compact", true},
		{"generating 500 customers", true},
	} {
		t.Run(c.stage, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			reached := false
			show := func(what string, _, _ int64) {
				if strings.HasPrefix(what, c.stage) {
					reached = true
					cancel()
				}
			}
			scratch, out := t.TempDir(), t.TempDir()
			code, stdout, stderr := invoke(ctx, show, "run", "--data", data(t), "--engines", "rollcall,bare",
				"--suite", "audience,export,open,refresh,snapshot,scale", "--scale-sizes", "500", "--runs", "1", "--clients", "",
				"--scratch", scratch, "--out", filepath.Join(out, "run.json"), "--format", "json")
			if !reached || code != exitInterrupted || (stdout != "") != c.timed || !strings.Contains(stderr, "interrupted: ") {
				t.Errorf("reached %t, code %d, stdout %q, stderr %q", reached, code, stdout, stderr)
			}
			checkEmpty(t, scratch)
			if !c.timed {
				checkEmpty(t, out)
				return
			}
			checkUnfinished(t, filepath.Join(out, "run.json"), stdout, "context canceled")
		})
	}
}

// TestDataIsReadFirst has a file that cannot be read, and that no engine looks at:
// the whole folder is read before the first engine is loaded.
func TestDataIsReadFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(data(t))); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "unreadable")); err != nil {
		t.Fatal(err)
	}
	loading := false
	show := func(what string, _, _ int64) { loading = loading || strings.HasPrefix(what, "bare") }
	code, _, stderr := invoke(t.Context(), show, "run", "--data", dir, "--engines", "bare", "--scratch", t.TempDir())
	if code != exitEnvironment || loading || !strings.Contains(stderr, "unreadable: no such file or directory") {
		t.Errorf("code %d, an engine was loaded: %t, stderr %q", code, loading, stderr)
	}
}

// checkUnfinished makes sure that a run has printed suite audience, and that it says
// in both places why it did not finish.
func checkUnfinished(t *testing.T, file, stdout, why string) {
	t.Helper()
	r, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Results) < 12 || !strings.Contains(r.Unfinished, why) {
		t.Errorf("the file has %d results, unfinished because %q; want those of 12 queries, because %q", len(r.Results), r.Unfinished, why)
	}
	if !strings.Contains(stdout, "THIS RUN DID NOT FINISH") || !strings.Contains(stdout, "Suite audience, 12 queries") {
		t.Errorf("stdout does not say so, or lacks the suite:\n%s", stdout)
	}
}

// TestLateError has an engine that cannot take another day.
func TestLateError(t *testing.T) {
	fails := errors.New("no space left on device")
	substitute(t, "bare", func(next opener) opener {
		return func(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error) {
			engines, err := next(ctx, d, o)
			if err == nil {
				engines[0].Engine = fixed{engines[0].Engine, fails}
			}
			return engines, err
		}
	})
	scratch, out := t.TempDir(), t.TempDir()
	code, stdout, stderr := invoke(t.Context(), quiet, "run", "--data", data(t), "--engines", "rollcall,bare",
		"--suite", "audience,refresh", "--runs", "1", "--clients", "", "--scratch", scratch, "--out", filepath.Join(out, "run.json"), "--format", "json")
	if code != exitEnvironment || !strings.Contains(stderr, "suite refresh: appending a day: no space left on device") {
		t.Errorf("code %d, want %d; stderr %q", code, exitEnvironment, stderr)
	}
	checkUnfinished(t, filepath.Join(out, "run.json"), stdout, fails.Error())
	checkEmpty(t, scratch)
}

// fixed is an engine that takes no other day, with an error.
type fixed struct {
	contender.Engine
	err error
}

func (f fixed) Append(context.Context, *workload.Dataset) (time.Duration, error) { return 0, f.err }

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
		"nothing was timed: suite audience: the engines differ:\n", "Q4: loyalty_tier = 'Gold' and email_opt_in",
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
		"audience":                     {"audience"},
		"scale, snapshot,random,scale": {"random", "snapshot", "scale"},
		"all":                          append(suite.Names(), "export", "open", "refresh", "snapshot", "scale"),
	} {
		got, err := parseSuites(list)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: error %v, suites (-want +got):\n%s", list, err, diff)
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
