package bitmap

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// randomWords returns rows of a block in one of many shapes: none, all, few, many,
// half, runs, holes, and what lies at the limits between containers.
func randomWords(r *rand.Rand) *Words {
	w := &Words{}
	switch r.IntN(9) {
	case 0: // none
	case 1:
		w.Fill(BlockRows)
	case 2: // few
		for range r.IntN(50) {
			w.Add(uint16(r.Uint32()))
		}
	case 3: // about as many as an array holds
		for n := maxArrayCard - 2 + r.IntN(4); n > 0; {
			if row := uint16(r.Uint32()); !w.Has(row) {
				w.Add(row)
				n--
			}
		}
	case 4: // half
		for i := range w {
			w[i] = r.Uint64()
		}
	case 5: // runs
		for range 1 + r.IntN(20) {
			lo := r.IntN(BlockRows)
			w.addRange(lo, min(BlockRows, lo+r.IntN(3000)))
		}
	case 6: // all but a few
		w.Fill(BlockRows)
		for range r.IntN(50) {
			row := uint16(r.Uint32())
			w[row/64] &^= 1 << (row % 64)
		}
	case 7: // about as many runs as take the room of a bitmap
		for i := range 2050 + r.IntN(8) {
			w.addRange(i*31, i*31+4+i%3)
		}
	case 8: // one row of either end
		w.Add(uint16(r.IntN(2) * (BlockRows - 1)))
	}
	return w
}

// libraryBytes returns what the roaring library writes.
func libraryBytes(t *testing.T, rows []uint32) []byte {
	set := roaring.BitmapOf(rows...)
	set.RunOptimize()
	data, err := set.ToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestBuilderWritesWhatTheLibraryWrites adds the same rows as rows and as words,
// in order and out of it: the bytes are always those of the library.
func TestBuilderWritesWhatTheLibraryWrites(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 10))
	for i := range 200 {
		var rows []uint32
		var inOrder, shuffled, pieces, asRows Builder
		blocks := r.Perm(12)[:r.IntN(9)]
		words := map[int]*Words{}
		for _, block := range blocks {
			w := randomWords(r)
			words[block] = w
			shuffled.AddWords(block, w)
			all := w.AppendRows(nil, uint32(block*BlockRows))
			cut := r.IntN(len(all) + 1)
			pieces.Add(all[cut:])
			pieces.Add(all[:cut])
		}
		slices.Sort(blocks)
		for _, block := range blocks {
			inOrder.AddWords(block, words[block])
			rows = words[block].AppendRows(rows, uint32(block*BlockRows))
		}
		asRows.Add(rows)
		want := libraryBytes(t, rows)
		for name, b := range map[string]*Builder{"words": &inOrder, "shuffled": &shuffled, "pieces": &pieces, "rows": &asRows} {
			got, err := b.AppendTo([]byte("prefix"))
			if err != nil || !bytes.Equal(got[len("prefix"):], want) {
				t.Fatalf("seed %d, set %d, %s: %d bytes, want the library's %d; %v", *seed, i, name, len(got), len(want), err)
			}
			if b.Len() != uint64(len(rows)) {
				t.Fatalf("seed %d, set %d, %s: %d rows, want %d", *seed, i, name, b.Len(), len(rows))
			}
		}
	}
}

// TestBuilderCountsDoublesOnce adds rows twice, in one piece and in two.
func TestBuilderCountsDoublesOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 11))
	for i := range 100 {
		rows := randomRows(r)
		var twice []uint32
		for _, row := range rows {
			twice = append(twice, row, row)
		}
		var b Builder
		b.Add(twice)
		b.Add(rows)
		got, err := b.AppendTo(nil)
		if want := libraryBytes(t, rows); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("seed %d, set %d: %d bytes, want %d; %v", *seed, i, len(got), len(want), err)
		}
	}
}

// BenchmarkBuilder adds 16 blocks of rows as words and as rows.
func BenchmarkBuilder(b *testing.B) {
	for _, c := range []struct {
		name string
		step int
	}{{"sparse", 100}, {"dense", 3}} {
		var w Words
		for row := 0; row < BlockRows; row += c.step {
			w.Add(uint16(row))
		}
		var buf []byte
		b.Run("rows="+c.name+"/as=words", func(b *testing.B) {
			for b.Loop() {
				var set Builder
				for block := range 16 {
					set.AddWords(block, &w)
				}
				buf, _ = set.AppendTo(buf[:0])
			}
		})
		rows := []uint32{}
		for block := range 16 {
			rows = w.AppendRows(rows, uint32(block*BlockRows))
		}
		b.Run("rows="+c.name+"/as=rows", func(b *testing.B) {
			for b.Loop() {
				var set Builder
				set.Add(rows)
				buf, _ = set.AppendTo(buf[:0])
			}
		})
	}
}
