package ingest

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// writeKeys writes the key column and the table of keys: those of the old version,
// then the new ones.
func (n *numbering) writeKeys(ctx context.Context, c *customers) error {
	w := &keyWriter{numbering: n, c: c}
	schema := arrow.NewSchema([]arrow.Field{{Name: "key", Type: c.typ.Arrow(), Nullable: true}}, nil)
	if err := n.out.WriteArrow(store.KeysFile, schema, keyBatches(schema, w.all(ctx))); err != nil {
		return err
	}
	if c.numbered > store.MaxCustomers {
		return fmt.Errorf("%d rows, at most %d fit a snapshot; build with Full, or compact it, to take the rows of deleted customers out", c.numbered, uint64(store.MaxCustomers))
	}
	return n.openKeys(c)
}

// openKeys writes the table of the keys that have been written, and opens both.
func (b *builder) openKeys(c *customers) error {
	blocks := (c.numbered + bitmap.BlockRows - 1) / bitmap.BlockRows
	batches, err := b.out.OpenTable(store.KeysFile, blocks)
	if err != nil {
		return err
	}
	c.column = column.NewColumn(c.typ, batches)
	c.looked, c.placed, c.isPlaced = 0, nil, false
	err = b.out.WriteSections(store.KeyTableFile, func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		return keys.WriteTable(c.column, c.numbered, add)
	})
	if err != nil {
		return err
	}
	bytes, err := b.out.OpenWritten(store.KeyTableFile)
	if err != nil {
		return err
	}
	table, err := toc.Open(bytes)
	if err != nil {
		return err
	}
	c.dict, err = keys.Open(c.column, c.numbered, table)
	return err
}

// keyWriter gives the keys of all rows, and counts them.
type keyWriter struct {
	*numbering
	c *customers
}

// keyBatches returns keys as record batches, a block of customers each.
func keyBatches(schema *arrow.Schema, all iter.Seq2[*keys.Key, error]) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		build := array.NewBuilder(memory.DefaultAllocator, schema.Field(0).Type)
		defer build.Release()
		flush := func() bool {
			arr := build.NewArray()
			return yield(array.NewRecordBatch(schema, []arrow.Array{arr}, int64(arr.Len())), nil)
		}
		for key, err := range all {
			if err != nil {
				yield(nil, err)
				return
			}
			appendKey(build, key)
			if build.Len() == bitmap.BlockRows && !flush() {
				return
			}
		}
		if build.Len() > 0 {
			flush()
		}
	}
}

// appendKey appends a key, NULL where it is nil.
func appendKey(build array.Builder, key *keys.Key) {
	switch build := build.(type) {
	case *array.StringBuilder:
		if key != nil {
			build.Append(key.Text)
			return
		}
	case *array.Int64Builder:
		if key != nil {
			build.Append(key.Int)
			return
		}
	}
	build.AppendNull()
}

// all returns the keys in the order of rows; nil for a row whose key was purged.
// It notes new keys that come twice, once for each.
func (w *keyWriter) all(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		if w.old != nil {
			for key, err := range w.old.customers.each(ctx) {
				w.c.numbered++
				if !yield(key, err) || err != nil {
					return
				}
			}
		}
		for key, err := range w.joining(ctx) {
			w.c.numbered++
			if !yield(key, err) || err != nil {
				return
			}
		}
	}
}

// joining returns the keys that have no row yet, ascending, each once. A key is
// valid until the next.
func (w *keyWriter) joining(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		var last keys.Key
		var text []byte // of last, since the sorter reuses its own
		started, again := false, false
		for key, err := range w.sorter.Sorted(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if started && key.Int == last.Int && key.Text == string(text) {
				if !again {
					if w.doubles++; len(w.doubled) < maxNamedKeys {
						w.doubled = append(w.doubled, w.text(key))
					}
				}
				again = true
				continue
			}
			text = append(text[:0], key.Text...)
			last, started, again = key, true, false
			if !yield(&last, nil) {
				return
			}
		}
	}
}

// text returns a key as people read it.
func (w *keyWriter) text(key keys.Key) string {
	if w.c.typ.Kind == model.String {
		return clip(key.Text)
	}
	return strconv.FormatInt(key.Int, 10)
}

// scratchKeys lets a sorter of keys put runs aside.
type scratchKeys struct{ out *store.Writer }

// WriteScratch implements keys.Spill.
func (s scratchKeys) WriteScratch(schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (keys.Run, error) {
	return s.out.WriteScratch(schema, batches)
}
