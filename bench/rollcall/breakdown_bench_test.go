package rollcall

import "testing"

// BenchmarkBreakdown divides an audience by each attribute of the workload.
func BenchmarkBreakdown(b *testing.B) {
	snap := benchSnapshot(b)
	q := benchQuery(b, snap, "purchase in last 90 days")
	for _, a := range snap.Schema().Attributes {
		b.Run(a.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := q.Breakdown(b.Context(), a.Name, 20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
