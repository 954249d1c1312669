package sqlgen

import (
	"testing"
	"time"
)

// BenchmarkGenerate writes the SQL of a checked rule.
func BenchmarkGenerate(b *testing.B) {
	c, layout := checked(b, "not (country in ('JP', 'US')) and purchase count >= 2 in last 30 days", "UTC")
	asOf := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range Dialects() {
		b.Run("dialect="+string(d), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Generate(d, c, layout, asOf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
