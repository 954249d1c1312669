package exec

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// BenchmarkSequence finds sequences among a million events of one block in all, as many
// of each step.
func BenchmarkSequence(b *testing.B) {
	const n = 1 << 20
	const hour = int64(time.Hour / time.Microsecond)
	home := &plan.Filter{Op: plan.Scan, Field: 0, Test: column.Test{
		Values: &rule.Values{Strings: rule.Strings{Op: rule.StringIn, List: []string{"home"}}},
	}.Prepare()}
	for _, c := range []struct {
		name  string
		steps []plan.Step
		share float64 // of the customers who are looked at
	}{
		{"2_steps", []plan.Step{{}, {}}, 1},
		{"2_steps_within", []plan.Step{{}, {Within: 2 * hour}}, 1},
		{"3_steps_within", []plan.Step{{}, {Within: 24 * hour}, {Within: 24 * hour}}, 1},
		{"3_steps_absent", []plan.Step{{}, {Within: 24 * hour}, {Absent: true, Within: 24 * hour}}, 1},
		{"3_steps_where", []plan.Step{{Where: home}, {Within: 24 * hour}, {Within: 24 * hour}}, 1},
		{"3_steps_of_a_tenth", []plan.Step{{}, {Within: 24 * hour}, {Within: 24 * hour}}, 0.1},
		{"5_steps", []plan.Step{{}, {}, {}, {}, {Within: hour}}, 1},
	} {
		r := rand.New(rand.NewPCG(1, 1))
		for _, parts := range []int{1, 4} {
			for i := range c.steps {
				events := benchmarkVisits(n / len(c.steps))
				c.steps[i].Events = index.OpenEvents(visits.Behaviors[0].Fields[:6], 1, split(b, r, events, parts))
				c.steps[i].Span = window.Interval{Lo: 0, Hi: testAsOf.UnixMicro()}
			}
			var some bitmap.Words
			for row := range bitmap.BlockRows {
				if r.Float64() < c.share {
					some.Add(uint16(row))
				}
			}
			b.Run(fmt.Sprintf("%s_in_%d_parts", c.name, parts), func(b *testing.B) {
				run := &runner{ctx: b.Context(), n: bitmap.BlockRows, counts: new([bitmap.BlockRows]uint32)}
				var out bitmap.Words
				b.ReportAllocs()
				for b.Loop() {
					run.depth, out = 0, some
					if err := run.keepFollowed(c.steps, &out); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
				b.ReportMetric(float64(out.Count()), "members")
			})
		}
	}
}
