package store

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// keyFiles names the files that say who the customers are.
func keyFiles(m *Manifest) []string { return withLive(m, KeyTableFile, KeysFile) }

// withLive adds the file that says which rows are live, where there is one.
func withLive(m *Manifest, files ...string) []string {
	if m.Customers < m.Rows {
		files = append(files, LiveFile)
	}
	return files
}

// checkKeys checks that the live rows are as many as the manifest says, and that
// the dictionary finds every key, and nothing else. It has those of rows that are
// not live, too: who comes back has the row as before.
func (v *verifier) checkKeys() error {
	s := v.snapshot
	if err := v.checkLayout(KeyTableFile); err != nil {
		return err
	}
	dictionary, err := s.Dictionary()
	if err != nil {
		return err
	}
	customers, found := 0, 0
	err = v.eachBlock(func(block, rows int) error {
		live, err := v.live(block, rows)
		if err != nil {
			return err
		}
		customers += live.Count()
		n, err := v.checkKeyBlock(dictionary, block, rows, live)
		found += n
		return err
	})
	switch {
	case err != nil:
		return err
	case customers != s.Customers():
		return v.wrong(LiveFile, "%d customers in the %d rows, expected %d", customers, s.Rows(), s.Customers())
	case dictionary.Len() != found:
		return v.wrong(KeyTableFile, "%d keys, expected %d", dictionary.Len(), found)
	}
	return nil
}

// live returns the rows of a block that are customers.
func (v *verifier) live(block, rows int) (*bitmap.Words, error) {
	view, err := v.snapshot.Live()
	if err != nil {
		return nil, err
	}
	words := new(bitmap.Words)
	words.Fill(rows)
	if view != nil {
		live := new(bitmap.Words)
		view.OrInto(live, uint16(block))
		words.And(live)
	}
	return words, nil
}

// checkKeyBlock checks the keys of a block, of whose rows these are live, and
// returns how many there are.
func (v *verifier) checkKeyBlock(dictionary *keys.Dictionary, block, rows int, live *bitmap.Words) (n int, err error) {
	vector, err := v.snapshot.keys.Block(block)
	if err != nil {
		return 0, err
	}
	var ints []int64
	if vector.IsWhole() {
		ints = vector.Ints(nil, firstRows(rows))
	}
	for i := range rows {
		row := uint32(block*bitmap.BlockRows + i)
		if vector.IsNull(i) {
			if live.Has(uint16(i)) {
				return 0, v.wrong(KeysFile, "row %d is a customer, and its key is NULL", row)
			}
			continue
		}
		n++
		found, ok, err := findKey(dictionary, vector, ints, i)
		switch {
		case err != nil:
			return 0, err
		case !ok:
			return 0, v.wrong(KeyTableFile, "the key of row %d is not found", row)
		case found != row:
			return 0, v.wrong(KeyTableFile, "the key of row %d is found in row %d", row, found)
		}
	}
	return n, nil
}

// firstRows returns the positions of the first n rows of a block.
func firstRows(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

// findKey looks up the key at position i of a block.
func findKey(dictionary *keys.Dictionary, vector *column.Vector, ints []int64, i int) (row uint32, ok bool, err error) {
	if ints != nil {
		return dictionary.FindInt(ints[i])
	}
	return dictionary.FindString(vector.Text(i))
}

// checkLayout checks the places of the sections of a file.
func (v *verifier) checkLayout(name string) error {
	file, err := toc.Open(v.snapshot.files[name])
	if err != nil {
		return err
	}
	return file.Check()
}
