package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// customers is the size of the data that tests share.
const customers = 2000

// sharedDir is where the data is, once a test has asked for it.
var sharedDir = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "rollcall-bench-test-") })

// sharedData returns a folder with a small workload that nobody writes to.
var sharedData = sync.OnceValues(func() (string, error) {
	dir, err := sharedDir()
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	_, err = workload.Generate(context.Background(), data, workload.Default(customers), nil)
	return data, err
})

// cleanUp runs the tests and removes the data made for them.
type cleanUp struct{ m *testing.M }

func (c cleanUp) Run() int {
	code := c.m.Run()
	dir, err := sharedDir()
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "first-count" || os.Args[1] == "snapshot-step") {
		main() // suite open or snapshot has started this program, which is the test's
	}
	testscript.Main(cleanUp{m}, map[string]func(){"rollcall-bench": main})
}

// TestScripts runs the command lines of testdata/script. DATA is a workload that
// scripts must not change.
func TestScripts(t *testing.T) {
	data, err := sharedData()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("DATA", data)
			env.Setenv("TMPDIR", filepath.Join(env.WorkDir, "tmp"))
			return os.Mkdir(filepath.Join(env.WorkDir, "tmp"), 0o700)
		},
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"figures": figures, "empty": empty},
		RequireExplicitExec: true,
	})
}

// empty makes sure that a folder has nothing in it.
func empty(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, e := range entries {
		ts.Fatalf("%s holds %s", args[0], e.Name())
	}
}

// figures makes sure that a file has the figures of a suite as JSON: figures FILE
// SUITE QUERIES RUNS ENGINE…. Names of fields are spelt out, because scripts of
// others rely on them.
func figures(ts *testscript.TestScript, _ bool, args []string) {
	file, name, engines := args[0], args[1], args[4:]
	queries, err := strconv.Atoi(args[2])
	ts.Check(err)
	var report struct {
		Results []map[string]any `json:"results"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &report))
	counts := map[string]float64{}
	found := 0
	for _, r := range report.Results {
		if r["suite"] != name {
			continue
		}
		found++
		where := fmt.Sprintf("%s of %s by %s", r["query"], name, r["engine"])
		if !slices.Contains(engines, r["engine"].(string)) {
			ts.Fatalf("%s: unexpected engine", where)
		}
		if r["unsupported"] != nil {
			if r["engine"] != "bare" {
				ts.Fatalf("%s: %v", where, r["unsupported"])
			}
			continue
		}
		number := func(field string) float64 {
			n, ok := r[field].(float64)
			if !ok {
				ts.Fatalf("%s: %s is %v, expected a number", where, field, r[field])
			}
			return n
		}
		count, least, median, p95 := number("count"), number("min_us"), number("median_us"), number("p95_us")
		if least <= 0 || median < least || p95 < median {
			ts.Fatalf("%s: min_us %v, median_us %v, p95_us %v do not ascend", where, least, median, p95)
		}
		if runs := strconv.Itoa(int(number("runs"))); runs != args[3] {
			ts.Fatalf("%s: %s runs, expected %s", where, runs, args[3])
		}
		if _, ok := r["allocs_per_op"]; ok == strings.HasPrefix(r["engine"].(string), "duckdb") {
			ts.Fatalf("%s: allocations are there: %t", where, ok)
		}
		query := r["query"].(string)
		if n, ok := counts[query]; ok && n != count {
			ts.Fatalf("%s: count %v, another engine's is %v", where, count, n)
		}
		counts[query] = count
	}
	if want := queries * len(engines); found != want || len(counts) != queries {
		ts.Fatalf("%s: %d results of %d queries, expected %d of %d", name, found, len(counts), want, queries)
	}
}
