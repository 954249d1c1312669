package ingest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// memorySource is a source of tables written as JSON rows, for tests.
type memorySource map[string]*memoryTable

func (s memorySource) URI() string                                      { return "memory" }
func (s memorySource) Close() error                                     { return nil }
func (s memorySource) Tables(context.Context) ([]model.TableRef, error) { return nil, nil }
func (s memorySource) Table(_ context.Context, ref model.TableRef) (source.Table, error) {
	if t, ok := s[ref.String()]; ok {
		t.ref = ref
		return t, nil
	}
	return nil, &source.NotFoundError{Source: "memory", Ref: ref}
}

// memoryTable is a table of one or more record batches.
type memoryTable struct {
	ref     model.TableRef
	schema  *arrow.Schema
	batches []arrow.RecordBatch
	rows    int64 // declared; -1: not
	fail    error // after the last batch
}

// newTable makes a table from its columns and its rows, a JSON array per batch.
func newTable(fields []arrow.Field, batches ...string) *memoryTable {
	for i := range fields {
		fields[i].Nullable = true
	}
	t := &memoryTable{schema: arrow.NewSchema(fields, nil)}
	for _, text := range batches {
		batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, t.schema, strings.NewReader(text))
		if err != nil {
			panic(fmt.Sprintf("%s: %v", text, err))
		}
		t.batches = append(t.batches, batch)
		t.rows += batch.NumRows()
	}
	return t
}

func (t *memoryTable) Ref() model.TableRef   { return t.ref }
func (t *memoryTable) Schema() *arrow.Schema { return t.schema }
func (t *memoryTable) Info() source.Info {
	return source.Info{Location: "memory/" + t.ref.Table, Rows: t.rows}
}

func (t *memoryTable) Scan(_ context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, batch := range t.batches {
			var fields []arrow.Field
			var arrays []arrow.Array
			for _, name := range columns {
				i := slices.IndexFunc(t.schema.Fields(), func(f arrow.Field) bool { return f.Name == name })
				fields, arrays = append(fields, t.schema.Field(i)), append(arrays, batch.Column(i))
			}
			if !yield(array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, batch.NumRows()), nil) {
				return
			}
		}
		if t.fail != nil {
			yield(nil, t.fail)
		}
	}
}

// field makes a column description.
func field(name string, t arrow.DataType) arrow.Field { return arrow.Field{Name: name, Type: t} }

var (
	text      = arrow.BinaryTypes.String
	whole     = arrow.PrimitiveTypes.Int64
	float     = arrow.PrimitiveTypes.Float64
	boolean   = arrow.FixedWidthTypes.Boolean
	date      = arrow.FixedWidthTypes.Date32
	instant   = arrow.FixedWidthTypes.Timestamp_us
	money     = &arrow.Decimal128Type{Precision: 10, Scale: 2}
	localTime = &arrow.TimestampType{Unit: arrow.Microsecond}
	nanos     = &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}
)

// cmpText writes a row on one line: "key: value value".
func cmpText(row engine.Row) string {
	cells := make([]string, len(row.Values))
	for i, v := range row.Values {
		cells[i] = fmt.Sprint(v)
		if t, ok := v.(time.Time); ok {
			cells[i] = t.Format(time.RFC3339Nano)
		}
	}
	return row.Key + ": " + strings.Join(cells, " ")
}
