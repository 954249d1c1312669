package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

var asOf = time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)

// open opens a snapshot for the length of a test.
func open(t *testing.T, dir string) *engine.DB {
	t.Helper()
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// ask returns a query at asOf.
func ask(t *testing.T, db *engine.DB, text string) *engine.Query {
	t.Helper()
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	return q.At(asOf)
}

// copySnapshot copies the CDNOW snapshot for a test to spoil.
func copySnapshot(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS(snapshot)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenErrors(t *testing.T) {
	empty, file := t.TempDir(), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	later := copySnapshot(t)
	rewrite(t, filepath.Join(later, "MANIFEST"), func(b []byte) []byte {
		body := strings.Replace(string(b), `"format": 1`, `"format": 2`, 1)
		return withSum(body)
	})
	for _, c := range []struct {
		dir, want string
		is        error
	}{
		{empty, empty + " is not a rollcall snapshot: it has no MANIFEST", engine.ErrNotSnapshot},
		{filepath.Join(empty, "no"), filepath.Join(empty, "no") + " is not a rollcall snapshot: no such directory", engine.ErrNotSnapshot},
		{file, file + " is not a rollcall snapshot: not a directory", engine.ErrNotSnapshot},
		{later, filepath.Join(later, "MANIFEST") + " has format version 2, this program reads up to 1", engine.ErrFormatVersion},
	} {
		_, err := engine.Open(c.dir, nil)
		if !errors.Is(err, c.is) || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.dir, err, c.want)
		}
	}
}

func TestQueryErrors(t *testing.T) {
	db := open(t, snapshot)
	_, err := db.Query("loyality_tier = 'Gold' and lifetime_value > 'x'")
	var problem *rule.Error
	if !errors.As(err, &problem) || problem.Code != rule.UnknownAttribute {
		t.Fatalf("%v, want a *rule.Error of code %s", err, rule.UnknownAttribute)
	}
	var problems rule.Errors
	if !errors.As(err, &problems) || len(problems) != 2 {
		t.Errorf("%d problems, want both reported: %v", len(problems), err)
	}
	err = firstError(ask(t, db, "orders > 1").Rows(t.Context(), "lifetime_valeu"))
	var column *engine.ColumnError
	if !errors.As(err, &column) || err.Error() != `unknown attribute "lifetime_valeu"; did you mean "lifetime_value"?` {
		t.Errorf("%v, want a *ColumnError with the nearest name", err)
	}
}

// firstError returns the first error of a sequence, nil where it has none.
func firstError(rows iter.Seq2[engine.Row, error]) error {
	for _, err := range rows {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCanonicalTextSelectsTheSame reads back what a query prints of itself.
func TestCanonicalTextSelectsTheSame(t *testing.T) {
	db := open(t, snapshot)
	q := ask(t, db, "NOT (orders>=2 AND (cohort='1997-01' or purchase IN LAST 1 months)) -- comment")
	again := ask(t, db, q.String())
	if got, want := count(t, again), count(t, q); got != want || again.String() != q.String() {
		t.Errorf("%s: %d, %s: %d", q, want, again, got)
	}
}

func count(t *testing.T, q *engine.Query) uint64 {
	t.Helper()
	n, err := q.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEveryWayOfAskingAgrees compares count, answer, keys, rows, batches and
// explain of one query.
func TestEveryWayOfAskingAgrees(t *testing.T) {
	db := open(t, snapshot)
	q := ask(t, db, "loyalty_tier in ('Gold', 'Silver') and not purchase in last 90 days")
	want := count(t, q)
	if want == 0 {
		t.Fatal("the rule selects nobody: the test shows nothing")
	}
	a, err := q.Answer(t.Context())
	if err != nil || a.Count != want {
		t.Errorf("Answer: %d, %v, want %d", a.Count, err, want)
	}
	e, err := q.Explain(t.Context())
	if err != nil || e.Count != want || e.Plan.Alone != want || e.Plan.Steps[1].Together != want {
		t.Errorf("Explain: %+v, %v, want %d", e, err, want)
	}
	var keys, rows []string
	for key, err := range q.Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	for row, err := range q.Rows(t.Context(), "loyalty_tier") {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row.Key)
	}
	batched := int64(0)
	for batch, err := range q.Batches(t.Context(), "loyalty_tier", "lifetime_value") {
		if err != nil {
			t.Fatal(err)
		}
		batched += batch.NumRows()
		if batch.NumCols() != 3 || batch.ColumnName(0) != "customer_id" || !arrow.TypeEqual(batch.Column(2).DataType(), &arrow.Decimal128Type{Precision: 10, Scale: 2}) {
			t.Errorf("batch schema %v", batch.Schema())
		}
	}
	if uint64(len(keys)) != want || !slices.Equal(keys, rows) || uint64(batched) != want || !slices.IsSorted(keys) {
		t.Errorf("%d keys, %d rows, %d in batches, want %d", len(keys), len(rows), batched, want)
	}
}

// TestCloseWaitsForReaders closes the database while a sequence is read: what
// runs ends well, what comes later is refused.
func TestCloseWaitsForReaders(t *testing.T) {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := ask(t, db, "orders >= 1")
	read := 0
	for _, err := range q.Rows(t.Context(), "cohort") {
		if err != nil {
			t.Fatal(err)
		}
		if read == 0 {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		read++
	}
	if read != 23570 {
		t.Errorf("%d rows, want 23570", read)
	}
	if _, err := q.Count(t.Context()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("%v, want %v", err, engine.ErrClosed)
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestContextEndsAQuery(t *testing.T) {
	db := open(t, snapshot)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := ask(t, db, "orders >= 1")
	if _, err := q.Count(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Count: %v, want %v", err, context.Canceled)
	}
	if err := firstError(q.Rows(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("Rows: %v, want %v", err, context.Canceled)
	}
}

// TestManyAtOnce asks one query from many goroutines; the race detector looks on.
func TestManyAtOnce(t *testing.T) {
	const text = "purchase count > 3 in last 12 months and lifetime_value > 100 and cohort != '1997-01'"
	want := count(t, ask(t, open(t, snapshot), text))
	q := ask(t, open(t, snapshot), text) // nothing of it has been touched yet
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if n, err := q.Count(context.Background()); n != want || err != nil {
					t.Errorf("%d, %v, want %d", n, err, want)
				}
			}
		})
	}
	wg.Wait()
}

// spoiltRules touch every kind of file: value index, column, timeline, events
// and their fields.
var spoiltRules = []string{
	"loyalty_tier = 'Gold' and lifetime_value > 100 and cohort != '1997-02' and orders > 2",
	"purchase in last 30 days or first_purchase_date > '1997-02-15'",
	"purchase count > 3 in last 500 hours or last_purchase_date in last 3 weeks",
	"purchase where quantity = 2 sum(amount) > 40 in last 90 days or first purchase in last 30 days",
}

// TestFlippedBytes flips bytes all over a snapshot: what reads them says
// ErrCorrupt, and what does not read them answers as before.
func TestFlippedBytes(t *testing.T) {
	var want []string
	db := open(t, snapshot)
	for _, text := range spoiltRules {
		want = append(want, everything(t, ask(t, db, text)))
	}
	dir := copySnapshot(t)
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	found := 0
	for _, path := range append(files, filepath.Join(dir, "MANIFEST")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{0, len(data) / 3, len(data) - 1} {
			data[at] ^= 0x10
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			data[at] ^= 0x10
			found += askSpoilt(t, dir, fmt.Sprintf("%s, byte %d", filepath.Base(path), at), want)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if found < len(files) {
		t.Errorf("%d flips were noticed, of 3 in each of %d files", found, len(files))
	}
}

// askSpoilt asks a spoilt snapshot and returns 1 where something noticed.
func askSpoilt(t *testing.T, dir, what string, want []string) (noticed int) {
	t.Helper()
	db, err := engine.Open(dir, nil)
	if err != nil {
		if !errors.Is(err, engine.ErrCorrupt) && !errors.Is(err, engine.ErrFormatVersion) {
			t.Errorf("%s: Open: %v", what, err)
		}
		return 1
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for i, text := range spoiltRules {
		switch got := everything(t, ask(t, db, text)); {
		case strings.Contains(got, " is corrupt: "):
			noticed = 1
		case got != want[i]:
			t.Errorf("%s: %s: %.80s, want %.80s", what, text, got, want[i])
		}
	}
	return noticed
}

// everything returns all that a query gives, or its error.
func everything(t *testing.T, q *engine.Query) string {
	t.Helper()
	var b strings.Builder
	for row, err := range q.Rows(t.Context(), "loyalty_tier", "lifetime_value", "orders", "cohort", "first_purchase_date", "last_purchase_date") {
		if err != nil {
			return err.Error()
		}
		fmt.Fprintln(&b, row)
	}
	return b.String()
}

// TestTruncatedFiles cuts files short before Open and under an open snapshot.
func TestTruncatedFiles(t *testing.T) {
	dir := copySnapshot(t)
	path := filepath.Join(dir, "00000001", store.PartFile(0, 0))
	db := open(t, dir)
	size := fileSize(t, path)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	q := ask(t, db, "purchase sum(amount) > 3 this year") // which reads the events
	for range 2 {                                         // the second time nothing may pass for checked
		if _, err := q.Count(t.Context()); !errors.Is(err, engine.ErrCorrupt) {
			t.Errorf("truncated while open: %v, want %v", err, engine.ErrCorrupt)
		}
	}
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Count(t.Context()); !errors.Is(err, engine.ErrCorrupt) {
		t.Errorf("overwritten while open: %v, want %v", err, engine.ErrCorrupt)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Open(dir, nil); !errors.Is(err, engine.ErrCorrupt) || !strings.Contains(err.Error(), "0 bytes, expected") {
		t.Errorf("truncated before: %v, want %v", err, engine.ErrCorrupt)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Open(dir, nil); !errors.Is(err, engine.ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Errorf("removed: %v, want %v", err, engine.ErrCorrupt)
	}
}

// TestZeroTimeIsATime asks as of the year 1, and of years far out.
func TestZeroTimeIsATime(t *testing.T) {
	db := open(t, snapshot)
	if n := count(t, ask(t, db, "purchase").At(time.Time{})); n != 0 {
		t.Errorf("%d customers had bought something in the year 1", n)
	}
	if n := count(t, ask(t, db, "purchase in last 3000 years")); n != 23570 {
		t.Errorf("%d customers have bought something in the last 3,000 years, want 23570", n)
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// rewrite changes a file.
func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withSum gives a manifest with a changed body the checksum line that fits it.
func withSum(manifest string) []byte {
	body := manifest[:strings.LastIndexByte(strings.TrimSuffix(manifest, "\n"), '\n')+1]
	return fmt.Appendf([]byte(body), "%016x\n", xxhash.Sum64String(body))
}

func TestResultCache(t *testing.T) {
	db, err := engine.Open(snapshot, &engine.Options{ResultCacheBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	q := ask(t, db, "purchase in last 30 days")
	first, err := q.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same, err := db.Query("purchase   in last 30 DAYS")
	if err != nil {
		t.Fatal(err)
	}
	local := asOf.In(time.FixedZone("", 3600))
	if n, err := same.At(local).Count(t.Context()); err != nil || n != first {
		t.Errorf("the same rule at the same instant: got %d, %v, want %d", n, err, first)
	}
	if n, err := q.At(asOf.AddDate(0, -6, 0)).Count(t.Context()); err != nil || n == first {
		t.Errorf("half a year before: got %d, %v, want another count than %d", n, err, first)
	}
	if allocs := testing.AllocsPerRun(10, func() {
		if _, err := q.Count(t.Context()); err != nil {
			t.Error(err)
		}
	}); allocs > 8 {
		t.Errorf("a remembered count allocates %v times, so it was worked out", allocs)
	}
	if a, err := q.Answer(t.Context()); err != nil || a.Count != first || len(a.Windows) != 1 {
		t.Errorf("Answer: got %+v, %v, want count %d with one window", a, err, first)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.Count(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Count(t.Context()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("closed: got %v", err)
	}
}
