package executions

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine/oracle"
)

// TestCases asks all executions the cases that trip engines. The answers were
// written by hand.
func TestCases(t *testing.T) {
	w := openWorker(t)
	var (
		made  *world
		table *oracle.Table // that made holds
	)
	for n, c := range oracle.Cases() {
		if c.Table != table {
			layout, err := warehouse.Plain(c.Table)
			if err != nil {
				t.Fatal(err)
			}
			if made, err = w.enter(t.Context(), uint64(n), layout); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			table = c.Table
		}
		over := *c
		over.Table = made.Data
		q, err := ask(made, &over)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		w.turn(n)
		if failed := w.compareQuestion(t.Context(), q); failed != nil {
			t.Errorf("%s: %s", c.Name, failed)
		}
		got, overflow, err := q.byOracle()
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if want := sortedKeys(c.Want); !overflow && strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: rule %s selects %q, want %q", c.Name, c.Rule, got, want)
		}
	}
	t.Log(w.tally)
}
