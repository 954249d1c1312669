package databricks

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	arrow12 "github.com/apache/arrow/go/v12/arrow"
	array12 "github.com/apache/arrow/go/v12/arrow/array"
	ipc12 "github.com/apache/arrow/go/v12/arrow/ipc"
	memory12 "github.com/apache/arrow/go/v12/arrow/memory"
)

// carrier carries batches of the driver's old Arrow over to the current one. No
// value is copied: buffers are shared, which the garbage collector keeps, since the
// driver has them of Go's allocator.
type carrier struct {
	old *arrow12.Schema
	now *arrow.Schema
}

// newCarrier returns the carrier of a result whose schema is an Arrow IPC message.
func newCarrier(schema []byte) (*carrier, error) {
	old, err := ipc12.NewReader(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("the schema of the result is not readable: %w", err)
	}
	defer old.Release()
	now, err := ipc.NewReader(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("the schema of the result is not readable: %w", err)
	}
	defer now.Release()
	fields := now.Schema().Fields()
	for i := range fields {
		fields[i] = plainField(fields[i])
	}
	return &carrier{old.Schema(), arrow.NewSchema(fields, nil)}, nil
}

// plainField is the field as sources give it: nullable, and with instants in UTC,
// which their values are whatever the session's zone is called.
func plainField(f arrow.Field) arrow.Field {
	f.Nullable = true
	f.Type = plainType(f.Type)
	return f
}

func plainType(t arrow.DataType) arrow.DataType {
	switch t := t.(type) {
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return &arrow.TimestampType{Unit: t.Unit, TimeZone: "UTC"}
		}
	case *arrow.ListType:
		return arrow.ListOfField(plainField(t.ElemField()))
	}
	return t
}

// batch carries one batch over. It checks what it can of the batch's structure, so
// that reading its values does not panic.
func (c *carrier) batch(r arrow12.Record) (arrow.RecordBatch, error) {
	if int(r.NumCols()) != c.now.NumFields() {
		return nil, fmt.Errorf("a batch has %d columns, expected %d", r.NumCols(), c.now.NumFields())
	}
	columns := make([]arrow.Array, r.NumCols())
	defer func() {
		for _, column := range columns {
			if column != nil {
				column.Release()
			}
		}
	}()
	for i := range columns {
		old, want := r.Column(i), c.old.Field(i)
		if !arrow12.TypeEqual(old.DataType(), want.Type) {
			return nil, fmt.Errorf("column %q is of type %s in a batch, expected %s", want.Name, old.DataType(), want.Type)
		}
		if int64(old.Len()) != r.NumRows() {
			return nil, fmt.Errorf("column %q has %d rows in a batch of %d", want.Name, old.Len(), r.NumRows())
		}
		columns[i] = array.MakeFromData(carry(c.now.Field(i).Type, old.Data()))
		if err := validate(columns[i]); err != nil {
			return nil, fmt.Errorf("column %q of a batch: %w", want.Name, err)
		}
	}
	return array.NewRecordBatch(c.now, columns, r.NumRows()), nil
}

// carry is the same data in the same buffers, as an array of type t.
func carry(t arrow.DataType, d arrow12.ArrayData) arrow.ArrayData {
	buffers := make([]*memory.Buffer, len(d.Buffers()))
	for i, b := range d.Buffers() {
		if b != nil && (b.Bytes() != nil || i > 0) {
			buffers[i] = memory.NewBufferBytes(b.Bytes())
		}
	}
	var children []arrow.ArrayData
	if nested, ok := t.(arrow.NestedType); ok {
		fields := nested.Fields()
		for i, child := range d.Children() {
			children = append(children, carry(fields[i].Type, child))
		}
	}
	return array.NewData(t, d.Len(), buffers, children, d.NullN(), d.Offset())
}

// validate checks an array's buffers, and that the places of its texts, lists and
// maps ascend within what they point into; so do those of arrays within it. The texts
// themselves are not looked at.
func validate(a arrow.Array) error {
	if err := array.Validate(a); err != nil {
		return err
	}
	if a.Len() == 0 {
		return nil
	}
	last := int32(0)
	for i, at := range placesOf(a) {
		if at < last {
			return fmt.Errorf("place %d of its values is %d, after %d", i, at, last)
		}
		last = at
	}
	for _, data := range a.Data().Children() {
		child := array.MakeFromData(data)
		err := validate(child)
		child.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// placesOf returns where the values of an array begin, and where the last one ends,
// for arrays whose values differ in size.
func placesOf(a arrow.Array) []int32 {
	within := func(places []int32) []int32 { return places[a.Data().Offset() : a.Data().Offset()+a.Len()+1] }
	switch a := a.(type) {
	case *array.String:
		return a.ValueOffsets()
	case *array.Binary:
		return a.ValueOffsets()
	case *array.List:
		return within(a.Offsets())
	case *array.Map:
		return within(a.Offsets())
	}
	return nil
}

// pieces gives a batch in pieces of at most maxBatchRows rows, each to be released;
// the batch itself is released.
func pieces(b arrow.RecordBatch, give func(arrow.RecordBatch) bool) bool {
	if b.NumRows() <= maxBatchRows {
		return give(b)
	}
	defer b.Release()
	for at := int64(0); at < b.NumRows(); at += maxBatchRows {
		if !give(b.NewSlice(at, min(at+maxBatchRows, b.NumRows()))) {
			return false
		}
	}
	return true
}

// empty is a batch without rows, for its schema.
func (c *carrier) empty() arrow.RecordBatch {
	columns := make([]arrow.Array, c.now.NumFields())
	for i := range columns {
		b := array.NewBuilder(memory.DefaultAllocator, c.now.Field(i).Type)
		columns[i] = b.NewArray()
		b.Release()
	}
	defer func() {
		for _, column := range columns {
			column.Release()
		}
	}()
	return array.NewRecordBatch(c.now, columns, 0)
}

// emptyFile is a file of the result with one batch, which has no rows.
func (c *carrier) emptyFile() ([]byte, error) {
	builder := array12.NewRecordBuilder(memory12.DefaultAllocator, c.old)
	defer builder.Release()
	batch := builder.NewRecord()
	defer batch.Release()
	var file bytes.Buffer
	w := ipc12.NewWriter(&file, ipc12.WithSchema(c.old))
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		return nil, fmt.Errorf("a file without rows: %w", err)
	}
	return file.Bytes(), nil
}

// loadZones has the time types that the driver's Arrow shares between all statements
// look up their zone, once: they would do so when they are first used, without a lock.
var loadZones = sync.OnceFunc(func() {
	shared := arrow12.FixedWidthTypes
	for _, t := range []arrow12.DataType{shared.Timestamp_s, shared.Timestamp_ms, shared.Timestamp_us, shared.Timestamp_ns} {
		if timestamp, ok := t.(*arrow12.TimestampType); ok {
			_, _ = timestamp.GetZone() // UTC is always there
		}
	}
})
