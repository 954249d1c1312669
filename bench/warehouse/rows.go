package warehouse

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// Types of columns of results that are no table's.
var (
	stringType = arrow.BinaryTypes.String
	bigType    = arrow.PrimitiveTypes.Int64
	intType    = arrow.PrimitiveTypes.Int32
	boolType   = arrow.FixedWidthTypes.Boolean
	listType   = arrow.ListOf(arrow.BinaryTypes.String)
	mapType    = arrow.MapOf(arrow.BinaryTypes.String, arrow.BinaryTypes.String)
)

// rowsResult is a result of rows that are at hand: texts, numbers, booleans, times,
// lists and maps of texts, and nil for NULL.
func rowsResult(fields []arrow.Field, rows [][]any) (*dbtest.Result, error) {
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, row := range rows {
		for i, value := range row {
			if err := appendValue(b.Field(i), value); err != nil {
				return nil, fmt.Errorf("column %s: %w", fields[i].Name, err)
			}
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	reader, err := array.NewRecordReader(schema, []arrow.RecordBatch{batch})
	if err != nil {
		return nil, err
	}
	return &dbtest.Result{Reader: reader, Affected: -1}, nil
}

// appendValue appends a value to a builder of its type.
func appendValue(to array.Builder, value any) error {
	if value == nil {
		to.AppendNull()
		return nil
	}
	switch to := to.(type) {
	case *array.StringBuilder:
		if v, ok := value.(string); ok {
			to.Append(v)
			return nil
		}
	case *array.Int64Builder:
		if v, ok := value.(int64); ok {
			to.Append(v)
			return nil
		}
	case *array.Int32Builder:
		if v, ok := value.(int32); ok {
			to.Append(v)
			return nil
		}
	case *array.BooleanBuilder:
		if v, ok := value.(bool); ok {
			to.Append(v)
			return nil
		}
	case *array.TimestampBuilder:
		if v, ok := value.(time.Time); ok {
			to.Append(arrow.Timestamp(v.UnixMicro()))
			return nil
		}
	case *array.MapBuilder:
		if v, ok := value.(map[string]string); ok {
			return appendMap(to, v)
		}
	case *array.ListBuilder:
		if v, ok := value.([]string); ok {
			to.Append(true)
			for _, element := range v {
				if err := appendValue(to.ValueBuilder(), element); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return fmt.Errorf("a %T for %s", value, to.Type())
}

func appendMap(to *array.MapBuilder, values map[string]string) error {
	to.Append(true)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if err := appendValue(to.KeyBuilder(), key); err != nil {
			return err
		}
		if err := appendValue(to.ItemBuilder(), values[key]); err != nil {
			return err
		}
	}
	return nil
}

// nothing is the result of a statement without rows.
func nothing() *dbtest.Result { return &dbtest.Result{Affected: -1} }

// orNull is NULL for an empty text.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
