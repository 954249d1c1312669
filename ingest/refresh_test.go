package ingest

import (
	"fmt"
	"maps"
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

// world is a source that changes: customers who come, go and come back, traits in
// the master table and in one of their own, and events in parts.
type world struct {
	r         *rand.Rand
	strangers bool // events and traits may be of somebody who is no customer
	text      bool // keys are texts, long and alike
	keep      int64
	opaque    bool           // parts of events cannot be told apart
	at        arrow.DataType // of events
	now       time.Time
	customers map[int]map[string]any
	traits    map[int]map[string]any
	gone      []int
	visits    []string // parts
	clicks    []string
	next      int // id of the next customer
}

// newWorld has a few customers in each of two blocks once they are sorted by key:
// most of them without anything.
func newWorld(r *rand.Rand, strangers, text bool) *world {
	w := &world{r: r, strangers: strangers, text: text, keep: 300, now: asOf, at: instant, customers: map[int]map[string]any{}, traits: map[int]map[string]any{}}
	for range 5 + r.IntN(50) {
		w.join()
	}
	for range 3 {
		w.visits = append(w.visits, w.events(40, 400*24*time.Hour))
	}
	w.clicks = append(w.clicks, w.events(30, 30*24*time.Hour))
	return w
}

// anybody is a customer or, with strangers, perhaps somebody else.
func (w *world) anybody() int {
	if w.strangers || len(w.customers) == 0 {
		return w.r.IntN(w.next + 5)
	}
	ids := slices.Sorted(maps.Keys(w.customers))
	return ids[w.r.IntN(len(ids))]
}

// key returns a key as tables have it.
func (w *world) key(id int) any {
	if w.text {
		return fmt.Sprintf("a long key that all of them begin with, number %d", id)
	}
	return id - 3
}

func (w *world) join() {
	id := w.next
	w.next++
	w.customers[id] = map[string]any{"id": w.key(id), "in": w.r.IntN(8) > 0, "tier": w.maybe([]string{"Gold", "Silver", ""}[w.r.IntN(3)]), "spent": w.maybe(fmt.Sprintf("%d.%02d", w.r.IntN(300), w.r.IntN(100)))}
	if w.r.IntN(2) == 0 {
		w.trait(id)
	}
}

// trait gives a customer's traits another value.
func (w *world) trait(id int) {
	w.traits[id] = map[string]any{"id": w.key(id), "friend": w.key(id ^ 1), "score": w.maybe(float64(w.r.IntN(8)) / 4)}
}

func (w *world) maybe(v any) any {
	if w.r.IntN(6) == 0 {
		return nil
	}
	return v
}

// events returns a part of n events of the last so much time, some twice.
func (w *world) events(n int, back time.Duration) string {
	var rows []map[string]any
	for range n {
		at := w.now.Add(-time.Duration(w.r.Int64N(int64(back)))).Truncate(time.Second)
		row := map[string]any{"id": w.key(w.anybody()), "at": w.maybe(w.time(at)), "page": w.maybe(fmt.Sprintf("/%d", w.r.IntN(5))), "price": w.maybe(fmt.Sprintf("%d.50", w.r.IntN(9)))}
		rows = append(rows, row)
		if w.r.IntN(10) == 0 {
			rows = append(rows, row)
		}
	}
	return asJSON(rows)
}

// time returns a time of an event as tables have it.
func (w *world) time(at time.Time) any {
	switch w.at {
	case whole:
		return at.Unix()
	case date:
		return at.Format(time.DateOnly)
	case localTime:
		return at.Format("2006-01-02T15:04:05")
	}
	return at.Format(time.RFC3339)
}

// step lets time pass and something happen. It returns what.
func (w *world) step() string {
	w.now = w.now.Add(time.Duration(w.r.IntN(72)-12) * time.Hour)
	switch w.r.IntN(13) {
	case 0:
		return "nothing"
	case 1:
		w.join()
		w.join()
		return "two join"
	case 2:
		w.leave()
		return "one leaves"
	case 3:
		if len(w.gone) > 0 {
			id := w.gone[0]
			w.gone = w.gone[1:]
			w.customers[id] = map[string]any{"id": w.key(id), "in": true, "tier": "Back", "spent": nil}
			return "one comes back"
		}
		return "nobody comes back"
	case 4:
		if len(w.customers) > 0 {
			ids := slices.Sorted(maps.Keys(w.customers))
			one := w.customers[ids[w.r.IntN(len(ids))]]
			one["tier"], one["in"] = "Changed", w.r.IntN(3) > 0
		}
		return "a trait of the master table changes"
	case 5:
		w.trait(w.anybody())
		return "a trait changes, maybe of nobody"
	case 6:
		w.visits[w.r.IntN(len(w.visits))] = w.events(35, 100*24*time.Hour)
		return "a part of the visits changes"
	case 7:
		w.leave()
		w.join()
		w.visits = append(w.visits, w.events(20, 500*24*time.Hour))
		return "one leaves, one joins, late visits"
	case 8:
		for range 3 {
			w.leave()
		}
		w.visits = append(w.visits, w.events(1, 24*time.Hour))
		return "three leave, one visit"
	case 9:
		w.keep = []int64{0, 50, 100, 300}[w.r.IntN(4)]
		return fmt.Sprintf("visits are kept %d days", w.keep)
	case 10:
		w.opaque = w.r.IntN(3) == 0
		return fmt.Sprintf("parts cannot be told apart: %v", w.opaque)
	}
	w.visits = append(w.visits, w.events(10, 24*time.Hour))
	w.clicks = append(w.clicks, w.events(10, 24*time.Hour))
	return "a day of events"
}

func (w *world) leave() {
	if len(w.customers) == 0 {
		return
	}
	ids := slices.Sorted(maps.Keys(w.customers))
	id := ids[w.r.IntN(len(ids))]
	delete(w.customers, id)
	w.gone = append(w.gone, id)
	if !w.strangers {
		delete(w.traits, id)
	}
}

// source returns the world as it is.
func (w *world) source() memorySource {
	list := func(rows map[int]map[string]any) string {
		all := []map[string]any{}
		for _, id := range slices.Sorted(maps.Keys(rows)) {
			all = append(all, rows[id])
		}
		return asJSON(all)
	}
	var key arrow.DataType = whole
	if w.text {
		key = text
	}
	event := []arrow.Field{field("id", key), field("at", w.at), field("page", text), field("price", money)}
	src := memorySource{
		"db.customers": newTable([]arrow.Field{field("id", key), field("in", boolean), field("tier", text), field("spent", money)}, list(w.customers)),
		"db.traits":    newTable([]arrow.Field{field("id", key), field("friend", key), field("score", float)}, list(w.traits)),
		"db.visits":    newTable(event, w.visits...),
		"db.clicks":    newTable(event, w.clicks...),
	}
	src["db.visits"].opaque = w.opaque
	return src
}

// parent is a parent segment over the world: a master table with a filter, which
// gives attributes, a table of attributes with two keys, and two behaviors over one
// table beside another.
func (w *world) parent() *model.ParentSegment {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	keep := window.Spec{}
	if w.keep > 0 {
		keep = window.Spec{Form: window.InLast, N: w.keep, Unit: window.Day}
	}
	return &model.ParentSegment{
		Name: "World", Timezone: "Europe/Berlin",
		Master: model.Master{
			Table: table("customers"), KeyColumn: "id", AllColumns: true,
			Filters: []model.ColumnFilter{{Column: "in", Values: []string{"true"}}},
		},
		Attributes: []model.AttributeSource{
			{Name: "score", Table: table("traits"), KeyColumn: "id", ValueColumn: "score"},
			{Name: "of_friend", Table: table("traits"), KeyColumn: "friend", ValueColumn: "score"},
		},
		Behaviors: []model.BehaviorSource{
			{Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true, Keep: keep},
			{Name: "look", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", Fields: []model.FieldSource{{Name: "page", Column: "page"}}},
			{Name: "click", Table: table("clicks"), KeyColumn: "id", TimeColumn: "at", AllFields: true},
		},
		Computed: []model.ComputedSource{{Name: "visits", Behavior: "visit", Rule: "count in last 100 days"}},
	}
}

// TestRefreshIsAFullBuild lets a world change at random, refreshes a snapshot
// after every step, and compares it with one that is built from nothing: the same
// dump, and once it is compacted and renumbered the same bytes.
func TestRefreshIsAFullBuild(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	for world := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, world))
		w := newWorld(r, world%2 == 0, world%4 < 2)
		dir := filepath.Join(t.TempDir(), "refreshed")
		history := "built"
		for range 15 {
			p, src := w.parent(), w.source()
			opts := Options{AsOf: w.now, FS: quick()}
			m, err := Build(t.Context(), p, src, dir, &opts)
			if err != nil {
				t.Fatalf("%s: %v", history, err)
			}
			checkReports(t, m)
			full := filepath.Join(t.TempDir(), "full")
			opts.FS = quick()
			want, err := Build(t.Context(), p, src, full, &opts)
			if err != nil {
				t.Fatalf("%s: %v", history, err)
			}
			if diff := cmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, dir, 0)); diff != "" {
				t.Fatalf("world %d, %s: the refreshed snapshot is another one (-full +refreshed):\n%s", world, history, diff)
			}
			verify(t, dir)
			if r.IntN(4) == 0 {
				compact(t, dir, r.IntN(2) == 0, dump(t, store.OS, full, 0), want)
				history += ", compacted"
			}
			history += ", " + w.step()
		}
	}
}

// checkReports adds the rows of every report up.
func checkReports(t *testing.T, m *store.Manifest) {
	t.Helper()
	for _, r := range m.Load.Tables {
		if sum := r.Loaded + r.NullKeys + r.Filtered + r.Orphans + r.Expired + r.Repeated; sum != r.Rows {
			t.Errorf("a report of %d rows accounts for %d: %+v", r.Rows, sum, r)
		}
	}
}

// compact compacts a snapshot and compares it with what a full build gives: its
// dump, and where customers are renumbered every byte of every file.
func compact(t *testing.T, dir string, renumber bool, wantDump string, want *store.Manifest) {
	t.Helper()
	m, err := Compact(t.Context(), dir, &CompactOptions{Renumber: renumber, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantDump, dump(t, store.OS, dir, 0)); diff != "" {
		t.Fatalf("compacted (renumber %v), the snapshot is another one:\n%s", renumber, diff)
	}
	verify(t, dir)
	if versions, err := store.Versions(store.OS, dir); err != nil || len(versions) != 1 {
		t.Fatalf("after a compaction the versions are %v (%v), expected one", versions, err)
	}
	if !renumber {
		return
	}
	type file struct {
		Name, Sums string
		Size       int64
	}
	var got, expected []file
	for _, f := range m.Files {
		got = append(got, file{f.Name, f.Sums, f.Size})
	}
	for _, f := range want.Files {
		expected = append(expected, file{f.Name, f.Sums, f.Size})
	}
	byName := func(x, y file) int { return strings.Compare(x.Name, y.Name) }
	slices.SortFunc(got, byName)
	slices.SortFunc(expected, byName)
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Fatalf("compacted and renumbered, the files are not those of a full build:\n%s", diff)
	}
	for i := range want.Behaviors {
		want.Behaviors[i].Parts, m.Behaviors[i].Parts = unversioned(want.Behaviors[i].Parts), unversioned(m.Behaviors[i].Parts)
	}
	if diff := cmp.Diff(want.Behaviors, m.Behaviors); diff != "" {
		t.Fatalf("compacted and renumbered, the behaviors are described in another way:\n%s", diff)
	}
	if diff := cmp.Diff(want.Attributes, m.Attributes); diff != "" {
		t.Fatalf("compacted and renumbered, the attributes are described in another way:\n%s", diff)
	}
}

// unversioned returns parts without the version that wrote them.
func unversioned(parts []store.PartInfo) []store.PartInfo {
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i].Version = 0
	}
	return parts
}

// verify finds every checksum and every invariant of the snapshot in dir right.
func verify(t *testing.T, dir string) {
	t.Helper()
	report, err := store.Verify(t.Context(), store.OS, dir, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Problems) > 0 {
		t.Fatalf("verify finds %v", report.Problems)
	}
}
