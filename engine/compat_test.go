package engine_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/ingest/interop/interoptest"
)

var updateFormats = flag.Bool("update-formats", false, "write testdata/formats/vN for the current version of the format, where there is none")

// formats holds, for every version N of the format, a snapshot vN as it was written
// when that version came out, and beside it what was read of each version vN kept
// then (vN.V.dump), how many customers rules selected (vN.counts), and the checksums
// of all that (vN.sum). They are never written again.
const formats = "../testdata/formats"

// compatAsOf is the time that the rules of vN.counts are asked as of.
var compatAsOf = time.Date(2024, 7, 31, 12, 0, 0, 0, time.UTC)

// compatRules is what is asked of a new format's snapshot.
var compatRules = []string{
	"few_text = '' or few_text starts with 'gold'",
	"few_text is null",
	"few_int in (-1, 9223372036854775807)",
	"few_float = 0",
	"few_money < 0",
	"few_wide > 18446744073709551615",
	"many_int > 0 and many_float < 0.5",
	"many_text contains 'uro'",
	"many_wide between -10000000000000000000000 and 0.0001",
	"many_date since '2000-01-01'",
	"few_instant before '1970-01-01T00:00:00Z' or few_date before '1970-01-01'",
	"not flag",
	"nothing is null and texts any contains 'b '",
	"ints at least 2 > 3 or floats all < 0.5",
	"grams is null or vasts = 1234567890123456789012345",
	"act",
	"act where (page = '/cart') count >= 1 in last 200 days",
	"act sum(price) > 100 in last 12 full months and act max(due) >= '1970-03-01'",
	"act count distinct remark >= 3 or act where (tags contains 'b ') today",
	"plan and not quiet and acts >= 0",
}

// TestFormats opens the snapshot of every version of the format that there has been,
// and finds in it what was found when it was written.
func TestFormats(t *testing.T) {
	if *updateFormats {
		writeFormat(t, fmt.Sprintf("v%d", store.FormatVersion))
	}
	sums, err := filepath.Glob(filepath.Join(formats, "v*.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if len(sums) != store.FormatVersion {
		t.Errorf("%d formats in %s, want %d", len(sums), formats, store.FormatVersion)
	}
	for _, path := range sums {
		name := strings.TrimSuffix(filepath.Base(path), ".sum")
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(read(t, path), formatSums(t, name)); diff != "" {
				t.Fatalf("%s is not as it was written (-then +now):\n%s", name, diff)
			}
			dir := filepath.Join(formats, name)
			for version, text := range formatDumps(t, dir) {
				if diff := cmp.Diff(read(t, fmt.Sprintf("%s.%d.dump", dir, version)), text); diff != "" {
					t.Errorf("version %d is read in another way (-then +now):\n%s", version, diff)
				}
				if report, err := store.Verify(t.Context(), store.OS, dir, version, nil); err != nil || len(report.Problems) > 0 {
					t.Errorf("version %d: error %v, report %+v", version, err, report)
				}
			}
			counts := read(t, dir+".counts")
			var rules []string
			for line := range strings.Lines(counts) {
				_, rule, _ := strings.Cut(strings.TrimSpace(line), "\t")
				rules = append(rules, rule)
			}
			if diff := cmp.Diff(counts, formatCounts(t, dir, rules)); diff != "" {
				t.Errorf("rules select others (-then +now):\n%s", diff)
			}
		})
	}
}

// writeFormat writes what TestFormats reads of a version of the format.
func writeFormat(t *testing.T, name string) {
	t.Helper()
	dir := filepath.Join(formats, name)
	if _, err := os.Stat(dir); err == nil {
		t.Fatalf("%s is there: what a version of the format was is never written again", dir)
	}
	buildFormat(t, dir)
	for version, text := range formatDumps(t, dir) {
		write(t, fmt.Sprintf("%s.%d.dump", dir, version), text)
	}
	write(t, dir+".counts", formatCounts(t, dir, compatRules))
	write(t, dir+".sum", formatSums(t, name))
}

// buildFormat builds a snapshot with every type of value, of two versions: one that
// was compacted and has purged customers, and one that refreshed it and has deleted
// customers, files of the first, and events in two parts.
func buildFormat(t *testing.T, dir string) {
	t.Helper()
	d := interoptest.New(false)
	refresh := func() {
		t.Helper()
		if _, err := ingest.Build(t.Context(), interoptest.Parent(), d.Source(), dir, &ingest.Options{AsOf: d.Now}); err != nil {
			t.Fatal(err)
		}
	}
	d.Join(100)
	d.Act(80, 100, 450*24*time.Hour)
	refresh()
	d.Leave(7)
	refresh()
	if _, err := ingest.Compact(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	d.Leave(13)
	d.Now = d.Now.AddDate(0, 2, 0)
	d.Act(24, 100, 24*time.Hour)
	refresh()
	if err := os.Remove(filepath.Join(dir, "LOCK")); err != nil { // of no use to readers
		t.Fatal(err)
	}
}

// formatDumps returns the dumps of the versions of a snapshot.
func formatDumps(t *testing.T, dir string) map[uint64]string {
	t.Helper()
	versions, err := store.Versions(store.OS, dir)
	if err != nil {
		t.Fatal(err)
	}
	dumps := map[uint64]string{}
	for _, version := range versions {
		s, err := store.OpenAt(store.OS, dir, version)
		if err != nil {
			t.Fatal(err)
		}
		if dumps[version], err = interoptest.Dump(s); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dumps
}

// formatCounts asks rules of the current version of a snapshot. A line is a count
// and its rule.
func formatCounts(t *testing.T, dir string, rules []string) string {
	t.Helper()
	db := open(t, dir)
	var b strings.Builder
	for _, rule := range rules {
		n, err := ask(t, db, rule).At(compatAsOf).Count(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		fmt.Fprintf(&b, "%d\t%s\n", n, rule)
	}
	return b.String()
}

// formatSums returns the SHA-256 of every file that belongs to a format, a line
// each, as sha256sum -c reads them.
func formatSums(t *testing.T, name string) string {
	t.Helper()
	var lines []string
	err := fs.WalkDir(os.DirFS(formats), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == name+".sum" || !strings.HasPrefix(path, name+"/") && !strings.HasPrefix(path, name+".") {
			return err
		}
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(read(t, filepath.Join(formats, path)))), path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// read returns a file.
func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// write makes a file.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
