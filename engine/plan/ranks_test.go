package plan_test

import (
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestRanksAreRead plans rules over CDNOW that ranks must answer where they can: what
// is read, or that it is something else.
func TestRanksAreRead(t *testing.T) {
	s, err := store.Open(cdnowData.Snapshot(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range []struct{ rule, asOf, want string }{
		{"purchase in last 30 days", "1998-07-01", "recency rank 1, 3 bitmaps"},
		{"purchase count = 0 in last 30 days", "1998-07-01", "recency rank 1, 3 bitmaps"},
		{"purchase count between 2 and 3 in last 30 days", "1998-07-01", "recency rank 2 and 4, 8 bitmaps"},
		{"purchase", "1998-07-01", "recency rank 1, 2 bitmaps"},
		{"purchase count >= 5 in last 30 days", "1998-07-01", "count of the window's events"},
		{"purchase in last 30 days", "1998-06-01", "timeline, 30 of 546 days"},
		{"purchase count >= 2 in last 30 days", "1998-07-01T12:00:00Z", "recency rank 2, 7 bitmaps and the events from 1998-06-01T12:00:00Z to 1998-06-02T00:00:00Z"},
		{"first purchase in last 30 days", "1998-07-01", "first event, 0 bitmaps"},
		{"last purchase more than 30 days ago", "1998-07-01", "recency rank 1, 5 bitmaps"},
		{"purchase count distinct quantity >= 2 in last 30 days", "1998-07-01", "rank of distinct quantity 2, 4 bitmaps"},
		{"purchase count distinct quantity >= 2 in last 30 days", "1998-07-01T12:00:00Z", "distinct values of the window's events, reading quantity"},
		{"purchase in last 1 hour", "1998-12-01", "recency rank 1, 0 bitmaps"},
	} {
		at, err := window.ParseAsOf(c.asOf, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := rule.Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := rule.Check(parsed, s.Schema(), nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.New(t.Context(), s, checked, at, plan.Choice{Always: plan.Ranks | plan.DistinctRanks})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Root.Access; got != c.want {
			t.Errorf("%s at %s: %s, want %s", c.rule, c.asOf, got, c.want)
		}
	}
}
