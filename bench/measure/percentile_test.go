package measure

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// upTo returns n, n−1, …, 1 milliseconds.
func upTo(n int) durations {
	var d durations
	for i := n; i >= 1; i-- {
		d = append(d, time.Duration(i)*time.Millisecond)
	}
	return d
}

func TestPercentiles(t *testing.T) {
	for _, c := range []struct {
		of               durations
		median           time.Duration
		p0, p95, p99, up time.Duration
	}{
		{nil, 0, 0, 0, 0, 0},
		{upTo(1), time.Millisecond, 1, 1, 1, 1},
		{upTo(2), 1500 * time.Microsecond, 1, 2, 2, 2},
		{upTo(15), 8 * time.Millisecond, 1, 15, 15, 15},
		{upTo(20), 10500 * time.Microsecond, 1, 19, 20, 20},
		{upTo(21), 11 * time.Millisecond, 1, 20, 21, 21},
		{upTo(100), 50500 * time.Microsecond, 1, 95, 99, 100},
		{upTo(1000), 500500 * time.Microsecond, 1, 950, 990, 1000},
	} {
		s := c.of.sorted()
		if got := s.median(); got != c.median {
			t.Errorf("median of %d is %v, want %v", len(s), got, c.median)
		}
		for p, want := range map[float64]time.Duration{0: c.p0, 95: c.p95, 99: c.p99, 100: c.up} {
			if got := s.percentile(p); got != want*time.Millisecond {
				t.Errorf("percentile %v of %d is %v, want %d ms", p, len(s), got, want)
			}
		}
	}
}

func TestSortedLeavesTheOrder(t *testing.T) {
	d := upTo(3)
	if diff := cmp.Diff(durations{1e6, 2e6, 3e6}, d.sorted()); diff != "" {
		t.Errorf("sorted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(upTo(3), d); diff != "" {
		t.Errorf("the original (-want +got):\n%s", diff)
	}
}
