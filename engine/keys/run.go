package keys

import (
	"fmt"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Spill puts tables aside on disk.
type Spill interface {
	// WriteScratch writes a table and releases its batches. The error of a batch
	// ends it and is returned.
	WriteScratch(schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (Run, error)
}

// Run is a table that was put aside.
type Run interface {
	// Batch reads record batch i. The caller releases it.
	Batch(i int) (arrow.RecordBatch, error)
	// NumBatches returns the number of batches.
	NumBatches() int
	// Remove takes the table off the disk.
	Remove() error
}

// runSchema is the one column of a run.
func runSchema(t model.Type) *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: "key", Type: t.Arrow()}}, nil)
}

// writeRun puts keys aside in the order in which they come.
func writeRun(t model.Type, spill Spill, keys iter.Seq2[Key, error]) (Run, error) {
	schema := runSchema(t)
	return spill.WriteScratch(schema, func(yield func(arrow.RecordBatch, error) bool) {
		b := array.NewBuilder(memory.DefaultAllocator, t.Arrow())
		defer b.Release()
		size := 0
		for key, err := range keys {
			if err != nil {
				yield(nil, err)
				return
			}
			switch b := b.(type) {
			case *array.Int64Builder:
				b.Append(key.Int)
			case *array.StringBuilder:
				b.Append(key.Text)
			}
			size += len(key.Text)
			if b.Len() < batchKeys && size < batchBytes {
				continue
			}
			size = 0
			if !yield(newBatch(schema, b), nil) {
				return
			}
		}
		if b.Len() > 0 {
			yield(newBatch(schema, b), nil)
		}
	})
}

// newBatch returns what b has collected as a record batch, and empties b.
func newBatch(schema *arrow.Schema, b array.Builder) arrow.RecordBatch {
	keys := b.NewArray()
	defer keys.Release()
	return array.NewRecordBatch(schema, []arrow.Array{keys}, int64(keys.Len()))
}

// cursor reads a run key by key.
type cursor struct {
	typ   model.Type
	run   Run
	next  int // batch
	batch arrow.RecordBatch
	ints  *array.Int64
	texts *array.String
	at, n int // position within the batch, and its length
	key   Key // at that position
}

// advance moves to the next key, the first one at first. ok is false at the end.
// The key before is no longer valid.
func (c *cursor) advance() (ok bool, err error) {
	c.at++
	for c.at >= c.n {
		c.close()
		if c.next >= c.run.NumBatches() {
			return false, nil
		}
		if err := c.load(); err != nil {
			return false, err
		}
	}
	if c.ints != nil {
		c.key = Key{Int: c.ints.Value(c.at)}
	} else {
		c.key = Key{Text: c.texts.Value(c.at)}
	}
	return true, nil
}

// load reads the next batch.
func (c *cursor) load() error {
	batch, err := c.run.Batch(c.next)
	if err != nil {
		return err
	}
	c.batch = batch
	c.next++
	if !batch.Schema().Equal(runSchema(c.typ)) {
		return fmt.Errorf("keys: a run of %s, expected %s", batch.Schema(), runSchema(c.typ))
	}
	c.at, c.n = 0, int(batch.NumRows())
	switch keys := batch.Column(0).(type) {
	case *array.Int64:
		c.ints = keys
	case *array.String:
		c.texts = keys
	}
	return nil
}

// close releases the batch that is being read.
func (c *cursor) close() {
	if c.batch != nil {
		c.batch.Release()
		c.batch = nil
	}
	c.at, c.n = 0, 0
}
