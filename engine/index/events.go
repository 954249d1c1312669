package index

import (
	"fmt"
	"slices"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Events is the events of a behavior, in blocks of customers. It is immutable
// and safe for concurrent use.
type Events struct {
	blocks *column.Lazy[EventBlock]
}

// EventBlock is the events of the customers of one block. Its slices are the
// snapshot's own memory and must not be changed. It is safe for concurrent use.
type EventBlock struct {
	Rows  []uint16 // customer of each event, within the block
	Times []int64  // microseconds since 1970-01-01 UTC, ascending; one per dated event. The rest of Rows is undated.

	columns *column.Lazy[column.Vector] // the time, then the fields
}

// Time returns the times of all events, NULL where they are undated.
func (b *EventBlock) Time() (*column.Vector, error) { return b.columns.At(0) }

// Field returns the values of field i of the behavior, one per event. Its memory
// is not read before it is first asked for.
func (b *EventBlock) Field(i int) (*column.Vector, error) { return b.columns.At(1 + i) }

// Span returns the positions [lo, hi) of the events that lie in the interval.
func (b *EventBlock) Span(in window.Interval) (lo, hi int) {
	lo = sort.Search(len(b.Times), func(i int) bool { return b.Times[i] >= in.Lo })
	if in.Hi <= in.Lo {
		return lo, lo
	}
	n := sort.Search(len(b.Times)-lo, func(i int) bool { return b.Times[lo+i] >= in.Hi })
	return lo, lo + n
}

// Undated returns the customers of the events that have no time.
func (b *EventBlock) Undated() []uint16 { return b.Rows[len(b.Times):] }

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

// EventSchema returns the schema of the stored event table: row within the
// block, time (NULL for undated events, which come last), then the fields.
func EventSchema(fields []model.Field) *arrow.Schema {
	return arrow.NewSchema(eventFields(fields), nil)
}

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

// OpenEvents returns the events stored in b.
func OpenEvents(fields []model.Field, b column.Batches) *Events {
	load := func(i int) (*EventBlock, error) {
		batch, err := b.Batch(i)
		if err != nil {
			return nil, err
		}
		corrupt := func(reason error) error { return b.Corrupt(fmt.Errorf("block %d: %w", i, reason)) }
		block, err := openEventBlock(fields, batch)
		if err != nil {
			return nil, corrupt(err)
		}
		block.columns = eventColumns(fields, batch, corrupt)
		return block, nil
	}
	return &Events{blocks: column.NewLazy(b.NumBatches(), load)}
}

// openEventBlock checks what later reads rely on: the columns, and the order of
// times.
func openEventBlock(fields []model.Field, batch arrow.RecordBatch) (*EventBlock, error) {
	if !batch.Schema().Equal(EventSchema(fields)) {
		return nil, fmt.Errorf("columns %v, expected %v", batch.Schema(), EventSchema(fields))
	}
	times := batch.Column(1).(*array.Timestamp)
	dated := times.Len() - times.NullN()
	block := &EventBlock{
		Rows:  batch.Column(0).(*array.Uint16).Uint16Values(),
		Times: arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(times.TimestampValues()))[:dated],
	}
	if dated > 0 && times.IsNull(dated-1) || !slices.IsSorted(block.Times) {
		return nil, fmt.Errorf("events are not in order of time")
	}
	return block, nil
}

// eventColumns returns the time and the fields of a batch, each opened when it is
// first used.
func eventColumns(fields []model.Field, batch arrow.RecordBatch, corrupt func(error) error) *column.Lazy[column.Vector] {
	return column.NewLazy(1+len(fields), func(i int) (*column.Vector, error) {
		name, t := "the time", model.Type{Kind: model.Timestamp}
		if i > 0 {
			name, t = fmt.Sprintf("field %q", fields[i-1].Name), fields[i-1].Type
		}
		v, err := column.NewVector(t, batch.Column(1+i))
		if err != nil {
			return nil, corrupt(fmt.Errorf("%s: %w", name, err))
		}
		return v, nil
	})
}

// Block returns the events of the customers of block i.
func (e *Events) Block(i int) (*EventBlock, error) { return e.blocks.At(i) }
