package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/model"
)

// The example segments, and those that they refer to.
const (
	exampleFiles    = "../../engine/rule/testdata/examples"
	exampleSegments = exampleFiles + "/segments"
)

// exampleNumbers are those of the examples that are rules: the others are what commands
// do with an audience, see TestExampleCommands.
var exampleNumbers = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26}

// rollcall runs a command line in this process and returns what it printed.
func rollcall(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// exampleWarehouse returns the tables of the examples, and the path of the parent
// segment file over them.
func exampleWarehouse(t testing.TB) (w *warehouse.Warehouse, parent string) {
	t.Helper()
	w, err := warehouse.Plain(examples.Table(examples.Timezone))
	if err != nil {
		t.Fatal(err)
	}
	parent = filepath.Join(t.TempDir(), "parent.yml")
	if err := os.WriteFile(parent, model.AppendBook(nil, w.Parent), 0o600); err != nil {
		t.Fatal(err)
	}
	return w, parent
}

// verified counts an example in a source and in a snapshot of it, as --verify does,
// and returns how many customers both select.
func verified(t *testing.T, parent, uri string, n int) uint64 {
	t.Helper()
	code, out, errs := rollcall(t, "count", "-c", parent, "-s", uri, fmt.Sprintf("@%s/%02d.segment.yml", exampleFiles, n),
		"--segments", exampleSegments, "--as-of", examples.AsOf.Format(time.RFC3339), "--verify", "--format", "json")
	var got ask.CountJSON
	if code != exitDone {
		t.Errorf("example %d: exit code %d: %s%s", n, code, out, errs)
		return 0
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("example %d: %v: %s", n, err, out)
	}
	if got.Verify == nil || !got.Verify.Agrees || got.Verify.SnapshotCount != got.Count {
		t.Errorf("example %d: %s", n, out)
	}
	if got.Count == 0 || got.Count == got.Customers {
		t.Errorf("example %d selects %d of %d customers: it tells nothing", n, got.Count, got.Customers)
	}
	return got.Count
}

// TestPostgresExamples counts every example in PostgreSQL and in a snapshot of the
// same state.
func TestPostgresExamples(t *testing.T) {
	w, parent := exampleWarehouse(t)
	uri := postgresOf(t, w)
	total := uint64(0)
	for _, n := range exampleNumbers {
		total += verified(t, parent, uri, n)
	}
	t.Logf("%d examples select %d customers in all, the same in both", len(exampleNumbers), total)
}
