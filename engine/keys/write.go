package keys

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// WriteTable makes the table of a key column with so many rows, and hands its
// sections to add, which is done with data when it returns. NULL keys are left
// out; two other rows with one key are an error (I2 of the package comment). It
// reads the column once for every chunk of at most four million keys, and takes
// about 21 bytes for each of these, however many keys there are.
func WriteTable(keys *column.Column, rows int, add func(tag toc.Tag, index uint32, data []byte) error) error {
	return writeTable(keys, rows, add, hashes, maxChunkKeys)
}

// writeTable is WriteTable with any hash functions and size of chunks.
func writeTable(keys *column.Column, rows int, add func(tag toc.Tag, index uint32, data []byte) error, hash hasher, chunkKeys uint64) error {
	kind, err := kindOf(keys.Type())
	if err != nil {
		return err
	}
	if uint64(rows) > uint64(NoRow) {
		return fmt.Errorf("keys: %d rows, at most %d fit", rows, NoRow)
	}
	w := &tableWriter{keys: keyColumn{keys, uint32(rows)}, hash: hash}
	w.header.kind, w.header.rows = kind, uint64(rows)
	if w.header.count, err = w.count(); err != nil {
		return err
	}
	w.shape = newShape(w.header.count, chunkKeys)
	if err := add(tagHeader, 0, w.header.append(nil)); err != nil {
		return err
	}
	for i := range uint32(w.numChunks()) {
		if err := w.gather(i); err != nil {
			return err
		}
		if err := w.sort(); err != nil {
			return err
		}
		if err := add(tagDirectory, i, w.directory()); err != nil {
			return err
		}
		if err := add(tagEntries, i, w.sorted); err != nil {
			return err
		}
	}
	return nil
}

// tableWriter makes the chunks of a table, one after the other, in the same
// memory.
type tableWriter struct {
	header
	keys keyColumn
	hash hasher

	entries  []uint64 // of the chunk, in order of rows
	bucketOf []uint32 // of the entries
	sorted   []byte   // the entries, in order of the table
	starts   []uint32 // of the buckets, and the end of the last
	encoded  []byte   // starts
	ints     []int64  // keys of a block
	all      []uint32 // 0, 1, 2...: the rows of a block
}

// count returns the number of keys that get into the table.
func (w *tableWriter) count() (n uint64, err error) {
	for b := range w.keys.blocks() {
		v, err := w.keys.block(b)
		if err != nil {
			return 0, err
		}
		for i := range v.Len() {
			if !v.IsNull(i) {
				n++
			}
		}
	}
	return n, nil
}

// gather collects the entries of a chunk.
func (w *tableWriter) gather(chunk uint32) error {
	if w.entries == nil {
		n := int(w.header.count) / w.numChunks()
		n += n/64 + 64 // hashes spread evenly, but not quite
		w.entries, w.bucketOf = make([]uint64, 0, n), make([]uint32, 0, n)
	}
	w.entries, w.bucketOf = w.entries[:0], w.bucketOf[:0]
	for b := range w.keys.blocks() {
		v, err := w.keys.block(b)
		if err != nil {
			return err
		}
		hash := w.hashesOf(v)
		for i := range v.Len() {
			h := hash(i)
			if w.chunk(h) == chunk && !v.IsNull(i) {
				w.entries = append(w.entries, newEntry(h, uint32(b*bitmap.BlockRows+i)))
				w.bucketOf = append(w.bucketOf, w.bucket(h))
			}
		}
	}
	if len(w.entries) > math.MaxUint32 {
		return fmt.Errorf("keys: %d keys in a chunk, at most %d fit", len(w.entries), uint32(math.MaxUint32))
	}
	return nil
}

// hashesOf returns the hash of the key at a position of v; it is any where the
// key is NULL. The function is valid until the next call.
func (w *tableWriter) hashesOf(v *column.Vector) func(i int) uint64 {
	if w.kind == kindString {
		return func(i int) uint64 { return w.hash.texts(v.Text(i)) }
	}
	for i := len(w.all); i < v.Len(); i++ {
		w.all = append(w.all, uint32(i))
	}
	w.ints = v.Ints(w.ints[:0], w.all[:v.Len()])
	return func(i int) uint64 { return w.hash.ints(w.ints[i]) }
}

// sort puts the entries in order: by bucket, then ascending.
//
// Method: counting sort by bucket, then a sort of the few entries of each.
func (w *tableWriter) sort() error {
	n := w.numBuckets()
	w.starts = slices.Grow(w.starts[:0], n+1)[:n+1]
	clear(w.starts)
	for _, bucket := range w.bucketOf {
		w.starts[bucket+1]++
	}
	for i := range n {
		w.starts[i+1] += w.starts[i]
	}
	size := entryBytes * len(w.entries)
	w.sorted = slices.Grow(w.sorted[:0], size)[:size]
	for i, entry := range w.entries {
		at := w.starts[w.bucketOf[i]]
		w.starts[w.bucketOf[i]]++
		binary.LittleEndian.PutUint64(w.sorted[entryBytes*int(at):], entry)
	}
	copy(w.starts[1:], w.starts[:n]) // each had come to the start of the next
	w.starts[0] = 0
	for i := range n {
		if err := w.sortBucket(w.sorted[entryBytes*int(w.starts[i]) : entryBytes*int(w.starts[i+1])]); err != nil {
			return err
		}
	}
	return nil
}

// sortBucket puts the entries of one bucket in order, and checks that their keys
// are distinct.
func (w *tableWriter) sortBucket(bucket []byte) error {
	entries := w.entries[:0] // no longer needed
	for at := 0; at < len(bucket); at += entryBytes {
		entries = append(entries, binary.LittleEndian.Uint64(bucket[at:]))
	}
	slices.Sort(entries)
	for i, entry := range entries {
		binary.LittleEndian.PutUint64(bucket[entryBytes*i:], entry)
		for j := i - 1; j >= 0 && entries[j]>>32 == entry>>32; j-- {
			same, err := w.same(uint32(entries[j]), uint32(entry))
			if err != nil {
				return err
			}
			if same {
				return fmt.Errorf("keys: the rows %d and %d have the same key", uint32(entries[j]), uint32(entry))
			}
		}
	}
	return nil
}

// same reports whether two rows have the same key.
func (w *tableWriter) same(x, y uint32) (bool, error) {
	v, i, err := w.keys.at(x)
	if err != nil {
		return false, err
	}
	if w.kind == kindString {
		return w.keys.isString(y, v.Text(i))
	}
	return w.keys.isInt(y, v.Int(i))
}

// directory returns the starts as the section has them, valid until the next
// chunk.
func (w *tableWriter) directory() []byte {
	w.encoded = w.encoded[:0]
	for _, start := range w.starts {
		w.encoded = binary.LittleEndian.AppendUint32(w.encoded, start)
	}
	return w.encoded
}
