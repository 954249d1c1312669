package rollcall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/store"
)

func TestContract(t *testing.T) {
	contendertest.Run(t, contendertest.Contract{
		Open: func(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
			return Open(ctx, d, o)
		},
		Questions: contendertest.Questions(), Append: true, Export: true,
	})
}

// options are those of an engine with its files in a folder of the test.
func options(t *testing.T) contender.Options {
	return contender.Options{Scratch: t.TempDir(), Threads: 1, Progress: func(string) {}}
}

// TestCachedSharesTheSnapshot asks both engines, and appends to both.
func TestCachedSharesTheSnapshot(t *testing.T) {
	data := contendertest.Write(t)
	e, err := Open(t.Context(), data.Base, options(t))
	if err != nil {
		t.Fatal(err)
	}
	cached, err := e.Cached()
	if err != nil {
		t.Fatal(err)
	}
	q := &suite.Query{ID: "q", Rule: "purchase ever", AsOf: workload.End.AddDate(0, 0, 1)}
	both := func() (counts []int64) {
		t.Helper()
		for _, engine := range []contender.Engine{e, cached} {
			p, err := engine.Prepare(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				n, _, err := p.Count(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				counts = append(counts, n)
			}
		}
		return counts
	}
	before := both()
	for _, engine := range []contender.Engine{e, cached} {
		if _, err := engine.Append(t.Context(), data.Add); err != nil {
			t.Fatal(err)
		}
	}
	after := both()
	if len(slices.Compact(before)) != 1 || len(slices.Compact(after)) != 1 {
		t.Errorf("counts are %v, and %v with one more day: engines differ", before, after)
	}
	if e.Name() != "rollcall" || cached.Name() != "rollcall-cache" {
		t.Errorf("names are %s and %s", e.Name(), cached.Name())
	}
	if err := cached.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(e.Dir()); err != nil {
		t.Errorf("closing the engine with the cache takes the snapshot: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAppendKeepsEarlierDays appends two days, one after the other.
func TestAppendKeepsEarlierDays(t *testing.T) {
	dir, shape := t.TempDir(), workload.Default(500)
	base, err := workload.Generate(t.Context(), filepath.Join(dir, "base"), shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(t.Context(), base, options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	want := total(workload.Rows(base))
	for day := range 2 {
		add, err := workload.GenerateDay(t.Context(), filepath.Join(dir, fmt.Sprint("day", day)), shape, day)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Append(t.Context(), add); err != nil {
			t.Fatal(err)
		}
		want += total(workload.Rows(add))
		checkRefresh(t, e.db.Manifest(), total(workload.Rows(add)))
	}
	m := e.db.Manifest()
	got := int64(m.Customers)
	for _, b := range m.Behaviors {
		got += int64(b.Events)
	}
	if got != want {
		t.Errorf("%d customers and events after two days, want %d", got, want)
	}
}

// total adds up the rows of tables.
func total(rows map[string]int64) (n int64) {
	for _, of := range rows {
		n += of
	}
	return n
}

// checkRefresh makes sure that a version came of so many rows that its build read,
// and that it shares the customers' files with the one before.
func checkRefresh(t *testing.T, m *store.Manifest, rows int64) {
	t.Helper()
	read := int64(0)
	for i := range m.Load.Tables {
		read += m.Load.Tables[i].Rows
	}
	if read != rows {
		t.Errorf("version %d: %d rows read, want the %d of one day", m.Version, read, rows)
	}
	if keys, ok := m.File(store.KeysFile); !ok || keys.Path != "00000001/"+store.KeysFile {
		t.Errorf("version %d: the keys are in %q, want those of version 1", m.Version, keys.Path)
	}
}

// TestFailedAppendTakesNothing appends a day whose files are not there. The
// next append of the right one succeeds.
func TestFailedAppendTakesNothing(t *testing.T) {
	data := contendertest.Write(t)
	e, err := Open(t.Context(), data.Base, options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	wrong := *data.Add
	wrong.Tables = []workload.Table{{Schema: "events", Name: "nothing"}}
	if _, err := e.Append(t.Context(), &wrong); err == nil {
		t.Fatal("a day without files is appended")
	}
	if _, err := e.Append(t.Context(), data.Add); err != nil {
		t.Fatal(err)
	}
	if m := e.db.Manifest(); m.Version != 2 {
		t.Errorf("version %d after one append that failed and one that did not, want 2", m.Version)
	}
}

// TestSizes makes sure that every file of a snapshot is in a part that has a name
// of its own.
func TestSizes(t *testing.T) {
	data := contendertest.Write(t)
	e, err := Open(t.Context(), data.Base, options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	var sum int64
	for name, size := range e.Loaded().Indexes {
		if sum += size; strings.Contains(name, ".") {
			t.Errorf("%s is a part of its own", name)
		}
	}
	if sum != e.Loaded().SizeBytes {
		t.Errorf("the parts have %d bytes together, the snapshot %d", sum, e.Loaded().SizeBytes)
	}
	for _, name := range []string{"keys", "table of keys", "loyalty_tier: values", "loyalty_tier: value index",
		"lifetime_value: zone map", "purchase: events", "purchase: timeline"} {
		if e.Loaded().Indexes[name] == 0 {
			t.Errorf("there is no part %q; parts are %v", name, e.Loaded().Indexes)
		}
	}
}

// TestReopenLeavesTheSnapshot opens the files of another engine.
func TestReopenLeavesTheSnapshot(t *testing.T) {
	data := contendertest.Write(t)
	e, err := Open(t.Context(), data.Base, options(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Reopen(e.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Append(t.Context(), data.Add); !errors.Is(err, contender.ErrUnsupported) {
		t.Errorf("appending to a snapshot without its data: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(e.Dir(), "MANIFEST")); err != nil {
		t.Errorf("closing takes the snapshot: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Reopen(e.Dir()); err == nil {
		t.Error("a snapshot that is gone opens")
	}
}

// TestWrongRuleNamesTheQuery prepares what rollcall cannot parse.
func TestWrongRuleNamesTheQuery(t *testing.T) {
	e, err := Open(t.Context(), contendertest.Write(t).Base, options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	_, err = e.Prepare(t.Context(), &suite.Query{ID: "Q99", Rule: "loyalty_teir = 'Gold'", AsOf: workload.End})
	if err == nil || !strings.HasPrefix(err.Error(), "rollcall, query Q99: ") {
		t.Errorf("got %v", err)
	}
}
