package interoptest

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// tables is a source in memory, by name of the table.
type tables map[string]*table

// URI implements source.Source.
func (tables) URI() string { return "memory" }

// Close implements source.Source.
func (tables) Close() error { return nil }

// Tables implements source.Source.
func (tables) Tables(context.Context) ([]model.TableRef, error) { return nil, nil }

// Table implements source.Source.
func (s tables) Table(_ context.Context, ref model.TableRef) (source.Table, error) {
	t, ok := s[ref.Table]
	if !ok {
		return nil, &source.NotFoundError{Source: s.URI(), Ref: ref}
	}
	return &table{ref: ref, schema: t.schema, parts: t.parts}, nil
}

// part is rows that come and go together.
type part struct {
	source.Part
	batch arrow.RecordBatch
}

// table is a source.Parted in memory.
type table struct {
	ref    model.TableRef
	schema *arrow.Schema
	parts  []part
}

func newTable(fields ...arrow.Field) *table {
	for i := range fields {
		fields[i].Nullable = true
	}
	return &table{schema: arrow.NewSchema(fields, nil)}
}

// add adds a part of rows; content says what is in it.
func (t *table) add(content any, rows [][]any) {
	build := array.NewRecordBuilder(memory.DefaultAllocator, t.schema)
	defer build.Release()
	for _, row := range rows {
		for i, v := range row {
			appendValue(build.Field(i), v)
		}
	}
	name, id := fmt.Sprintf("part-%04d", len(t.parts)), fmt.Sprintf("%016x", xxhash.Sum64String(fmt.Sprint(content)))
	t.parts = append(t.parts, part{source.Part{Name: name, ID: id, Rows: int64(len(rows))}, build.NewRecordBatch()})
}

// appendValue appends a value that fits the builder's type.
func appendValue(b array.Builder, v any) {
	if v == nil {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(v.(string))
	case *array.Int64Builder:
		b.Append(v.(int64))
	case *array.Float64Builder:
		b.Append(v.(float64))
	case *array.Decimal128Builder:
		b.Append(v.(decimal128.Num))
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.(int64)))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.(int64)))
	case *array.ListBuilder:
		b.Append(true)
		for _, elem := range v.([]any) {
			appendValue(b.ValueBuilder(), elem)
		}
	}
}

// Parts implements source.Parted.
func (t *table) Parts(context.Context) ([]source.Part, error) {
	parts := []source.Part{}
	for _, p := range t.parts {
		parts = append(parts, p.Part)
	}
	return parts, nil
}

// Only implements source.Parted.
func (t *table) Only(names []string) source.Table {
	some := &table{ref: t.ref, schema: t.schema}
	for _, p := range t.parts {
		if slices.Contains(names, p.Name) {
			some.parts = append(some.parts, p)
		}
	}
	return some
}

// Ref implements source.Table.
func (t *table) Ref() model.TableRef { return t.ref }

// Schema implements source.Table.
func (t *table) Schema() *arrow.Schema { return t.schema }

// Info implements source.Table.
func (t *table) Info() source.Info {
	info := source.Info{Location: "memory/" + t.ref.Table}
	for _, p := range t.parts {
		info.Rows += p.Rows
	}
	return info
}

// Scan implements source.Table.
func (t *table) Scan(_ context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, p := range t.parts {
			var fields []arrow.Field
			var arrays []arrow.Array
			for _, name := range columns {
				i := t.schema.FieldIndices(name)[0]
				fields, arrays = append(fields, t.schema.Field(i)), append(arrays, p.batch.Column(i))
			}
			if !yield(array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, p.batch.NumRows()), nil) {
				return
			}
		}
	}
}
