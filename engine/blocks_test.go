package engine_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of random tests")

// person is a customer of a made-up data set, with the times of their visits.
type person struct {
	ID     int64   `parquet:"id"`
	Score  *int64  `parquet:"score"` // many values: scanned
	Tier   *string `parquet:"tier"`  // few values: indexed
	visits []time.Time
}

type visit struct {
	ID int64      `parquet:"id"`
	At *time.Time `parquet:"at,timestamp(microsecond)"` // nil: undated
}

// people makes n customers, with whole-number keys in no order, and their
// visits in the hundred days before asOf, at midnights as well as between.
func people(r *rand.Rand, n int) ([]person, []visit) {
	persons, visits := make([]person, n), []visit{}
	for i := range persons {
		p := &persons[i]
		p.ID = int64(i) - 1000
		if r.IntN(5) > 0 {
			score := r.Int64N(1_000_000) - 1000
			p.Score = &score
		}
		if r.IntN(3) > 0 {
			tier := []string{"Gold", "Silver", "Bronze"}[r.IntN(3)]
			p.Tier = &tier
		}
		for range r.IntN(4) * r.IntN(3) {
			at := asOf.Add(-time.Duration(r.IntN(100)) * 24 * time.Hour)
			if r.IntN(2) == 0 {
				at = at.Add(time.Duration(r.Int64N(86_400_000_000)) * time.Microsecond)
			}
			p.visits = append(p.visits, at)
			visits = append(visits, visit{p.ID, &at})
		}
	}
	r.Shuffle(n, func(i, j int) { persons[i], persons[j] = persons[j], persons[i] })
	r.Shuffle(len(visits), func(i, j int) { visits[i], visits[j] = visits[j], visits[i] })
	return persons, visits
}

// visitsIn counts a person's visits in [asOf-from, asOf-to) that lie before
// asOf.
func (p *person) visitsIn(from, to time.Duration) int {
	n := 0
	for _, at := range p.visits {
		if !at.Before(asOf.Add(-from)) && at.Before(asOf.Add(-to)) && at.Before(asOf) {
			n++
		}
	}
	return n
}

const day = 24 * time.Hour

// blockRules are rules and what they mean, written out.
var blockRules = []struct {
	rule  string
	holds func(p *person) bool
}{
	{"score >= 500000", func(p *person) bool { return p.Score != nil && *p.Score >= 500000 }},
	{"score < 0 or score is null", func(p *person) bool { return p.Score == nil || *p.Score < 0 }},
	{"tier = 'Gold'", func(p *person) bool { return p.Tier != nil && *p.Tier == "Gold" }},
	{"not tier in ('Gold', 'Silver')", func(p *person) bool { return p.Tier == nil || *p.Tier == "Bronze" }},
	{"visit", func(p *person) bool { return p.visitsIn(1000*day, 0) > 0 }},
	{"visit in last 30 days", func(p *person) bool { return p.visitsIn(30*day, 0) > 0 }},
	{"visit in last 50 hours", func(p *person) bool { return p.visitsIn(50*time.Hour, 0) > 0 }},
	{"visit count = 0 in last 60 days", func(p *person) bool { return p.visitsIn(60*day, 0) == 0 }},
	{"visit count > 2 in last 60 days", func(p *person) bool { return p.visitsIn(60*day, 0) > 2 }},
	{"visit count < 3", func(p *person) bool { return p.visitsIn(1000*day, 0) < 3 }},
	{"visit count between 1 and 2 20 to 61 days ago", func(p *person) bool { n := p.visitsIn(61*day, 20*day); return n == 1 || n == 2 }},
	{"visit count != 1 in last 1234567 seconds", func(p *person) bool { return p.visitsIn(1234567*time.Second, 0) != 1 }},
	{"tier is not null and (visit in last 7 days or not score > 900000)", func(p *person) bool {
		return p.Tier != nil && (p.visitsIn(7*day, 0) > 0 || p.Score == nil || *p.Score <= 900000)
	}},
}

// TestBlocks builds snapshots of sizes around a block of 65,536 customers and
// compares sets of customers with the meaning written out.
func TestBlocks(t *testing.T) {
	for _, n := range []int{0, 1, 63, 65535, 65536, 65537, 131073} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			r := rand.New(rand.NewPCG(*seed, uint64(n)))
			persons, visits := people(r, n)
			db := open(t, buildPeople(t, persons, visits))
			slices.SortFunc(persons, func(p, q person) int { return int(p.ID - q.ID) })
			for _, c := range blockRules {
				var want, got []string
				for i := range persons {
					if c.holds(&persons[i]) {
						want = append(want, strconv.FormatInt(persons[i].ID, 10))
					}
				}
				for key, err := range ask(t, db, c.rule).Keys(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, key)
				}
				if !slices.Equal(got, want) {
					t.Errorf("seed %d: %s: %d customers, want %d", *seed, c.rule, len(got), len(want))
				}
				if n := count(t, ask(t, db, c.rule)); n != uint64(len(want)) {
					t.Errorf("seed %d: %s: count %d, want %d", *seed, c.rule, n, len(want))
				}
			}
		})
	}
}

// buildPeople writes the tables as Parquet and builds a snapshot of them.
func buildPeople(t *testing.T, persons []person, visits []visit) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "db"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := parquet.WriteFile(filepath.Join(dir, "db", "people.parquet"), persons); err != nil {
		t.Fatal(err)
	}
	if err := parquet.WriteFile(filepath.Join(dir, "db", "visits.parquet"), visits); err != nil {
		t.Fatal(err)
	}
	src, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	parent := &model.ParentSegment{
		Name: "People", Timezone: "UTC",
		Master: model.Master{Table: model.TableRef{Schema: "db", Table: "people"}, KeyColumn: "id", AllColumns: true},
		Behaviors: []model.BehaviorSource{{
			Name: "visit", Table: model.TableRef{Schema: "db", Table: "visits"}, KeyColumn: "id", TimeColumn: "at", AllFields: true,
		}},
	}
	snap := filepath.Join(dir, "snap")
	if _, err := ingest.Build(t.Context(), parent, src, snap, nil); err != nil {
		t.Fatal(err)
	}
	if err := src.Close(); err != nil {
		t.Fatal(err)
	}
	return snap
}
