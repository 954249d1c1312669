package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestWarehouseRefreshIsAFullBuild lets a world change at random in a warehouse
// whose rows are changed and deleted, several times between two builds, whose versions
// go, whose tables are created anew, lose their record of changes or their versions.
// After every step a refresh gives what a build from files with the same rows gives:
// the same dump, and once it is compacted and renumbered the same bytes.
func TestWarehouseRefreshIsAFullBuild(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	paths := eventPaths{}
	defer paths.check(t)
	for number := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, number))
		w := newWorld(r, number%2 == 0, number%4 < 2)
		w.at = []arrow.DataType{instant, localTime, date, whole}[number%4]
		w.visits, w.clicks = []string{w.events(120, 400*24*time.Hour)}, []string{w.events(30, 30*24*time.Hour)}
		zone := []string{"Europe/Berlin", "America/New_York", "Asia/Kathmandu"}[number%3]
		wh := newWarehouse(seed + number)
		dir := filepath.Join(t.TempDir(), "refreshed")
		history := "built"
		for range 8 {
			src, p := w.source(), w.parent()
			p.Timezone = zone
			wh.update(t, src)
			opts := Options{AsOf: w.now, FS: quick()}
			if number%3 == 2 {
				opts.spillBytes = 2 << 10 // few changes fit into memory
			}
			m, err := Build(t.Context(), p, wh.open(), dir, &opts)
			if err != nil {
				t.Fatalf("world %d, %s: %v", number, history, err)
			}
			full := filepath.Join(t.TempDir(), "full")
			opts.FS = quick()
			want, err := Build(t.Context(), p, src, full, &opts)
			if err != nil {
				t.Fatalf("%s: %v", history, err)
			}
			if diff := cmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, dir, 0)); diff != "" {
				t.Fatalf("world %d, %s: the refreshed snapshot is another one (-files +warehouse):\n%s", number, history, diff)
			}
			compareReports(t, fmt.Sprintf("world %d, %s", number, history), want, m)
			paths.count(m, wh)
			verify(t, dir)
			if r.IntN(4) == 0 {
				compact(t, dir, r.IntN(2) == 0, dump(t, store.OS, full, 0), want)
				history += ", compacted"
			}
			history += ", " + w.step() + wh.step(r)
			for range r.IntN(4) {
				history += ", " + w.touch()
				wh.update(t, w.source())
			}
		}
	}
}

// step lets something happen to one of the tables that leaves their rows as they
// are. It returns what.
func (w *warehouse) step(r *rand.Rand) string {
	names := w.names()
	name := names[r.IntN(len(names))]
	k := w.tables[name]
	switch r.IntN(8) {
	case 0:
		k.vacuum()
		return ", vacuum of " + name
	case 1:
		k.recreate()
		return ", another " + name
	case 2:
		k.optimize()
		k.vacuum()
		return ", " + name + " is written anew"
	case 3:
		k.feed = !k.feed
		return fmt.Sprintf(", changes of %s are recorded: %v", name, k.feed)
	case 4:
		k.view = !k.view
		return fmt.Sprintf(", %s is a view: %v", name, k.view)
	case 5:
		for _, k := range w.tables {
			k.optimize()
		}
		return ", all is optimized"
	}
	return ""
}

// compareReports compares the load report of a refresh from a warehouse with that of
// a build from files: every row of every table is accounted for, and where all of
// them were read, in the same way.
func compareReports(t *testing.T, where string, files, warehouse *store.Manifest) {
	t.Helper()
	checkReports(t, warehouse)
	for i, want := range files.Load.Tables {
		got := warehouse.Load.Tables[i]
		state := warehouse.Tables[i]
		if got.Rows+got.Known != want.Rows || state.Rows != want.Rows {
			t.Errorf("%s: %s %q accounts for %d rows and knows %d, the state has %d; there are %d", where, got.Table, got.Names, got.Rows, got.Known, state.Rows, want.Rows)
		}
		if got.Version != state.Version || (got.Version == "") != slices.Contains(got.Notes, "not pinned: it is a view") {
			t.Errorf("%s: %s is of version %q and %q, with the notes %q", where, got.Table, got.Version, state.Version, got.Notes)
		}
		if len(state.Parts) > 1 || (state.Parts == nil) != (got.Version == "") {
			t.Errorf("%s: the next build is to go on from %v of %s, version %q", where, state.Parts, got.Table, got.Version)
		}
		if got.Known > 0 {
			continue
		}
		// Who leaves out an event that is too old need not know whose it is.
		numbers := func(r store.TableReport) [6]int64 {
			if want.Expired+got.Expired > 0 {
				return [6]int64{r.Rows, r.Loaded, r.Filtered, 0, r.Undated, r.NullKeys + r.Orphans + r.Expired}
			}
			return [6]int64{r.Rows, r.Loaded, r.Filtered, r.NullKeys, r.Undated, r.Orphans}
		}
		if numbers(got) != numbers(want) {
			t.Errorf("%s: the report of %s %q is %v, from files %v", where, got.Table, got.Names, numbers(got), numbers(want))
		}
	}
}

// clubhouse is the club in a warehouse.
func clubhouse(t *testing.T) (*model.ParentSegment, *warehouse) {
	t.Helper()
	p, src := club()
	w := newWarehouse(1)
	w.update(t, src)
	return p, w
}

// fromWarehouse refreshes dir and returns the report of the visits and how many of
// their rows were pulled.
func fromWarehouse(t *testing.T, p *model.ParentSegment, w *warehouse, dir string, opts Options) (store.TableReport, int64) {
	t.Helper()
	if opts.AsOf.IsZero() {
		opts.AsOf = asOf
	}
	opts.FS = quick()
	for _, k := range w.tables {
		k.pulled = 0
	}
	m, err := Build(t.Context(), p, w.open(), dir, &opts)
	if err != nil {
		t.Fatal(err)
	}
	verify(t, dir)
	return m.Load.Tables[len(m.Load.Tables)-1], w.tables["db.visits"].pulled
}

// TestResume follows the load reports of refreshes from a warehouse.
func TestResume(t *testing.T) {
	p, w := clubhouse(t)
	dir := filepath.Join(t.TempDir(), "snap")
	visits := w.tables["db.visits"]
	add := func(rows ...string) { visits.commit(append(slices.Clone(visits.rows()), rows...)) }
	for _, step := range []struct {
		what    string
		do      func()
		want    [7]int64
		pulled  int64
		version string
		note    string
	}{
		{"first", func() {}, [7]int64{4, 0, 3, 1, 0, 0, 0}, 4, "0", ""},
		{"nothing new", func() {}, [7]int64{0, 4, 0, 0, 0, 0, 0}, 0, "0", ""},
		{"two rows more", func() {
			add(`{"id":"ann","at":"2024-05-21T10:00:00Z","page":"/e"}`)
			add(`{"id":"dan","at":"2024-05-22T10:00:00Z","page":"/f"}`)
		}, [7]int64{2, 4, 1, 1, 0, 0, 0}, 2, "2", ""},
		{"the versions before are gone, the one read is there", func() {
			add(`{"id":"ann","at":"2024-05-23T10:00:00Z","page":"/g"}`)
			visits.oldest = 2
		}, [7]int64{1, 6, 1, 0, 0, 0, 0}, 1, "3", ""},
		{"optimized", visits.optimize, [7]int64{0, 7, 0, 0, 0, 0, 0}, 0, "4", ""},
		{"a row is another one", func() {
			visits.commit(append(slices.Clone(visits.rows()[:6]), `{"id":"ann","at":"2024-05-23T11:00:00Z","page":"/g"}`))
		}, [7]int64{1, 6, 1, 0, 0, 0, 0}, 2, "5", ""},
		{"beyond retention", func() {
			add(`{"id":"ann","at":"2024-05-24T10:00:00Z","page":"/h"}`)
			visits.optimize()
			visits.vacuum()
		}, [7]int64{8, 0, 6, 2, 0, 0, 0}, 8, "7", "version 5 is not there any more: read whole"},
		{"an orphan's customer joins, and what was read is gone", func() {
			add(`{"id":"dan","at":"2024-05-25T10:00:00Z","page":"/i"}`)
			visits.oldest = 8
			visits.optimize()
			w.tables["db.members"].commit(append(slices.Clone(w.tables["db.members"].rows()), `{"id":"dan","plan":null}`))
			visits.oldest = 7
		}, [7]int64{2, 7, 2, 0, 0, 0, 0}, 3, "9", ""},
		{"created anew", visits.recreate, [7]int64{9, 0, 8, 1, 0, 0, 0}, 9, "0", "it is another table than was read before: read whole"},
		{"no record of changes", func() {
			visits.feed = false
			add(`{"id":"ann","at":"2024-05-26T10:00:00Z","page":"/j"}`)
		}, [7]int64{10, 0, 9, 1, 0, 0, 0}, 10, "1", "has no record of changes since version 0: read whole"},
		{"a record of changes that lacks a row", func() {
			visits.feed = true
			add(`{"id":"ann","at":"2024-05-27T10:00:00Z","page":"/k"}`, `{"id":"ann","at":"2024-05-27T10:00:00Z","page":"/l"}`)
			newest := &visits.versions[visits.newest()]
			newest.inserted = newest.inserted[:1]
		}, [7]int64{12, 0, 11, 1, 0, 0, 0}, 12, "2", "10 rows were read before and 1 are said to have come since, but there are 12: read whole"},
		{"a view", func() { visits.view = true }, [7]int64{12, 0, 11, 1, 0, 0, 0}, 12, "", "not pinned: it is a view"},
		{"the view again", func() {}, [7]int64{12, 0, 11, 1, 0, 0, 0}, 12, "", "not pinned: it is a view"},
	} {
		step.do()
		report, pulled := fromWarehouse(t, p, w, dir, Options{})
		if got := numbers(report); got != step.want || pulled != step.pulled {
			t.Errorf("%s: rows, known, loaded, orphans, expired, repeated, aged are %v of %d rows pulled, want %v of %d", step.what, got, pulled, step.want, step.pulled)
		}
		if note := strings.Join(report.Notes, "; "); note != step.note || report.Version != step.version {
			t.Errorf("%s: version %q, notes %q; want %q, %q", step.what, report.Version, note, step.version, step.note)
		}
	}
}

// TestFiltersArePushedDown pulls no more than is wanted, and counts the rest.
func TestFiltersArePushedDown(t *testing.T) {
	p, src := club()
	p.Master.Filters = []model.ColumnFilter{{Column: "plan", Values: []string{"gold", "red"}}}
	p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 20, Unit: window.Day}
	src["db.members"] = newTable([]arrow.Field{field("id", text), field("plan", text)},
		`[{"id":"ann","plan":"gold"},{"id":"bob","plan":"blue"},{"id":null,"plan":"gold"},{"id":null,"plan":"blue"},{"id":"eve","plan":null}]`)
	w := newWarehouse(2)
	w.update(t, src)
	totals := map[string]int64{}
	opts := &Options{AsOf: asOf, FS: quick(), Progress: func(at Progress) { totals[at.Stage+" "+at.Table] = at.Total }}
	m, err := Build(t.Context(), p, w.open(), filepath.Join(t.TempDir(), "snap"), opts)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.TableReport{
		{Table: "db.members", Location: "warehouse/members", Version: "0", Use: "master", KeyColumn: "id", Names: []string{}, Rows: 5, Loaded: 1, NullKeys: 1, Filtered: 3},
		{Table: "db.members", Location: "warehouse/members", Version: "0", Use: "attributes", KeyColumn: "id", Names: []string{"plan"}, Rows: 5, Loaded: 1, NullKeys: 1, Filtered: 3},
		{Table: "db.visits", Location: "warehouse/visits", Version: "0", Use: "behavior", KeyColumn: "id", Names: []string{"visit"}, Rows: 4, Orphans: 2, Expired: 2},
	}
	for i := range m.Load.Tables {
		m.Load.Tables[i].NullKeyRows, m.Load.Tables[i].OrphanKeys = nil, nil // in any order
	}
	if diff := cmp.Diff(want, m.Load.Tables); diff != "" {
		t.Errorf("load report (-want +got):\n%s", diff)
	}
	if members, visits := w.tables["db.members"].pulled, w.tables["db.visits"].pulled; members != 2*2 || visits != 2 {
		t.Errorf("%d rows of members and %d of visits were pulled, want 4 and 2", members, visits)
	}
	if totals["read db.members"] != 5 || totals["read db.visits"] != 4 {
		t.Errorf("the totals of progress are %v, want 5 members and 4 visits", totals)
	}
}

// TestCountOfAViewThatShrinks has rows deleted between the scan of a view and the
// count of its rows: what was left out is not made up.
func TestCountOfAViewThatShrinks(t *testing.T) {
	p, w := clubhouse(t)
	p.Master.Filters = []model.ColumnFilter{{Column: "plan", Values: []string{"gold"}}}
	members := w.tables["db.members"]
	members.view, members.scanned = true, func() { members.commit([]string{}) }
	p.Master.AllColumns = false
	m, err := Build(t.Context(), p, w.open(), filepath.Join(t.TempDir(), "snap"), &Options{AsOf: asOf, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	want := store.TableReport{
		Table: "db.members", Location: "warehouse/members", Use: "master", KeyColumn: "id", Names: []string{}, Rows: 1, Loaded: 1,
		Notes: []string{"not pinned: it is a view", "it changed while it was read, from 2 rows to 0: how many of them the source left out is not certain"},
	}
	if diff := cmp.Diff(want, m.Load.Tables[0]); diff != "" {
		t.Errorf("load report (-want +got):\n%s", diff)
	}
}

// TestCountOfAViewThatGrows has rows added between the scan of a view and the count
// of its rows.
func TestCountOfAViewThatGrows(t *testing.T) {
	p, w := clubhouse(t)
	p.Master.Filters = []model.ColumnFilter{{Column: "plan", Values: []string{"gold"}}}
	members := w.tables["db.members"]
	members.view, members.scanned = true, func() {
		members.commit(append(slices.Clone(members.rows()), `{"id":"zoe","plan":"gold"}`))
		members.scanned = nil
	}
	m, err := Build(t.Context(), p, w.open(), filepath.Join(t.TempDir(), "snap"), &Options{AsOf: asOf, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	want := store.TableReport{
		Table: "db.members", Location: "warehouse/members", Use: "master", KeyColumn: "id", Names: []string{}, Rows: 2, Loaded: 1, Filtered: 1,
		Notes: []string{"not pinned: it is a view", "it changed while it was read, from 2 rows to 3: how many of them the source left out is not certain"},
	}
	if diff := cmp.Diff(want, m.Load.Tables[0]); diff != "" {
		t.Errorf("load report (-want +got):\n%s", diff)
	}
}

// TestWarehouseThatContradictsItself counts other rows than come.
func TestWarehouseThatContradictsItself(t *testing.T) {
	for _, c := range []struct {
		do   func(w *warehouse)
		want string
	}{
		{func(w *warehouse) { w.tables["db.visits"].hides = 3 }, "table db.visits: 2 rows came of version 0, which has 1"},
		{func(w *warehouse) { w.tables["db.visits"].lists = 1 }, "table db.visits (warehouse/visits): 4 rows were read, but its parts have 5"},
		{func(w *warehouse) { w.tables["db.members"].lists = 1 }, "table db.members (warehouse/members): 2 rows were read, but its parts have 3"},
	} {
		p, w := clubhouse(t)
		p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 20, Unit: window.Day}
		c.do(w)
		_, err := Build(t.Context(), p, w.open(), filepath.Join(t.TempDir(), "snap"), &Options{AsOf: asOf, FS: quick()})
		if err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

// TestErrorsNameTheTableOnce has a source name it, too.
func TestErrorsNameTheTableOnce(t *testing.T) {
	p, w := clubhouse(t)
	dir := filepath.Join(t.TempDir(), "snap")
	fromWarehouse(t, p, w, dir, Options{})
	for cause, want := range map[string]string{
		"table db.visits: no answer":  "table db.visits: no answer",
		"no answer":                   "table db.visits: no answer",
		"table db.visits2: no answer": "table db.visits: table db.visits2: no answer",
	} {
		w.tables["db.visits"].broken = errors.New(cause)
		_, err := Build(t.Context(), p, w.open(), dir, &Options{AsOf: asOf, FS: quick()})
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestNotesOfAScan is what a source only knows once its rows were read.
func TestNotesOfAScan(t *testing.T) {
	p, w := clubhouse(t)
	for _, k := range w.tables {
		k.odd = []string{"NaN was read as NULL"}
	}
	m, err := Build(t.Context(), p, w.open(), filepath.Join(t.TempDir(), "snap"), &Options{AsOf: asOf, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.Load.Tables {
		if diff := cmp.Diff([]string{"NaN was read as NULL"}, r.Notes); diff != "" {
			t.Errorf("%s, %s: notes (-want +got):\n%s", r.Table, r.Use, diff)
		}
	}
}
