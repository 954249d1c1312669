package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestExtremeTimes asks whose first or last event has one of some times, with and
// without a filter, of events in one part and in several.
func TestExtremeTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 16))
	for _, n := range []int{0, 40, 3000, 70_000} {
		c := randomVisits(r, n)
		for _, parts := range []int{1, 3} {
			events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
			for _, text := range []string{
				"min(visited)", "max(visited)", "max(visited) where (place = 'home' or n > 3)", "min(visited) in last 30 days",
				"max(visited) where (visited < '2024-04-01' or note is not null)",
			} {
				node, values := computed(t, text, events)
				for range 6 {
					aggregate := *node.Fold.Aggregate
					aggregate.Values = rule.Values{Ints: someRanges(r, values)}
					node.Fold.Aggregate = &aggregate
					name := fmt.Sprintf("seed %d: %d events in %d parts: %s in %v", *seedFlag, n, parts, text, aggregate.Values.Ints)
					checkSelected(t, name, node, values, func(v any) bool {
						at, ok := v.(time.Time)
						return ok && column.InRanges(aggregate.Values.Ints, at.UnixMicro())
					})
				}
			}
		}
	}
}

// someRanges returns a few ranges with values as bounds.
func someRanges(r *rand.Rand, values *column.Vector) []rule.Range[int64] {
	var bounds []int64
	for range 2 * r.IntN(4) {
		if v, ok := values.Value(r.IntN(values.Len())).(time.Time); ok {
			bounds = append(bounds, v.UnixMicro())
		}
	}
	var ranges []rule.Range[int64]
	last := int64(math.MinInt64)
	slices.Sort(bounds)
	for i := 0; i+1 < len(bounds); i += 2 {
		if bounds[i] > last {
			ranges = append(ranges, rule.Range[int64]{Lo: bounds[i], Hi: bounds[i+1]})
			last = bounds[i+1]
		}
	}
	if r.IntN(3) == 0 && last < math.MaxInt64-10 {
		ranges = append(ranges, rule.Range[int64]{Lo: last + 5, Hi: math.MaxInt64})
	}
	return ranges
}

// TestTimesOfChunks keeps the events of one chunk whose time is in some ranges, or is
// NULL, as decoding them does.
func TestTimesOfChunks(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 17))
	c := randomVisits(r, 3000)
	events := index.OpenEvents(c.Fields, 1, split(t, r, c, 1))
	e, err := events.Block(0)
	if err != nil {
		t.Fatal(err)
	}
	_, values := computed(t, "max(visited)", events)
	run := newRunner(t, values.Len())
	part := e.Parts[0]
	for i := range 300 {
		lo := r.IntN(len(part.Rows))
		hi := lo + r.IntN(len(part.Rows)-lo+1)
		test := column.Test{IsNull: r.IntN(5) == 0, Values: &rule.Values{Ints: someRanges(r, values)}}
		run.chunk.Load(part, lo, hi)
		times, err := run.chunk.Time()
		if err != nil {
			t.Fatal(err)
		}
		var got, want bitmap.Words
		got.Fill(hi - lo)
		want.Fill(hi - lo)
		if err := times.Keep(t.Context(), &want, 0, test); err != nil {
			t.Fatal(err)
		}
		if err := run.keepPassing(&plan.Filter{Op: plan.Scan, Field: rule.TimeField, Test: test}, &run.chunk, &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("seed %d, turn %d: events %d to %d of %d, %d of them dated, null %v or in %v: others are kept",
				*seedFlag, i, lo, hi, len(part.Rows), part.Dated(), test.IsNull, test.Values.Ints)
		}
	}
}
