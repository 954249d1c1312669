package export

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

func schemaOf(fields ...arrow.Field) *arrow.Schema { return arrow.NewSchema(fields, nil) }

// checkWriteErr checks that writing in every format fails with a message, and
// leaves no output but, maybe, for a header.
func checkWriteErr(t *testing.T, schema *arrow.Schema, want string, batches ...arrow.RecordBatch) {
	t.Helper()
	for f := Parquet; f <= Arrow; f++ {
		var out bytes.Buffer
		rows, err := Write(t.Context(), &out, schema, sequence(batches...), Options{Format: f})
		if rows != 0 || err == nil || err.Error() != want {
			t.Errorf("%s: Write returned %d, %v, want the error %s", f, rows, err, want)
		}
	}
}

func TestWriteBadSchema(t *testing.T) {
	const types = "string, int64, float64, decimal128, bool, date32, timestamp[us, UTC] or a list of one of these"
	key := arrow.Field{Name: "customer_id", Type: arrow.PrimitiveTypes.Int64}
	checkWriteErr(t, schemaOf(), "the schema has no columns, expected at least one")
	checkWriteErr(t, schemaOf(key, nullable("email", arrow.BinaryTypes.String), nullable("customer_id", arrow.BinaryTypes.String)),
		`two columns are called "customer_id", expected every name once`)
	var many []arrow.Field
	for i := range maxColumns + 1 {
		many = append(many, nullable(fmt.Sprint(i), arrow.PrimitiveTypes.Int64))
	}
	checkWriteErr(t, schemaOf(many...), "the schema has 32769 columns, expected at most 32768")
	for _, test := range []struct {
		typ  arrow.DataType
		want string
	}{
		{arrow.PrimitiveTypes.Int32, "int32, expected " + types},
		{arrow.BinaryTypes.Binary, "binary, expected " + types},
		{arrow.BinaryTypes.LargeString, "large_utf8, expected " + types},
		{arrow.FixedWidthTypes.Timestamp_ms, "timestamp[ms, tz=UTC], expected " + types},
		{&arrow.TimestampType{Unit: arrow.Microsecond}, "timestamp[us], expected " + types},
		{&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Asia/Tokyo"}, "timestamp[us, tz=Asia/Tokyo], expected " + types},
		{arrow.ListOf(arrow.ListOf(arrow.BinaryTypes.String)), "list<item: list<item: utf8, nullable>, nullable>, expected " + types},
		{arrow.ListOf(arrow.PrimitiveTypes.Float32), "list<item: float32, nullable>, expected " + types},
		{decimalType(39, 0), "decimal(39, 0), expected 1 to 38 digits and a scale from 0 to these"},
		{decimalType(0, 0), "decimal(0, 0), expected 1 to 38 digits and a scale from 0 to these"},
		{decimalType(5, -1), "decimal(5, -1), expected 1 to 38 digits and a scale from 0 to these"},
		{decimalType(5, 6), "decimal(5, 6), expected 1 to 38 digits and a scale from 0 to these"},
	} {
		checkWriteErr(t, schemaOf(key, nullable("x", test.typ)), `column "x" has type `+test.want)
	}
}

func TestWriteBadBatch(t *testing.T) {
	a := nullable("a", arrow.BinaryTypes.String)
	whole := batchOf(t, schemaOf(a), `[{"a":"x"},{}]`)
	checkWriteErr(t, schemaOf(a, nullable("b", arrow.BinaryTypes.String)), "a batch has 1 columns, expected the 2 of the schema", whole)
	checkWriteErr(t, schemaOf(nullable("a", arrow.PrimitiveTypes.Int64)), `column "a" of a batch has type utf8, expected int64 of the schema`, whole)
	checkWriteErr(t, schemaOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String}), `column "a": found 1 NULL values in a batch, expected none as the schema says`, whole)

	for _, precision := range []int32{4, 12, 20} {
		schema := schemaOf(nullable("d", decimalType(precision, 1)))
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		tooLarge := decimal128.GetScaleMultiplier(int(precision))
		b.Field(0).(*array.Decimal128Builder).Append(tooLarge.Negate())
		checkWriteErr(t, schema, fmt.Sprintf(`column "d": found the value %s, expected at most %d digits`, tooLarge.Negate().ToString(1), precision), b.NewRecordBatch())
		b.Release()
	}
}

func TestWriteBadFormat(t *testing.T) {
	schema, batch := keys(t)
	var out bytes.Buffer
	want := "format is Format(0), expected parquet, csv or arrow"
	if _, err := Write(t.Context(), &out, schema, sequence(batch), Options{}); err == nil || err.Error() != want || out.Len() > 0 {
		t.Errorf("Write returned %v after %d bytes, want the error %s", err, out.Len(), want)
	}
}
