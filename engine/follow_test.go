package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// tiers is a source of customers, written "a=Gold b=Silver".
func tiers(t *testing.T, customers string) memorySource {
	t.Helper()
	var rows strings.Builder
	for _, c := range strings.Fields(customers) {
		id, tier, _ := strings.Cut(c, "=")
		fmt.Fprintf(&rows, "{\"id\": %q, \"tier\": %q}\n", id, tier)
	}
	s := memorySource{}
	s.add(t, "people", []arrow.Field{field("id", arrow.BinaryTypes.String), field("tier", arrow.BinaryTypes.String)}, rows.String())
	return s
}

// buildTiers builds the next version of a snapshot of such customers, the one
// version that stays.
func buildTiers(t *testing.T, dir, customers string) {
	t.Helper()
	tiers(t, customers).buildInto(t, dir, "UTC", 1)
}

// newTiers builds a snapshot of such customers and opens it.
func newTiers(t *testing.T, customers string) (dir string, db *engine.DB) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "snap")
	buildTiers(t, dir, customers)
	return dir, open(t, dir)
}

// checkKeys compares the keys that a rule selects with those wanted, in any
// order: a build keeps the rows of customers that were there before.
func checkKeys(t *testing.T, when string, q *engine.Query, want string) {
	t.Helper()
	if got := sortedKeys(t, q); got != want {
		t.Errorf("%s: %s: %q, want %q", when, q, got, want)
	}
}

// sortedKeys is keysOf in ascending order; an error stays as it is.
func sortedKeys(t *testing.T, q *engine.Query) string {
	t.Helper()
	text := keysOf(t, q)
	if strings.HasPrefix(text, "error: ") {
		return text
	}
	keys := strings.Fields(text)
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

// current returns the current version of a database, held for a test.
func current(t *testing.T, db *engine.DB) *engine.Snapshot {
	t.Helper()
	s, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestQueriesFollow asks the same query before and after a build.
func TestQueriesFollow(t *testing.T) {
	dir, db := newTiers(t, "a=Gold b=Silver c=Gold")
	q := mustQuery(t, db, "tier = 'Gold'")
	checkKeys(t, "first version", q, "a c")
	before := db.Schema()
	buildTiers(t, dir, "a=Gold b=Gold d=Gold")
	checkKeys(t, "second version", q, "a b d")
	if n := count(t, q); n != 3 {
		t.Errorf("count %d, want 3", n)
	}
	a, err := q.Answer(t.Context())
	if err != nil || a.Count != 3 || a.Customers != 3 || a.Manifest.Version != 2 {
		t.Errorf("answer %+v, %v, want 3 of 3 in version 2", a, err)
	}
	if e, err := q.Explain(t.Context()); err != nil || e.Count != 3 || e.Plan.Alone != 3 || e.Manifest.Version != 2 {
		t.Errorf("explanation %+v, %v, want 3 in version 2", e, err)
	}
	if db.Manifest().Version != 2 || db.Schema() != before {
		t.Errorf("version %d, want 2 with a schema that is not made anew", db.Manifest().Version)
	}
	if err := db.Refresh(); err != nil {
		t.Errorf("refresh without need: %v", err)
	}
}

// TestFollowingReadsOnce asks a new version that has files in common with the one
// before: what was found right there is not checked again. A byte that nobody uses
// shows it, which is another one since then.
func TestFollowingReadsOnce(t *testing.T) {
	const customers, name = "a=Gold b=Silver c=Gold", "00000001/attribute-0000.values.arrow"
	dir, db := newTiers(t, customers)
	q := mustQuery(t, db, "tier = 'Gold'")
	checkKeys(t, "first version", q, "a c")
	buildTiers(t, dir, customers)
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	const padding = 7 // of the first bytes of an Arrow file
	_, err = f.WriteAt([]byte{1}, padding)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "second version", q, "a c")
	if file, _ := db.Manifest().File("attribute-0000.values.arrow"); file.Path != name || db.Manifest().Version != 2 {
		t.Errorf("version %d has %s, want version 2 and %s", db.Manifest().Version, file.Path, name)
	}
	if _, err := mustQuery(t, open(t, dir), "tier = 'Gold'").Count(t.Context()); !errors.Is(err, engine.ErrCorrupt) {
		t.Errorf("opened anew: %v, want %v", err, engine.ErrCorrupt)
	}
}

// TestSnapshotStays asks a version after another has come, after its files and
// the whole directory are gone, and after the database is closed.
func TestSnapshotStays(t *testing.T) {
	dir, db := newTiers(t, "a=Gold b=Silver c=Gold")
	s := current(t, db)
	q, err := s.Query("tier = 'Gold'")
	if err != nil {
		t.Fatal(err)
	}
	buildTiers(t, dir, "x=Gold")
	checkKeys(t, "after a build", q, "a c") // the first look at any of its files
	if s.Manifest().Version != 1 || s.Location().String() != "UTC" || len(s.Schema().Attributes) != 1 {
		t.Errorf("version %d in %s, want 1 in UTC", s.Manifest().Version, s.Location())
	}
	follows := mustQuery(t, db, "tier = 'Gold'")
	checkKeys(t, "new version", follows, "x")
	later := current(t, db)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "directory gone", q, "a c")
	checkKeys(t, "directory gone", follows, "x")
	if err := db.Refresh(); !errors.Is(err, engine.ErrNotSnapshot) || err.Error() != dir+" is not a rollcall snapshot: no such directory" {
		t.Errorf("refresh of nothing: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "database closed", q, "a c")
	checkKeys(t, "database closed", mustAsk(t, later, "tier = 'Gold'"), "x")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "snapshot closed", q, "error: database is closed")
	if _, err := s.Query("tier = 'Gold'"); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a query of a closed snapshot: %v, want %v", err, engine.ErrClosed)
	}
}

// mustAsk returns a query of one version.
func mustAsk(t *testing.T, s *engine.Snapshot, text string) *engine.Query {
	t.Helper()
	q, err := s.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestSequencesStayInTheirVersion builds a version while rows and batches of two
// blocks are read.
func TestSequencesStayInTheirVersion(t *testing.T) {
	customers := func(n int, tier string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%06d=%s ", i, tier)
		}
		return b.String()
	}
	const first, second = bitmap.BlockRows + 10, 7
	dir, db := newTiers(t, customers(first, "Old"))
	q := mustQuery(t, db, "tier is not null")
	rows := 0
	for batch, err := range q.Batches(t.Context(), "tier") {
		if err != nil {
			t.Fatal(err)
		}
		if rows == 0 {
			buildTiers(t, dir, customers(second, "New"))
			if n := count(t, q); n != second {
				t.Errorf("count %d while a sequence is read, want %d", n, second)
			}
		}
		if got := batch.Column(1).ValueStr(0); got != "Old" {
			t.Errorf("tier %q after %d rows, want that of the first version", got, rows)
		}
		rows += int(batch.NumRows())
	}
	if rows != first {
		t.Errorf("%d rows, want the %d of the first version", rows, first)
	}
	rows = 0
	for row, err := range q.Rows(t.Context(), "tier") {
		if err != nil || row.Values[0] != "New" {
			t.Fatalf("row %v, %v, want the second version", row, err)
		}
		rows++
	}
	if rows != second {
		t.Errorf("%d rows, want %d", rows, second)
	}
}

// withPeople is a source with other columns of customers.
func withPeople(t *testing.T, fields []arrow.Field, rows string) memorySource {
	t.Helper()
	s := memorySource{}
	s.add(t, "people", append([]arrow.Field{field("id", arrow.BinaryTypes.String)}, fields...), rows)
	return s
}

// TestRulesAreCheckedAnew changes the schema under a query.
func TestRulesAreCheckedAnew(t *testing.T) {
	dir, db := newTiers(t, "a=Gold b=Silver")
	q := mustQuery(t, db, "tier = 'Gold'")
	at := q.At(asOf)
	old := current(t, db)
	text, whole := arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64
	for _, c := range []struct {
		name   string
		source memorySource
		want   string // keys, or "error: " and what
	}{
		{"an attribute more, before the other", withPeople(t, []arrow.Field{field("city", text), field("tier", text)}, `{"id": "a", "city": "Gold", "tier": "x"}
{"id": "b", "city": "x", "tier": "Gold"}`), "b"},
		{"the attribute is gone", withPeople(t, []arrow.Field{field("teir", text)}, `{"id": "a", "teir": "Gold"}`),
			`error: 1:1: unknown attribute or behavior "tier"`},
		{"it is a number", withPeople(t, []arrow.Field{field("tier", whole)}, `{"id": "a", "tier": 1}`),
			`error: 1:8: expected a number for "tier" (number), found the string 'Gold'`},
		{"it is back", withPeople(t, []arrow.Field{field("tier", text)}, `{"id": "z", "tier": "Gold"}`), "z"},
	} {
		c.source.buildInto(t, dir, "UTC", 1)
		for _, q := range []*engine.Query{q, at} {
			_, err := q.Count(t.Context())
			var problems rule.Errors
			if wrong := strings.HasPrefix(c.want, "error: "); errors.As(err, &problems) != wrong || !wrong && err != nil {
				t.Errorf("%s: count: %v", c.name, err)
			}
			checkKeys(t, c.name, q, c.want)
		}
	}
	checkKeys(t, "first version all the while", mustAsk(t, old, "tier = 'Gold'"), "a")
	if _, err := q.BatchSchema("teir"); err == nil {
		t.Error("a batch schema with an attribute of another version")
	}
}

// TestFollowsAfterAMove opens a snapshot by a relative name and goes elsewhere.
func TestFollowsAfterAMove(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	buildTiers(t, dir, "a=Gold")
	t.Chdir(filepath.Dir(dir))
	db := open(t, "snap")
	q := mustQuery(t, db, "tier = 'Gold'")
	t.Chdir(t.TempDir())
	buildTiers(t, dir, "b=Gold")
	checkKeys(t, "second version", q, "b")
}

// plain is the machine's file system as one that the engine does not know.
type plain struct{ store.FS }

// TestFollowsOtherFileSystems notices a new version by the manifest's bytes.
func TestFollowsOtherFileSystems(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	buildTiers(t, dir, "a=Gold")
	db, err := engine.Open(dir, &engine.Options{FS: plain{store.OS}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	q := mustQuery(t, db, "tier = 'Gold'")
	checkKeys(t, "first version", q, "a")
	buildTiers(t, dir, "b=Gold")
	checkKeys(t, "second version", q, "b")
}

// copyMissing copies the files of a snapshot that another directory lacks,
// folders of versions only.
func copyMissing(t *testing.T, from, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, "0*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		rel, err := filepath.Rel(from, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(to, rel)); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o755); err != nil {
			t.Fatal(err)
		}
		copyFile(t, path, filepath.Join(to, rel))
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestHalfCopied copies a new version over an open one: manifest first, and the
// files later. No query sees more of it than one version or the other.
func TestHalfCopied(t *testing.T) {
	from, _ := newTiers(t, "a=Gold")
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	q := mustQuery(t, db, "tier = 'Gold'")
	buildTiers(t, from, "b=Gold c=Gold")
	manifest := filepath.Join(dir, "MANIFEST")

	if err := os.WriteFile(manifest, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "half a manifest", q, "a")
	if err := db.Refresh(); !errors.Is(err, engine.ErrCorrupt) {
		t.Errorf("half a manifest: %v, want %v", err, engine.ErrCorrupt)
	}
	if err := os.Remove(manifest); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "no manifest", q, "a")
	if err := db.Refresh(); !errors.Is(err, engine.ErrNotSnapshot) || err.Error() != dir+" is not a rollcall snapshot: it has no MANIFEST" {
		t.Errorf("no manifest: %v", err)
	}
	copyFile(t, filepath.Join(from, "MANIFEST"), manifest)
	checkKeys(t, "no files", q, "a")
	if err := db.Refresh(); !errors.Is(err, engine.ErrCorrupt) {
		t.Errorf("no files: %v, want %v", err, engine.ErrCorrupt)
	}
	if db.Manifest().Version != 1 {
		t.Errorf("version %d, want 1", db.Manifest().Version)
	}
	copyMissing(t, from, dir)
	if err := db.Refresh(); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "all there", q, "b c")
	// The same manifest once more is no new version.
	seen := db.Schema()
	copyFile(t, filepath.Join(from, "MANIFEST"), manifest)
	checkKeys(t, "touched", q, "b c")
	if db.Schema() != seen || db.Manifest().Version != 2 {
		t.Errorf("version %d, want 2 as before", db.Manifest().Version)
	}
}

// TestVersions opens versions by name and by number.
func TestVersions(t *testing.T) {
	dir, _ := newTiers(t, "a=Gold")
	at1 := open(t, dir+"@1")
	buildTiers(t, dir, "b=Gold")
	checkKeys(t, "opened by name", mustQuery(t, at1, "tier = 'Gold'"), "a")
	if err := at1.Refresh(); err != nil || at1.Manifest().Version != 1 {
		t.Errorf("version %d after a refresh, %v, want 1", at1.Manifest().Version, err)
	}
	at2, err := engine.Open(dir, &engine.Options{Version: 2})
	if err != nil {
		t.Fatal(err)
	}
	tiers(t, "c=Gold").buildInto(t, dir, "UTC", 2)
	checkKeys(t, "opened by number", mustQuery(t, at2, "tier = 'Gold'"), "b")
	if err := at2.Close(); err != nil {
		t.Error(err)
	}
	checkKeys(t, "a kept version", mustQuery(t, open(t, dir+"@2"), "tier = 'Gold'"), "b")
	checkKeys(t, "the current version", mustQuery(t, open(t, dir+"@3"), "tier = 'Gold'"), "c")
	for _, name := range []string{dir + "@1", dir + "@7"} {
		_, err := engine.Open(name, nil)
		var missing *store.VersionNotFoundError
		want := fmt.Sprintf("%s has no version %s; it has 2, 3", dir, name[len(name)-1:])
		if !errors.Is(err, engine.ErrVersionNotFound) || !errors.As(err, &missing) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	for _, name := range []string{dir + "@0", dir + "@", dir + "@x", dir + "@-1", "@3"} {
		want := name + " is not a rollcall snapshot: no such directory"
		if _, err := engine.Open(name, nil); !errors.Is(err, engine.ErrNotSnapshot) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	// A snapshot that is really called so is meant first.
	if err := os.Rename(dir, dir+"@7"); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "a directory called @7", mustQuery(t, open(t, dir+"@7"), "tier = 'Gold'"), "c")
	checkKeys(t, "its version", mustQuery(t, open(t, dir+"@7@3"), "tier = 'Gold'"), "c")
}

// TestResultsAreOfOneVersion asks for a remembered count after a build.
func TestResultsAreOfOneVersion(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	buildTiers(t, dir, "a=Gold b=Gold")
	db, err := engine.Open(dir, &engine.Options{ResultCacheBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	q := ask(t, db, "tier = 'Gold'")
	old := mustAsk(t, current(t, db), "tier = 'Gold'").At(asOf)
	for _, c := range []struct {
		customers string
		want      uint64
	}{{"a=Gold b=Gold", 2}, {"a=Gold b=Silver", 1}} {
		buildTiers(t, dir, c.customers)
		for range 2 {
			if n := count(t, q); n != c.want {
				t.Errorf("%s: count %d, want %d", c.customers, n, c.want)
			}
			if n := count(t, old); n != 2 {
				t.Errorf("%s: count %d in the first version, want 2", c.customers, n)
			}
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestReadersBesideBuilds has readers ask all the while versions are built: an
// answer is that of one version, whole.
func TestReadersBesideBuilds(t *testing.T) {
	const versions = 8
	keys := []string{"a b c", "c d"} // of the even and of the odd versions
	customers := []string{"a=Gold b=Gold c=Gold d=Silver", "c=Gold d=Gold e=Silver"}
	dir, db := newTiers(t, customers[1])
	q := mustQuery(t, db, "tier = 'Gold'")
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				a, err := q.Answer(context.Background())
				if err != nil {
					t.Errorf("answer: %v", err)
					return
				}
				i := a.Manifest.Version % 2
				if want := uint64(len(strings.Fields(keys[i]))); a.Count != want || a.Customers != a.Manifest.Customers {
					t.Errorf("%d of %d in version %d, want %d of %d", a.Count, a.Customers, a.Manifest.Version, want, a.Manifest.Customers)
					return
				}
				if got := sortedKeys(t, q); got != keys[0] && got != keys[1] {
					t.Errorf("keys %q, want %q or %q", got, keys[0], keys[1])
					return
				}
			}
		})
	}
	for v := 2; v <= versions; v++ {
		buildTiers(t, dir, customers[v%2])
		checkKeys(t, fmt.Sprintf("after build %d", v), q, keys[v%2]) // it is current, so it is asked
	}
	stop()
	readers.Wait()
}

// TestCloseWhileQueriesRun closes the database under many readers: each gets the
// whole answer or ErrClosed.
func TestCloseWhileQueriesRun(t *testing.T) {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := ask(t, db, "loyalty_tier = 'Gold' and purchase in last 30 days")
	var readers sync.WaitGroup
	started := make(chan struct{}, 8)
	for range 8 {
		readers.Go(func() {
			for first := true; ; first = false {
				n, err := q.Count(context.Background())
				if first {
					started <- struct{}{}
				}
				if errors.Is(err, engine.ErrClosed) {
					return
				}
				if err != nil || n != 315 {
					t.Errorf("count %d, %v, want 315", n, err)
					return
				}
			}
		})
	}
	for range 8 {
		<-started
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	readers.Wait()
	if _, err := db.Snapshot(); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a snapshot of a closed database: %v", err)
	}
	if err := db.Refresh(); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a refresh of a closed database: %v", err)
	}
	if _, err := db.Query("orders > 1"); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a query of a closed database: %v", err)
	}
	if db.Manifest().Customers != 23570 || len(db.Schema().Attributes) == 0 {
		t.Error("a closed database has forgotten what it was")
	}
}
