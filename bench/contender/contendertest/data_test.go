package contendertest

import (
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// TestQuestions checks that the data sets can tell a right answer from a wrong one:
// every question selects some customers and not others, and the appended day
// changes what windows select.
func TestQuestions(t *testing.T) {
	for name, data := range map[string]*Data{"edges": Write(t), "generated": Generate(t)} {
		t.Run(name, func(t *testing.T) {
			before, changed := data.before(), 0
			for _, q := range Questions() {
				keys := q.Keys(before, workload.End)
				if all := len(keys) == len(before); all != (q.ID == "all") {
					t.Errorf("query %s selects %d of %d customers", q.ID, len(keys), len(before))
				}
				if none := len(keys) == 0; none != (q.ID == "none") {
					t.Errorf("query %s selects %d of %d customers", q.ID, len(keys), len(before))
				}
				if later := q.Keys(data.Customers, workload.End.Add(Day)); !slices.Equal(keys, later) {
					changed++
				}
				if same := q.Keys(data.Customers, workload.End); !slices.Equal(keys, same) {
					t.Errorf("query %s selects others at the same as_of once a day is appended", q.ID)
				}
			}
			if changed < 5 {
				t.Errorf("the appended day changes the answers of %d queries, want 5 at least", changed)
			}
		})
	}
}
