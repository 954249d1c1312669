package keys

import (
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// fuzzKeys are the keys whose tables are fuzzed; the third is NULL.
var (
	fuzzInts  = []int64{-5, 0, 7, 1 << 40, 12, 13, 14, 15, 16, 17, 18}
	fuzzTexts = []string{"", "a", "b", "c", "dd", "e", "f", "g", "h", "i", "j"}
)

func fuzzColumns() []*column.Column {
	null := func(row int) bool { return row == 2 }
	return []*column.Column{newColumn(fuzzInts, null, blockRows), newColumn(fuzzTexts, null, blockRows)}
}

// FuzzSections opens a table of arbitrary sections. Whatever they are, no key
// gets the row of another.
func FuzzSections(f *testing.F) {
	for _, c := range fuzzColumns() {
		for _, chunkKeys := range []uint64{maxChunkKeys, 6} {
			s := sections{}
			if err := writeTable(c, len(fuzzInts), s.add, hashes, chunkKeys); err != nil {
				f.Fatal(err)
			}
			f.Add(s[place{tagHeader, 0}], s[place{tagDirectory, 0}], s[place{tagEntries, 0}], s[place{tagDirectory, 1}], s[place{tagEntries, 1}])
		}
	}
	columns := fuzzColumns()
	f.Fuzz(func(t *testing.T, header, directory0, entries0, directory1, entries1 []byte) {
		file, err := writeSections(sections{
			{tagHeader, 0}:    header,
			{tagDirectory, 0}: directory0, {tagEntries, 0}: entries0,
			{tagDirectory, 1}: directory1, {tagEntries, 1}: entries1,
		}.fill)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			checkExact(t, c, file)
		}
	})
}

// FuzzOpen opens an arbitrary file.
func FuzzOpen(f *testing.F) {
	for _, c := range fuzzColumns() {
		file, err := writeSections(func(add func(toc.Tag, uint32, []byte) error) error {
			return WriteTable(c, len(fuzzInts), add)
		})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	columns := fuzzColumns()
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, c := range columns {
			checkExact(t, c, file)
		}
	})
}

// checkExact looks keys up in a table of any bytes.
func checkExact(t *testing.T, c *column.Column, file []byte) {
	t.Helper()
	d, err := openFile(c, len(fuzzInts), file)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "corrupt: ") {
			t.Errorf("the error is %v", err)
		}
		return
	}
	for row, key := range append(slices.Clone(fuzzInts), 99) {
		got, ok, err := d.FindInt(key)
		if ok && (err != nil || got != uint32(row) || row == 2) {
			t.Errorf("key %d is at %d, %v", key, got, err)
		}
	}
	for row, key := range append(slices.Clone(fuzzTexts), "zz") {
		got, ok, err := d.FindString(key)
		if ok && (err != nil || got != uint32(row) || row == 2) {
			t.Errorf("key %q is at %d, %v", key, got, err)
		}
	}
	rows := make([]uint32, len(fuzzInts))
	if _, err := d.FindInts(rows, fuzzInts); err != nil {
		return
	}
	for row, got := range rows {
		if got != NoRow && got != uint32(row) {
			t.Errorf("key %d is at %d", fuzzInts[row], got)
		}
	}
}
