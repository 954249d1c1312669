package keys

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// Dictionary gives the row of a key. It reads the table and the key column in
// place, and is exact: a row is given only where its key is the one asked for (I1
// of the package comment).
// It is immutable and safe for concurrent use, as long as the bytes of both are
// there.
type Dictionary struct {
	header
	keys   keyColumn
	table  *toc.File
	bytes  toc.Bytes // of the table
	chunks []chunk
}

// chunk is where a chunk lies in the table's bytes.
type chunk struct {
	directory, entries int64  // offsets
	n                  uint32 // entries
}

var (
	errNotInts    = errors.New("keys: the keys are strings, not whole numbers")
	errNotStrings = errors.New("keys: the keys are whole numbers, not strings")
)

// Open returns the dictionary of a key column with so many rows, by the table
// that was written for it. It reads the header of the table. A table that does
// not fit the column, or itself, is an error that table.Corrupt makes.
func Open(keys *column.Column, rows int, table *toc.File) (*Dictionary, error) {
	kind, err := kindOf(keys.Type())
	if err != nil {
		return nil, err
	}
	data, ok, err := table.Section(tagHeader, 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, table.Corrupt(errors.New("it has no header"))
	}
	h, err := parseHeader(data)
	switch {
	case err != nil:
		return nil, table.Corrupt(err)
	case h.kind != kind:
		return nil, table.Corrupt(fmt.Errorf("keys of kind %d, expected %d for %s", h.kind, kind, keys.Type()))
	case h.rows != uint64(rows):
		return nil, table.Corrupt(fmt.Errorf("it is of %d rows, expected %d", h.rows, rows))
	}
	d := &Dictionary{header: h, keys: keyColumn{keys, uint32(rows)}, table: table, bytes: table.Bytes()}
	if err := d.openChunks(); err != nil {
		return nil, table.Corrupt(err)
	}
	return d, nil
}

// openChunks finds the sections of the chunks and checks their sizes.
func (d *Dictionary) openChunks() error {
	sum := uint64(0)
	for i := range uint32(d.numChunks()) {
		directory, size, ok := d.table.Place(tagDirectory, i)
		if want := startBytes * int64(d.numBuckets()+1); !ok || size != want {
			return fmt.Errorf("directory of chunk %d has %d bytes, expected %d", i, size, want)
		}
		entries, size, ok := d.table.Place(tagEntries, i)
		if !ok || size%entryBytes != 0 || uint64(size/entryBytes) > d.header.count {
			return fmt.Errorf("chunk %d has %d bytes of entries, expected a multiple of %d for %d keys", i, size, entryBytes, d.header.count)
		}
		d.chunks = append(d.chunks, chunk{directory, entries, uint32(size / entryBytes)})
		sum += uint64(size / entryBytes)
	}
	if sum != d.header.count {
		return fmt.Errorf("%d entries, expected %d", sum, d.header.count)
	}
	return nil
}

// Len returns the number of keys that the dictionary finds.
func (d *Dictionary) Len() int { return int(d.header.count) }

// FindInt returns the row of a whole-number key; ok is false where no customer
// has it. After the first use of a piece of the files it allocates nothing. The
// error may be that the files are corrupt, or that the keys are strings.
func (d *Dictionary) FindInt(key int64) (row uint32, ok bool, err error) {
	if d.kind != kindInt {
		return 0, false, errNotInts
	}
	return d.findInt(hashInt(key), key)
}

// FindString is FindInt for string keys.
func (d *Dictionary) FindString(key string) (row uint32, ok bool, err error) {
	if d.kind != kindString {
		return 0, false, errNotStrings
	}
	return d.findString(hashString(key), key)
}

// findInt returns the row of a key with the given hash.
func (d *Dictionary) findInt(hash uint64, key int64) (row uint32, ok bool, err error) {
	entries, err := d.entriesOf(hash)
	if err != nil {
		return 0, false, err
	}
	return d.findIntIn(entries, hash, key)
}

// findIntIn is findInt among the entries of the hash's bucket.
func (d *Dictionary) findIntIn(entries []byte, hash uint64, key int64) (row uint32, ok bool, err error) {
	for {
		row, entries, ok, err = d.next(entries, check(hash))
		if !ok {
			return 0, false, err
		}
		same, err := d.keys.isInt(row, key)
		if err != nil {
			return 0, false, err
		}
		if same {
			return row, true, nil
		}
	}
}

// findString returns the row of a key with the given hash.
func (d *Dictionary) findString(hash uint64, key string) (row uint32, ok bool, err error) {
	entries, err := d.entriesOf(hash)
	if err != nil {
		return 0, false, err
	}
	return d.findStringIn(entries, hash, key)
}

// findStringIn is findString among the entries of the hash's bucket.
func (d *Dictionary) findStringIn(entries []byte, hash uint64, key string) (row uint32, ok bool, err error) {
	for {
		row, entries, ok, err = d.next(entries, check(hash))
		if !ok {
			return 0, false, err
		}
		same, err := d.keys.isString(row, key)
		if err != nil {
			return 0, false, err
		}
		if same {
			return row, true, nil
		}
	}
}

// entriesOf returns the entries of a hash's bucket.
func (d *Dictionary) entriesOf(hash uint64) ([]byte, error) {
	c := &d.chunks[d.chunk(hash)]
	bucket := d.bucket(hash)
	starts, err := d.bytes.Range(c.directory+startBytes*int64(bucket), 2*startBytes)
	if err != nil {
		return nil, err
	}
	lo, hi := binary.LittleEndian.Uint32(starts), binary.LittleEndian.Uint32(starts[startBytes:])
	if lo > hi || hi > c.n {
		return nil, d.table.Corrupt(fmt.Errorf("bucket %d of chunk %d is the entries %d to %d, of %d", bucket, d.chunk(hash), lo, hi, c.n))
	}
	if lo == hi {
		return nil, nil
	}
	return d.bytes.Range(c.entries+entryBytes*int64(lo), entryBytes*int64(hi-lo))
}

// next returns the row of the first entry with the given check, and the entries
// after it; ok is false where there is none.
func (d *Dictionary) next(entries []byte, check uint32) (row uint32, rest []byte, ok bool, err error) {
	for len(entries) >= entryBytes {
		entry := binary.LittleEndian.Uint64(entries)
		entries = entries[entryBytes:]
		switch found := uint32(entry >> 32); {
		case found < check:
			continue
		case found > check:
			return 0, nil, false, nil
		}
		if row = uint32(entry); row >= d.keys.rows {
			return 0, nil, false, d.table.Corrupt(fmt.Errorf("an entry has row %d, of %d", row, d.keys.rows))
		}
		return row, entries, true, nil
	}
	return 0, nil, false, nil
}
