package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
)

// TestSmallGroups asks random breakdowns as who may see numbers only, and as who may see
// members: the first are told the same, but of no group of few.
func TestSmallGroups(t *testing.T) {
	ctx := context.Background()
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	s := newStudio(t)
	s.built()
	hidden := 0
	for range 60 {
		in := BreakdownRequest{Ask: Ask{Rule: randomRule(random)}, By: []string{"cohort", "loyalty_tier", "orders", "lifetime_value", "first_purchase_date"}, Limit: 1 + random.IntN(50)}
		few, err := s.Breakdown(ctx, counts, "CDNOW", in)
		must(t, err)
		all, err := s.Breakdown(ctx, members, "CDNOW", in)
		must(t, err)
		for i, b := range few.Breakdowns {
			truth := map[string]uint64{}
			for _, v := range *all.Breakdowns[i].Values {
				truth[fmt.Sprint(v.Value)] = v.Count
			}
			sum := b.Null.Count + b.Rest.Count
			for _, v := range *b.Values {
				if v.Count < MinGroup {
					t.Fatalf("%s by %s names %v, which %d have", in.Rule, b.Attribute, v.Value, v.Count)
				}
				if truth[fmt.Sprint(v.Value)] != v.Count {
					t.Fatalf("%s by %s: %v has %d, expected %d", in.Rule, b.Attribute, v.Value, v.Count, truth[fmt.Sprint(v.Value)])
				}
				sum += v.Count
			}
			if b.Null.Count > 0 && b.Null.Count < MinGroup {
				t.Fatalf("%s by %s names the %d without a value", in.Rule, b.Attribute, b.Null.Count)
			}
			if sum != few.Count {
				t.Fatalf("%s by %s: the parts come to %d of %d", in.Rule, b.Attribute, sum, few.Count)
			}
			hidden += len(*all.Breakdowns[i].Values) - len(*b.Values)
		}
		checkBins(t, s, in.Rule, 2+random.IntN(40))
	}
	if hidden == 0 {
		t.Error("nothing was hidden")
	}
}

// checkBins looks at histograms of a rule's members.
func checkBins(t *testing.T, s *studio, rule string, bins int) {
	t.Helper()
	out, err := s.Breakdown(context.Background(), counts, "CDNOW", BreakdownRequest{Ask: Ask{Rule: rule}, By: []string{"lifetime_value"}, Bins: bins})
	must(t, err)
	var last any
	total := uint64(0)
	for i, bin := range *out.Breakdowns[0].Bins {
		if bin.Count > 0 && bin.Count < MinGroup {
			t.Fatalf("%s: bin %d has %d", rule, i, bin.Count)
		}
		if i > 0 && fmt.Sprint(bin.From) != fmt.Sprint(last) {
			t.Fatalf("%s: bin %d starts at %v, the one before ends at %v", rule, i, bin.From, last)
		}
		last = bin.To
		total += bin.Count
	}
	if null := out.Breakdowns[0].Null.Count; total+null != out.Count && out.Count-total-null >= 2*MinGroup {
		t.Fatalf("%s: the bins come to %d, %d have none, of %d", rule, total, null, out.Count)
	}
}

func randomRule(random *rand.Rand) string {
	rules := []string{
		fmt.Sprintf("orders >= %d", random.IntN(30)),
		fmt.Sprintf("lifetime_value > %d", random.IntN(2000)),
		fmt.Sprintf("cohort = '1997-0%d'", 1+random.IntN(4)),
		fmt.Sprintf("purchase in last %d days", 1+random.IntN(300)),
		fmt.Sprintf("purchase where (amount > %d)", random.IntN(300)),
		"loyalty_tier = 'Gold'",
	}
	random.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
	rule := rules[0]
	for _, more := range rules[1 : 1+random.IntN(3)] {
		rule += " and " + more
	}
	return rule
}

// TestHideBins joins random bins and looks that none of few is left, and nobody is lost
// but where all are few.
func TestHideBins(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	for range 5000 {
		b := &engine.Breakdown{IsBinned: true}
		total := uint64(0)
		for i := range random.IntN(12) {
			n := uint64(random.IntN(4) * random.IntN(12))
			total += n
			b.Bins = append(b.Bins, engine.Bin{From: int64(i), To: int64(i + 1), Portion: engine.Portion{Count: n, Customers: n}})
		}
		first, last := int64(0), int64(len(b.Bins))
		hideSmall(&ask.Breakdown{Breakdown: b})
		sum := uint64(0)
		for _, bin := range b.Bins {
			if isSmall(bin.Portion) || bin.From != first {
				t.Fatalf("%+v", b.Bins)
			}
			first = bin.To.(int64)
			sum += bin.Count
		}
		if sum != total && !(len(b.Bins) == 0 && total < MinGroup) || len(b.Bins) > 0 && first != last {
			t.Fatalf("%d of %d: %+v", sum, total, b.Bins)
		}
	}
}

// TestRangesOfFields looks which ranges who may see numbers only is told.
func TestRangesOfFields(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	for who, want := range map[*Caller]map[string]bool{
		&counts:  {"cohort": false, "loyalty_tier": false, "orders": true, "lifetime_value": true, "first_purchase_date": true},
		&members: {"cohort": true, "loyalty_tier": true, "orders": true, "lifetime_value": true, "first_purchase_date": true},
	} {
		fields, err := s.Fields(ctx, *who, "CDNOW", true)
		must(t, err)
		for _, a := range fields.Attributes {
			if shown, named := want[a.Name]; named && (a.Stats.Least != nil) != shown {
				t.Errorf("%s is shown the range of %s: %v", who.Name, a.Name, a.Stats.Least != nil)
			}
		}
	}
}
