package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/ingest/interop/interoptest"
)

// sequenceCase returns a random case whose rule, which may join several conditions,
// has a sequence; false where the table has no behavior.
func sequenceCase(rng *rand.Rand, table *oracle.Table) (*oracle.Case, bool) {
	if len(table.Schema.Behaviors) == 0 {
		return nil, false
	}
	for {
		if c := oracle.RandomCase(rng, table, rng.IntN(3)); strings.Contains(c.Rule, " then ") {
			return c, true
		}
	}
}

// TestSequencesAgreeWithTheOracle asks random rules with sequences, with the planner's own
// choice of structures, none and all of them.
func TestSequencesAgreeWithTheOracle(t *testing.T) {
	const tables, rules = 8, 30
	asked, selected := 0, 0
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 11))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c, ok := sequenceCase(rng, table)
			if !ok {
				break
			}
			keys, err := c.Select()
			if err != nil {
				continue // a sum of too many digits
			}
			want := make([]string, len(keys))
			for i, key := range keys {
				want[i] = fmt.Sprint(key)
			}
			slices.Sort(want)
			for _, choice := range []plan.Choice{{}, {Never: plan.AllStructures}, {Always: plan.AllStructures}} {
				db := openWith(t, dir, choice, libraryOf(t, c))
				var got []string
				for key, err := range mustQuery(t, db, c.Rule).At(c.AsOf).Keys(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, key)
				}
				answers(t, db, c) // counts as many
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d: with %+v the rule selects %q, want %q\n%s", at, choice, got, want, c)
				}
			}
			asked, selected = asked+1, selected+len(want)
		}
	}
	if asked == 0 || selected == 0 {
		t.Errorf("seed %d: %d rules select %d customers", *seed, asked, selected)
	}
}

// blockSequences are sequences of visits, with whom they select.
var blockSequences = []struct {
	rule  string
	holds func(p *person) bool
}{
	{"visit then visit", func(p *person) bool {
		return p.hasPair("", "", func(time.Duration) bool { return true })
	}},
	{"visit where place = 'home' then visit where place = 'park' within 12 hours", func(p *person) bool {
		return p.hasPair("=home", "=park", func(d time.Duration) bool { return d <= 12*time.Hour })
	}},
	{"visit where place = 'work' in last 40 days then not visit", func(p *person) bool {
		return slices.ContainsFunc(p.visits, func(v visit) bool {
			return text(v.Place) == "=work" && !v.At.Before(asOf.Add(-40*day)) && v.At.Before(asOf) && p.visitsAfter(*v.At) == 0
		})
	}},
	{"score >= 500000 and visit where place = 'home' then visit where place = 'work'", func(p *person) bool {
		return p.Score != nil && *p.Score >= 500000 && p.hasPair("=home", "=work", func(time.Duration) bool { return true })
	}},
}

// hasPair reports whether a visit to a place is followed by one to another, so long
// after; "" is any place.
func (p *person) hasPair(first, second string, near func(time.Duration) bool) bool {
	isAt := func(v visit, place string) bool { return place == "" || text(v.Place) == place }
	for _, v := range p.visits {
		for _, w := range p.visits {
			if isAt(v, first) && isAt(w, second) && w.At.After(*v.At) && near(w.At.Sub(*v.At)) && w.At.Before(asOf) {
				return true
			}
		}
	}
	return false
}

// visitsAfter counts the visits after a time that are seen.
func (p *person) visitsAfter(at time.Time) int {
	n := 0
	for _, v := range p.visits {
		n += index(v.At.After(at) && v.At.Before(asOf))
	}
	return n
}

// TestSequencesOfSeveralBlocks asks sequences of more customers than a block has.
func TestSequencesOfSeveralBlocks(t *testing.T) {
	persons, visits := people(rand.New(rand.NewPCG(*seed, 12)), 70_000)
	db := open(t, buildPeople(t, persons, visits))
	for _, c := range blockSequences {
		var want, got []string
		for i := range persons {
			if c.holds(&persons[i]) {
				want = append(want, strconv.FormatInt(persons[i].ID, 10))
			}
		}
		q := ask(t, db, c.rule)
		for key, err := range q.Keys(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, key)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("seed %d: %s: %d customers, want %d", *seed, c.rule, len(got), len(want))
		}
		if n := count(t, q); n != uint64(len(want)) {
			t.Errorf("seed %d: %s: count %d, want %d", *seed, c.rule, n, len(want))
		}
	}
}

// stageSequences are asked of data that has come in stages.
var stageSequences = []string{
	"act then act within 3 days",
	"act then not act within 10 days",
	"act where (page = '/cart') then act then not act where (page is null) within 30 days",
	"act in last 400 days then not act where (price > 3) then act within 8 weeks",
	"flag and act then act where (price is not null) in last 100 days within 12 hours",
}

// TestSequencesOfSeveralParts asks the same of a snapshot that was refreshed, so that
// its events are in parts and some of its customers are gone, and of one built at once.
func TestSequencesOfSeveralParts(t *testing.T) {
	d := interoptest.New(false)
	inStages, atOnce := t.TempDir(), t.TempDir()
	build := func(dir string) {
		t.Helper()
		opts := &ingest.Options{AsOf: d.Now, Indexes: tinyIndexes}
		if _, err := ingest.Build(t.Context(), interoptest.Parent(), d.Source(), dir, opts); err != nil {
			t.Fatal(err)
		}
	}
	d.Join(150)
	d.Act(300, 150, 450*24*time.Hour)
	build(inStages)
	for range 3 {
		d.Leave(11)
		d.Now = d.Now.AddDate(0, 1, 0)
		d.Act(100, 150, 24*time.Hour)
		build(inStages)
	}
	build(atOnce)
	for _, choice := range everyChoice() {
		refreshed, full := openWith(t, inStages, choice, nil), openWith(t, atOnce, choice, nil)
		for _, text := range stageSequences {
			got, want := count(t, mustQuery(t, refreshed, text).At(d.Now)), count(t, mustQuery(t, full, text).At(d.Now))
			if got != want || want == 0 {
				t.Errorf("with %+v %s selects %d customers, %d built at once", choice, text, got, want)
			}
		}
	}
}
