package bitmap

import "testing"

// BenchmarkWords combines two blocks of 65,536 rows in place.
func BenchmarkWords(b *testing.B) {
	var x, y Words
	for row := 0; row < BlockRows; row += 3 {
		x.Add(uint16(row))
		y.Add(uint16(row * 2))
	}
	for _, c := range []struct {
		name string
		do   func()
	}{
		{"and", func() { x.And(&y) }},
		{"or", func() { x.Or(&y) }},
		{"not", func() { x.Not(BlockRows) }},
		{"count", func() { x.Count() }},
	} {
		b.Run("op="+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(x) * 8))
			for b.Loop() {
				c.do()
			}
		})
	}
}
