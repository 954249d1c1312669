package plan

import (
	"math"
	"testing"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestTimesAsIntervals makes intervals of tests of the time, but where no interval
// says which events pass: one that ends at the last instant has it.
func TestTimesAsIntervals(t *testing.T) {
	const least, most = math.MinInt64, math.MaxInt64
	for _, c := range []struct {
		ranges []rule.Range[int64]
		want   window.Interval
		ok     bool
	}{
		{nil, window.Interval{Lo: most, Hi: least}, true},
		{[]rule.Range[int64]{{Lo: 3, Hi: 7}}, window.Interval{Lo: 3, Hi: 8}, true},
		{[]rule.Range[int64]{{Lo: least, Hi: most}}, window.Interval{Lo: least, Hi: most}, true},
		{[]rule.Range[int64]{{Lo: 3, Hi: most - 2}}, window.Interval{Lo: 3, Hi: most - 1}, true},
		{[]rule.Range[int64]{{Lo: 3, Hi: most - 1}}, window.Interval{}, false},
		{[]rule.Range[int64]{{Lo: most, Hi: most}}, window.Interval{}, false},
		{[]rule.Range[int64]{{Lo: 3, Hi: 7}, {Lo: 9, Hi: 9}}, window.Interval{}, false},
	} {
		f := &Filter{Op: Scan, Field: rule.TimeField, Test: column.Test{Values: &rule.Values{Ints: c.ranges}}}
		if got, ok := interval(f); ok != c.ok || ok && got != c.want {
			t.Errorf("%v is %v, %v, want %v, %v", c.ranges, got, ok, c.want, c.ok)
		}
	}
}
