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

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// world is a source that changes: customers who come, go and come back, traits in
// the master table and in one of their own, and events in parts.
type world struct {
	r         *rand.Rand
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
func newWorld(r *rand.Rand) *world {
	w := &world{r: r, now: asOf, customers: map[int]map[string]any{}, traits: map[int]map[string]any{}}
	for range 60 {
		w.join()
	}
	for range 3 {
		w.visits = append(w.visits, w.events(40, 400*24*time.Hour))
	}
	w.clicks = append(w.clicks, w.events(30, 30*24*time.Hour))
	return w
}

func (w *world) anybody() int { return w.r.IntN(w.next + 5) } // some of them are no customers

func (w *world) join() {
	id := w.next
	w.next++
	w.customers[id] = map[string]any{"id": id, "tier": w.maybe([]string{"Gold", "Silver", ""}[w.r.IntN(3)]), "spent": w.maybe(fmt.Sprintf("%d.%02d", w.r.IntN(300), w.r.IntN(100)))}
	if w.r.IntN(2) == 0 {
		w.traits[id] = map[string]any{"id": id, "score": w.maybe(float64(w.r.IntN(8)) / 4)}
	}
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
		row := map[string]any{"id": w.anybody(), "at": w.maybe(at.Format(time.RFC3339)), "page": w.maybe(fmt.Sprintf("/%d", w.r.IntN(5))), "price": w.maybe(fmt.Sprintf("%d.50", w.r.IntN(9)))}
		rows = append(rows, row)
		if w.r.IntN(10) == 0 {
			rows = append(rows, row)
		}
	}
	return asJSON(rows)
}

// step lets time pass and something happen. It returns what.
func (w *world) step() string {
	w.now = w.now.Add(time.Duration(1+w.r.IntN(48)) * time.Hour)
	switch w.r.IntN(10) {
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
			w.customers[id] = map[string]any{"id": id, "tier": "Back", "spent": nil}
			return "one comes back"
		}
		return "nobody comes back"
	case 4:
		ids := slices.Sorted(maps.Keys(w.customers))
		w.customers[ids[w.r.IntN(len(ids))]]["tier"] = "Changed"
		return "a trait of the master table changes"
	case 5:
		w.traits[w.anybody()] = map[string]any{"id": w.next, "score": 0.5}
		for id := range w.traits {
			w.traits[id]["id"] = id
		}
		return "a trait changes, maybe of nobody"
	case 6:
		w.visits[w.r.IntN(len(w.visits))] = w.events(35, 100*24*time.Hour)
		return "a part of the visits changes"
	case 7:
		w.leave()
		w.join()
		w.visits = append(w.visits, w.events(20, 500*24*time.Hour))
		return "one leaves, one joins, late visits"
	}
	w.visits = append(w.visits, w.events(10, 24*time.Hour))
	w.clicks = append(w.clicks, w.events(10, 24*time.Hour))
	return "a day of events"
}

func (w *world) leave() {
	ids := slices.Sorted(maps.Keys(w.customers))
	id := ids[w.r.IntN(len(ids))]
	delete(w.customers, id)
	w.gone = append(w.gone, id)
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
	event := []arrow.Field{field("id", whole), field("at", instant), field("page", text), field("price", money)}
	return memorySource{
		"db.customers": newTable([]arrow.Field{field("id", whole), field("tier", text), field("spent", money)}, list(w.customers)),
		"db.traits":    newTable([]arrow.Field{field("id", whole), field("score", float)}, list(w.traits)),
		"db.visits":    newTable(event, w.visits...),
		"db.clicks":    newTable(event, w.clicks...),
	}
}

func worldParent() *model.ParentSegment {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	return &model.ParentSegment{
		Name: "World", Timezone: "Europe/Berlin",
		Master:     model.Master{Table: table("customers"), KeyColumn: "id", AllColumns: true},
		Attributes: []model.AttributeSource{{Name: "score", Table: table("traits"), KeyColumn: "id", ValueColumn: "score"}},
		Behaviors: []model.BehaviorSource{
			{Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true, Keep: window.Spec{Form: window.InLast, N: 300, Unit: window.Day}},
			{Name: "click", Table: table("clicks"), KeyColumn: "id", TimeColumn: "at", AllFields: true},
		},
		Computed: []model.ComputedSource{{Name: "visits", Behavior: "visit", Rule: "count in last 100 days"}},
	}
}

// TestRefreshIsAFullBuild lets a world change at random, refreshes a snapshot
// after every step, and compares it with one that is built from nothing: the same
// dump, and once it is compacted and renumbered the same bytes.
func TestRefreshIsAFullBuild(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for world := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, world))
		w := newWorld(r)
		dir := filepath.Join(t.TempDir(), "refreshed")
		history := "built"
		for range 25 {
			p, src := worldParent(), w.source()
			opts := Options{AsOf: w.now, FS: quick()}
			if _, err := Build(t.Context(), p, src, dir, &opts); err != nil {
				t.Fatalf("%s: %v", history, err)
			}
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
