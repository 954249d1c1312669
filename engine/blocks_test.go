package engine_test

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

// person is a customer of a made-up data set, with the times of their visits.
type person struct {
	ID     int64   `parquet:"id"`
	Score  *int64  `parquet:"score"` // many values: scanned
	Tier   *string `parquet:"tier"`  // few values: indexed
	visits []visit
}

type visit struct {
	ID    int64      `parquet:"id"`
	At    *time.Time `parquet:"at,timestamp(microsecond)"` // nil: undated
	Place *string    `parquet:"place"`                     // few values
	Note  string     `parquet:"note"`                      // many: more in a block than a dictionary takes
	Spent *int64     `parquet:"spent"`
	Rate  float64    `parquet:"rate"` // of magnitudes that two floats do not hold the sum of
}

// newVisit makes a visit with random fields.
func newVisit(r *rand.Rand, id int64, at time.Time) visit {
	v := visit{ID: id, At: &at, Note: strconv.Itoa(r.IntN(4) + 4*int(id)), Rate: math.Ldexp(r.Float64()-0.5, r.IntN(400)-200)}
	if r.IntN(4) > 0 {
		place := []string{"", "home", "park", "work"}[r.IntN(4)]
		v.Place = &place
	}
	if r.IntN(4) > 0 {
		spent := r.Int64N(100) - 20
		v.Spent = &spent
	}
	return v
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
			p.visits = append(p.visits, newVisit(r, p.ID, at))
			visits = append(visits, p.visits[len(p.visits)-1])
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
	p.each(from, to, func(visit) { n++ })
	return n
}

// each calls use for the visits that visitsIn counts.
func (p *person) each(from, to time.Duration, use func(v visit)) {
	for _, v := range p.visits {
		if !v.At.Before(asOf.Add(-from)) && v.At.Before(asOf.Add(-to)) && v.At.Before(asOf) {
			use(v)
		}
	}
}

// distinct counts the values of all visits.
func (p *person) distinct(value func(v visit) string) int {
	seen := map[string]bool{}
	p.each(always, 0, func(v visit) { seen[value(v)] = true })
	delete(seen, "NULL")
	return len(seen)
}

// spent sums and counts what was spent.
func (p *person) spent(from time.Duration) (sum, n int64) {
	p.each(from, 0, func(v visit) {
		if v.Spent != nil {
			sum, n = sum+*v.Spent, n+1
		}
	})
	return sum, n
}

// rate returns the sum of all rates, rounded once.
func (p *person) rate() float64 {
	sum := new(big.Float).SetPrec(2200)
	p.each(always, 0, func(v visit) { sum.Add(sum, big.NewFloat(v.Rate)) })
	x, _ := sum.Float64()
	return x
}

// edge returns how long before asOf a person's first or last visit was, of those
// at a place.
func (p *person) edge(first bool, place string) (ago time.Duration, ok bool) {
	p.each(always, 0, func(v visit) {
		d := asOf.Sub(*v.At)
		if place != "" && text(v.Place) != place || ok && (d > ago) != first {
			return
		}
		ago, ok = d, true
	})
	return ago, ok
}

func text(s *string) string {
	if s == nil {
		return "NULL"
	}
	return "=" + *s
}

const always = 1000 * day

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
	{"visit where place = 'park' count > 1", func(p *person) bool {
		n := 0
		p.each(always, 0, func(v visit) { n += index(text(v.Place) == "=park") })
		return n > 1
	}},
	{"visit where (place is null or not spent > 50) count = 2 in last 60 days", func(p *person) bool {
		n := 0
		p.each(60*day, 0, func(v visit) { n += index(v.Place == nil || v.Spent == nil || *v.Spent <= 50) })
		return n == 2
	}},
	{"visit where (spent > 70 and note contains '7') in last 50 hours", func(p *person) bool {
		n := 0
		p.each(50*time.Hour, 0, func(v visit) { n += index(v.Spent != nil && *v.Spent > 70 && strings.Contains(v.Note, "7")) })
		return n > 0
	}},
	{"visit count distinct place >= 3", func(p *person) bool { return p.distinct(func(v visit) string { return text(v.Place) }) >= 3 }},
	{"visit count distinct note = 2", func(p *person) bool { return p.distinct(func(v visit) string { return v.Note }) == 2 }},
	{"visit count distinct spent < 2", func(p *person) bool {
		return p.distinct(func(v visit) string {
			if v.Spent == nil {
				return "NULL"
			}
			return strconv.FormatInt(*v.Spent, 10)
		}) < 2
	}},
	{"visit count distinct days != 1", func(p *person) bool {
		return p.distinct(func(v visit) string { return v.At.Format(time.DateOnly) }) != 1
	}},
	{"visit sum(spent) > 60 in last 60 days", func(p *person) bool { sum, _ := p.spent(60 * day); return sum > 60 }},
	{"visit avg(spent) >= 33.5", func(p *person) bool { sum, n := p.spent(always); return n > 0 && 2*sum >= 67*n }},
	{"visit sum(rate) > 0", func(p *person) bool { return p.rate() > 0 }},
	{"visit sum(rate) between 0.001 and 1000", func(p *person) bool { x := p.rate(); return x >= 0.001 && x <= 1000 }},
	{"visit min(spent) < 0 in last 60 days", func(p *person) bool {
		least := int64(0)
		p.each(60*day, 0, func(v visit) {
			if v.Spent != nil {
				least = min(least, *v.Spent)
			}
		})
		return least < 0
	}},
	{"first visit in last 30 days", func(p *person) bool { d, ok := p.edge(true, ""); return ok && d <= 30*day }},
	{"last visit more than 30 days ago", func(p *person) bool { d, ok := p.edge(false, ""); return ok && d > 30*day }},
	{"first visit where place = 'home' in last 30 days", func(p *person) bool { d, ok := p.edge(true, "=home"); return ok && d <= 30*day }},
	{"last visit where place = 'home' 10 to 30 days ago", func(p *person) bool {
		d, ok := p.edge(false, "=home")
		return ok && d > 10*day && d <= 30*day
	}},
	{"tier is not null and (visit in last 7 days or not score > 900000)", func(p *person) bool {
		return p.Tier != nil && (p.visitsIn(7*day, 0) > 0 || p.Score == nil || *p.Score <= 900000)
	}},
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
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
