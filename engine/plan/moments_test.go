package plan_test

import (
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// TestMoments compares what windows come to a little after the newest purchase, of
// 1998-06-30, and a day later.
func TestMoments(t *testing.T) {
	s, err := store.Open(cdnowData.Snapshot(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	segments := library(t, [2]string{"Recent", "purchase in last 3 days"}, [2]string{"Gold", "loyalty_tier = 'Gold'"})
	at := time.Date(1998, 6, 30, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		rule string
		same bool
	}{
		{"loyalty_tier = 'Gold' and not lifetime_value > 100", true},
		{"purchase", true},
		{"purchase between '1997-02-01' and '1997-03-01'", true},
		{"purchase count > 3 or purchase where amount > 10", true},
		{"purchase in last 500 years", true},
		{"purchase in next 3 days", true}, // there is nothing to come
		{"first purchase before '1997-02-01'", true},
		{"segment 'Gold'", true},
		{"purchase then purchase within 2 hours then not purchase", true},
		{"purchase in last 500 years then not purchase between '1997-02-01' and '1997-03-01'", true},
		{"purchase then not purchase in last 3 days", false},
		{"purchase then purchase where (purchased_at in last 3 days)", false},
		{"purchase in last 30 days", false},
		{"purchase in last 500 days", false},
		{"last purchase in last 30 days", false},
		{"last_purchase_date in last 3 days", false},
		{"purchase or purchase where (quantity = 1 or purchased_at in last 3 days)", false},
		{"not (orders > 10 or segment 'Recent')", false},
	} {
		parsed, err := rule.Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := rule.Check(parsed, s.Schema(), segments)
		if err != nil {
			t.Fatal(err)
		}
		first := plan.Moments(s, checked, at)
		if same := first == plan.Moments(s, checked, at.AddDate(0, 0, 1)); same != c.same {
			t.Errorf("%s: the moments of a day later are the same: %v, want %v", c.rule, same, c.same)
		}
		if first != plan.Moments(s, checked, at.Add(999).In(time.FixedZone("", 3600))) {
			t.Errorf("%s: the moments of one microsecond differ", c.rule)
		}
	}
}
