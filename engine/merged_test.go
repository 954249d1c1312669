package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestTestsOfOneNameSelectWhatTheOracleDoes joins random tests of one attribute, and
// of the events of one behavior, which a plan may answer by one look.
func TestTestsOfOneNameSelectWhatTheOracleDoes(t *testing.T) {
	const tables, rules = 4, 120
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 2))
		dir, table := randomSnapshot(t, at, rng)
		db := openWith(t, dir, plan.Choice{}, nil)
		asOf := oracle.RandomCase(rng, table, 0).AsOf
		names := testsByName(t, rng, table)
		if len(names) == 0 {
			continue
		}
		for range rules {
			tests := names[rng.IntN(len(names))]
			text := joined(rng, tests, 2)
			want := selectedByOracle(t, table, text, asOf)
			if got := count(t, mustQuery(t, db, text).At(asOf)); got != want {
				t.Errorf("seed %d: %s as of %s selects %d customers, the oracle %d", at, text, asOf, got, want)
			}
		}
	}
}

// testsByName returns random tests in text, those of one attribute or behavior
// together.
func testsByName(t *testing.T, rng *rand.Rand, table *oracle.Table) [][]string {
	t.Helper()
	schema := table.Schema
	names := make([][]string, len(schema.Attributes)+len(schema.Behaviors))
	add := func(i int, text string) { names[i] = append(names[i], text) }
	for range 1500 {
		c := oracle.RandomCase(rng, table, 0)
		checked, err := c.Check()
		if err != nil {
			t.Fatal(err)
		}
		root := checked.Root
		for not, ok := root.(*rule.Not); ok; not, ok = root.(*rule.Not) {
			root = not.Cond
		}
		switch test := root.(type) {
		case *rule.AttributeTest:
			add(test.Attribute, checked.String())
		case *rule.BehaviorTest:
			add(len(schema.Attributes)+test.Behavior, checked.String())
		}
	}
	for _, b := range schema.Behaviors {
		var windows []string
		for range 12 {
			windows = append(windows,
				fmt.Sprintf("%q in last %d days", b.Name, 1+rng.IntN(1000)), fmt.Sprintf("%q in last %d hours", b.Name, 1+rng.IntN(9000)))
		}
		names = append(names, windows)
	}
	some := names[:0]
	for _, tests := range names {
		if len(tests) > 1 {
			some = append(some, tests)
		}
	}
	return some
}

// joined joins two to four tests, negated or not, some in brackets, so deep.
func joined(rng *rand.Rand, tests []string, depth int) string {
	word := []string{" and ", " or "}[rng.IntN(2)]
	text := ""
	for i := range 2 + rng.IntN(3) {
		member := tests[rng.IntN(len(tests))]
		if depth > 0 && rng.IntN(4) == 0 {
			member = "(" + joined(rng, tests, depth-1) + ")"
		}
		if rng.IntN(3) == 0 {
			member = "not " + member
		}
		if i > 0 {
			text += word
		}
		text += member
	}
	return text
}

// selectedByOracle returns how many customers the oracle selects.
func selectedByOracle(t *testing.T, table *oracle.Table, text string, asOf time.Time) uint64 {
	t.Helper()
	keys, err := (&oracle.Case{Table: table, Rule: text, AsOf: asOf}).Select()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return uint64(len(keys))
}
