package index

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
)

// eventFields returns the columns of a table of events.
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

// Batch returns a table of the events at some positions: row within the block, time
// (NULL for undated events), then the fields.
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
	return array.NewRecordBatch(arrow.NewSchema(eventFields(c.Fields), nil), columns, int64(len(order))), nil
}
