package dbtest

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// changed returns a result with other columns if that is the fault of the call:
// what a statement gives after somebody altered the table.
func changed(reader array.RecordReader, h hit) array.RecordReader {
	fields := slices.Clone(reader.Schema().Fields())
	if len(fields) == 0 {
		return reader
	}
	c := &changedReader{RecordReader: reader, columns: len(fields)}
	switch {
	case h.is(SchemaChange):
		c.retype = true
		if fields[0].Type.ID() == arrow.STRING {
			fields[0].Type = arrow.PrimitiveTypes.Int64
		} else {
			fields[0].Type = arrow.BinaryTypes.String
		}
		fields[0].Metadata = arrow.Metadata{}
	case h.is(NameChange):
		fields[0].Name += "_renamed"
	case len(fields) > 1 && h.is(ColumnLost):
		c.columns--
		fields = fields[:c.columns]
	default:
		return reader
	}
	c.schema = arrow.NewSchema(fields, nil)
	return c
}

// changedReader gives the columns of another reader under another schema.
type changedReader struct {
	array.RecordReader
	schema  *arrow.Schema
	columns int  // of the reader's that are left
	retype  bool // the first column is of another type
	current arrow.RecordBatch
}

// Schema is what the columns became.
func (c *changedReader) Schema() *arrow.Schema { return c.schema }

// Next goes on to the next batch.
func (c *changedReader) Next() bool {
	c.drop()
	if !c.RecordReader.Next() {
		return false
	}
	batch := c.RecordReader.RecordBatch()
	columns := slices.Clone(batch.Columns()[:c.columns])
	if c.retype {
		columns[0] = retyped(columns[0])
		defer columns[0].Release()
	}
	c.current = array.NewRecordBatch(c.schema, columns, batch.NumRows())
	return true
}

// RecordBatch is the batch that Next went on to.
func (c *changedReader) RecordBatch() arrow.RecordBatch { return c.current }

// Record is RecordBatch.
func (c *changedReader) Record() arrow.RecordBatch { return c.current }

// Release gives back the reader.
func (c *changedReader) Release() {
	c.drop()
	c.RecordReader.Release()
}

func (c *changedReader) drop() {
	if c.current != nil {
		c.current.Release()
		c.current = nil
	}
}

// retyped is a column as text, or of a column of text the lengths.
func retyped(column arrow.Array) arrow.Array {
	texts, ok := column.(*array.String)
	if !ok {
		return textOf(column)
	}
	b := array.NewInt64Builder(memory.DefaultAllocator)
	defer b.Release()
	for i := range texts.Len() {
		if texts.IsNull(i) {
			b.AppendNull()
			continue
		}
		b.Append(int64(len(texts.Value(i))))
	}
	return b.NewArray()
}
