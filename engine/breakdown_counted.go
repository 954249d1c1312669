package engine

import (
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Histogram makes the histogram of values that were counted elsewhere, such as by a
// database: it has the bins that Breakdowns has for these customers. Each of values,
// none of which is NULL, is there once. The error is a *BreakdownError where the
// attribute has no such bins.
func (b By) Histogram(of *model.Attribute, loc *time.Location, values []Portion) (*Breakdown, error) {
	if err := checkBreakdowns([]By{b}); err != nil {
		return nil, err
	}
	if err := b.CheckBins(of); err != nil {
		return nil, err
	}
	d := &divider{By: b, of: of}
	s := newSpanTally(nil)
	for _, p := range values {
		if p.Count > 0 {
			s.addValue(p.Value)
		}
	}
	e, err := d.edgesOf(s, loc)
	if err != nil {
		return nil, err
	}
	t := newBinTally(nil, e)
	for _, p := range values {
		if f, ok := p.Value.(float64); ok && math.IsInf(f, 0) {
			if f < 0 {
				t.below.add(p)
			} else {
				t.above.add(p)
			}
		} else if bin := binOf(e.values, p.Value, e.closed, compareValues); bin >= 0 {
			t.bins[bin].add(p)
		}
	}
	out := &Breakdown{Attribute: of.Name, IsBinned: true}
	t.fill(out, 0)
	return out, nil
}

// addValue widens the span so that it holds a value, as Row.Values has values, unless
// that is infinite.
func (t *spanTally) addValue(value any) {
	switch v := value.(type) {
	case int64:
		t.wholes.add(v, v)
	case column.Day:
		t.wholes.add(int64(v), int64(v))
	case time.Time:
		t.wholes.add(v.UnixMicro(), v.UnixMicro())
	case float64:
		if !math.IsInf(v, 0) {
			t.floats.add(v, v)
		}
	case column.Decimal:
		t.decimals.add(v.Unscaled, v.Unscaled)
	}
}
