package suite

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRanges checks that the ranges select the shares that they are called by, as
// exactly as so many customers allow, and that none selects what another does.
func TestRanges(t *testing.T) {
	db := generated.open(t)
	everybody := float64(db.Manifest().Customers)
	var counts []int
	for _, q := range generated.load(t, "attributes") {
		name, ok := strings.CutPrefix(q.ID, "range-")
		if !ok {
			continue
		}
		share, err := strconv.ParseFloat(name, 64)
		if err != nil {
			t.Fatalf("%s: %v", q.ID, err)
		}
		keys, err := ask(t.Context(), db, &q)
		if err != nil {
			t.Fatal(err)
		}
		if want := share * everybody; math.Abs(float64(len(keys))-want) > 2 {
			t.Errorf("%s selects %d customers, want about %.1f", q.ID, len(keys), want)
		}
		counts = append(counts, len(keys))
	}
	if len(counts) != 20 || !slices.IsSorted(counts) || len(slices.Compact(slices.Clone(counts))) < 18 {
		t.Errorf("the ranges select %v customers, want 20 ascending numbers of which most differ", counts)
	}
}
