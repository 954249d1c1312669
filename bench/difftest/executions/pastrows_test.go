package executions

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/source"
)

// readWhole reads a table.
func readWhole(ctx context.Context, read source.Table, key string) (_ *pastTable, err error) {
	t := &pastTable{ref: read.Ref(), schema: read.Schema()}
	if t.key, err = source.Column(read, key); err != nil {
		return nil, err
	}
	names := make([]string, t.schema.NumFields())
	for i := range names {
		names[i] = t.schema.Field(i).Name
	}
	var batches []arrow.RecordBatch
	for batch, err := range read.Scan(ctx, names) {
		if err != nil {
			return nil, err
		}
		batch.Retain()
		batches = append(batches, batch)
	}
	if t.rows, err = joined(t.schema, batches); err != nil {
		return nil, err
	}
	keys := t.rows.Column(t.key)
	for row := range keys.Len() {
		t.null = append(t.null, keys.IsNull(row))
		t.keys = append(t.keys, keys.ValueStr(row))
	}
	return t, nil
}

// joined returns the rows of all batches as one batch.
func joined(schema *arrow.Schema, batches []arrow.RecordBatch) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, schema.NumFields())
	rows := 0
	for i := range columns {
		if len(batches) == 0 {
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, schema.Field(i).Type, 0)
			continue
		}
		var pieces []arrow.Array
		for _, batch := range batches {
			pieces = append(pieces, batch.Column(i))
		}
		var err error
		if columns[i], err = array.Concatenate(pieces, memory.DefaultAllocator); err != nil {
			return nil, err
		}
		rows = columns[i].Len()
	}
	return array.NewRecordBatch(schema, columns, int64(rows)), nil
}

// add adds a piece of some rows of a batch, unless there are none or it is never
// there.
func (t *pastTable) add(name string, at stages, from arrow.RecordBatch, rows []int) error {
	if at == 0 || len(rows) == 0 {
		return nil
	}
	var runs []arrow.RecordBatch
	for lo := 0; lo < len(rows); {
		hi := lo + 1
		for hi < len(rows) && rows[hi] == rows[hi-1]+1 {
			hi++
		}
		runs = append(runs, from.NewSlice(int64(rows[lo]), int64(rows[hi-1]+1)))
		lo = hi
	}
	return t.addBatches(name, at, runs)
}

func (t *pastTable) addBatches(name string, at stages, batches []arrow.RecordBatch) error {
	rows, err := joined(t.schema, batches)
	if err != nil {
		return err
	}
	part, err := newPart(name, rows)
	t.pieces = append(t.pieces, piece{part, at})
	return err
}

// addGhosts adds a piece of rows that are those of the table, save that they have
// other keys. Keys that the column cannot hold become NULL.
func (t *pastTable) addGhosts(name string, at stages, keys []string) error {
	if len(keys) == 0 || t.rows.NumRows() == 0 {
		return nil
	}
	rows := t.rows
	for rows.NumRows() < int64(len(keys)) {
		var err error
		if rows, err = joined(t.schema, []arrow.RecordBatch{rows, rows}); err != nil {
			return err
		}
	}
	b := array.NewBuilder(memory.DefaultAllocator, t.schema.Field(t.key).Type)
	defer b.Release()
	for _, key := range keys {
		if b.AppendValueFromString(key) != nil {
			b.AppendNull()
		}
	}
	renamed, err := rows.NewSlice(0, int64(len(keys))).SetColumn(t.key, b.NewArray())
	if err != nil {
		return err
	}
	return t.addBatches(name, at, []arrow.RecordBatch{renamed})
}

// rotated returns a table in which every key has the values of the next.
func rotated(batch arrow.RecordBatch, key int) (arrow.RecordBatch, error) {
	if batch.NumRows() < 2 {
		return batch, nil
	}
	turned, err := joined(batch.Schema(), []arrow.RecordBatch{batch.NewSlice(1, batch.NumRows()), batch.NewSlice(0, 1)})
	if err != nil {
		return nil, err
	}
	return turned.SetColumn(key, batch.Column(key))
}
