package bitmap

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestPlainIsTheSameSet compares the two forms of random sets.
func TestPlainIsTheSameSet(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 30))
	for i := range 60 {
		var b Builder
		rows := randomRows(r)
		b.Add(rows)
		data, _ := b.AppendTo(nil)
		roaring, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := Parse(b.AppendPlainTo(nil))
		if err != nil {
			t.Fatalf("seed %d, set %d: %v", *seed, i, err)
		}
		if got, want := plain.Cardinality(), roaring.Cardinality(); got != want {
			t.Fatalf("seed %d, set %d: %d rows, want %d", *seed, i, got, want)
		}
		for block := range uint16(20) {
			var x, y Words
			roaring.CopyTo(&x, block)
			plain.CopyTo(&y, block)
			if x != y || roaring.Card(block) != plain.Card(block) {
				t.Fatalf("seed %d, set %d, block %d: %d rows, want %d", *seed, i, block, y.Count(), x.Count())
			}
		}
	}
}

// TestPlainSays checks what is said of bytes that are no plain words.
func TestPlainSays(t *testing.T) {
	var b Builder
	b.Add([]uint32{1, BlockRows, 2*BlockRows + 9})
	good := b.AppendPlainTo(nil)
	spoilt := func(at int, v uint32) []byte {
		data := append([]byte{}, good...)
		binary.LittleEndian.PutUint32(data[at:], v)
		return data
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{good[:len(good)-1], "bitmap: 24639 bytes, expected 24640 for the words of 3 blocks"},
		{spoilt(8, 4), "bitmap: 24640 bytes, expected 32832 for the words of 4 blocks"},
		{spoilt(8, BlockRows+1), "bitmap: words of 65537 blocks, at most 65536 expected"},
		{spoilt(12, 1), "bitmap: words of 4294967299 blocks, at most 65536 expected"},
		{spoilt(plainHeader+4, BlockRows+1), "bitmap: block 1 has 65537 rows, at most 65536 expected"},
	} {
		if _, err := Parse(c.data); fmt.Sprint(err) != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestPlainPays checks when a set is better stored as plain words.
func TestPlainPays(t *testing.T) {
	for _, c := range []struct {
		rows int // of each of 10 blocks, spread out
		want bool
	}{{0, false}, {511, false}, {513, true}, {4096, true}, {4097, false}, {BlockRows / 2, false}} {
		var b Builder
		for block := range 10 {
			var w Words
			for i := range c.rows {
				w.Add(uint16(i * (BlockRows / c.rows)))
			}
			b.AddWords(block, &w)
		}
		if got := b.PlainPays(); got != c.want {
			t.Errorf("%d rows of a block: %v, want %v", c.rows, got, c.want)
		}
	}
}
