package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// TestOrderedIndexCountsAsTheColumn asks for random ranges of an attribute with more
// values than bins, by its ordered index and by a look at every value.
func TestOrderedIndexCountsAsTheColumn(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 41))
	ordered := openWith(t, snapshot, plan.Choice{Always: plan.OrderedIndex}, nil)
	scanned := openWith(t, snapshot, plan.Choice{Never: plan.OrderedIndex | plan.ValueIndex}, nil)
	number := func() string { return fmt.Sprintf("%.2f", r.ExpFloat64()*100) }
	some := 0
	for range 300 {
		op := []string{"=", "!=", "<", "<=", ">", ">="}[r.IntN(6)]
		text := []string{
			fmt.Sprintf("lifetime_value %s %s", op, number()),
			fmt.Sprintf("lifetime_value between %s and %s", number(), number()),
			fmt.Sprintf("lifetime_value in (%s, %s, %s)", number(), number(), number()),
			fmt.Sprintf("not lifetime_value %s %s and loyalty_tier = 'Gold'", op, number()),
			fmt.Sprintf("first_purchase_date before '1997-0%d-%02d'", 1+r.IntN(3), 1+r.IntN(28)),
			"lifetime_value is null",
		}[r.IntN(6)]
		want, got := countOf(t, scanned, text), countOf(t, ordered, text)
		if got != want {
			t.Errorf("seed %d: %s: %d customers by the ordered index, %d by the column", *seed, text, got, want)
		}
		if want > 0 {
			some++
		}
	}
	if some < 100 {
		t.Errorf("seed %d: only %d rules select anybody", *seed, some)
	}
}

func countOf(t *testing.T, db *engine.DB, text string) uint64 {
	t.Helper()
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	n, err := q.At(asOf).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
