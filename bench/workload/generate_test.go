package workload

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden hashes")

// small is a shape with texts of several attributes and another seed.
func small() Shape {
	s := Default(2500)
	s.Seed, s.Days, s.StringAttributes, s.Cardinality = 42, 40, 3, 300
	return s
}

// dataset generates a shape into a new folder.
func dataset(t *testing.T, s Shape) *Dataset {
	t.Helper()
	d, err := Generate(t.Context(), filepath.Join(t.TempDir(), "data"), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// hashes returns a line for every file of a folder, with its hash.
func hashes(t *testing.T, dir string) string {
	t.Helper()
	var lines strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&lines, "%016x %s\n", xxhash.Sum64(data), filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines.String()
}

// manyParts plans tables of several part files with several row groups each, as
// large workloads have them.
func manyParts(s Shape) []*tablePlan {
	tables := allTables(s)
	for _, table := range tables {
		table.parts, table.groupRows = min(4, table.hi-table.lo), 1000
	}
	return tables
}

// TestGolden compares the bytes of all files with those that were written before,
// on whatever machine. A change of the generator, or of how the libraries encode and
// compress, changes them: then figures taken before are of other data.
func TestGolden(t *testing.T) {
	d, err := generate(t.Context(), filepath.Join(t.TempDir(), "data"), small(), manyParts, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	day, err := GenerateDay(t.Context(), filepath.Join(t.TempDir(), "day"), small(), 3)
	if err != nil {
		t.Fatal(err)
	}
	got := "# Generate\n" + hashes(t, d.Dir) + "# GenerateDay 3\n" + hashes(t, day.Dir)
	golden := filepath.Join("testdata", "hashes.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the bytes have changed (-before +now); -update writes the new hashes:\n%s", diff)
	}
}

// TestWorkers wants the same bytes from any number of workers, and twice from the
// same, also where tables have several files.
func TestWorkers(t *testing.T) {
	want := ""
	for i, workers := range []int{1, 2, 2, 7} {
		dir := filepath.Join(t.TempDir(), "data")
		d, err := generate(t.Context(), dir, small(), func(s Shape) []*tablePlan {
			tables := allTables(s)
			for _, table := range tables {
				table.parts = min(5, table.hi-table.lo)
			}
			return tables
		}, workers, nil)
		if err != nil {
			t.Fatal(err)
		}
		files, err := d.Files("events", "page_views")
		if len(files) != 5 || err != nil {
			t.Fatalf("page_views has %d files, %v; want 5", len(files), err)
		}
		got := hashes(t, dir)
		if i == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers write other bytes than 1 (-1 +%d):\n%s", workers, workers, diff)
		}
	}
}

// TestSeeds wants another seed to give other values in every table.
func TestSeeds(t *testing.T) {
	s := small()
	first := dataset(t, s)
	s.Seed++
	second := dataset(t, s)
	a, b := strings.Split(hashes(t, first.Dir), "\n"), strings.Split(hashes(t, second.Dir), "\n")
	for i := range a {
		if strings.HasSuffix(a[i], ".parquet") && a[i] == b[i] {
			t.Errorf("with another seed, %s has the same bytes", a[i])
		}
	}
}

// TestStopped ends a generation at each of its first reports and wants nothing left.
func TestStopped(t *testing.T) {
	for stop := range 6 {
		parent := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		reports := 0
		if stop == 0 {
			cancel()
		}
		_, err := Generate(ctx, filepath.Join(parent, "data"), small(), func(Progress) {
			if reports++; reports == stop {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended at report %d: %v, want that the context was canceled", stop, err)
		}
		checkEmpty(t, parent)
	}
}

// checkEmpty wants a folder without entries.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		t.Errorf("%s is left", e.Name())
	}
}

func TestWhereItIsWritten(t *testing.T) {
	s := Default(10)
	parent := t.TempDir()
	at := func(name string) string { return filepath.Join(parent, name) }
	if err := errors.Join(os.Mkdir(at("empty"), 0o700), os.Mkdir(at("full"), 0o755),
		os.WriteFile(at("full/x"), nil, 0o644), os.WriteFile(at("file"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ dir, want string }{
		{"new", ""}, {"empty", ""},
		{"full", "folder " + at("full") + " is not empty: it has x"},
		{"file", "not a directory"},
		{"no/such", "no such file or directory"},
	} {
		_, err := Generate(t.Context(), at(c.dir), s, nil)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.dir, err, c.want)
		}
	}
	var names []string
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"empty", "file", "full", "new"}; !slices.Equal(names, want) {
		t.Errorf("there is %q, want %q", names, want)
	}
	if _, err := Generate(t.Context(), at("bad"), Shape{}, nil); err == nil || !strings.Contains(err.Error(), "customers is 0") {
		t.Errorf("a shape without customers: %v", err)
	}
	if _, err := GenerateDay(t.Context(), at("bad"), s, -1); err == nil || !strings.Contains(err.Error(), "day -1") {
		t.Errorf("day -1: %v", err)
	}
}

// TestProgress wants reports that grow to all rows and all bytes. Were two called at
// once, the race detector would find them.
func TestProgress(t *testing.T) {
	var reports []Progress
	d, err := Generate(t.Context(), filepath.Join(t.TempDir(), "data"), small(), func(p Progress) { reports = append(reports, p) })
	if err != nil {
		t.Fatal(err)
	}
	rows, bytes := int64(0), int64(0)
	for _, table := range d.Tables {
		rows += table.Rows
		bytes += table.Bytes
	}
	seen := map[string]bool{}
	for i, p := range reports {
		if p.Total != rows || i > 0 && (p.Rows < reports[i-1].Rows || p.Bytes < reports[i-1].Bytes) {
			t.Errorf("report %d is %+v, the one before %+v, and there are %d rows", i, p, reports[max(0, i-1)], rows)
		}
		seen[p.Table] = true
	}
	if last := reports[len(reports)-1]; last.Rows != rows || last.Bytes != bytes || len(seen) != 4 {
		t.Errorf("the last report of %d tables is %+v, and there are %d rows and %d bytes of 4", len(seen), last, rows, bytes)
	}
}
