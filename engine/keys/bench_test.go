package keys

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

const benchKeys = 1_000_000

// benchInts returns distinct keys in order, and others in none of which is a
// key.
func benchInts() (keys, absent []int64) {
	for i := range int64(benchKeys) {
		keys, absent = append(keys, 10_000_000+i*7), append(absent, 10_000_003+i*7)
	}
	return keys, absent
}

func benchTexts(ints []int64) []string {
	texts := make([]string, len(ints))
	for i, x := range ints {
		texts[i] = fmt.Sprintf("customer-%012d", x)
	}
	return texts
}

// shuffled puts keys in the order of look-ups.
func shuffled[T any](keys []T) []T {
	r := rand.New(rand.NewPCG(1, 1))
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

// BenchmarkKeyLookup looks one key after the other up among a million, in random
// order.
func BenchmarkKeyLookup(b *testing.B) {
	keys, absent := benchInts()
	texts, absentTexts := benchTexts(keys), benchTexts(absent)
	o := tableOptions{hash: hashes, chunkKeys: maxChunkKeys}
	ints := build(b, newColumn(keys, nil, blockRows), benchKeys, o)
	strings := build(b, newColumn(texts, nil, blockRows), benchKeys, o)
	benchmarkLookup(b, "keys=int/hit", shuffled(keys), true, ints.FindInt)
	benchmarkLookup(b, "keys=int/miss", shuffled(absent), false, ints.FindInt)
	benchmarkLookup(b, "keys=string/hit", shuffled(texts), true, strings.FindString)
	benchmarkLookup(b, "keys=string/miss", shuffled(absentTexts), false, strings.FindString)
}

func benchmarkLookup[T any](b *testing.B, name string, keys []T, want bool, find func(T) (uint32, bool, error)) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, ok, err := find(keys[i%len(keys)]); ok != want || err != nil {
				b.Fatal(ok, err)
			}
		}
	})
}

// BenchmarkKeyLookupMany looks the same keys up 8,192 at a time.
func BenchmarkKeyLookupMany(b *testing.B) {
	keys, _ := benchInts()
	texts := benchTexts(keys)
	o := tableOptions{hash: hashes, chunkKeys: maxChunkKeys}
	ints := build(b, newColumn(keys, nil, blockRows), benchKeys, o)
	strings := build(b, newColumn(texts, nil, blockRows), benchKeys, o)
	shuffled(keys)
	shuffled(texts)
	benchmarkMany(b, "keys=int", func(dst []uint32, lo int) (int, error) {
		return ints.FindInts(dst, keys[lo:lo+len(dst)])
	})
	benchmarkMany(b, "keys=string", func(dst []uint32, lo int) (int, error) {
		return strings.FindStrings(dst, func(i int) string { return texts[lo+i] })
	})
}

func benchmarkMany(b *testing.B, name string, find func(dst []uint32, lo int) (int, error)) {
	b.Run(name, func(b *testing.B) {
		rows := make([]uint32, 8192)
		for lo := 0; b.Loop(); lo = (lo + len(rows)) % (benchKeys - len(rows)) {
			if missing, err := find(rows, lo); missing != 0 || err != nil {
				b.Fatal(missing, err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/key")
	})
}

// BenchmarkWriteTable writes the table of a million keys.
func BenchmarkWriteTable(b *testing.B) {
	keys, _ := benchInts()
	ints, texts := newColumn(keys, nil, blockRows), newColumn(benchTexts(keys), nil, blockRows)
	s := sections{}
	for b.Loop() {
		if err := WriteTable(ints, benchKeys, s.add); err != nil {
			b.Fatal(err)
		}
		if err := WriteTable(texts, benchKeys, s.add); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2*benchKeys), "ns/key")
}

// BenchmarkSorter sorts a million string keys, in memory and in runs on disk.
func BenchmarkSorter(b *testing.B) {
	ints, _ := benchInts()
	texts := shuffled(benchTexts(ints))
	for _, c := range []struct {
		name  string
		limit int64
	}{{"runs=0", 1 << 30}, {"runs=9", 4 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				s, _ := newTestSorter[string](b, c.limit)
				for _, key := range texts {
					if err := s.AddString(key); err != nil {
						b.Fatal(err)
					}
				}
				for _, err := range s.Sorted(b.Context()) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchKeys, "ns/key")
		})
	}
}
