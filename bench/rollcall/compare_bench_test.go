package rollcall

import (
	"fmt"
	"testing"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

// benchSnapshot makes a snapshot of the benchmarks' shape and opens it until the end
// of the benchmark.
func benchSnapshot(b *testing.B) *engine.Snapshot {
	b.Helper()
	db, err := engine.Open(benchFolder(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	snap, err := db.Snapshot()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		for _, close := range []func() error{snap.Close, db.Close} {
			if err := close(); err != nil {
				b.Error(err)
			}
		}
	})
	return snap
}

// benchQuery returns a query as of the end of the workload.
func benchQuery(b *testing.B, snap *engine.Snapshot, rule string) *engine.Query {
	b.Helper()
	q, err := snap.Query(rule)
	if err != nil {
		b.Fatal(err)
	}
	return q.At(workload.End)
}

// BenchmarkTrend counts a rule at 90 days.
func BenchmarkTrend(b *testing.B) {
	snap := benchSnapshot(b)
	span := engine.TrendSpan{From: workload.End.AddDate(0, 0, -89), To: workload.End, Every: window.Day}
	for name, rule := range map[string]string{
		"indexed": "loyalty_tier = 'Gold' and purchase in last 30 days",
		"counted": "purchase count > 2 in last 90 days",
	} {
		q := benchQuery(b, snap, rule)
		b.Run(fmt.Sprintf("%s/customers=%d", name, *benchCustomers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := q.Trend(b.Context(), span); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOverlap counts the regions of eight rules.
func BenchmarkOverlap(b *testing.B) {
	snap := benchSnapshot(b)
	var queries []*engine.Query
	for _, rule := range []string{
		"loyalty_tier = 'Gold'", "lifetime_value > 500", "purchase in last 30 days", "page_view in last 30 days",
		"purchase count > 2", "country = 'US'", "email_open in last 90 days", "not purchase in last 180 days",
	} {
		queries = append(queries, benchQuery(b, snap, rule))
	}
	b.Run(fmt.Sprintf("rules=8/customers=%d", *benchCustomers), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := snap.Overlap(b.Context(), queries...); err != nil {
				b.Fatal(err)
			}
		}
	})
}
