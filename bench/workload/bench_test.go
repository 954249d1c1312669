package workload

import (
	"path/filepath"
	"testing"
)

// BenchmarkGenerate generates 200,000 customers with four million events.
func BenchmarkGenerate(b *testing.B) {
	s := Default(200_000)
	events := int64(0)
	for b.Loop() {
		d, err := Generate(b.Context(), filepath.Join(b.TempDir(), "d"), s, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range d.Tables[1:] {
			events += t.Rows
		}
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
