package executions

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// computedWorlds is how many random parent segments TestComputed builds.
const computedWorlds = 8

// TestComputed builds random parent segments whose computed attributes are
// aggregates of their behaviors. As of the build, a test of the attribute selects
// the same customers as the same test of the behavior, which the other tests here
// judge. ROLLCALL_SEED repeats a failure.
func TestComputed(t *testing.T) {
	s := readSettings(t, 0)
	for n := range uint64(computedWorlds) {
		rng := rand.New(rand.NewPCG(s.seed+n, 0))
		table := oracle.RandomTable(rng, oracle.Options{MaxCustomers: 100})
		w, err := warehouse.Random(s.seed+n, table)
		if err != nil {
			t.Fatal(err)
		}
		asOf := oracle.RandomCase(rng, table, 1).AsOf
		pairs := addComputed(w.Parent, w.Data.Schema)
		db := buildAt(t, w, asOf)
		for _, p := range pairs {
			p.check(t, db, asOf)
		}
		if t.Failed() {
			t.Fatalf("repeat with ROLLCALL_SEED=%d", s.seed+n)
		}
	}
}

// pair is a computed attribute and the test of its behavior that is the same, with
// %s for the operator and the value.
type pair struct {
	attribute, behavior string
	counts              bool // never NULL
}

// addComputed adds an attribute for every aggregate of every behavior.
func addComputed(p *model.ParentSegment, schema *model.Schema) []pair {
	var pairs []pair
	add := func(behavior, aggregate string, counts bool) {
		for _, window := range []string{"", " in last 1 year", " in next 1 year"} {
			name := fmt.Sprintf("computed %d", len(pairs))
			p.Computed = append(p.Computed, model.ComputedSource{Name: name, Behavior: behavior, Rule: aggregate + window})
			pairs = append(pairs, pair{quoted(name), quoted(behavior) + " " + aggregate + " %s" + window, counts})
		}
	}
	for _, b := range schema.Behaviors {
		add(b.Name, "count", true)
		add(b.Name, "count distinct days", true)
		add(b.Name, "max(timestamp)", false)
		for _, f := range b.Fields {
			field := quoted(f.Name)
			if !f.Type.IsArray() {
				add(b.Name, "count distinct "+field, true)
			}
			switch f.Type.Kind {
			case model.Number:
				add(b.Name, "sum("+field+")", true)
				add(b.Name, "min("+field+")", false)
			case model.Date, model.Timestamp:
				add(b.Name, "max("+field+")", false)
			}
		}
	}
	return pairs
}

// quoted returns a name in double quotes.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// buildAt builds a warehouse at a time and opens the snapshot.
func buildAt(t *testing.T, w *warehouse.Warehouse, asOf time.Time) *engine.DB {
	t.Helper()
	dir := t.TempDir()
	if err := w.WriteParquet(filepath.Join(dir, "files")); err != nil {
		t.Fatal(err)
	}
	src, err := files.Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = ingest.Build(t.Context(), w.Parent, src, filepath.Join(dir, "snap"), &ingest.Options{AsOf: asOf})
	if err = errors.Join(err, src.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(filepath.Join(dir, "snap"), nil)
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

// check compares the tests with the values that the attribute has, and with NULL.
func (p pair) check(t *testing.T, db *engine.DB, asOf time.Time) {
	t.Helper()
	everybody := audience(t, db, p.attribute+" is null or "+p.attribute+" is not null", asOf)
	known := everybody
	if !p.counts {
		known = audience(t, db, fmt.Sprintf("%s or %s", fmt.Sprintf(p.behavior, ">= "+p.least(db)), fmt.Sprintf(p.behavior, "< "+p.least(db))), asOf)
	}
	if got := audience(t, db, p.attribute+" is not null", asOf); !slices.Equal(got, known) {
		t.Errorf("%s is not null for %s, its behavior has a value for %s", p.behavior, someOf(got), someOf(known))
	}
	for _, value := range p.values(t, db) {
		for _, op := range []string{"= ", "> "} {
			got := audience(t, db, p.attribute+" "+op+value, asOf)
			if want := audience(t, db, fmt.Sprintf(p.behavior, op+value), asOf); !slices.Equal(got, want) {
				t.Errorf("%s selects %s, the attribute %s", fmt.Sprintf(p.behavior, op+value), someOf(want), someOf(got))
			}
		}
	}
}

// least returns a value of the attribute's type, to compare all others with.
func (p pair) least(db *engine.DB) string {
	name := strings.Trim(p.attribute, `"`)
	if a := db.Schema().Attributes[db.Schema().Attribute(name)]; a.Type.Kind != model.Number {
		return "'2000-01-01'"
	}
	return "0"
}

// values returns some literals of values that the attribute has.
func (p pair) values(t *testing.T, db *engine.DB) []string {
	t.Helper()
	q, err := db.Query(p.attribute + " is not null")
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for row, err := range q.Rows(t.Context(), strings.Trim(p.attribute, `"`)) {
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		switch v := row.Values[0].(type) {
		case time.Time:
			text = "'" + v.Format("2006-01-02T15:04:05.999999Z") + "'"
		case column.Day:
			text = "'" + v.String() + "'"
		case float64:
			text = fmt.Sprintf("%f", v) // all are of the form k/64
		default:
			text = fmt.Sprint(v)
		}
		if !slices.Contains(values, text) {
			values = append(values, text)
		}
		if len(values) == 4 {
			break
		}
	}
	return values
}

// audience returns the keys that a rule selects, sorted.
func audience(t *testing.T, db *engine.DB, rule string, asOf time.Time) []string {
	t.Helper()
	q, err := db.Query(rule)
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for key, err := range q.At(asOf).Keys(context.Background()) {
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
