package measure

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// storedFiles makes a folder of an engine's files.
func storedFiles(t *testing.T, engine string) Stored {
	t.Helper()
	dir := filepath.Join(t.TempDir(), engine)
	if err := os.MkdirAll(filepath.Join(dir, "00000001"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"MANIFEST": 100, "00000001/values": 1 << 20} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Stored{Engine: engine, Dir: dir}
}

func TestOpen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the page cache can be dropped on Linux")
	}
	var order strings.Builder
	nth := 0
	count := func(_ context.Context, engine, dir string) (int64, time.Duration, error) {
		order.WriteString(engine)
		if _, err := os.Stat(filepath.Join(dir, "00000001", "values")); err != nil {
			t.Errorf("the copy is not whole: %v", err)
		}
		nth++
		return 42, time.Duration(nth) * time.Millisecond, nil
	}
	scratch := t.TempDir()
	got, err := Open(t.Context(), []Stored{storedFiles(t, "a"), storedFiles(t, "b")}, scratch, count, options(3))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := order.String(), "ab"+"abbaab"+"abbaab"; got != want {
		t.Errorf("processes were started in the order %s, want %s", got, want)
	}
	for i := range got {
		got[i].Note = "" // pages that are just being used by somebody else stay
	}
	want := []Timing{
		{What: openWarm, Engine: "a", MedianUS: 6000, P95US: 6900, Runs: 3},
		{What: openDropped, Engine: "a", MedianUS: 12000, P95US: 12900, Runs: 3},
		{What: openWarm, Engine: "b", MedianUS: 5000, P95US: 7700, Runs: 3},
		{What: openDropped, Engine: "b", MedianUS: 11000, P95US: 13700, Runs: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timings (-want +got):\n%s", diff)
	}
	checkEmpty(t, scratch)
}

// TestOpenBudget has one engine that is slow to open.
func TestOpenBudget(t *testing.T) {
	count := func(_ context.Context, engine, _ string) (int64, time.Duration, error) {
		if engine == "slow" {
			return 42, time.Second, nil
		}
		return 42, time.Millisecond, nil
	}
	o := options(15)
	o.Budget = 11 * time.Second
	got, err := Open(t.Context(), []Stored{storedFiles(t, "slow"), storedFiles(t, "fast")}, t.TempDir(), count, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range got {
		if g.Runs != 11 && (g.What == openWarm || runtime.GOOS == "linux") {
			t.Errorf("%s, %s: %d runs, want 11", g.Engine, g.What, g.Runs)
		}
	}
}

func TestReadFiles(t *testing.T) {
	s := storedFiles(t, "a")
	if err := ReadFiles(t.Context(), s.Dir); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ReadFiles(ended, s.Dir); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: error %v", err)
	}
	if err := ReadFiles(t.Context(), filepath.Join(s.Dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: error %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name  string
		ctx   context.Context
		count FirstCount
		want  error
	}{
		{"counts differ", t.Context(), func(_ context.Context, engine, _ string) (int64, time.Duration, error) {
			return int64(len(engine)), 0, nil
		}, ErrDiffer},
		{"fails", t.Context(), func(context.Context, string, string) (int64, time.Duration, error) {
			return 0, 0, errFake
		}, errFake},
		{"interrupted", ended, nil, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			scratch := t.TempDir()
			_, err := Open(c.ctx, []Stored{storedFiles(t, "a"), storedFiles(t, "bb")}, scratch, c.count, options(3))
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			checkEmpty(t, scratch)
		})
	}
}

func TestDropCache(t *testing.T) {
	s := storedFiles(t, "a")
	copied := filepath.Join(t.TempDir(), "copy")
	if err := copyFolder(t.Context(), copied, s.Dir); err != nil {
		t.Fatal(err)
	}
	kept, err := dropCache(copied)
	if runtime.GOOS == "darwin" {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("error %v, want ErrUnsupported", err)
		}
		return
	}
	if err != nil || kept < 0 {
		t.Errorf("%d bytes were kept, error %v", kept, err)
	}
	if _, err := dropCache(filepath.Join(copied, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: error %v, want ErrNotExist", err)
	}
}

func TestUnsupportedDropIsSaid(t *testing.T) {
	x := &opening{engine: "a", warm: durations{time.Second}, unsupported: true}
	want := []Timing{
		{What: openWarm, Engine: "a", MedianUS: 1e6, P95US: 1e6, Runs: 1},
		{What: openDropped, Engine: "a", Note: "not supported: this system drops no pages on request"},
	}
	if diff := cmp.Diff(want, x.timings()); diff != "" {
		t.Errorf("timings (-want +got):\n%s", diff)
	}
}
