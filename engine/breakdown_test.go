package engine_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// TestBreakdownAgreesWithTheOracle divides the audiences of random rules by every
// attribute and counts each portion in the tables.
func TestBreakdownAgreesWithTheOracle(t *testing.T) {
	const tables, rules, depth = 4, 6, 3
	// More goroutines than there may be cores, so that tallies are merged.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
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
			choice := plan.Choice{}
			if rng.IntN(2) == 0 {
				choice.Never = plan.ValueIndex
			}
			q := mustQuery(t, openWith(t, dir, choice, libraryOf(t, c)), c.Rule).At(c.AsOf)
			by := everyAttribute(table)
			all, err := q.Breakdowns(t.Context(), 0, by...)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range all {
				alone, err := q.Breakdown(t.Context(), by[i].Attribute, 0)
				if err != nil {
					t.Fatal(err)
				}
				alone.Elapsed, got.Elapsed = 0, 0
				if diff := cmp.Diff(alone, got, cmp.Comparer(func(x, y decimal128.Num) bool { return x == y })); diff != "" {
					t.Errorf("seed %d: %s alone and among others: %s", at, by[i].Attribute, diff)
				}
				want, null, empty := portionsOf(table, i, selected)
				if got.Null != null || got.Empty != empty || got.OfElements != table.Schema.Attributes[i].Type.IsArray() {
					t.Errorf("seed %d: %s: %+v of NULL and %+v of empty lists, want %+v and %+v", at, got.Attribute, got.Null, got.Empty, null, empty)
				}
				checkBreakdown(t, got, want)
			}
		}
	}
}

// everyAttribute asks for each of a table's attributes.
func everyAttribute(table *oracle.Table) (by []engine.By) {
	for _, attr := range table.Schema.Attributes {
		by = append(by, engine.By{Attribute: attr.Name})
	}
	return by
}

// portionsOf counts customers by a value, or by the elements of a list, the members
// first.
func portionsOf(table *oracle.Table, attribute int, selected []bool) (by map[string][2]uint64, null, empty engine.Portion) {
	by = map[string][2]uint64{}
	typ := table.Schema.Attributes[attribute].Type
	for row, value := range table.Attributes[attribute] {
		member := uint64(0)
		if selected[row] {
			member = 1
		}
		names := map[string]bool{}
		value := plainValue(value, typ)
		switch list, isList := value.([]any); {
		case value == nil:
			null.Count += member
			null.Customers++
		case isList:
			for _, elem := range list {
				if elem != nil {
					names[shown(elem)] = true
				}
			}
			if len(names) == 0 {
				empty.Count += member
				empty.Customers++
			}
		default:
			names[shown(value)] = true
		}
		for name := range names {
			by[name] = [2]uint64{by[name][0] + member, by[name][1] + 1}
		}
	}
	return by, null, empty
}

// checkBreakdown compares a whole breakdown with portions by value, members first.
func checkBreakdown(t *testing.T, got *engine.Breakdown, want map[string][2]uint64) {
	t.Helper()
	found := map[string][2]uint64{}
	total := got.Null.Count + got.Empty.Count
	for i, p := range got.Values {
		found[shown(p.Value)] = [2]uint64{p.Count, p.Customers}
		total += p.Count
		if i > 0 && got.Values[i-1].Count < p.Count {
			t.Errorf("%s: %v after %v", got.Attribute, p, got.Values[i-1])
		}
	}
	for name, portion := range want {
		if portion[0] == 0 {
			delete(want, name) // nobody of the audience has it
		}
	}
	if diff := cmp.Diff(want, found); diff != "" || got.Distinct != len(got.Values) || !got.OfElements && total != got.Count {
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
