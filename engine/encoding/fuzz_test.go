package encoding

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// fuzzKind makes up to 1,000 values of a few arbitrary bytes, which it goes round,
// base, unit and bits, which place and spread them. It checks that they come back
// as they were, however they are encoded. The bytes are few because the fuzzer
// spends its time on making them fewer.
func fuzzKind(f *testing.F, kind Kind) {
	f.Add([]byte("\x07"), uint16(500), int64(0), int64(1), uint8(8), false)
	f.Add([]byte("\x1f\x83\x9a"), uint16(130), int64(-1000), int64(10), uint8(3), false)
	f.Add([]byte("rollcall"), uint16(400), int64(1_700_000_000), int64(1), uint8(6), true)
	f.Add([]byte("\x01\x80"), uint16(3), int64(math.MinInt64), int64(math.MinInt64), uint8(1), false)
	f.Add([]byte("12345"), uint16(10), int64(math.MaxInt64), int64(-1), uint8(64), true)
	f.Add([]byte{}, uint16(5), int64(7), int64(0), uint8(0), false)
	f.Fuzz(func(t *testing.T, data []byte, n uint16, base, unit int64, bits uint8, running bool) {
		values, last := make([]int64, n%1000), base
		for i := range values {
			code := uint64(i)
			if len(data) > 0 {
				code = uint64(data[i%len(data)]) * uint64(i/len(data)+1) * hashFactor
			}
			values[i] = last + unit*int64(code>>(wordBits-min(bits, wordBits)))
			if running {
				last = values[i]
			}
		}
		r := rand.New(rand.NewPCG(1, uint64(n)))
		checkInts(t, r, AppendInts(nil, values), values)
		if src := encodeAs(kind, values); src != nil {
			checkInts(t, r, src, values)
		}
	})
}

// FuzzParseInts feeds arbitrary bytes: of what ParseInts accepts every method
// works, and stays within them. A negative n stands for what the header says.
func FuzzParseInts(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 3))
	for range 10 {
		values := randomValues(r)
		values = values[:min(len(values), 140)]
		for _, kind := range kinds {
			if src := encodeAs(kind, values); src != nil {
				f.Add(src, -1)
				f.Add(src, len(values))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		if n < 0 && len(data) >= headerBytes {
			n = int(load(data, 0) >> countShift)
		}
		x, err := ParseInts(bytes.Clone(data), n)
		if err != nil {
			return
		}
		if x.Len() != n || x.SizeBytes() != len(data) || x.Width() > wordBits {
			t.Fatalf("%d values of %d bits in %d bytes, want %d in %d", x.Len(), x.Width(), x.SizeBytes(), n, len(data))
		}
		for _, v := range []int64{math.MinInt64, 0, 1000, math.MaxInt64} {
			if at := x.Search(v); at < 0 || at > n {
				t.Fatalf("Search(%d) = %d of %d values", v, at, n)
			}
		}
		var ints [300]int64
		var low, positions [300]uint32
		var few [300]int64
		for i := range positions {
			positions[i] = uint32(i)
		}
		m := min(n, len(ints))
		for _, lo := range []int{0, (n - m) / 3, n - m} {
			x.Decode(ints[:m], lo)
			x.DecodeUint32(low[:m], lo)
			x.Gather(few[:m], lo, positions[:m])
			least, most, bounded := x.Bounds()
			for i := range m {
				if v := x.At(lo + i); v != ints[i] || uint32(v) != low[i] || v != few[i] {
					t.Fatalf("value %d is %d, %d, %d and %d", lo+i, v, ints[i], low[i], few[i])
				} else if bounded && (v < least || v > most) {
					t.Fatalf("value %d is %d, expected %d to %d", lo+i, v, least, most)
				}
			}
		}
	})
}

// FuzzParseTexts feeds arbitrary bytes: of what ParseTexts accepts every method
// works, and stays within them. A negative n stands for what the header says.
func FuzzParseTexts(f *testing.F) {
	for _, texts := range []string{"", "a", "Gold,Silver,,Bronze", "DE,FR,IT,AT,ES,PL,NL,BE", ",,,,,,,,,,,,"} {
		list := bytes.Split([]byte(texts), []byte(","))
		src := AppendTexts(nil, len(list), func(i int) []byte { return list[i] })
		f.Add(src, -1)
		f.Add(src, len(list))
	}
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		if n < 0 && len(data) >= wordBytes+headerBytes {
			n = int(load(data, wordBytes) >> countShift)
		}
		x, err := ParseTexts(bytes.Clone(data), n)
		if err != nil {
			return
		}
		if x.Len() != n || x.SizeBytes() != len(data) {
			t.Fatalf("%d texts in %d bytes, want %d in %d", x.Len(), x.SizeBytes(), n, len(data))
		}
		var buf [300]int32
		for _, lo := range []int{0, n / 2, n - min(n, len(buf))} {
			ends := buf[:min(n-lo, len(buf))]
			all, start := x.Decode(ends, lo), int32(0)
			for i, end := range ends {
				if got := x.At(lo + i); !bytes.Equal(got, all[start:end]) {
					t.Fatalf("text %d is %q, among others %q", lo+i, got, all[start:end])
				}
				start = end
			}
		}
	})
}
