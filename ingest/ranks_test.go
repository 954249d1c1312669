package ingest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// timeIndexes are the structures that know when events were.
const timeIndexes = plan.Ranks | plan.DistinctRanks | plan.Levels

// TestRanksAnswerAsEventsDo lets a world change at random, refreshes a snapshot after
// every step, and asks random rules with and without ranks and levels: late events,
// events without a time, and such as are too old, customers who go and come back, and
// days of 23 and 25 hours are all there.
func TestRanksAnswerAsEventsDo(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	for world := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, world))
		w := newWorld(r, world%2 == 0, false)
		dir := filepath.Join(t.TempDir(), "snap")
		for step := range 6 {
			p := w.parent()
			p.Behaviors[1].Ranks = new(int)
			*p.Behaviors[1].Ranks = r.IntN(4)
			opts := &Options{AsOf: w.now, FS: quick(), Indexes: Indexes{LevelRows: 1, Ranks: 1 + r.IntN(5)}}
			if _, err := Build(t.Context(), p, w.source(), dir, opts); err != nil {
				t.Fatal(err)
			}
			verify(t, dir)
			w.checkChoices(t, fmt.Sprintf("world %d, step %d", world, step), dir)
			w.step()
		}
	}
}

// moment returns a time to look from.
func (w *world) moment() time.Time {
	switch w.r.IntN(4) {
	case 0:
		return w.now
	case 1: // midnight in Berlin, in winter or in summer
		return w.now.Truncate(24 * time.Hour).Add(time.Duration(22+w.r.IntN(2)) * time.Hour)
	}
	return w.now.Add(time.Duration(w.r.IntN(20*24)-5*24) * time.Hour)
}

// rule returns a test of a behavior that ranks may answer.
func (w *world) rule() string {
	pick := func(of ...string) string { return of[w.r.IntN(len(of))] }
	behavior, n := pick("visit", "look", "click"), w.r.IntN(5)
	span := fmt.Sprintf("%d %s", 1+w.r.IntN(120), pick("days", "days", "hours", "months"))
	window := pick("in last "+span, "in last "+span, "", fmt.Sprintf("in last %d full days", 1+w.r.IntN(60)), fmt.Sprintf("%d to %d days ago", w.r.IntN(30), 30+w.r.IntN(90)))
	aggregate := pick("", "count", "count", "count distinct page")
	if aggregate != "" {
		aggregate = pick(fmt.Sprintf("%s >= %d", aggregate, n), fmt.Sprintf("%s = %d", aggregate, n), fmt.Sprintf("%s < %d", aggregate, n), fmt.Sprintf("%s between %d and %d", aggregate, n, n+1))
	}
	return strings.Join(strings.Fields(pick(
		behavior+" "+aggregate+" "+window, behavior+" "+aggregate+" "+window, "not "+behavior+" "+window,
		"first "+behavior+" in last "+span, "last "+behavior+" in last "+span, "last "+behavior+" more than "+span+" ago", "first "+behavior+" more than "+span+" ago",
		fmt.Sprintf("%s in last %d days and not %s in last %d days", behavior, 30+w.r.IntN(90), behavior, 1+w.r.IntN(29)),
	)), " ")
}

// checkChoices asks random rules with different structures.
func (w *world) checkChoices(t *testing.T, name, dir string) {
	t.Helper()
	choices := []plan.Choice{{Never: timeIndexes}, {Always: timeIndexes}, {}, {Always: timeIndexes, Never: plan.Levels | plan.DistinctRanks}}
	dbs := make([]*engine.DB, len(choices))
	for i, choice := range choices {
		db, err := engine.Open(dir, &engine.Options{FS: quick(), Structures: choice})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		dbs[i] = db
	}
	for range 60 {
		text, at := w.rule(), w.moment()
		want := customersOf(t, dbs[0], text, at)
		for i, db := range dbs[1:] {
			if got := customersOf(t, db, text, at); !slices.Equal(got, want) {
				t.Fatalf("%s: %q at %s by %+v selects %d customers, without ranks and levels %d", name, text, at.Format(time.RFC3339), choices[i+1], len(got), len(want))
			}
		}
	}
}

// customersOf returns the customers of a rule.
func customersOf(t *testing.T, db *engine.DB, text string, at time.Time) []string {
	t.Helper()
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for row, err := range q.At(at).Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, fmt.Sprint(row.Key))
	}
	return keys
}

// TestRanksAreAdopted refreshes a snapshot: ranks stay as they are while no event
// comes, are made for some customers where events do, and are made anew where others
// are asked for.
func TestRanksAreAdopted(t *testing.T) {
	w := newWorld(rand.New(rand.NewPCG(1, 1)), false, false)
	w.keep = 0
	dir := filepath.Join(t.TempDir(), "snap")
	opts := Options{AsOf: w.now, FS: quick()}
	build := func(p *model.ParentSegment) *store.Manifest {
		t.Helper()
		m, err := Build(t.Context(), p, w.source(), dir, &opts)
		if err != nil {
			t.Fatal(err)
		}
		verify(t, dir)
		return m
	}
	check := func(what string, m *store.Manifest, want string) {
		t.Helper()
		var got []string
		for i := range m.Behaviors {
			path := "none"
			if f, ok := m.File(store.RanksFile(i)); ok {
				path = filepath.Dir(f.Path)
			}
			got = append(got, strings.TrimLeft(path, "0"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: ranks of the versions %v, want %s", what, got, want)
		}
	}
	check("built", build(w.parent()), "1 1 1")
	w.leave()
	check("one leaves", build(w.parent()), "1 1 1")
	w.clicks = append(w.clicks, w.events(10, 24*time.Hour))
	check("a day of clicks", build(w.parent()), "1 1 3")
	p := w.parent()
	p.Behaviors[0].Ranks = new(int)
	check("none of visits", build(p), "none 1 3")
	*p.Behaviors[0].Ranks = 7
	check("seven of visits", build(p), "5 1 3")
	opts.Indexes.Ranks = -1
	check("none of others", build(p), "5 none none")
	if m, err := Compact(t.Context(), dir, &CompactOptions{FS: quick()}); err != nil {
		t.Fatal(err)
	} else if check("compacted", m, "7 7 7"); t.Failed() {
		return
	}
}
