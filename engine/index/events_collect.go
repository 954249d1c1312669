package index

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Collected is the events that a load collected, in any order. Event i is of
// customer Rows[i]; its time and fields are rows i of the builders.
type Collected struct {
	Rows   []uint32
	Times  *column.Builder
	Values []*column.Builder // as Fields
	Fields []model.Field
}

// NewCollected returns no events with these fields. A behavior's times are of
// type Timestamp.
func NewCollected(fields []model.Field) *Collected {
	c := &Collected{Times: column.NewBuilder(model.Type{Kind: model.Timestamp}, 0), Fields: fields}
	for _, f := range fields {
		c.Values = append(c.Values, column.NewBuilder(f.Type, 0))
	}
	return c
}

// Reset takes all events out, and keeps their memory for the next ones.
func (c *Collected) Reset() {
	c.Rows = c.Rows[:0]
	c.Times.Reset()
	for _, v := range c.Values {
		v.Reset()
	}
}

// Bytes returns the memory that the events take.
func (c *Collected) Bytes() int64 {
	n := int64(len(c.Rows))*4 + c.Times.Bytes()
	for _, v := range c.Values {
		n += v.Bytes()
	}
	return n
}

// eventFields returns the columns of the event table.
func eventFields(fields []model.Field) []arrow.Field {
	columns := []arrow.Field{
		{Name: "row", Type: arrow.PrimitiveTypes.Uint16},
		{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us, Nullable: true},
	}
	for _, f := range fields {
		columns = append(columns, arrow.Field{Name: "field:" + f.Name, Type: f.Type.Arrow(), Nullable: true})
	}
	return columns
}

// EventSchema returns the schema of the event table that a build puts aside: row
// within the block, time (NULL for undated events, which come last), then the
// fields.
func EventSchema(fields []model.Field) *arrow.Schema {
	return arrow.NewSchema(eventFields(fields), nil)
}

// Batch returns the event table of one block from the positions of its events,
// a piece of Order. The error is a *column.TooLargeError with the field's name.
func (c *Collected) Batch(order []uint32) (arrow.RecordBatch, error) {
	rows := array.NewUint16Builder(memory.DefaultAllocator)
	for _, i := range order {
		rows.Append(uint16(c.Rows[i] % bitmap.BlockRows))
	}
	times, err := c.Times.Take(order)
	if err != nil {
		return nil, err
	}
	columns := []arrow.Array{rows.NewArray(), times}
	for i, v := range c.Values {
		values, err := v.Take(order)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", c.Fields[i].Name, err)
		}
		columns = append(columns, values)
	}
	return array.NewRecordBatch(EventSchema(c.Fields), columns, int64(len(order))), nil
}
