package ingest

import (
	"encoding/json"
	"fmt"
	"maps"
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

// eventPaths counts in which ways builds have read events.
type eventPaths map[string]int

// Ways that a random test must have gone.
const (
	pathAdded   = "rows were only added"
	pathApplied = "changes were applied"
	pathJoined  = "rows were asked for by those who had joined"
	pathWhole   = "read whole"
)

// count looks at the reports of a build.
func (p eventPaths) count(m *store.Manifest, w *warehouse) {
	for _, r := range m.Load.Tables {
		if r.Use != "behavior" {
			continue
		}
		for _, note := range r.Notes {
			if strings.Contains(note, ": read whole") {
				p[note]++
			}
		}
		switch {
		case r.Removed > 0:
			p[pathApplied]++
		case r.Known > 0 && r.Rows > 0:
			p[pathAdded]++
		case r.Rows > 0:
			p[pathWhole]++
		}
	}
	for _, name := range []string{"db.visits", "db.clicks"} {
		p[pathJoined] += w.tables[name].asked
		w.tables[name].asked = 0
	}
}

// check fails where a way was never gone.
func (p eventPaths) check(t *testing.T) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(p)) {
		t.Logf("%s: %d", path, p[path])
	}
	for _, path := range []string{pathAdded, pathApplied, pathJoined, pathWhole} {
		if p[path] == 0 {
			t.Errorf("%s: never", path)
		}
	}
}

// touch changes, deletes, adds or repeats single rows of a table of events. It
// returns what it did.
func (w *world) touch() string {
	parts, name := w.visits, "visits"
	if w.r.IntN(3) == 0 {
		parts, name = w.clicks, "clicks"
	}
	at := w.r.IntN(len(parts))
	var rows []map[string]any
	decoder := json.NewDecoder(strings.NewReader(parts[at]))
	decoder.UseNumber()
	if err := decoder.Decode(&rows); err != nil {
		panic(err)
	}
	if len(rows) == 0 {
		return "nothing to touch in " + name
	}
	i := w.r.IntN(len(rows))
	what := "added to"
	switch w.r.IntN(6) {
	case 0:
		rows = slices.Delete(rows, i, i+1)
		what = "deleted from"
	case 1:
		rows[i]["page"] = w.maybe(fmt.Sprintf("/%d", w.r.IntN(5)))
		what = "changed in"
	case 2:
		rows[i]["at"] = w.maybe(w.time(w.now.Add(-time.Duration(w.r.Int64N(int64(400 * 24 * time.Hour)))).Truncate(time.Second)))
		what = "moved in"
	case 3:
		rows[i]["id"] = w.maybe(w.key(w.anybody()))
		what = "given to another in"
	case 4:
		rows = append(rows, maps.Clone(rows[i]))
		what = "repeated in"
	case 5:
		rows = append(rows, map[string]any{"id": w.key(w.anybody()), "at": w.time(w.now), "page": "/new", "price": nil})
	}
	parts[at] = asJSON(rows)
	return "an event is " + what + " " + name
}

// visitRow returns a visit as a warehouse keeps it.
func visitRow(id, at, page string) string {
	text, err := json.Marshal(map[string]any{"id": orNull(id), "at": orNull(at), "page": page})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// library is the club with more visits: equal ones, undated ones, of nobody, and one
// that is old.
type library struct {
	*warehouse
	p      *model.ParentSegment
	dir    string
	opts   Options
	visits *kept
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	p, w := clubhouse(t)
	visits := &kept{feed: true, schema: w.tables["db.visits"].schema}
	visits.commit([]string{
		visitRow("ann", "2024-05-01T10:00:00Z", "/a"),
		visitRow("bob", "2024-05-20T10:00:00Z", "/b"),
		visitRow("bob", "", "/c"),
		visitRow("cyd", "2024-05-20T00:00:00Z", "/d"),
		visitRow("ann", "2024-05-21T10:00:00Z", "/a"),
		visitRow("ann", "2024-05-21T10:00:00Z", "/a"),
		visitRow("ann", "2024-05-21T10:00:00Z", "/b"),
		visitRow("ann", "", "/c"),
		visitRow("ann", "", "/c"),
		visitRow("dan", "2024-05-22T00:00:00Z", "/d"),
		visitRow("bob", "2024-04-01T10:00:00Z", "/old"),
		visitRow("", "2024-05-23T10:00:00Z", "/n"),
	})
	w.tables["db.visits"] = visits
	return &library{warehouse: w, p: p, dir: filepath.Join(t.TempDir(), "snap"), opts: Options{AsOf: asOf}, visits: visits}
}

// remove takes one row out of the visits.
func (l *library) remove(row string) { l.replace(row) }

// replace has other rows for one row of the visits, in a version of its own.
func (l *library) replace(row string, with ...string) {
	rows := l.visits.rows()
	i := slices.Index(rows, row)
	l.visits.commit(append(slices.Concat(rows[:i], rows[i+1:]), with...))
}

func (l *library) add(rows ...string) {
	l.visits.commit(append(slices.Clone(l.visits.rows()), rows...))
}

// members makes these the members.
func (l *library) members(ids ...string) {
	rows := []string{}
	for _, id := range ids {
		rows = append(rows, fmt.Sprintf(`{"id":%q,"plan":null}`, id))
	}
	l.tables["db.members"].commit(rows)
}

// refresh builds, compares the snapshot with a full build from files with the same
// rows, and returns the manifest and how many visits were pulled.
func (l *library) refresh(t *testing.T) (m *store.Manifest, pulled int64) {
	t.Helper()
	l.visits.pulled = 0
	opts := l.opts
	opts.FS = quick()
	m, err := Build(t.Context(), l.p, l.open(), l.dir, &opts)
	if err != nil {
		t.Fatal(err)
	}
	pulled = l.visits.pulled
	verify(t, l.dir)
	checkReports(t, m)
	src := memorySource{}
	for name, k := range l.tables {
		src[name] = newTable(k.schema.Fields(), "["+strings.Join(k.rows(), ",")+"]")
	}
	full, files := filepath.Join(t.TempDir(), "full"), Options{AsOf: opts.AsOf, FS: quick()}
	if _, err := Build(t.Context(), l.p, src, full, &files); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, l.dir, 0)); diff != "" && l.opts.Overlap == 0 {
		t.Errorf("the refreshed snapshot is another one (-files +warehouse):\n%s", diff)
	}
	return m, pulled
}

// changesCase is a change to the library, and how a refresh takes it.
type changesCase struct {
	what    string
	do      func(l *library)
	want    [7]int64 // rows, known, loaded, orphans, expired, repeated, aged
	removed int64
	pulled  int64
	orphans int64 // that the next build goes on from
	note    string
}

// TestEventChangesAreApplied changes rows of a table of events between two builds:
// the rows that changed are pulled, and no others.
func TestEventChangesAreApplied(t *testing.T) {
	annA, annB := visitRow("ann", "2024-05-21T10:00:00Z", "/a"), visitRow("ann", "2024-05-21T10:00:00Z", "/b")
	undated, first := visitRow("ann", "", "/c"), visitRow("ann", "2024-05-01T10:00:00Z", "/a")
	cyd, dan := visitRow("cyd", "2024-05-20T00:00:00Z", "/d"), visitRow("dan", "2024-05-22T00:00:00Z", "/d")
	changed := visitRow("ann", "2024-05-01T10:00:00Z", "/changed")
	for _, c := range []changesCase{
		{"update", func(l *library) { l.replace(first, changed) }, [7]int64{1, 11, 1, 0, 0, 0, 0}, 1, 2, 2, ""},
		{"delete", func(l *library) { l.remove(first) }, [7]int64{0, 11, 0, 0, 0, 0, 0}, 1, 1, 2, ""},
		{"update twice", func(l *library) {
			l.replace(first, changed)
			l.replace(changed, visitRow("ann", "2024-05-01T10:00:00Z", "/again"))
		}, [7]int64{2, 10, 2, 0, 0, 0, 0}, 2, 4, 2, ""},
		{"update and back", func(l *library) {
			l.replace(first, changed)
			l.replace(changed, first)
		}, [7]int64{2, 10, 2, 0, 0, 0, 0}, 2, 4, 2, ""},
		{"insert and delete", func(l *library) {
			l.add(changed, visitRow("ann", "", "/new"))
			l.remove(changed)
			l.remove(visitRow("ann", "", "/new"))
		}, [7]int64{2, 10, 2, 0, 0, 0, 0}, 2, 4, 2, ""},
		{"one of two equal events", func(l *library) { l.remove(annA) }, [7]int64{0, 11, 0, 0, 0, 0, 0}, 1, 1, 2, ""},
		{"both of two equal events, for others at the time", func(l *library) {
			l.remove(annA)
			l.replace(annA, annB, annB)
		}, [7]int64{2, 10, 2, 0, 0, 0, 0}, 2, 4, 2, ""},
		{"one of two equal undated events, and one more of others", func(l *library) {
			l.remove(undated)
			l.add(visitRow("bob", "", "/c"))
		}, [7]int64{1, 11, 1, 0, 0, 0, 0}, 1, 2, 2, ""},
		{"an event gets a date", func(l *library) { l.replace(undated, visitRow("ann", "2024-05-21T10:00:00Z", "/c")) }, [7]int64{1, 11, 1, 0, 0, 0, 0}, 1, 2, 2, ""},
		{"an event is another one's", func(l *library) { l.replace(first, visitRow("bob", "2024-05-01T10:00:00Z", "/a")) }, [7]int64{1, 11, 1, 0, 0, 0, 0}, 1, 2, 2, ""},
		{"an orphan goes", func(l *library) { l.remove(cyd) }, [7]int64{0, 11, 0, 0, 0, 0, 0}, 1, 1, 1, ""},
		{"an orphan gets a customer", func(l *library) { l.replace(cyd, changed) }, [7]int64{1, 11, 1, 0, 0, 0, 0}, 1, 2, 1, ""},
		{"an event loses its customer", func(l *library) { l.replace(first, visitRow("eve", "2024-05-01T10:00:00Z", "/a")) }, [7]int64{1, 11, 0, 1, 0, 0, 0}, 1, 2, 3, ""},
		{"all orphans go: one counts on", func(l *library) {
			l.remove(cyd)
			l.remove(dan)
		}, [7]int64{0, 10, 0, 0, 0, 0, 0}, 2, 2, 1, ""},
		{"a row without a key", func(l *library) { l.remove(visitRow("", "2024-05-23T10:00:00Z", "/n")) }, [7]int64{0, 11, 0, 0, 0, 0, 0}, 1, 1, 2, ""},
		{"an expired event goes", func(l *library) {
			l.p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 20, Unit: window.Day}
			l.remove(visitRow("bob", "2024-04-01T10:00:00Z", "/old"))
		}, [7]int64{0, 11, 0, 0, 0, 0, 2}, 1, 0, 2, ""},
		{"a recent event goes, others are too old", func(l *library) {
			l.p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 20, Unit: window.Day}
			l.remove(annB)
		}, [7]int64{0, 11, 0, 0, 0, 0, 2}, 1, 1, 2, ""},
		{"a customer goes with an event", func(l *library) {
			l.members("bob")
			l.remove(annB)
		}, [7]int64{0, 11, 0, 0, 0, 0, 0}, 1, 1, 2, ""},
		{"an orphan's customer joins", func(l *library) { l.members("ann", "bob", "cyd") }, [7]int64{1, 11, 1, 0, 0, 0, 0}, 0, 1, 2, ""},
		{"an orphan's customer joins, his event changes, another goes", func(l *library) {
			l.members("ann", "bob", "cyd")
			l.replace(cyd, visitRow("cyd", "2024-05-20T00:00:00Z", "/e"))
			l.remove(first)
		}, [7]int64{1, 10, 1, 0, 0, 0, 0}, 2, 4, 2, ""},
		{"somebody joins whose event goes", func(l *library) {
			l.members("ann", "bob", "cyd")
			l.remove(cyd)
		}, [7]int64{0, 11, 0, 0, 0, 0, 0}, 1, 1, 2, ""},
		{"half of the rows go", func(l *library) { l.visits.commit(l.visits.rows()[6:]) }, [7]int64{6, 0, 4, 1, 0, 0, 0}, 0, 6, 1, "half of its rows or more have changed: read whole"},
		{"all rows go", func(l *library) { l.visits.commit([]string{}) }, [7]int64{}, 0, 0, 0, "half of its rows or more have changed: read whole"},
		{"too many for the memory", func(l *library) {
			l.opts.spillBytes = 4 * 80
			l.remove(first)
			l.remove(cyd)
		}, [7]int64{10, 0, 8, 1, 0, 0, 0}, 0, 10, 1, "too many of its rows have changed to be held in memory: read whole"},
		{"a record of changes with an event that was not there", func(l *library) {
			l.replace(first, changed)
			l.visits.versions[1].removed = []string{visitRow("ann", "2024-05-01T10:00:00Z", "/z")}
		}, [7]int64{12, 0, 9, 2, 0, 0, 0}, 0, 1 + 1 + 12, 2, "an event of a row that is not there any more is not stored: read whole"},
		{"a record of changes that tells of too many", func(l *library) {
			l.replace(annA, changed)
			l.replace(annA, changed)
			l.replace(visitRow("bob", "", "/c"), changed)
			l.visits.versions[3].removed = []string{annA}
		}, [7]int64{12, 0, 9, 2, 0, 0, 0}, 0, 3 + 3 + 12, 2, "an event of a row that is not there any more is not stored: read whole"},
	} {
		t.Run(c.what, func(t *testing.T) {
			l := newLibrary(t)
			l.refresh(t)
			c.do(l)
			c.check(t, l)
			if m, pulled := l.refresh(t); pulled != 0 || m.Load.Tables[len(m.Load.Tables)-1].Removed != 0 {
				t.Errorf("%d rows were pulled once more", pulled)
			}
		})
	}
}

// check refreshes and compares.
func (c *changesCase) check(t *testing.T, l *library) *store.Manifest {
	t.Helper()
	m, pulled := l.refresh(t)
	got := m.Load.Tables[len(m.Load.Tables)-1]
	if numbers(got) != c.want || got.Removed != c.removed {
		t.Errorf("rows, known, loaded, orphans, expired, repeated, aged are %v, %d removed; want %v, %d", numbers(got), got.Removed, c.want, c.removed)
	}
	if pulled != c.pulled {
		t.Errorf("%d rows were pulled, want %d", pulled, c.pulled)
	}
	state := m.Tables[len(m.Tables)-1]
	if state.Orphans != c.orphans || state.Rows != int64(len(l.visits.rows())) {
		t.Errorf("the next build goes on from %d rows and %d orphans, want %d and %d", state.Rows, state.Orphans, len(l.visits.rows()), c.orphans)
	}
	if note := strings.Join(got.Notes, "; "); note != c.note {
		t.Errorf("notes %q, want %q", note, c.note)
	}
	return m
}

// TestEventsOfOneWhoComesBack has rows change while their customer is none: what is
// stored of him is read anew when he is one again.
func TestEventsOfOneWhoComesBack(t *testing.T) {
	l := newLibrary(t)
	l.refresh(t)
	for _, c := range []changesCase{
		{"bob leaves", func(l *library) { l.members("ann") }, [7]int64{0, 12, 0, 0, 0, 0, 0}, 0, 0, 2, ""},
		{"his event changes", func(l *library) {
			l.replace(visitRow("bob", "", "/c"), visitRow("bob", "", "/e"))
		}, [7]int64{1, 11, 0, 1, 0, 0, 0}, 1, 2, 3, ""},
		{"he comes back, and others' events change", func(l *library) {
			l.members("ann", "bob")
			l.replace(visitRow("ann", "2024-05-01T10:00:00Z", "/a"), visitRow("ann", "2024-05-01T10:00:00Z", "/e"))
			l.add(visitRow("bob", "2024-05-24T10:00:00Z", "/e"))
		}, [7]int64{5, 8, 5, 0, 0, 0, 0}, 1, 1 + 2 + 4, 3, ""},
	} {
		c.do(l)
		c.check(t, l)
	}
}

// TestChangesAfterAnOverlap reads all: what is stored is not what the table has.
func TestChangesAfterAnOverlap(t *testing.T) {
	l := newLibrary(t)
	l.refresh(t)
	l.opts.Overlap = 30 * 24 * time.Hour
	l.add(visitRow("ann", "2024-05-21T10:00:00Z", "/a"))
	if m, _ := l.refresh(t); m.Tables[len(m.Tables)-1].Repeated != 1 {
		t.Fatalf("%d repeated rows, want 1", m.Tables[len(m.Tables)-1].Repeated)
	}
	l.opts.Overlap = 0
	l.remove(visitRow("ann", "2024-05-21T10:00:00Z", "/a"))
	c := changesCase{want: [7]int64{12, 0, 9, 2, 0, 0, 0}, pulled: 12, orphans: 2, note: "an earlier build took some of its events for stored ones: read whole"}
	c.check(t, l)
}

// TestUnreadableRowThatWent has a row come that no build can load, and go again.
func TestUnreadableRowThatWent(t *testing.T) {
	l := newLibrary(t)
	l.visits = &kept{feed: true, schema: arrow.NewSchema([]arrow.Field{field("id", text), field("at", whole), field("page", text)}, nil)}
	l.tables["db.visits"] = l.visits
	l.visits.commit([]string{`{"id":"ann","at":1716000000,"page":"/a"}`, `{"id":"ann","at":1716000001,"page":"/a"}`, `{"id":"bob","at":1716000000,"page":"/a"}`})
	l.refresh(t)
	odd := `{"id":"ann","at":9000000000000000000,"page":"/a"}`
	l.add(odd)
	l.remove(odd)
	c := changesCase{want: [7]int64{3, 0, 3, 0, 0, 0, 0}, pulled: 1 + 3, note: "a row that came or went has a value that cannot be read: read whole"}
	c.check(t, l)
}

// TestPartsWithoutChangesStay has events change that are in the newest part, of which
// an older one has equal ones.
func TestPartsWithoutChangesStay(t *testing.T) {
	l := newLibrary(t)
	l.refresh(t)
	l.add(visitRow("ann", "2024-05-01T10:00:00Z", "/a"), visitRow("ann", "2024-05-25T10:00:00Z", "/e"))
	before, _ := l.refresh(t)
	l.remove(visitRow("ann", "2024-05-01T10:00:00Z", "/a"))
	after, _ := l.refresh(t)
	was, is := before.Behaviors[0].Parts, after.Behaviors[0].Parts
	if len(was) != 2 || len(is) != 2 || is[1].Events != 1 {
		t.Fatalf("parts are %+v, before %+v; want two, the last of one event", is, was)
	}
	if diff := cmp.Diff(was[0], is[0]); diff != "" {
		t.Errorf("the first part is another one:\n%s", diff)
	}
	l.remove(visitRow("ann", "2024-05-25T10:00:00Z", "/e"))
	if m, _ := l.refresh(t); len(m.Behaviors[0].Parts) != 1 {
		t.Errorf("parts are %+v, want the first one", m.Behaviors[0].Parts)
	}
}

// TestChangesInSeveralBlocks has events change in two blocks of customers, in one of
// which somebody has come back.
func TestChangesInSeveralBlocks(t *testing.T) {
	l := newLibrary(t)
	var ids []string
	for i := range blockRows + 2 {
		ids = append(ids, fmt.Sprintf("m%06d", i))
	}
	low, high, last := ids[5], ids[blockRows], ids[blockRows+1]
	l.members(ids...)
	var rows []string
	for _, id := range []string{low, high, last} {
		for _, page := range []string{"/a", "/a", "/b", "/c"} {
			rows = append(rows, visitRow(id, "2024-05-21T10:00:00Z", page))
		}
	}
	l.visits.commit(rows)
	fromWarehouse(t, l.p, l.warehouse, l.dir, l.opts)
	l.members(ids[:blockRows+1]...)
	l.remove(visitRow(last, "2024-05-21T10:00:00Z", "/b"))
	fromWarehouse(t, l.p, l.warehouse, l.dir, l.opts)
	l.members(ids...)
	l.replace(visitRow(low, "2024-05-21T10:00:00Z", "/a"), visitRow(low, "2024-05-21T10:00:00Z", "/b"))
	l.remove(visitRow(high, "2024-05-21T10:00:00Z", "/c"))
	c := changesCase{want: [7]int64{1 + 3, 6, 1 + 3, 0, 0, 0, 0}, removed: 2, pulled: 1 + 2 + 3}
	c.check(t, l)
}

// TestChangesAfterAnOverlapWithJoiners has rows go that an overlap took for stored
// ones while somebody joined: one that is there stays.
func TestChangesAfterAnOverlapWithJoiners(t *testing.T) {
	copies := visitRow("ann", "2024-05-21T10:00:00Z", "/a")
	late := visitRow("ann", "2024-05-01T10:00:00Z", "/a")
	for _, c := range []struct {
		what    string
		overlap time.Duration
		row     string // comes once more in the overlap build, and goes after it
		feed    bool   // in the overlap build
	}{
		{"a third copy", 30 * 24 * time.Hour, copies, true},
		{"a late copy without a record of changes", 24 * time.Hour, late, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			l := newLibrary(t)
			l.refresh(t)
			l.opts.Overlap, l.visits.feed = c.overlap, c.feed
			l.add(c.row)
			l.members("ann", "bob", "cyd")
			l.refresh(t)
			l.opts.Overlap, l.visits.feed = 0, true
			l.remove(c.row)
			l.refresh(t)
		})
	}
}

// TestChangesAfterAnOverlapThatLost has rows go during a build with an overlap, which
// leaves what is stored of them: the next build that is told of rows that went reads
// the whole table.
func TestChangesAfterAnOverlapThatLost(t *testing.T) {
	l := newLibrary(t)
	l.refresh(t)
	l.opts.Overlap = 30 * 24 * time.Hour
	l.replace(visitRow("ann", "2024-05-21T10:00:00Z", "/b"), visitRow("ann", "2024-05-21T10:00:00Z", "/B"))
	l.refresh(t)
	l.opts.Overlap = 0
	l.replace(visitRow("bob", "2024-05-20T10:00:00Z", "/b"), visitRow("bob", "2024-05-20T10:00:00Z", "/B"))
	l.refresh(t)
}

// TestUnreadableTimesOfNobody has a time that cannot be read in a row of nobody, which
// a full build does not look at.
func TestUnreadableTimesOfNobody(t *testing.T) {
	for _, overlap := range []time.Duration{0, time.Hour} {
		l := newLibrary(t)
		l.visits.schema = arrow.NewSchema([]arrow.Field{field("id", text), field("at", whole), field("page", text)}, nil)
		l.visits.versions = nil
		l.visits.commit([]string{`{"id":"ann","at":1716000000,"page":"/a"}`, `{"id":"bob","at":1716000000,"page":"/a"}`, `{"id":"cyd","at":1716000000,"page":"/a"}`})
		l.refresh(t)
		l.add(`{"id":"zoe","at":9000000000000000000,"page":"/a"}`)
		l.members("ann", "bob", "cyd")
		l.opts.Overlap = overlap
		if m, _ := l.refresh(t); m.Load.Tables[2].Loaded == 0 {
			t.Error("the events of who has joined are not loaded")
		}
	}
}
