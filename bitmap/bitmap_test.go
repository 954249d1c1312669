package bitmap

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

// randomRows returns sorted distinct rows over a few blocks, in a shape that
// gives array, bitmap and run containers.
func randomRows(r *rand.Rand) []uint32 {
	set := roaring.New()
	for range r.IntN(7) {
		base := uint32(r.IntN(6)) * BlockRows
		switch r.IntN(4) {
		case 0: // sparse
			for range r.IntN(100) {
				set.Add(base + uint32(r.IntN(BlockRows)))
			}
		case 1: // dense
			for range 5000 + r.IntN(20000) {
				set.Add(base + uint32(r.IntN(BlockRows)))
			}
		case 2: // runs
			for range 1 + r.IntN(5) {
				lo := base + uint32(r.IntN(BlockRows))
				set.AddRange(uint64(lo), uint64(lo)+uint64(r.IntN(9000)))
			}
		case 3: // full block
			set.AddRange(uint64(base), uint64(base)+BlockRows)
		}
	}
	return set.ToArray()
}

// viewRows reads a view back, block by block.
func viewRows(v *View, blocks int) []uint32 {
	var rows []uint32
	for b := range blocks {
		var w Words
		v.OrInto(&w, uint16(b))
		rows = w.AppendRows(rows, uint32(b*BlockRows))
	}
	return rows
}

func TestViewReadsWhatTheLibraryWrites(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 1))
	for i := range 300 {
		rows := randomRows(r)
		data, err := Append([]byte("prefix"), rows)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Parse(data[len("prefix"):])
		if err != nil {
			t.Fatalf("seed %d, set %d: %v", *seed, i, err)
		}
		if got := viewRows(&v, 8); !slices.Equal(got, rows) {
			t.Fatalf("seed %d, set %d: %d rows read, %d written", *seed, i, len(got), len(rows))
		}
		if got := v.Cardinality(); got != uint64(len(rows)) {
			t.Fatalf("seed %d, set %d: cardinality %d, want %d", *seed, i, got, len(rows))
		}
	}
}

func TestWordsAlgebra(t *testing.T) { eachWay(t, wordsAlgebra) }

func wordsAlgebra(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 2))
	for i := range 200 {
		n := 1 + r.IntN(BlockRows)
		a, b := roaring.New(), roaring.New()
		var wa, wb Words
		for range r.IntN(3000) {
			x, y := uint32(r.IntN(n)), uint32(r.IntN(n))
			a.Add(x)
			wa.Add(uint16(x))
			b.Add(y)
			wb.Add(uint16(y))
		}
		check := func(name string, got Words, want *roaring.Bitmap) {
			t.Helper()
			if rows := got.AppendRows(nil, 0); !slices.Equal(rows, want.ToArray()) {
				t.Fatalf("seed %d, step %d: %s of %d rows differs", *seed, i, name, n)
			}
			if got.Count() != int(want.GetCardinality()) || got.IsEmpty() != want.IsEmpty() {
				t.Fatalf("seed %d, step %d: %s counts %d, want %d", *seed, i, name, got.Count(), want.GetCardinality())
			}
		}
		and, or, not, full := wa, wa, wa, wa
		and.And(&wb)
		check("and", and, roaring.And(a, b))
		or.Or(&wb)
		check("or", or, roaring.Or(a, b))
		not.Not(n)
		check("not", not, roaring.Flip(a, 0, uint64(n)))
		full.Fill(n)
		check("fill", full, roaring.Flip(roaring.New(), 0, uint64(n)))
		for row := range n {
			if wa.Has(uint16(row)) != a.Contains(uint32(row)) {
				t.Fatalf("seed %d, step %d: row %d", *seed, i, row)
			}
		}
	}
}

func TestParseRefusesEveryTruncation(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 3))
	for range 20 {
		data, err := Append(nil, randomRows(r))
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(data); n += 1 + n/50 {
			if _, err := Parse(data[:n]); err == nil {
				t.Fatalf("seed %d: %d of %d bytes are accepted", *seed, n, len(data))
			}
		}
		if _, err := Parse(append(data, 0)); err == nil {
			t.Fatalf("seed %d: a byte too many is accepted", *seed)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "bitmap: 0 bytes are too few for a header"},
		{[]byte{1, 2, 3, 4}, "bitmap: unknown cookie 513"},
		{[]byte{0x3a, 0x30, 0, 0, 0xff, 0xff, 0xff, 0xff}, "bitmap: 4294967295 containers, at most 65536 expected"},
		{[]byte{0x3a, 0x30, 0, 0, 1, 0, 0, 0}, "bitmap: 8 bytes are too few for a header of 1 containers"},
	} {
		_, err := Parse(c.data)
		if err == nil || err.Error() != c.want {
			t.Errorf("%x: %v, want %s", c.data, err, c.want)
		}
	}
}

// FuzzParse feeds arbitrary bytes: what Parse accepts can be read without
// leaving the data.
func FuzzParse(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 4))
	for range 8 {
		data, err := Append(nil, randomRows(r))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 4096)])
		f.Add(bytes.Clone(data))
		var b Builder
		b.Add(randomRows(r))
		f.Add(b.AppendPlainTo(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse(data)
		if err != nil {
			return
		}
		for i := range v.n {
			var w Words
			c := v.At(v.block(i))
			c.CopyTo(&w)
			c.OrInto(&w)
			c.CountIn(&w)
			c.AndInto(&w)
			c.AndNotInto(&w)
		}
	})
}

func BenchmarkOrInto(b *testing.B) {
	for _, c := range []struct {
		name string
		step int
	}{{"array", 50}, {"bitmap", 3}, {"run", 1}} {
		var rows []uint32
		for row := 0; row < BlockRows; row += c.step {
			rows = append(rows, uint32(row))
		}
		data, err := Append(nil, rows)
		if err != nil {
			b.Fatal(err)
		}
		v, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("container="+c.name, func(b *testing.B) {
			b.ReportAllocs()
			var w Words
			for b.Loop() {
				v.OrInto(&w, 0)
			}
		})
	}
}
