package keys

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFindMany looks keys up at once and one by one, in numbers around the size
// of a group.
func TestFindMany(t *testing.T) {
	const n = 500
	ints, texts := make([]int64, n), make([]string, n)
	for i := range n {
		ints[i], texts[i] = int64(3*i), fmt.Sprint("customer ", 3*i)
	}
	eachVariant(t, func(t *testing.T, o tableOptions) {
		r := rand.New(rand.NewPCG(*seed, 4))
		byInt := build(t, newColumn(ints, nil, blockRows), n, o)
		byText := build(t, newColumn(texts, nil, blockRows), n, o)
		for _, size := range []int{0, 1, groupKeys - 1, groupKeys, groupKeys + 1, 3*groupKeys + 7} {
			keys, want, wantMissing := make([]int64, size), make([]uint32, size), 0
			for i := range keys {
				keys[i] = r.Int64N(3 * n)
				want[i] = uint32(keys[i] / 3)
				if keys[i]%3 != 0 {
					want[i] = NoRow
					wantMissing++
				}
			}
			check := func(got []uint32, missing int, err error) {
				t.Helper()
				if err != nil || missing != wantMissing || !slices.Equal(got, want) {
					t.Fatalf("seed %d: %d keys: rows %v, %d missing, %v, want %v, %d", *seed, size, got, missing, err, want, wantMissing)
				}
			}
			got := make([]uint32, size)
			missing, err := findMany(byInt, got, func(i int) int64 { return keys[i] }, o.hash.ints, byInt.findIntIn)
			check(got, missing, err)
			text := func(i int) string { return fmt.Sprint("customer ", keys[i]) }
			missing, err = findMany(byText, got, text, o.hash.texts, byText.findStringIn)
			check(got, missing, err)
		}
	})
}

func TestFindManyExported(t *testing.T) {
	o := tableOptions{hash: hashes, chunkKeys: maxChunkKeys}
	ints := build(t, newColumn([]int64{5, 6}, nil, blockRows), 2, o)
	texts := build(t, newColumn([]string{"a", "b"}, nil, blockRows), 2, o)
	rows := make([]uint32, 3)
	missing, err := ints.FindInts(rows, []int64{6, 7, 5})
	if want := []uint32{1, NoRow, 0}; missing != 1 || err != nil || !slices.Equal(rows, want) {
		t.Errorf("rows %v, %d missing, %v, want %v", rows, missing, err, want)
	}
	keys := []string{"c", "b", "b"}
	missing, err = texts.FindStrings(rows, func(i int) string { return keys[i] })
	if want := []uint32{NoRow, 1, 1}; missing != 1 || err != nil || !slices.Equal(rows, want) {
		t.Errorf("rows %v, %d missing, %v, want %v", rows, missing, err, want)
	}
	_, err = ints.FindStrings(rows, nil)
	wantError(t, err, "keys: the keys are whole numbers, not strings")
	_, err = texts.FindInts(rows, nil)
	wantError(t, err, "keys: the keys are strings, not whole numbers")
}

// TestFindManyErrors has a directory, then entries, then a key column, that are
// wrong.
func TestFindManyErrors(t *testing.T) {
	keys := []int64{10, 20, 30} // no guess finds the second
	s := sections{}
	if err := writeTable(newColumn(keys, nil, blockRows), 3, s.add, hashes, maxChunkKeys); err != nil {
		t.Fatal(err)
	}
	check := func(rows int, edit func(), want string) {
		t.Helper()
		edit()
		file, err := writeSections(s.fill)
		if err != nil {
			t.Fatal(err)
		}
		d, err := openFile(newColumn(keys[:rows], nil, blockRows), 3, file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.FindInts(make([]uint32, 3), keys)
		wantError(t, err, want)
	}
	check(2, func() {}, "keys: block 0 of the keys has 2 rows, expected 3")
	check(3, func() { copy(s[place{tagEntries, 0}], "\xff\xff\xff\xff") }, "corrupt: an entry has row 4294967295, of 3")
	check(3, func() { s[place{tagDirectory, 0}][4] = 9 }, "corrupt: bucket 0 of chunk 0 is the entries 0 to 9, of 3")
}

// TestGuessedKeys looks up keys that are the row plus something, others among
// them, and some that only look like it: the rows must be those that FindInt
// gives.
func TestGuessedKeys(t *testing.T) {
	dense := make([]int64, 1000)
	for i := range dense {
		dense[i] = int64(i) - 500
	}
	holes := slices.Clone(dense)
	for i := 300; i < len(holes); i++ {
		holes[i] += 7
	}
	edge := []int64{math.MaxInt64 - 1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1}
	r := rand.New(rand.NewPCG(*seed, 5))
	for _, keys := range [][]int64{dense, holes, edge, {5}} {
		d := build(t, newColumn(keys, nil, blockRows), len(keys), tableOptions{hash: hashes, chunkKeys: maxChunkKeys})
		for _, unknown := range []int{0, 2, 20} { // one of so many is nobody's
			asked := make([]int64, 5000)
			for i := range asked {
				asked[i] = keys[r.IntN(len(keys))]
				if unknown > 0 && r.IntN(unknown) == 0 {
					asked[i] += int64(r.IntN(3000))
				}
			}
			rows := make([]uint32, len(asked))
			missing, err := d.FindInts(rows, asked)
			if err != nil {
				t.Fatal(err)
			}
			for i, key := range asked {
				row, ok, err := d.FindInt(key)
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					row = NoRow
					missing--
				}
				if rows[i] != row {
					t.Fatalf("key %d is row %d, want %d", key, rows[i], row)
				}
			}
			if missing != 0 {
				t.Errorf("the number of missing keys is wrong by %d", missing)
			}
		}
	}
}
