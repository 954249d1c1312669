package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// TestCrashOfMappedFiles cuts each file short while it is mapped, before anybody
// has read it: every answer is right, or an error that says that the snapshot is
// corrupt.
func TestCrashOfMappedFiles(t *testing.T) {
	t.Parallel()
	seed := crashSeed(t)
	s := newSpoiled(t)
	r := rand.New(rand.NewPCG(seed, 0))
	picked := sampled(r, 0, s.size(), 30)
	losses := 0
	for _, i := range picked {
		name, size := s.at(i)
		ok := t.Run(fmt.Sprintf("%s cut to %d bytes", name, size), func(t *testing.T) {
			for _, v := range s.users[name] {
				s.checkCutWhileOpen(t, v, name, int64(size))
			}
		})
		if !ok {
			losses++
		}
	}
	tally(t, len(picked), "truncations of mapped files")
	tally(t, losses, "losses")
}

// checkCutWhileOpen opens a version, cuts a file of it short, asks, and puts the
// file back.
func (s *spoiled) checkCutWhileOpen(t *testing.T, version uint64, name string, size int64) {
	t.Helper()
	db, err := engine.Open(s.dir, &engine.Options{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(s.dir, name), size); err != nil {
		t.Fatal(err)
	}
	checkAnswers(t, fmt.Sprintf("version %d", version), askAll(t.Context(), db), s.right[version])
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	s.write(t, name, s.bytes[name])
}

// arena is a shop of more than one block of customers: its files have many pages.
func arena(later bool) (*model.ParentSegment, memorySource) {
	const crowd = bitmap.BlockRows + 5000
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	p := &model.ParentSegment{
		Name: "Arena", Timezone: "UTC",
		Master: model.Master{Table: table("customers"), KeyColumn: "id", AllColumns: true},
		Behaviors: []model.BehaviorSource{
			{Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true},
		},
	}
	var customers, visits []map[string]any
	for i := range crowd {
		customers = append(customers, map[string]any{"id": i, "tier": fmt.Sprintf("t%d", i%3), "spent": fmt.Sprintf("%d.25", i), "mail": fmt.Sprintf("%d@example.com", i*7919)})
		if i%2 == 0 {
			visits = append(visits, map[string]any{"id": i, "at": asOf.AddDate(0, 0, -i%100-1).Format("2006-01-02T15:04:05Z"), "page": fmt.Sprintf("/%d", i%1000)})
		}
	}
	if later {
		customers = customers[1:]
	}
	return p, memorySource{
		"db.customers": newTable([]arrow.Field{field("id", whole), field("tier", text), field("spent", money), field("mail", text)}, asJSON(customers)),
		"db.visits":    newTable([]arrow.Field{field("id", whole), field("at", instant), field("page", text)}, asJSON(visits)),
	}
}

// arenaRules read every structure of an arena.
var arenaRules = []string{
	"tier = 't1'", "spent > 100", "mail contains '77'", "visit", "visit in last 30 days", "visit where page = '/77'",
	"visit where (page contains '7') count >= 1 in last 50 days",
}

// TestCrashOfMappedPages cuts files of many pages short while they are mapped:
// reading what was there is a fault of the machine, which becomes an error. So it
// does where the bytes have been read, and found right, before; numbers may then
// be of zeros that nobody wrote.
func TestCrashOfMappedPages(t *testing.T) {
	t.Parallel()
	seed := crashSeed(t)
	r := rand.New(rand.NewPCG(seed, 0))
	dir := filepath.Join(t.TempDir(), "snap")
	p, src := arena(false)
	m, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	right := arenaCounts(t, dir)
	cuts, losses := 0, 0
	const each = 10 // of every file
	for _, i := range sampled(r, 0, each*len(m.Files), 20) {
		f, readBefore := m.Files[i/each], i%2 == 1
		size := r.Int64N(f.Size + 1)
		cuts++
		ok := t.Run(fmt.Sprintf("%s cut from %d to %d bytes, read before %t", f.Name, f.Size, size, readBefore), func(t *testing.T) {
			checkPages(t, dir, filepath.Join(dir, f.Path), size, readBefore, right)
		})
		if !ok {
			losses++
		}
	}
	tally(t, cuts, "truncations of mapped files")
	tally(t, losses, "losses")
}

// checkPages opens a snapshot, cuts a file short, asks, and puts the file back.
func checkPages(t *testing.T, dir, path string, size int64, readBefore bool, right []answer) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if readBefore {
		askArena(t.Context(), db)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	for i, a := range askArena(t.Context(), db) {
		switch {
		case a.err != nil && !errors.Is(a.err, engine.ErrCorrupt):
			t.Errorf("%v, expected an error that is %v", a.err, engine.ErrCorrupt)
		case a.err == nil && !readBefore && a.text != right[i].text:
			t.Errorf("the answer is %q, expected %q or an error", a.text, right[i].text)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// arenaCounts counts in a snapshot that is sound.
func arenaCounts(t *testing.T, dir string) []answer {
	t.Helper()
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	found := askArena(t.Context(), db)
	for _, a := range found {
		if a.err != nil {
			t.Fatal(a.err)
		}
	}
	return found
}

// askArena asks for a count of every rule, and for rows.
func askArena(ctx context.Context, db *engine.DB) []answer {
	var found []answer
	for _, rule := range arenaRules {
		q, err := db.Query(rule)
		if err != nil {
			return append(found, answer{err: err})
		}
		n, err := q.At(asOf).Count(ctx)
		found = append(found, answer{fmt.Sprintf("%s: %d", rule, n), err})
	}
	q, err := db.Query("spent > 66000")
	if err != nil {
		return append(found, answer{err: err})
	}
	var rows strings.Builder
	for row, err := range q.At(asOf).Rows(ctx, "tier", "spent", "mail") {
		if err != nil {
			return append(found, answer{err: err})
		}
		rows.WriteString(cmpText(row))
	}
	return append(found, answer{text: rows.String()})
}

// cutter is the machine's file system, which cuts a file short after it was
// mapped.
type cutter struct {
	store.FS
	path string
	size int64
}

func (c *cutter) Map(path string) (store.Mapping, error) {
	m, err := c.FS.Map(path)
	if err == nil && path == c.path {
		err = os.Truncate(path, c.size)
	}
	return m, err
}

// TestCrashOfMappedPagesElsewhere cuts files short while a refresh, a compaction
// or a verification has them mapped: an error, and never the end of the process.
func TestCrashOfMappedPagesElsewhere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(crashSeed(t), 0))
	dir := filepath.Join(t.TempDir(), "snap")
	p, src := arena(false)
	m, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	p, src = arena(true)
	cuts, losses := 0, 0
	for _, i := range sampled(r, 0, len(m.Files), 3) {
		f := m.Files[i]
		cuts++
		path, size := filepath.Join(dir, f.Path), r.Int64N(f.Size/2+1)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ok := t.Run(fmt.Sprintf("%s cut from %d to %d bytes", f.Name, f.Size, size), func(t *testing.T) {
			checkElsewhere(t, dir, path, size, data, p, src)
		})
		if !ok {
			losses++
		}
	}
	tally(t, cuts, "truncations of mapped files")
	tally(t, losses, "losses")
}

// checkElsewhere verifies, refreshes and compacts a snapshot, a file of which is
// cut short once it is mapped. None of them commits.
func checkElsewhere(t *testing.T, dir, path string, size int64, data []byte, p *model.ParentSegment, src memorySource) {
	t.Helper()
	fsys := &cutter{FS: quick(), path: path, size: size}
	restore := func() {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report, err := store.Verify(t.Context(), fsys, dir, 0, nil)
	restore()
	if err != nil || len(report.Problems) == 0 {
		t.Errorf("verifying: %v, %v, expected a problem of %s", err, report, path)
	}
	// What is committed in the end is refused, so that the snapshot stays.
	faults := &noRename{fsys}
	for _, what := range []struct {
		name string
		run  func() error
	}{
		{"refresh", func() error {
			_, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, FS: faults})
			return err
		}},
		{"compact", func() error {
			_, err := Compact(t.Context(), dir, &CompactOptions{FS: faults})
			return err
		}},
	} {
		err := what.run()
		restore()
		var corrupt *store.CorruptError
		if err == nil || !errors.Is(err, errNoRename) && !errors.As(err, &corrupt) && !strings.Contains(err.Error(), "a file of the snapshot was cut short") {
			t.Errorf("%s: %v, expected an error about %s", what.name, err, path)
		}
	}
}

var errNoRename = syscall.EROFS

// noRename is a file system where nothing is renamed.
type noRename struct{ store.FS }

func (noRename) Rename(string, string) error { return errNoRename }
