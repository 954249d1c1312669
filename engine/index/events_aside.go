package index

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Aside is how events are put aside: a table with a record batch for each of some
// collections of events, each of one block of customers.
type Aside struct {
	schema *arrow.Schema
	coded  []bool // by field: as numbers of shared texts
}

// NewAside returns how to put the events of collections aside, whose fields are the
// same; those that are nil do not count.
func NewAside(fields []model.Field, collections []*Collected) *Aside {
	a := &Aside{coded: make([]bool, len(fields))}
	columns := []arrow.Field{
		{Name: "row", Type: arrow.PrimitiveTypes.Uint16},
		{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us, Nullable: true},
	}
	for i, f := range fields {
		t := f.Type.Arrow()
		if a.coded[i] = allShared(collections, i); a.coded[i] {
			t = arrow.PrimitiveTypes.Uint32
		}
		columns = append(columns, arrow.Field{Name: "field:" + f.Name, Type: t, Nullable: true})
	}
	a.schema = arrow.NewSchema(columns, nil)
	return a
}

// allShared reports whether all texts of a field are shared ones.
func allShared(collections []*Collected, field int) bool {
	for _, c := range collections {
		if c != nil && !c.Values[field].IsShared() {
			return false
		}
	}
	return true
}

// Schema returns the schema of the table.
func (a *Aside) Schema() *arrow.Schema { return a.schema }

// Batch returns the events of a block as a batch of the table: row within the
// block, time (NULL for undated events), then the fields. It is valid until c is
// changed. The error is a *column.TooLargeError with the field's name.
func (a *Aside) Batch(c *Collected) (arrow.RecordBatch, error) {
	rows := array.NewUint16Builder(memory.DefaultAllocator)
	rows.Reserve(len(c.Rows))
	for _, row := range c.Rows {
		rows.UnsafeAppend(uint16(row % bitmap.BlockRows))
	}
	times, err := c.Times.Aside(false)
	if err != nil {
		return nil, err
	}
	columns := []arrow.Array{rows.NewArray(), times}
	for i, v := range c.Values {
		values, err := v.Aside(a.coded[i])
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", c.Fields[i].Name, err)
		}
		columns = append(columns, values)
	}
	return array.NewRecordBatch(a.schema, columns, int64(len(c.Rows))), nil
}

// TakeBack appends the events of a batch of an Aside, of the block whose first
// customer is base.
func (c *Collected) TakeBack(batch arrow.RecordBatch, base uint32) error {
	for _, row := range batch.Column(0).(*array.Uint16).Uint16Values() {
		c.Rows = append(c.Rows, base+uint32(row))
	}
	if err := c.Times.Append(batch.Column(1)); err != nil {
		return err
	}
	for f, values := range c.Values {
		if err := values.Append(batch.Column(2 + f)); err != nil {
			return err
		}
	}
	return nil
}
