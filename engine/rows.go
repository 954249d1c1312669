package engine

import (
	"context"
	"iter"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
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
// the columns called names: attributes, or values of each customer's events such as
// "purchase sum(amount) in last 90 days as spent", at the query's as_of; see [Columns].
// All are of the version that is current when the sequence starts. The rows are the
// caller's to keep. An error ends the sequence; *ColumnError is the one for a name that
// is no column, *RepeatedColumnError for two of one name, *OverflowError for a sum of
// more than 38 digits.
func (q *Query) Rows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for block, err := range q.blocks(ctx, names) {
			if err != nil {
				yield(Row{}, err)
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
// their rows, of one version as Rows does. An error ends the sequence.
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
// name in the master table, then the columns called names. Of a query that
// follows a DB, Batches may come to a later version with another schema: ask a
// Snapshot for both. Errors are those of Rows.
func (q *Query) BatchSchema(names ...string) (schema *arrow.Schema, err error) {
	err = q.ask(func(v *version, b *binding) error {
		found, err := Columns(b.checked, names...)
		if err == nil {
			schema = batchSchema(v.schema, found)
		}
		return err
	})
	return schema, err
}

// Batches returns the customers that the rule selects as Arrow record batches
// of at most bitmap.BlockRows rows, in order of their rows and of one version as
// Rows does; see BatchSchema. A batch is valid until the next iteration; who keeps
// it retains it. An error ends the sequence.
func (q *Query) Batches(ctx context.Context, names ...string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for block, err := range q.blocks(ctx, names) {
			if err != nil {
				yield(nil, err)
				return
			}
			batch := array.NewRecordBatch(block.schema, block.arrays, int64(len(block.rows)))
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
	schema *arrow.Schema    // of arrays
}

// blocks returns the selected customers block by block, with the columns
// called names, copied out of the snapshot: the consumer may take its time. The
// version is held open until the last one: what is planned refers to its bytes.
// Blocks without any are passed over.
func (q *Query) blocks(ctx context.Context, names []string) iter.Seq2[*members, error] {
	return func(yield func(*members, error) bool) {
		v, err := q.from.acquire()
		if err != nil {
			yield(nil, err)
			return
		}
		defer v.done()
		var t *taker
		if err := guard(func() (err error) { t, err = q.taker(ctx, v, names); return err }); err != nil {
			yield(nil, err)
			return
		}
		for block := range v.snapshot.Blocks() {
			m := &members{schema: t.schema}
			err := guard(func() error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return t.take(ctx, block, m)
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

// taker takes selected customers out of a version.
type taker struct {
	*version
	members *audience
	columns []*columnTaker // of the key, then of those asked for
	schema  *arrow.Schema  // of the columns
}

// taker plans the query over a version and finds the columns called names.
func (q *Query) taker(ctx context.Context, v *version, names []string) (*taker, error) {
	b, err := q.bind(v)
	if err != nil {
		return nil, err
	}
	p, err := q.program(ctx, v, b)
	if err != nil {
		return nil, err
	}
	t, err := newTaker(v, b.checked, p, names)
	if err != nil {
		return nil, err
	}
	t.members, err = q.audience(ctx, v, b, p)
	return t, err
}

// newTaker returns what takes the key and the columns called names of customers of a
// version whom a program selects. It has no members.
func newTaker(v *version, checked *rule.Checked, p *plan.Program, names []string) (*taker, error) {
	found, err := Columns(checked, names...)
	if err != nil {
		return nil, err
	}
	t := &taker{version: v, columns: []*columnTaker{storedTaker(v.snapshot.Keys())}, schema: batchSchema(v.schema, found)}
	for _, c := range found {
		t.columns = append(t.columns, newColumnTaker(v.snapshot, checked, c, p))
	}
	return t, nil
}

// take fills m with the selected customers of one block.
func (t *taker) take(ctx context.Context, block int, m *members) error {
	var selected bitmap.Words
	if err := t.members.block(ctx, block, &selected); err != nil {
		return err
	}
	return t.takeOf(ctx, block, &selected, m)
}

// takeOf fills m with some customers of one block.
func (t *taker) takeOf(ctx context.Context, block int, selected *bitmap.Words, m *members) error {
	if m.rows = selected.AppendRows(nil, 0); len(m.rows) == 0 {
		return nil
	}
	for _, c := range t.columns {
		arr, err := c.take(ctx, t.snapshot, block, selected, m.rows)
		if err != nil {
			return err
		}
		taken, err := column.NewVector(c.typ, arr)
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
