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
	"github.com/cespare/xxhash/v2"

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

// memoryTable is a table of one or more record batches, each of which is a part
// of its own.
type memoryTable struct {
	ref     model.TableRef
	schema  *arrow.Schema
	batches []arrow.RecordBatch
	texts   []string // of the batches, as they were given
	opaque  bool     // the source cannot tell parts apart
	rows    int64    // declared; -1: not
	fail    error    // after the last batch
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
		t.batches, t.texts = append(t.batches, batch), append(t.texts, text)
		t.rows += batch.NumRows()
	}
	return t
}

// Parts implements source.Parted: a part is called by its number and known by a
// hash of its text.
func (t *memoryTable) Parts(context.Context) ([]source.Part, error) {
	var parts []source.Part
	for i, text := range t.texts {
		if !t.opaque {
			id := fmt.Sprintf("%016x", xxhash.Sum64String(text))
			parts = append(parts, source.Part{Name: fmt.Sprintf("part-%04d", i), ID: id, Rows: t.batches[i].NumRows()})
		}
	}
	return parts, nil
}

// Only implements source.Parted.
func (t *memoryTable) Only(names []string) source.Table {
	some := &memoryTable{ref: t.ref, schema: t.schema, fail: t.fail}
	for i, batch := range t.batches {
		if slices.Contains(names, fmt.Sprintf("part-%04d", i)) {
			some.batches, some.texts = append(some.batches, batch), append(some.texts, t.texts[i])
			some.rows += batch.NumRows()
		}
	}
	return some
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
