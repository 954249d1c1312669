package ingest

import (
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
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestWarehouseOverlapIsAFullBuild lets the events of a world grow in a table that
// cannot say what has come, and refreshes with an overlap: recent rows alone are
// pulled unless somebody has joined, and what comes of them is a full build.
func TestWarehouseOverlapIsAFullBuild(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	const overlap = 4 * 24 * time.Hour
	var known, reread int
	for number := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, number))
		w := newWorld(r, number%2 == 0, number%4 < 2)
		w.at = []arrow.DataType{instant, localTime, date, whole}[number%4]
		w.visits, w.clicks = []string{w.events(120, 20*24*time.Hour)}, []string{w.events(30, 20*24*time.Hour)}
		zone := []string{"Europe/Berlin", "America/New_York", "Asia/Kathmandu"}[number%3]
		wh := newWarehouse(seed + number)
		dir := filepath.Join(t.TempDir(), "refreshed")
		for step := range 7 {
			src, p := w.source(), w.parent()
			p.Timezone = zone
			wh.update(t, src)
			for _, name := range []string{"db.visits", "db.clicks"} {
				wh.tables[name].feed, wh.tables[name].view = false, r.IntN(2) == 0
			}
			opts := Options{AsOf: w.now, FS: quick()}
			if step > 0 {
				opts.Overlap = overlap
			}
			m, err := Build(t.Context(), p, wh.open(), dir, &opts)
			if err != nil {
				t.Fatalf("world %d, step %d: %v", number, step, err)
			}
			full := filepath.Join(t.TempDir(), "full")
			opts.FS, opts.Overlap = quick(), 0
			want, err := Build(t.Context(), p, src, full, &opts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, dir, 0)); diff != "" {
				t.Fatalf("world %d, step %d: the refreshed snapshot is another one (-files +warehouse):\n%s", number, step, diff)
			}
			checkReports(t, m)
			verify(t, dir)
			for i, got := range m.Load.Tables {
				if rows := want.Load.Tables[i].Rows; got.Rows+got.Known != rows || m.Tables[i].Rows != rows {
					t.Errorf("world %d, step %d: %s %q accounts for %d rows and knows %d, the state has %d; there are %d", number, step, got.Table, got.Names, got.Rows, got.Known, m.Tables[i].Rows, rows)
				}
				switch {
				case step == 0 || got.Use != "behavior":
				case got.Rows > 0 && got.Known > 0:
					known++
					if slices.ContainsFunc(got.Notes, func(note string) bool { return strings.Contains(note, "late events") }) {
						t.Errorf("world %d, step %d: no event is late, and the notes are %q", number, step, got.Notes)
					}
				case got.Known == 0:
					reread++
				}
			}
			w.now = w.now.Add(time.Duration(r.IntN(40)) * time.Hour)
			w.visits = append(w.visits, w.events(20, 2*24*time.Hour))
			w.clicks = append(w.clicks, w.events(5, 2*24*time.Hour))
			if r.IntN(3) == 0 {
				w.join()
			}
		}
	}
	if known == 0 || reread == 0 {
		t.Errorf("%d tables of events were pulled in part and %d whole, want some of both", known, reread)
	}
}

// TestWarehouseOverlap follows the load reports of refreshes with an overlap.
func TestWarehouseOverlap(t *testing.T) {
	p, w := clubhouse(t)
	dir := filepath.Join(t.TempDir(), "snap")
	visits := w.tables["db.visits"]
	visits.feed = false
	add := func(rows ...string) { visits.commit(append(slices.Clone(visits.rows()), rows...)) }
	join := func(id string) {
		members := w.tables["db.members"]
		members.commit(append(slices.Clone(members.rows()), fmt.Sprintf(`{"id":%q,"plan":null}`, id)))
	}
	note := "of the events before 2024-05-19T10:00:00Z some or all were not read: they are taken as stored"
	for _, step := range []struct {
		what   string
		do     func()
		want   [7]int64
		pulled int64
		notes  []string
	}{
		{"first", func() {}, [7]int64{4, 0, 3, 1, 0, 0, 0}, 4, nil},
		// The newest event is of the 20th at 10; the undated one and it come again.
		{"no record of changes", func() {
			add(`{"id":"ann","at":"2024-05-20T09:00:00Z","page":"/e"}`, `{"id":"ann","at":"2024-05-19T10:00:00Z","page":"/f"}`,
				`{"id":"ann","at":"2024-05-19T09:59:59Z","page":"/late"}`, `{"id":"fay","at":"2024-05-20T00:00:00Z","page":"/g"}`)
		}, [7]int64{5, 3, 2, 1, 0, 2, 0}, 5, []string{
			"has no record of changes since version 0", note,
			"rows that were not read have come since the last build, at least 1: late events, which --full reads",
		}},
		{"nothing new", func() {}, [7]int64{0, 8, 0, 0, 0, 0, 0}, 0, nil},
		{"a view", func() { visits.view = true }, [7]int64{5, 3, 0, 1, 0, 4, 0}, 5, []string{"not pinned: it is a view", note}},
		// What cyd did on the 2nd is wanted now: all is read, and what is old is taken as stored.
		{"an orphan's customer joins", func() { join("cyd") }, [7]int64{8, 0, 1, 1, 0, 6, 0}, 8, []string{"not pinned: it is a view"}},
		{"a table that was a view", func() { visits.view = false }, [7]int64{5, 3, 0, 1, 0, 4, 0}, 5, []string{note}},
		{"a record of changes: late events are added, recent ones compared", func() {
			visits.feed = true
			add(`{"id":"ann","at":"2024-05-03T00:00:00Z","page":"/h"}`, `{"id":"bob","at":"2024-05-20T10:00:00Z","page":"/b"}`)
		}, [7]int64{2, 8, 1, 0, 0, 1, 0}, 2, nil},
		// All of fay's and what has come is read; what was read is not there any more.
		{"another orphan's customer joins", func() {
			visits.optimize()
			add(`{"id":"fay","at":"2024-05-03T00:00:00Z","page":"/i"}`, `{"id":"ann","at":"2024-05-20T11:00:00Z","page":"/j"}`)
			visits.oldest = 2
			join("fay")
		}, [7]int64{14, 0, 3, 0, 0, 11, 0}, 14, nil},
		{"nothing new again", func() {}, [7]int64{0, 12, 0, 0, 0, 0, 0}, 0, nil},
	} {
		step.do()
		opts := Options{Overlap: 24 * time.Hour}
		report, pulled := fromWarehouse(t, p, w, dir, opts)
		if got := numbers(report); got != step.want || pulled != step.pulled {
			t.Errorf("%s: rows, known, loaded, orphans, expired, repeated, aged are %v of %d rows pulled, want %v of %d", step.what, got, pulled, step.want, step.pulled)
		}
		if diff := cmp.Diff(step.notes, report.Notes); diff != "" {
			t.Errorf("%s: notes (-want +got):\n%s", step.what, diff)
		}
	}
	want := []string{
		"ann 2024-05-01T10:00:00Z /a", "ann 2024-05-03T00:00:00Z /h", "ann 2024-05-19T10:00:00Z /f", "ann 2024-05-20T09:00:00Z /e", "ann 2024-05-20T11:00:00Z /j",
		"bob 2024-05-20T10:00:00Z /b", "bob NULL /c", "cyd 2024-05-02T00:00:00Z /d", "fay 2024-05-03T00:00:00Z /i", "fay 2024-05-20T00:00:00Z /g",
	}
	if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestLateEventOfNobody has an event that is too late to be read belong to somebody
// who joins later: it counts then, however the build before came to know the others.
func TestLateEventOfNobody(t *testing.T) {
	for _, feed := range []bool{false, true} {
		p, w := clubhouse(t)
		dir := filepath.Join(t.TempDir(), "snap")
		visits, members := w.tables["db.visits"], w.tables["db.members"]
		add := func(k *kept, rows ...string) { k.commit(append(slices.Clone(k.rows()), rows...)) }
		overlap := Options{Overlap: 24 * time.Hour}
		add(members, `{"id":"cyd","plan":null}`) // no orphans
		fromWarehouse(t, p, w, dir, Options{})
		if feed { // another copy of an event: what is stored is one less than what is there
			add(visits, `{"id":"bob","at":"2024-05-20T10:00:00Z","page":"/b"}`)
			fromWarehouse(t, p, w, dir, overlap)
		}
		visits.feed = false
		add(visits, `{"id":"dan","at":"2024-05-02T00:00:00Z","page":"/late"}`)
		if report, _ := fromWarehouse(t, p, w, dir, overlap); report.Orphans != 0 || report.Known == 0 {
			t.Errorf("feed %v: the event was read: %+v", feed, report)
		}
		add(members, `{"id":"dan","plan":null}`)
		fromWarehouse(t, p, w, dir, overlap)
		if got := lines(t, dir); !slices.Contains(got, "dan 2024-05-02T00:00:00Z /late") {
			t.Errorf("feed %v: the visits are %q without the one that came late", feed, got)
		}
	}
}

// TestOrphansDoNotGrow reads the same view again and again.
func TestOrphansDoNotGrow(t *testing.T) {
	p, w := clubhouse(t)
	dir := filepath.Join(t.TempDir(), "snap")
	visits := w.tables["db.visits"]
	visits.commit(append(slices.Clone(visits.rows()), `{"id":"fay","at":"2024-05-20T00:00:00Z","page":"/g"}`))
	visits.view = true
	overlap := Options{AsOf: asOf, FS: quick()}
	for range 4 {
		m, err := Build(t.Context(), p, w.open(), dir, &overlap)
		if err != nil {
			t.Fatal(err)
		}
		if state := m.Tables[len(m.Tables)-1]; state.Orphans != 2 || state.Rows != 5 {
			t.Errorf("%d orphans of %d rows, want 2 of 5", state.Orphans, state.Rows)
		}
		overlap = Options{AsOf: asOf, FS: quick(), Overlap: 24 * time.Hour}
	}
}

// TestNotBefore lets a source that takes everything for UTC leave out events: what
// is at the bound or after it comes, whatever the zone.
func TestNotBefore(t *testing.T) {
	zones := []string{"UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"}
	for _, at := range []arrow.DataType{instant, localTime, date, whole} {
		for _, zone := range zones {
			p, _ := club()
			p.Timezone = zone
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			// Hours from 3 days before the bound to 3 days after it.
			bound := time.Date(2024, 5, 10, 0, 0, 0, 0, loc)
			var rows []map[string]any
			want := 0
			for hour := -72; hour <= 72; hour++ {
				when := bound.Add(time.Duration(hour) * time.Hour)
				world := &world{at: at}
				row := when.UTC()
				if at == localTime || at == date {
					row = when.In(loc)
				}
				rows = append(rows, map[string]any{"id": "ann", "at": world.time(row), "page": "/"})
				if hour >= 0 {
					want++
				}
			}
			src := memorySource{
				"db.members": newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"ann","plan":"gold"}]`),
				"db.visits":  newTable([]arrow.Field{field("id", text), field("at", at), field("page", text)}, asJSON(rows)),
			}
			w := newWarehouse(3)
			w.update(t, src)
			asOf := bound.AddDate(0, 0, 20)
			p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 20, Unit: window.Day}
			report, pulled := fromWarehouse(t, p, w, filepath.Join(t.TempDir(), "snap"), Options{AsOf: asOf})
			if report.Loaded != int64(want) || report.Expired != 72 || pulled == 145 {
				t.Errorf("%s, %s: %d loaded, %d expired, %d pulled; want %d, 72 and less than all", at, zone, report.Loaded, report.Expired, pulled, want)
			}
		}
	}
}

// TestOverlapFromElsewhere goes on from a warehouse with files of the same rows, and
// back: parts of the one tell nothing of those of the other, and nothing counts
// twice.
func TestOverlapFromElsewhere(t *testing.T) {
	p, src := club()
	w := newWarehouse(4)
	w.update(t, src)
	dir := filepath.Join(t.TempDir(), "snap")
	fromWarehouse(t, p, w, dir, Options{})
	want := lines(t, dir)
	overlap := Options{Overlap: 24 * time.Hour}
	if got, want := numbers(refresh(t, p, src, dir, overlap)), [7]int64{4, 0, 0, 1, 0, 3, 0}; got != want {
		t.Errorf("files: rows, known, loaded, orphans, expired, repeated, aged are %v, want %v", got, want)
	}
	report, pulled := fromWarehouse(t, p, w, dir, overlap)
	if got, want := numbers(report), [7]int64{2, 2, 0, 0, 0, 2, 0}; got != want || pulled != 2 {
		t.Errorf("the warehouse again: rows, known, loaded, orphans, expired, repeated, aged are %v of %d rows pulled, want %v of 2", got, pulled, want)
	}
	if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
		t.Error(diff)
	}
}
