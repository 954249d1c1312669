package sourcetest

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Column is a column of the suite's tables: its type, and its value in each
// row, nil for NULL.
type Column struct {
	Name  string
	Type  arrow.DataType
	Value func(row int) any
}

// Scalars returns a column for each type that is not a list. Every third row or
// so is NULL, and the values show their whole type: a reader that infers types
// finds the same ones.
func Scalars() []Column {
	return []Column{
		{"id", arrow.BinaryTypes.String, func(row int) any { return fmt.Sprintf("k%05d é", row) }},
		{"n", arrow.PrimitiveTypes.Int64, orNull(3, func(row int) any { return int64(row)*1_000_003 - 5 })},
		{"price", &arrow.Decimal128Type{Precision: 9, Scale: 2}, orNull(4, func(row int) any {
			return decimal128.FromI64(int64(123_456_701 + row))
		})},
		{"score", arrow.PrimitiveTypes.Float64, orNull(5, func(row int) any { return float64(row)/7 + 1e-9 })},
		{"active", arrow.FixedWidthTypes.Boolean, orNull(7, func(row int) any { return row%2 == 0 })},
		{"day", arrow.FixedWidthTypes.Date32, orNull(3, func(row int) any { return arrow.Date32(row - 1000) })},
		{"at", arrow.FixedWidthTypes.Timestamp_us, orNull(6, func(row int) any {
			return arrow.Timestamp(1_700_000_000_123_456 + int64(row)*3_600_000_001)
		})},
	}
}

// Lists returns columns of lists.
func Lists() []Column {
	return []Column{
		{"tags", arrow.ListOf(arrow.BinaryTypes.String), orNull(4, func(row int) any {
			return []any{"golf", fmt.Sprintf("t%d", row), nil}[:row%4%3+1]
		})},
		{"sizes", arrow.ListOf(arrow.PrimitiveTypes.Int64), orNull(5, func(row int) any {
			return []any{int64(row), int64(-1)}[:row%3]
		})},
	}
}

// orNull makes every row that is a multiple of n, but the first, NULL.
func orNull(n int, value func(int) any) func(int) any {
	return func(row int) any {
		if row > 0 && row%n == 0 {
			return nil
		}
		return value(row)
	}
}

// Table makes a table of the columns.
func Table(columns []Column, rows int) arrow.RecordBatch {
	fields := make([]arrow.Field, len(columns))
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: true}
		b := array.NewBuilder(memory.DefaultAllocator, c.Type)
		for row := range rows {
			appendValue(b, c.Value(row))
		}
		arrays[i] = b.NewArray()
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, int64(rows))
}

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
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.Decimal128Builder:
		b.Append(v.(decimal128.Num))
	case *array.Date32Builder:
		b.Append(v.(arrow.Date32))
	case *array.TimestampBuilder:
		b.Append(v.(arrow.Timestamp))
	case *array.ListBuilder:
		b.Append(true)
		for _, e := range v.([]any) {
			appendValue(b.ValueBuilder(), e)
		}
	}
}
