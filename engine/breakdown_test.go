package engine_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// TestBreakdownAgreesWithTheOracle divides the audiences of random rules by every
// attribute and counts each portion in the tables.
func TestBreakdownAgreesWithTheOracle(t *testing.T) {
	const tables, rules, depth = 4, 6, 3
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 8))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c := oracle.RandomCase(rng, table, rng.IntN(depth))
			checked, err := c.Check()
			if err != nil {
				t.Fatal(err)
			}
			selected, err := oracle.Select(table, checked, c.AsOf)
			if err != nil {
				t.Fatal(err)
			}
			q := mustQuery(t, openWith(t, dir, plan.Choice{}, libraryOf(t, c)), c.Rule).At(c.AsOf)
			for i, attr := range table.Schema.Attributes {
				got, err := q.Breakdown(t.Context(), attr.Name, 0)
				if list := (*engine.ListError)(nil); attr.Type.IsArray() {
					if !errors.As(err, &list) {
						t.Errorf("seed %d: %s: %v, want a *ListError", at, attr.Name, err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				want := map[string][2]uint64{}
				for row, value := range table.Attributes[i] {
					name := shown(plainValue(value, attr.Type))
					portion := want[name]
					portion[1]++
					if selected[row] {
						portion[0]++
					}
					want[name] = portion
				}
				checkBreakdown(t, got, want)
			}
		}
	}
}

// checkBreakdown compares a whole breakdown with portions by value, members first.
func checkBreakdown(t *testing.T, got *engine.Breakdown, want map[string][2]uint64) {
	t.Helper()
	found := map[string][2]uint64{}
	if got.Null.Customers > 0 {
		found[shown(nil)] = [2]uint64{got.Null.Count, got.Null.Customers}
	}
	total := got.Null.Count
	for i, p := range got.Values {
		found[shown(p.Value)] = [2]uint64{p.Count, p.Customers}
		total += p.Count
		if i > 0 && got.Values[i-1].Count < p.Count {
			t.Errorf("%s: %v after %v", got.Attribute, p, got.Values[i-1])
		}
	}
	for name, portion := range want {
		if portion[0] == 0 && name != shown(nil) {
			delete(want, name) // nobody of the audience has it
		}
	}
	if diff := cmp.Diff(want, found); diff != "" || total != got.Count || got.Distinct != len(got.Values) {
		t.Errorf("seed %d: %s: %d members in %d: %s", *seed, got.Attribute, total, got.Count, diff)
	}
}

func TestBreakdownOfTheRealData(t *testing.T) {
	q := ask(t, open(t, snapshot), "purchase in last 90 days")
	whole, err := q.Breakdown(t.Context(), "loyalty_tier", 0)
	if err != nil {
		t.Fatal(err)
	}
	first, err := q.Breakdown(t.Context(), "loyalty_tier", 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Values) < 2 || len(first.Values) != 1 || first.Values[0] != whole.Values[0] || first.Distinct != whole.Distinct {
		t.Fatalf("%+v, then with a limit %+v", whole, first)
	}
	if rest := first.Values[0].Count + first.Rest.Count + first.Null.Count; rest != whole.Count {
		t.Errorf("%d members in portions, %d in all", rest, whole.Count)
	}
	top := whole.Values[0]
	want := float64(top.Count) / float64(whole.Count) / (float64(top.Customers) / float64(whole.Customers))
	if got := whole.Lift(top); got != want {
		t.Errorf("lift %v, want %v", got, want)
	}
	nobody, err := ask(t, open(t, snapshot), "orders < 0").Breakdown(t.Context(), "loyalty_tier", 0)
	if err != nil || nobody.Count != 0 || len(nobody.Values) != 0 || nobody.Lift(nobody.Null) != 0 {
		t.Errorf("of nobody: %+v, %v", nobody, err)
	}
	var unknown *engine.ColumnError
	if _, err := q.Breakdown(t.Context(), "loyalty_tear", 0); !errors.As(err, &unknown) {
		t.Errorf("%v, want a *ColumnError", err)
	}
}

// TestBreakdownLeavesOutWhoIsGone divides customers of whom one has gone.
func TestBreakdownLeavesOutWhoIsGone(t *testing.T) {
	dir, build := shopOf("1,DE", "2,FR", "3,DE")
	build("1,DE", "3,DE")
	q, err := open(t, dir).Query("country is not null")
	if err != nil {
		t.Fatal(err)
	}
	b, err := q.Breakdown(t.Context(), "country", 0)
	if err != nil || len(b.Values) != 1 || b.Values[0] != (engine.Portion{Value: "DE", Count: 2, Customers: 2}) {
		t.Errorf("%+v, %v, want two of DE", b, err)
	}
}
