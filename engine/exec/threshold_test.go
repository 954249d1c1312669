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

// checkSelected compares whom a fold selects, whose counts have been set, with the
// values.
func checkSelected(t *testing.T, name string, node *plan.Node, values *column.Vector, passes func(v any) bool) {
	t.Helper()
	run := newRunner(t, values.Len())
	var out bitmap.Words
	for range 2 { // the second time in memory that the first has left
		run.depth = 0
		if err := run.run(node, &out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for row := range bitmap.BlockRows {
		want := row < values.Len() && passes(values.Value(row))
		if out.Has(uint16(row)) != want {
			t.Fatalf("%s: row %d is selected: %v", name, row, !want)
		}
	}
}

// TestThresholds asks who reaches a number, who does not, and whose number is one of
// some, with few and many events.
func TestThresholds(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 14))
	for _, n := range []int{0, 40, 3000, 70_000} {
		c := randomVisits(r, n)
		for _, parts := range []int{1, 2} {
			events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
			for _, text := range []string{
				"count", "count where (place = 'home')", "count distinct place", "count distinct note", "count distinct n", "count distinct seen",
				"count distinct note where (n > 2)", "count distinct due in last 30 days", "count distinct days", "count distinct days in last 9 days",
				"count distinct days where (place = 'home')", "count distinct big", "count distinct visited",
			} {
				node, values := computed(t, text, events)
				for range 6 {
					k := 1 + r.Int64N(2*maxCells)
					if r.IntN(3) == 0 {
						k = 1 + r.Int64N(300)
					}
					counts := rule.Range[int64]{Lo: k, Hi: math.MaxInt64}
					if r.IntN(3) == 0 {
						counts = rule.Range[int64]{Lo: 0, Hi: k - 1}
					}
					aggregate := *node.Fold.Aggregate
					aggregate.Counts = []rule.Range[int64]{counts}
					if r.IntN(3) == 0 { // all but a few
						aggregate.Counts = []rule.Range[int64]{{Lo: 0, Hi: k - 1}, {Lo: k + 1 + r.Int64N(2), Hi: k + 20}, {Lo: k + 21, Hi: k + 300}}
					}
					node.Fold.Aggregate = &aggregate
					name := fmt.Sprintf("seed %d: %d events in %d parts: %s in %v", *seedFlag, n, parts, text, aggregate.Counts)
					checkSelected(t, name, node, values, func(v any) bool { return inCounts(aggregate.Counts, v.(int64)) })
				}
			}
		}
	}
}

// TestCounter counts the same events by thresholds around every change of the way to
// count, one after the other in the same memory.
func TestCounter(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 17))
	var c counter
	var out bitmap.Words
	for _, events := range []int{0, 1, 300, 30_000, manyTwice + 5} {
		rows := make([]uint16, events)
		var counts [bitmap.BlockRows]int64
		for i := range rows {
			rows[i] = uint16(r.IntN(1 + r.IntN(bitmap.BlockRows)))
			counts[rows[i]]++
		}
		n := 1 + r.IntN(bitmap.BlockRows)
		if events > 0 {
			n = max(n, int(slices.Max(rows))+1)
		}
		for k := int64(1); k <= maxCells+2; k++ {
			for _, in := range []rule.Range[int64]{{Lo: k, Hi: math.MaxInt64}, {Lo: 0, Hi: k - 1}, {Lo: k, Hi: k}} {
				c.start([]rule.Range[int64]{in}, events)
				for part := range slices.Chunk(rows, 1000) {
					c.note(part)
					c.add(part)
				}
				c.settle(&out, n)
				for row := range bitmap.BlockRows {
					want := row < n && in.Lo <= counts[row] && counts[row] <= in.Hi
					if out.Has(uint16(row)) != want {
						t.Fatalf("seed %d: %d events, counts from %d to %d: row %d of %d has %d and is selected: %v", *seedFlag, events, in.Lo, in.Hi, row, n, counts[row], !want)
					}
				}
			}
		}
	}
}

// TestExtremesAtTheEnds asks for the least and the greatest value where a bound is the
// last number that there is.
func TestExtremesAtTheEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 15))
	ends := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	c := randomVisits(r, 900)
	for i := range c.Rows {
		c.Values[2].SetInt(i, ends[r.IntN(len(ends))])
	}
	events := index.OpenEvents(c.Fields, 1, split(t, r, c, 1))
	for _, text := range []string{"min(n)", "max(n)"} {
		node, values := computed(t, text, events)
		for _, lo := range ends {
			for _, hi := range ends {
				aggregate := *node.Fold.Aggregate
				aggregate.Values = between(lo, hi)
				node.Fold.Aggregate = &aggregate
				name := fmt.Sprintf("seed %d: %s from %d to %d", *seedFlag, text, lo, hi)
				checkSelected(t, name, node, values, func(v any) bool { return v != nil && v.(int64) >= lo && v.(int64) <= hi })
			}
		}
	}
}

// TestSumsBeyond64Bits adds numbers up whose sums 64 bits do not hold.
func TestSumsBeyond64Bits(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 16))
	for _, large := range []int64{1 << 40, 1 << 58, math.MaxInt64} {
		c := randomVisits(r, 3000)
		for i := range c.Rows {
			c.Values[2].SetInt(i, r.Int64N(large)-r.Int64N(large))
			if r.IntN(3) == 0 {
				c.Values[2].SetInt(i, large-r.Int64N(9))
			}
		}
		for _, parts := range []int{1, 3} {
			events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
			for _, text := range []string{"sum(n)", "avg(n)", "sum(n) where (place = 'home')"} {
				node, values := computed(t, text, events)
				for range 5 {
					other, _ := computed(t, text, events)
					checkFold(t, r, fmt.Sprintf("seed %d: up to %d: %s", *seedFlag, large, text), node, other, values)
				}
			}
		}
	}
}

// BenchmarkThresholds answers who reaches a number, over few and many events of a block.
func BenchmarkThresholds(b *testing.B) {
	for _, n := range []int{4 << 10, 32 << 10, 1 << 20} {
		events := index.OpenEvents(visits.Behaviors[0].Fields[:6], 1, split(b, rand.New(rand.NewPCG(1, 1)), benchmarkVisits(n), 1))
		e, err := events.Block(0)
		if err != nil {
			b.Fatal(err)
		}
		rows := e.Parts[0].Rows
		for _, k := range []int64{1, 2, 3, 4, 8, 9} {
			b.Run(fmt.Sprintf("events=%d/count=%d", n, k), func(b *testing.B) {
				var c counter
				var out bitmap.Words
				ranges := []rule.Range[int64]{{Lo: k, Hi: math.MaxInt64}}
				for b.Loop() {
					c.start(ranges, len(rows))
					c.note(rows)
					c.add(rows)
					c.settle(&out, bitmap.BlockRows)
				}
				b.ReportMetric(float64(b.Elapsed())/float64(time.Duration(b.N))/float64(n), "ns/event")
			})
		}
	}
}
