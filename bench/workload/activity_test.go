package workload

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// counts draws the customers of all events of a shape, without their other columns.
func counts(s Shape) []int {
	n := make([]int, s.Customers)
	who := newActivity(s)
	for _, rate := range []float64{defaultPurchases, defaultPageViews, defaultOpens} {
		table := newEventTable(s, string(rune(int('a')+int(rate))), rate, who)
		for hour := range s.Days * 24 {
			table.each(hour, func(_ *rand.PCG, customer uint64, _ int64) { n[customer]++ })
		}
	}
	return n
}

// TestActivity compares the events per customer with what the documentation of
// performance says of them.
func TestActivity(t *testing.T) {
	n := counts(Default(200_000))
	idle, total, firstHalf := 0, 0, 0
	for i, k := range n {
		total += k
		if k == 0 {
			idle++
		}
		if i < len(n)/2 {
			firstHalf += k
		}
	}
	if want := 200_000 * 2002 / 100; total != want {
		t.Errorf("%d events, want %d", total, want)
	}
	if share := float64(idle) / float64(len(n)); share < 0.115 || share > 0.137 {
		t.Errorf("%.2f %% of the customers have no event, want 12.6 %%", 100*share)
	}
	slices.Sort(n)
	if most := n[len(n)-1]; most < 9_000 || most > 11_000 {
		t.Errorf("the busiest customer has %d events, want about 10,000", most)
	}
	if median := n[len(n)/2]; median < 5 || median > 9 {
		t.Errorf("the median customer has %d events, want 5 to 9", median)
	}
	// Activity has nothing to do with the number of a customer.
	if share := float64(firstHalf) / float64(total); math.Abs(share-0.5) > 0.03 {
		t.Errorf("the first half of the customers has %.1f %% of the events", 100*share)
	}
}

// TestSkew wants the busiest hundredth to have the more events, the smaller the
// skew, and as many as the curve says.
func TestSkew(t *testing.T) {
	last := 1.0
	for _, skew := range []float64{1.05, 1.2, 1.5, 2, 4, 100} {
		curve := newCurve(skew)
		if mean := curve.above(1); math.Abs(mean-1) > 1e-9 {
			t.Errorf("skew %v: the mean activity is %v, want 1", skew, mean)
		}
		top := curve.above(0.01)
		if top >= last {
			t.Errorf("skew %v: the busiest hundredth has %v of all, no less than with the skew before", skew, top)
		}
		last = top
		if got := curve.top(top); math.Abs(got-0.01) > 1e-9 {
			t.Errorf("skew %v: the share %v is that of the busiest %v, want a hundredth", skew, top, got)
		}
	}
	if last > 0.02 {
		t.Errorf("with all but even activity, the busiest hundredth has %v of all", last)
	}
}

func TestLapses(t *testing.T) {
	const n = 100_000
	s := Default(n)
	a := newActivity(s)
	end := End.UnixMicro()
	for _, c := range []struct {
		at   int64
		want float64
	}{
		{a.start, 0}, {a.start + (end-a.start)/2, 0.25}, {end, 0.5},
	} {
		lapsed := 0
		for i := range uint64(n) {
			if a.lapsed(i, c.at) {
				lapsed++
			}
		}
		if got := float64(lapsed) / n; math.Abs(got-c.want) > 0.01 {
			t.Errorf("at %d, %.3f of the customers have lapsed, want %v", c.at, got, c.want)
		}
	}
	random := rand.NewPCG(1, 1)
	for range 10_000 {
		if c := a.draw(random, end); a.lapsed(c, end) {
			t.Fatalf("customer %d is drawn after they lapsed", c)
		}
	}
}

// TestFewCustomers draws where nearly everybody, or the only one, might have lapsed.
func TestFewCustomers(t *testing.T) {
	for n := 1; n < 16; n++ {
		s := Default(n)
		s.Seed, s.Days = uint64(n), 30
		total := 0
		for _, k := range counts(s) {
			total += k
		}
		if want := float64(n) * 20.02; math.Abs(float64(total)-want) > 1.5 {
			t.Errorf("%d customers have %d events, want %v", n, total, want)
		}
	}
}
