package keys

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// eachVariant runs a test with every kind of hash, in one chunk and in many.
func eachVariant(t *testing.T, test func(t *testing.T, o tableOptions)) {
	for name, hash := range hashVariants {
		for _, chunkKeys := range []uint64{maxChunkKeys, 20, 1} {
			t.Run(fmt.Sprintf("hash=%s/chunk=%d", name, chunkKeys), func(t *testing.T) {
				test(t, tableOptions{hash: hash, chunkKeys: chunkKeys})
			})
		}
	}
}

// checkFinds checks that every key is found at its row, and that absent ones are
// not.
func checkFinds[T int64 | string](t *testing.T, d *Dictionary, h hasher, keys, absent []T) {
	t.Helper()
	live := storedKeys(keys, func(int) bool { return false })
	checkRows(t, d, h, live, keys, absent)
}

func TestFindInt(t *testing.T) {
	absent := []int64{2, -2, math.MaxInt64 - 1, math.MinInt64 + 1, 1 << 32}
	for _, keys := range [][]int64{
		nil,
		{0},
		{math.MinInt64},
		{math.MinInt64, -1, 0, 1, math.MaxInt64},
		{math.MaxInt64, 5, math.MinInt64, -7}, // rows in no order of keys
	} {
		t.Run(fmt.Sprint(keys), func(t *testing.T) {
			eachVariant(t, func(t *testing.T, o tableOptions) {
				d := build(t, newColumn(keys, nil, blockRows), len(keys), o)
				checkFinds(t, d, o.hash, keys, absent)
			})
		})
	}
}

func TestFindString(t *testing.T) {
	absent := []string{"b", "a ", "A", longKey[1:], "\x00", "Zoë "}
	for _, keys := range [][]string{
		nil,
		{""},
		{"a"},
		{"", "\xff", "\x00\x00", "a", "aa", longKey, longKey + "!", "Zoë"},
	} {
		t.Run(fmt.Sprint(len(keys)), func(t *testing.T) {
			eachVariant(t, func(t *testing.T, o tableOptions) {
				d := build(t, newColumn(keys, nil, blockRows), len(keys), o)
				checkFinds(t, d, o.hash, keys, absent)
			})
		})
	}
}

// TestRandom has random keys, of which some are NULL.
func TestRandom(t *testing.T) {
	eachVariant(t, func(t *testing.T, o tableOptions) {
		r := rand.New(rand.NewPCG(*seed, 1))
		for range 5 {
			n := r.IntN(300)
			ints, texts := make([]int64, n), make([]string, n)
			null, absent := map[int]bool{}, []int64{}
			for i := range n {
				ints[i] = int64(i)*1000 - int64(r.IntN(1000)) - 50_000
				texts[i] = fmt.Sprint("customer ", ints[i])
				null[i] = r.IntN(10) == 0
				absent = append(absent, ints[i]+1)
				if i > 0 && null[i-1] && r.IntN(2) == 0 {
					ints[i], texts[i] = ints[i-1], texts[i-1] // bytes of a NULL are of no account
				}
			}
			isNull := func(row int) bool { return null[row] }
			d := build(t, newColumn(ints, isNull, blockRows), n, o)
			checkRows(t, d, o.hash, storedKeys(ints, isNull), ints, absent)
			d = build(t, newColumn(texts, isNull, blockRows), n, o)
			checkRows(t, d, o.hash, storedKeys(texts, isNull), texts, []string{"", "customer"})
		}
	})
}

// storedKeys returns the keys that are not NULL, and the row of each.
func storedKeys[T comparable](keys []T, isNull func(row int) bool) map[T]uint32 {
	stored := map[T]uint32{}
	for row, key := range keys {
		if !isNull(row) {
			stored[key] = uint32(row)
		}
	}
	return stored
}

// checkRows looks up all keys, and some that are absent.
func checkRows[T int64 | string](t *testing.T, d *Dictionary, h hasher, stored map[T]uint32, all, absent []T) {
	t.Helper()
	for _, key := range slices.Concat(absent, all) {
		want, wantOK := stored[key]
		if got, ok, err := find(d, h, key); err != nil || ok != wantOK || got != want {
			t.Fatalf("seed %d: key %.20v is at %d, %v, %v, want %d, %v", *seed, key, got, ok, err, want, wantOK)
		}
	}
	if d.Len() != len(stored) {
		t.Fatalf("seed %d: the dictionary has %d keys, want %d", *seed, d.Len(), len(stored))
	}
}

// TestManyBlocks has more keys than a block, looks them up by the exported
// methods, and builds the same bytes twice.
func TestManyBlocks(t *testing.T) {
	const n = 3*blockRows + 17
	r := rand.New(rand.NewPCG(*seed, 2))
	ints, texts := make([]int64, n), make([]string, n)
	for i := range n {
		ints[i] = int64(uint64(i)<<40 | r.Uint64N(1<<40))
		texts[i] = fmt.Sprintf("%016x@example.com", uint64(ints[i]))
	}
	for _, c := range []*column.Column{newColumn(ints, nil, blockRows), newColumn(texts, nil, blockRows)} {
		var files [2][]byte
		for i := range files {
			file, err := writeSections(func(add func(toc.Tag, uint32, []byte) error) error {
				return WriteTable(c, n, add)
			})
			if err != nil {
				t.Fatal(err)
			}
			files[i] = file
		}
		if string(files[0]) != string(files[1]) {
			t.Error("the bytes of two tables of the same keys differ")
		}
		d, err := openFile(c, n, files[0])
		if err != nil {
			t.Fatal(err)
		}
		if c.Type() == intType {
			checkFinds(t, d, hashes, ints, []int64{-1, 1 << 62})
			row, ok, err := d.FindInt(ints[blockRows])
			if row != blockRows || !ok || err != nil {
				t.Errorf("row %d, %v, %v, want row %d", row, ok, err, blockRows)
			}
		} else {
			checkFinds(t, d, hashes, texts, []string{"", "nobody@example.com"})
			row, ok, err := d.FindString(texts[blockRows])
			if row != blockRows || !ok || err != nil {
				t.Errorf("row %d, %v, %v, want row %d", row, ok, err, blockRows)
			}
		}
	}
}

func TestFindOtherKind(t *testing.T) {
	o := tableOptions{hash: hashes, chunkKeys: maxChunkKeys}
	_, _, err := build(t, newColumn([]int64{1}, nil, blockRows), 1, o).FindString("1")
	wantError(t, err, "keys: the keys are whole numbers, not strings")
	_, _, err = build(t, newColumn([]string{"1"}, nil, blockRows), 1, o).FindInt(1)
	wantError(t, err, "keys: the keys are strings, not whole numbers")
}

func TestFindDoesNotAllocate(t *testing.T) {
	o := tableOptions{hash: hashes, chunkKeys: maxChunkKeys}
	ints := build(t, newColumn([]int64{1, 2, 3}, nil, blockRows), 3, o)
	texts := build(t, newColumn([]string{"a", "b", longKey}, nil, blockRows), 3, o)
	n := testing.AllocsPerRun(100, func() {
		for _, key := range []int64{3, 4} {
			if _, ok, err := ints.FindInt(key); err != nil || ok != (key == 3) {
				t.Error(key, ok, err)
			}
		}
		for _, key := range []string{longKey, "d"} {
			if _, ok, err := texts.FindString(key); err != nil || ok != (key != "d") {
				t.Error(key, ok, err)
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for look-ups, want none", n)
	}
}

// TestKeyColumnErrors has a key column that cannot be read, or is not as long as
// said.
func TestKeyColumnErrors(t *testing.T) {
	keys := []int64{1, 2, 3}
	o := tableOptions{hash: hashes, chunkKeys: maxChunkKeys}
	file, err := writeFor(newColumn(keys, nil, blockRows), 3, o)
	if err != nil {
		t.Fatal(err)
	}
	broken := column.NewColumn(intType, &blocks{err: errTest, batches: make([]blockBatch, 1)})
	short := newColumn(keys[:2], nil, blockRows)
	for _, c := range []struct {
		keys *column.Column
		want string
	}{
		{broken, "the disk is on fire"},
		{short, "keys: block 0 of the keys has 2 rows, expected 3"},
	} {
		d, err := openFile(c.keys, 3, file)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = d.FindInt(2)
		wantError(t, err, c.want)
		_, err = writeFor(c.keys, 3, o)
		wantError(t, err, c.want)
	}
}

func TestOpenErrors(t *testing.T) {
	keys := make([]int64, 50)
	for i := range keys {
		keys[i] = int64(i)
	}
	c := newColumn(keys, nil, blockRows)
	// Four chunks of two buckets.
	o := tableOptions{hash: hashes, chunkKeys: 20}
	check := func(edit func(s sections), want string) {
		t.Helper()
		s := sections{}
		if err := writeTable(c, len(keys), s.add, o.hash, o.chunkKeys); err != nil {
			t.Fatal(err)
		}
		edit(s)
		file, err := writeSections(s.fill)
		if err != nil {
			t.Fatal(err)
		}
		_, err = openFile(c, len(keys), file)
		wantError(t, err, want)
	}
	put := func(at int, x uint32) func(s sections) {
		return func(s sections) { binary.LittleEndian.PutUint32(s[place{tagHeader, 0}][at:], x) }
	}
	check(func(s sections) { delete(s, place{tagHeader, 0}) }, "corrupt: it has no header")
	check(func(s sections) { s.cut(tagHeader, 0, 8) }, "corrupt: header of 24 bytes, expected 32")
	check(put(0, 51), "corrupt: 51 keys of 50 rows")
	check(put(0, 49), "corrupt: 50 entries, expected 49")
	check(put(8, 51), "corrupt: it is of 51 rows, expected 50")
	check(put(12, 1), "corrupt: 4294967346 rows, at most 4294967295 expected")
	check(put(16, 1), "corrupt: keys of kind 1, expected 2 for number (int64)")
	check(put(20, 30), "corrupt: 30 bits for a bucket, at most 29 expected")
	check(put(20, 1), "corrupt: 2 bits for a chunk, at most 1 expected")
	check(put(24, 4), "corrupt: 4 bits for a chunk, at most 3 expected")
	check(put(24, 11), "corrupt: 11 bits for a chunk, at most 3 expected")
	check(put(24, 1), "corrupt: directory of chunk 0 has 12 bytes, expected 20")
	check(func(s sections) { delete(s, place{tagDirectory, 3}) }, "corrupt: directory of chunk 3 has 0 bytes, expected 12")
	check(func(s sections) { delete(s, place{tagEntries, 3}) },
		"corrupt: chunk 3 has 0 bytes of entries, expected a multiple of 8 for 50 keys")
	check(func(s sections) { s.cut(tagEntries, 0, 4) },
		fmt.Sprintf("corrupt: chunk 0 has %d bytes of entries, expected a multiple of 8 for 50 keys", 8*chunkLen(keys, 0)-4))
	check(func(s sections) { s.cut(tagEntries, 0, 8) }, "corrupt: 49 entries, expected 50")

	_, err := openFile(newColumn([]string{"a"}, nil, blockRows), 1, mustWrite(t, c, len(keys), o))
	wantError(t, err, "corrupt: keys of kind 2, expected 1 for string")
	_, err = openFile(column.NewColumn(model.Type{Kind: model.Date}, &blocks{}), 1, mustWrite(t, c, len(keys), o))
	wantError(t, err, "keys: a key is a string or a number (int64), found date")
}

// chunkLen returns how many of the keys are in a chunk of four.
func chunkLen(keys []int64, chunk uint64) (n int) {
	for _, key := range keys {
		if hashInt(key)>>62 == chunk {
			n++
		}
	}
	return n
}

func mustWrite(t *testing.T, c *column.Column, rows int, o tableOptions) []byte {
	t.Helper()
	file, err := writeFor(c, rows, o)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestFindErrors has tables whose directory or entries are wrong.
func TestFindErrors(t *testing.T) {
	keys := []string{"a", "b", "c"}
	c := newColumn(keys, nil, blockRows)
	open := func(edit func(directory, entries []byte)) *Dictionary {
		t.Helper()
		s := sections{}
		if err := writeTable(c, 3, s.add, hashes, maxChunkKeys); err != nil {
			t.Fatal(err)
		}
		edit(s[place{tagDirectory, 0}], s[place{tagEntries, 0}])
		file, err := writeSections(s.fill)
		if err != nil {
			t.Fatal(err)
		}
		d, err := openFile(c, 3, file)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	_, _, err := open(func(directory, _ []byte) { directory[0] = 4 }).FindString("a")
	wantError(t, err, "corrupt: bucket 0 of chunk 0 is the entries 4 to 3, of 3")
	_, _, err = open(func(directory, _ []byte) { directory[4] = 4 }).FindString("a")
	wantError(t, err, "corrupt: bucket 0 of chunk 0 is the entries 0 to 4, of 3")
	d := open(func(_, entries []byte) {
		for i := range keys {
			binary.LittleEndian.PutUint32(entries[entryBytes*i:], 3)
		}
	})
	_, _, err = d.FindString("b")
	wantError(t, err, "corrupt: an entry has row 3, of 3")
	// An entry with another key's row is no hit.
	d = open(func(_, entries []byte) {
		for i := range keys {
			row := binary.LittleEndian.Uint32(entries[entryBytes*i:])
			binary.LittleEndian.PutUint32(entries[entryBytes*i:], (row+1)%3)
		}
	})
	for _, key := range keys {
		if row, ok, err := d.FindString(key); ok || err != nil {
			t.Errorf("key %s is at %d, %v, want none", key, row, err)
		}
	}
}
