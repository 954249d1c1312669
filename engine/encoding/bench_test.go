package encoding

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// benchValues is about the events that a block of customers has of one behavior
// in a year.
const benchValues = 300_000

// benchColumn is a column as events have them.
type benchColumn struct {
	name   string
	kind   Kind
	values []int64
}

// benchColumns makes one column for every encoding, and for every way of
// decoding one that is special.
func benchColumns() []benchColumn {
	r := rand.New(rand.NewPCG(1, 2))
	column := func(name string, kind Kind, value func(i int) int64) benchColumn {
		values := make([]int64, benchValues)
		for i := range values {
			values[i] = value(i)
		}
		return benchColumn{name: name, kind: kind, values: values}
	}
	columns := []benchColumn{
		column("constant", Constant, func(int) int64 { return 7 }),
		column("plain", Plain, func(int) int64 { return int64(r.Uint64()) }),
	}
	for _, bits := range []int{1, 3, 8, 14, 16, 27, 32, 44, 60} {
		columns = append(columns, column(fmt.Sprintf("packed/bits=%d", bits), Packed,
			func(int) int64 { return 100 + 3*int64(r.Uint64()>>(64-bits)) }))
	}
	for _, distinct := range []int{10, 1000, 40000} {
		prices := make([]int64, distinct)
		for i := range prices {
			prices[i] = int64(math.Float64bits(float64(r.IntN(1e6)) / 100))
		}
		columns = append(columns, column(fmt.Sprintf("dictionary/distinct=%d", distinct), Dictionary,
			func(int) int64 { return prices[r.IntN(distinct)] }))
	}
	for _, unit := range []int64{1, 1_000_000} {
		time := int64(1.7e15)
		columns = append(columns, column(fmt.Sprintf("delta/unit=%d", unit), Delta, func(int) int64 {
			time += int64(r.ExpFloat64()*2e8) / unit * unit
			return time
		}))
	}
	return columns
}

// perValue reports the time of one value, where a loop takes n.
func perValue(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/value")
}

func BenchmarkAppendInts(b *testing.B) {
	for _, c := range benchColumns() {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				dst = AppendInts(dst[:0], c.values)
			}
			perValue(b, len(c.values))
			b.ReportMetric(8*float64(len(dst))/float64(len(c.values)), "bits/value")
		})
	}
}

// benchChunk is how many values the engine decodes at a time.
const benchChunk = 4096

func BenchmarkDecode(b *testing.B) {
	for _, c := range benchColumns() {
		src := AppendInts(nil, c.values)
		x, err := ParseInts(src, len(c.values))
		if err != nil {
			b.Fatal(err)
		}
		if x.Kind() != c.kind {
			b.Fatalf("%s: encoded as %s", c.name, x.Kind())
		}
		b.Run(c.name, func(b *testing.B) {
			var dst [benchChunk]int64
			for b.Loop() {
				for lo := 0; lo < x.Len(); lo += benchChunk {
					x.Decode(dst[:min(benchChunk, x.Len()-lo)], lo)
				}
			}
			perValue(b, x.Len())
		})
	}
}

func BenchmarkDecodeUint32(b *testing.B) {
	for _, c := range benchColumns() {
		src := AppendInts(nil, c.values)
		x, err := ParseInts(src, len(c.values))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			var dst [benchChunk]uint32
			for b.Loop() {
				for lo := 0; lo < x.Len(); lo += benchChunk {
					x.DecodeUint32(dst[:min(benchChunk, x.Len()-lo)], lo)
				}
			}
			perValue(b, x.Len())
		})
	}
}

func BenchmarkParseInts(b *testing.B) {
	for _, c := range benchColumns() {
		src := AppendInts(nil, c.values)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := ParseInts(src, len(c.values)); err != nil {
					b.Fatal(err)
				}
			}
			perValue(b, len(c.values))
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	for _, c := range benchColumns() {
		if c.kind != Delta {
			continue
		}
		x, err := ParseInts(AppendInts(nil, c.values), len(c.values))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				x.Search(c.values[i])
				i = (i + 7919) % len(c.values)
			}
		})
	}
}
