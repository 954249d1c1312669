package measure

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// upTo returns n, n−1, …, 1.
func upTo(n int) []float64 {
	var values []float64
	for i := n; i >= 1; i-- {
		values = append(values, float64(i))
	}
	return values
}

// TestQuantile has what R's quantile(x, p, type = 7) returns.
func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		of                            []float64
		least, median, p95, p99, most float64
	}{
		{nil, 0, 0, 0, 0, 0},
		{upTo(1), 1, 1, 1, 1, 1},
		{upTo(2), 1, 1.5, 1.95, 1.99, 2},
		{upTo(15), 1, 8, 14.3, 14.86, 15},
		{upTo(20), 1, 10.5, 19.05, 19.81, 20},
		{upTo(21), 1, 11, 20, 20.8, 21},
		{upTo(101), 1, 51, 96, 100, 101},
	} {
		for p, want := range map[float64]float64{0: c.least, 0.5: c.median, 0.95: c.p95, 0.99: c.p99, 1: c.most} {
			if got := Quantile(c.of, p); math.Abs(got-want) > 1e-9 {
				t.Errorf("quantile %v of %d is %v, want %v", p, len(c.of), got, want)
			}
		}
	}
}

func TestQuantileLeavesTheOrder(t *testing.T) {
	values := upTo(3)
	Quantile(values, 0.5)
	if diff := cmp.Diff(upTo(3), values); diff != "" {
		t.Errorf("the values (-want +got):\n%s", diff)
	}
}
