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
	want := int64(0)
	for _, table := range base.Tables {
		want += table.Rows
	}
	for day := range 2 {
		add, err := workload.GenerateDay(t.Context(), filepath.Join(dir, fmt.Sprint("day", day)), shape, day)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Append(t.Context(), add); err != nil {
			t.Fatal(err)
		}
		for _, table := range add.Tables {
			want += table.Rows
		}
	}
	m := e.db.Load().Manifest()
	got := int64(m.Customers)
	for _, b := range m.Behaviors {
		got += int64(b.Events)
	}
	if got != want {
		t.Errorf("%d customers and events after two days, want %d", got, want)
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
