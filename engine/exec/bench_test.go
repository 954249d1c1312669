package exec

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// benchmarkVisits are n events of all customers of a block, spread over a year.
func benchmarkVisits(n int) *index.Collected {
	const year = 365 * 86_400_000_000
	r := rand.New(rand.NewPCG(1, 1))
	c := index.NewCollected(visits.Behaviors[0].Fields[:6])
	c.Times.Grow(n)
	for _, v := range c.Values {
		v.Grow(n)
	}
	for i := range n {
		c.Rows = append(c.Rows, uint32(r.IntN(bitmap.BlockRows)))
		c.Times.SetInt(i, testAsOf.UnixMicro()-1-r.Int64N(year))
		c.Values[0].SetString(i, []string{"home", "park", "work", "shop", "sea"}[r.IntN(5)])
		c.Values[1].SetString(i, "gate "+strings.Repeat("x", r.IntN(20)))
		c.Values[2].SetInt(i, 1+r.Int64N(9))
		c.Values[3].SetFloat(i, r.Float64()*500)
		c.Values[4].SetDecimal(i, decimal128.FromI64(r.Int64N(50_000)))
		c.Values[5].SetDecimal(i, decimal128.New(r.Int64N(3), r.Uint64()))
	}
	return c
}

// BenchmarkFold makes something of a million events of one block.
func BenchmarkFold(b *testing.B) {
	const n = 1 << 20
	events := index.OpenEvents(visits.Behaviors[0].Fields[:6], 1, split(b, rand.New(rand.NewPCG(1, 1)), benchmarkVisits(n), 1))
	for _, text := range []string{
		"count", "count where (place = 'home')", "count where (n > 4)", "count distinct days", "count distinct place", "count distinct note",
		"sum(n)", "sum(rate)", "sum(paid)", "sum(big)", "sum(paid) where (place = 'home')", "max(paid)", "last where (n > 8)",
	} {
		c, err := rule.ParseComputed(text, "visit", visits)
		if err != nil {
			b.Fatal(err)
		}
		loc, err := window.LoadLocation(visits.Timezone)
		if err != nil {
			b.Fatal(err)
		}
		node := plan.Computed(c, visits, loc, events, nil, testAsOf)
		aggregate := *node.Fold.Aggregate
		aggregate.Counts = []rule.Range[int64]{{Lo: 3, Hi: math.MaxInt64}}
		aggregate.Values = between(1.0, 100.0)
		aggregate.Values.Ints = []rule.Range[int64]{{Lo: 3, Hi: 10}}
		aggregate.Values.Decimals = []rule.Range[decimal128.Num]{{Lo: fromInt(3), Hi: fromInt(1000)}}
		node.Fold.Aggregate, node.Fold.Inside = &aggregate, node.Spans[0]
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			r := &runner{ctx: b.Context(), n: bitmap.BlockRows, counts: new([bitmap.BlockRows]uint32)}
			var out bitmap.Words
			b.ReportAllocs()
			for b.Loop() {
				r.depth = 0
				if err := r.run(node, &out); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
	}
}
