package ingest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// TestGramsOfStrings: attributes of strings have a gram index from as many values on
// as is said, after a refresh, too; it is sound, and it answers.
func TestGramsOfStrings(t *testing.T) {
	for _, c := range []struct {
		values int
		want   bool
	}{{0, false}, {-1, false}, {1, true}, {1000, false}} {
		dir := filepath.Join(t.TempDir(), "snap")
		for _, later := range []bool{false, true} {
			p, src := stall(later)
			manifest, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, Indexes: Indexes{GramValues: c.values}})
			if err != nil {
				t.Fatal(err)
			}
			if path := gramsPath(manifest); (path != "") != c.want {
				t.Errorf("from %d values on: grams are at %q", c.values, path)
			}
		}
		if c.want {
			checkGrams(t, dir)
		}
	}
}

// gramsPath returns where the gram index of tier is, "" where there is none. No other
// attribute of a stall has one.
func gramsPath(m *store.Manifest) string {
	for _, f := range m.Files {
		if strings.HasSuffix(f.Name, ".grams") {
			return f.Path
		}
	}
	return ""
}

// checkGrams verifies a snapshot and asks it through the gram index.
func checkGrams(t *testing.T, dir string) {
	t.Helper()
	report, err := store.Verify(t.Context(), store.OS, dir, 0, nil)
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("%v, %v", report, err)
	}
	counts := map[plan.Structures]uint64{}
	for _, never := range []plan.Structures{0, plan.Grams} {
		db, err := engine.Open(dir, &engine.Options{Structures: plan.Choice{Never: never, Always: plan.Grams}})
		if err != nil {
			t.Fatal(err)
		}
		q, err := db.Query("tier contains 'old'")
		if err != nil {
			t.Fatal(err)
		}
		e, err := q.Explain(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if by := strings.HasPrefix(e.Plan.Access, "gram index"); by != (never == 0) {
			t.Errorf("never %s: %s", never, e.Plan.Access)
		}
		counts[never] = e.Count
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if counts[0] != counts[plan.Grams] || counts[0] == 0 {
		t.Errorf("%d customers by grams, %d without", counts[0], counts[plan.Grams])
	}
}
