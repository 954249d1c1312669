package engine

import (
	"context"
	"iter"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// Row is one customer.
type Row struct {
	Key string // a whole-number key in decimal digits
	// Values holds the columns asked for, in that order: nil for NULL, else
	// string, int64, float64, column.Decimal, bool, column.Day, time.Time in
	// UTC, or []any of these for a list.
	Values []any
}

// Rows returns the customers that the rule selects, in order of their rows, with
// the attributes called names. The rows are the caller's to keep. An error ends
// the sequence; *ColumnError is the one for a name that is no attribute.
func (q *Query) Rows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		fail := func(err error) { yield(Row{}, err) }
		positions, err := columns(q.db.Schema(), names)
		if err != nil {
			fail(err)
			return
		}
		for block, err := range q.blocks(ctx, positions) {
			if err != nil {
				fail(err)
				return
			}
			for i := range block.rows {
				if !yield(block.row(i), nil) {
					return
				}
			}
		}
	}
}

// Keys returns the keys of the customers that the rule selects, in order of
// their rows. An error ends the sequence.
func (q *Query) Keys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for row, err := range q.Rows(ctx) {
			if !yield(row.Key, err) {
				return
			}
		}
	}
}

// BatchSchema returns the schema of what Batches delivers: the key under its
// name in the master table, then the attributes called names.
func (q *Query) BatchSchema(names ...string) (*arrow.Schema, error) {
	positions, err := columns(q.db.Schema(), names)
	if err != nil {
		return nil, err
	}
	return q.batchSchema(positions), nil
}

// batchSchema is BatchSchema for the attributes at the given positions.
func (q *Query) batchSchema(positions []int) *arrow.Schema {
	schema := q.db.Schema()
	fields := []arrow.Field{{Name: schema.KeyColumn, Type: schema.KeyType.Arrow()}}
	for _, i := range positions {
		a := schema.Attributes[i]
		fields = append(fields, arrow.Field{Name: a.Name, Type: a.Type.Arrow(), Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// Batches returns the customers that the rule selects as Arrow record batches
// of at most bitmap.BlockRows rows, in order of their rows; see BatchSchema. A
// batch is valid until the next iteration; who keeps it retains it. An error
// ends the sequence.
func (q *Query) Batches(ctx context.Context, names ...string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		positions, err := columns(q.db.Schema(), names)
		if err != nil {
			yield(nil, err)
			return
		}
		schema := q.batchSchema(positions)
		for block, err := range q.blocks(ctx, positions) {
			if err != nil {
				yield(nil, err)
				return
			}
			batch := array.NewRecordBatch(schema, block.arrays, int64(len(block.rows)))
			more := yield(batch, nil)
			batch.Release()
			if !more {
				return
			}
		}
	}
}

// members is the selected customers of one block.
type members struct {
	rows   []uint32         // within the block
	values []*column.Vector // key, then the columns asked for, of rows
	arrays []arrow.Array    // the same
}

// blocks returns the selected customers block by block, with the attributes at
// the given positions, copied out of the snapshot: the consumer may take its
// time. Blocks without any are passed over.
func (q *Query) blocks(ctx context.Context, positions []int) iter.Seq2[*members, error] {
	return func(yield func(*members, error) bool) {
		var p *plan.Program
		if err := q.db.guard(func() (err error) { p, err = q.program(ctx); return err }); err != nil {
			yield(nil, err)
			return
		}
		// The program refers to mapped bytes: keep them for as long as it is used.
		if err := q.db.snapshot.Pin(); err != nil {
			yield(nil, boundary(err))
			return
		}
		defer q.db.snapshot.Unpin()
		for block := range q.db.snapshot.Blocks() {
			m := new(members)
			err := guardPinned(func() error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return q.take(ctx, p, block, positions, m)
			})
			if err != nil {
				yield(nil, err)
				return
			}
			if len(m.rows) > 0 && !yield(m, nil) {
				return
			}
		}
	}
}

// take fills m with the selected customers of one block.
func (q *Query) take(ctx context.Context, p *plan.Program, block int, positions []int, m *members) error {
	var selected bitmap.Words
	if err := exec.Block(ctx, q.db.snapshot, p.Root, block, &selected); err != nil {
		return err
	}
	m.rows = selected.AppendRows(nil, 0)
	stored := []*column.Column{q.db.snapshot.Keys()}
	for _, i := range positions {
		stored = append(stored, q.db.snapshot.Attribute(i))
	}
	for _, c := range stored {
		values, err := c.Block(block)
		if err != nil {
			return err
		}
		arr := values.Take(m.rows)
		taken, err := column.NewVector(c.Type(), arr)
		if err != nil {
			return err
		}
		m.values, m.arrays = append(m.values, taken), append(m.arrays, arr)
	}
	return nil
}

// row returns customer i of the block.
func (m *members) row(i int) Row {
	row := Row{Values: make([]any, len(m.values)-1)}
	switch key := m.values[0].Value(i).(type) {
	case string:
		row.Key = key
	case int64:
		row.Key = strconv.FormatInt(key, 10)
	}
	for j, v := range m.values[1:] {
		row.Values[j] = v.Value(i)
	}
	return row
}
