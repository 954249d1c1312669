package engine_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/ingest/interop/interoptest"
)

// tinyIndexes makes every structure for data of any size.
var tinyIndexes = ingest.Indexes{
	Ranks: 3, DistinctRanks: 2, LevelRows: 1, OrderedValues: 1, PostingEvents: -1, PostingBytes: 64,
}

// everyChoice is the planner's own choice, none of the structures, all of them, and
// each of them never and always.
func everyChoice() []plan.Choice {
	choices := []plan.Choice{{}, {Never: plan.AllStructures}, {Always: plan.AllStructures}}
	for s := plan.Structures(1); s <= plan.AllStructures; s <<= 1 {
		choices = append(choices, plan.Choice{Never: s}, plan.Choice{Always: s})
	}
	return choices
}

// randomSnapshot builds a snapshot of a random table, which it returns as built.
func randomSnapshot(t *testing.T, seed uint64, rng *rand.Rand) (dir string, table *oracle.Table) {
	t.Helper()
	layout, err := warehouse.Random(seed, oracle.RandomTable(rng, oracle.Options{ListFields: rng.IntN(2) == 0}))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if err := layout.WriteParquet(data); err != nil {
		t.Fatal(err)
	}
	src, err := files.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}()
	dir = filepath.Join(t.TempDir(), "data.rollcall")
	if _, err := ingest.Build(t.Context(), layout.Parent, src, dir, &ingest.Options{Indexes: tinyIndexes}); err != nil {
		t.Fatal(err)
	}
	return dir, layout.Data
}

// openWith opens a snapshot with a choice until the end of the test.
func openWith(t *testing.T, dir string, choice plan.Choice, segments *rule.Library) *engine.DB {
	t.Helper()
	db, err := engine.Open(dir, &engine.Options{Structures: choice, Segments: segments})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestEveryChoiceSelectsTheSame asks random rules, and their negations, with every
// choice of structures.
func TestEveryChoiceSelectsTheSame(t *testing.T) {
	const tables, rules, depth = 4, 15, 5
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 1))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c := oracle.RandomCase(rng, table, rng.IntN(depth))
			var segments []*rule.SegmentFile
			for _, s := range c.Segments {
				parsed, err := rule.Parse(s.Rule)
				if err != nil {
					t.Fatal(err)
				}
				segments = append(segments, &rule.SegmentFile{Path: s.Path, Name: path.Base(s.Path), Rule: parsed})
			}
			var first string
			for i, choice := range everyChoice() {
				db := openWith(t, dir, choice, rule.NewLibrary(segments))
				got := answers(t, db, c)
				if i == 0 {
					first = got
				}
				if got != first {
					t.Fatalf("seed %d: with %+v the rule %s selects\n%s\nwith the planner's own choice\n%s\n%s", at, choice, c.Rule, got, first, c)
				}
			}
		}
	}
}

// answers is the keys that a rule selects, and the counts of the rule, by Count and
// by Explain, and of its negation. A sum of too many digits is not an answer.
func answers(t *testing.T, db *engine.DB, c *oracle.Case) string {
	t.Helper()
	q := mustQuery(t, db, c.Rule).At(c.AsOf)
	var keys []string
	for key, err := range q.Keys(t.Context()) {
		if err != nil {
			t.Fatalf("%s: %v", c.Rule, err)
		}
		keys = append(keys, key)
	}
	customers := db.Manifest().Customers
	if n, opposite := count(t, q), count(t, mustQuery(t, db, "not ("+c.Rule+")").At(c.AsOf)); n != uint64(len(keys)) || n+opposite != customers {
		t.Errorf("%s: %d keys, %d customers, %d others, of %d", c.Rule, len(keys), n, opposite, customers)
	}
	e, err := q.Explain(t.Context())
	if err != nil || e.Count != uint64(len(keys)) {
		t.Errorf("%s: explain: %+v, %v, want %d", c.Rule, e, err, len(keys))
	}
	return fmt.Sprintf("%d: %s", len(keys), strings.Join(keys, " "))
}

// halves are two tests that divide the values of a kind.
var halves = map[model.Kind][2]string{
	model.String:    {">= 'm'", "< 'm'"},
	model.Number:    {">= 1", "< 1"},
	model.Boolean:   {"= true", "= false"},
	model.Date:      {">= '2020-02-29'", "< '2020-02-29'"},
	model.Timestamp: {">= '2020-02-29T12:00:00Z'", "< '2020-02-29T12:00:00Z'"},
}

// TestTestsPartitionTheCustomers divides the customers by each attribute: those with
// less than a value, those with more, and those without one.
func TestTestsPartitionTheCustomers(t *testing.T) {
	const tables = 4
	for n := range uint64(tables) {
		at := *seed + n
		dir, table := randomSnapshot(t, at, rand.New(rand.NewPCG(at, 1)))
		for _, choice := range everyChoice() {
			db := openWith(t, dir, choice, nil)
			for _, a := range table.Schema.Attributes {
				half, ok := halves[a.Type.Kind]
				if !ok {
					continue
				}
				total := uint64(0)
				name := `"` + strings.ReplaceAll(a.Name, `"`, `""`) + `" `
				for _, test := range []string{half[0], half[1], "is null"} {
					total += count(t, mustQuery(t, db, name+test))
				}
				together := count(t, mustQuery(t, db, fmt.Sprintf("%[1]s%[2]s or %[1]s%[3]s or %[1]sis null", name, half[0], half[1])))
				both := count(t, mustQuery(t, db, fmt.Sprintf("%[1]s%[2]s and %[1]s%[3]s", name, half[0], half[1])))
				if customers := uint64(len(table.Keys)); total != customers || together != customers || both != 0 {
					t.Errorf("seed %d: with %+v %s divides %d customers into %d, %d of them different, %d twice",
						at, choice, a.Name, customers, total, together, both)
				}
			}
		}
	}
}

// TestRefreshesAndCompactionSelectTheSame builds a snapshot in stages, whose events
// are in parts and some of whose customers are gone, compacts it, and builds the same
// at once.
func TestRefreshesAndCompactionSelectTheSame(t *testing.T) {
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
	d.Act(80, 150, 450*24*time.Hour)
	build(inStages)
	for range 3 {
		d.Leave(11)
		d.Now = d.Now.AddDate(0, 1, 0)
		d.Act(30, 150, 24*time.Hour)
		build(inStages)
	}
	build(atOnce)
	refreshed := choicesCounts(t, inStages, d.Now)
	if _, err := ingest.Compact(t.Context(), inStages, nil); err != nil {
		t.Fatal(err)
	}
	for i, other := range []map[string]uint64{choicesCounts(t, inStages, d.Now), choicesCounts(t, atOnce, d.Now)} {
		for text, n := range other {
			if refreshed[text] != n {
				t.Errorf("%s selects %d customers %s, %d after refreshes", text, n, []string{"after compaction", "built at once"}[i], refreshed[text])
			}
		}
	}
}

// choicesCounts counts what rules select, which must be the same with every choice.
func choicesCounts(t *testing.T, dir string, at time.Time) map[string]uint64 {
	t.Helper()
	counts := map[string]uint64{}
	for i, choice := range everyChoice() {
		db := openWith(t, dir, choice, nil)
		for _, text := range compatRules {
			n := count(t, mustQuery(t, db, text).At(at))
			if i == 0 {
				counts[text] = n
			}
			if n != counts[text] {
				t.Errorf("with %+v %s selects %d customers, %d with the planner's own choice", choice, text, n, counts[text])
			}
		}
	}
	return counts
}
