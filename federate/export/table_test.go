package export

import (
	"bytes"
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// allTypes has a column of every type and its lists, of every size of decimal.
var allTypes = arrow.NewSchema([]arrow.Field{
	{Name: "key", Type: arrow.BinaryTypes.String},
	nullable("s", arrow.BinaryTypes.String),
	nullable("i", arrow.PrimitiveTypes.Int64),
	nullable("f", arrow.PrimitiveTypes.Float64),
	nullable("d9", decimalType(9, 2)),
	nullable("d18", decimalType(18, 0)),
	nullable("d19", decimalType(19, 3)),
	nullable("d38", decimalType(38, 4)),
	nullable("b", arrow.FixedWidthTypes.Boolean),
	nullable("day", arrow.FixedWidthTypes.Date32),
	nullable("at", arrow.FixedWidthTypes.Timestamp_us),
	nullable("ss", arrow.ListOf(arrow.BinaryTypes.String)),
	nullable("is", arrow.ListOf(arrow.PrimitiveTypes.Int64)),
	nullable("fs", arrow.ListOf(arrow.PrimitiveTypes.Float64)),
	nullable("ds", arrow.ListOf(decimalType(38, 4))),
	nullable("bs", arrow.ListOf(arrow.FixedWidthTypes.Boolean)),
	nullable("days", arrow.ListOf(arrow.FixedWidthTypes.Date32)),
	nullable("ats", arrow.ListOf(arrow.FixedWidthTypes.Timestamp_us)),
}, nil)

func nullable(name string, typ arrow.DataType) arrow.Field {
	return arrow.Field{Name: name, Type: typ, Nullable: true}
}

func decimalType(precision, scale int32) arrow.DataType {
	return &arrow.Decimal128Type{Precision: precision, Scale: scale}
}

const (
	nines  = "9999999999999999999999999999999999.9999" // 38 digits
	odd    = "quote \" comma , line\r\nNUL \x00 emoji \U0001F600 \\N"
	minInt = "-9223372036854775808"
)

// allValues are rows of allTypes as Arrow reads them from JSON, two batches: at
// the ends of the ranges, empty, and NULL. 2^53 + 1 and 0.1 are among them.
var allValues = []string{
	`[
	{"key":"a","s":"Gold","i":9007199254740993,"f":0.1,"d9":"-1234567.89","d18":"999999999999999999","d19":"-9999999999999999.999","d38":"-` + nines + `","b":true,"day":"1969-12-31","at":"1969-12-31T23:59:59.999999Z",
	 "ss":["x","",null,"x"],"is":[1,null,-3],"fs":[0.5,null],"ds":["-0.0001",null],"bs":[true,null,false],"days":["1900-01-01",null],"ats":["1900-01-01T00:00:00Z",null]},
	{"key":"b","s":"","i":` + minInt + `,"f":-1e300,"d9":"0.01","d18":"-999999999999999999","d19":"9999999999999999.999","d38":"` + nines + `","b":false,"day":"2200-12-31","at":"2024-02-29T12:00:00.5Z",
	 "ss":[],"is":[],"fs":[],"ds":[],"bs":[],"days":[],"ats":[]},
	{"key":"c"}
	]`,
	`[
	{"key":"","s":"Gold","i":0,"f":-0.0,"d9":"0.00","d18":"0","d19":"0.000","d38":"0.0000","b":true,"day":"1970-01-01","at":"1970-01-01T00:00:00Z",
	 "ss":[null],"is":[null],"fs":[null],"ds":[null],"bs":[null],"days":[null],"ats":[null]},
	{"key":"odd","s":"odd","ss":["odd","b"]}
	]`,
}

// allRows returns allValues, with odd where JSON says "odd".
func allRows(t testing.TB) []arrow.RecordBatch {
	t.Helper()
	escaped := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", `\r`, "\n", `\n`, "\x00", `\u0000`).Replace(odd) + `"`
	var batches []arrow.RecordBatch
	for _, rows := range allValues {
		batches = append(batches, batchOf(t, allTypes, strings.ReplaceAll(rows, `"odd"`, escaped)))
	}
	return batches
}

// batchOf returns rows that are a JSON array of objects.
func batchOf(t testing.TB, schema *arrow.Schema, rows string) arrow.RecordBatch {
	t.Helper()
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

// infinities is a batch of what JSON cannot say.
func infinities() (*arrow.Schema, arrow.RecordBatch) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "key", Type: arrow.PrimitiveTypes.Int64},
		nullable("f", arrow.PrimitiveTypes.Float64),
		nullable("fs", arrow.ListOf(arrow.PrimitiveTypes.Float64)),
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	floats := []float64{math.Inf(1), math.Inf(-1), 1e21, 123456789, 1e-7, math.MaxFloat64}
	lists := b.Field(2).(*array.ListBuilder)
	for i, x := range floats {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.Float64Builder).Append(x)
		lists.Append(true)
		lists.ValueBuilder().(*array.Float64Builder).Append(x)
	}
	return schema, b.NewRecordBatch()
}

// sequence returns batches as Write takes them.
func sequence(batches ...arrow.RecordBatch) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, b := range batches {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// then returns batches and, after them, an error.
func then(err error, batches ...arrow.RecordBatch) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for b := range sequence(batches...) {
			if !yield(b, nil) {
				return
			}
		}
		yield(nil, err)
	}
}

// writeBytes returns what Write makes of batches, and checks the count.
func writeBytes(t testing.TB, schema *arrow.Schema, opts Options, batches ...arrow.RecordBatch) []byte {
	t.Helper()
	var want int64
	for _, b := range batches {
		want += b.NumRows()
	}
	var out bytes.Buffer
	rows, err := Write(t.Context(), &out, schema, sequence(batches...), opts)
	if err != nil {
		t.Fatal(err)
	}
	if rows != want {
		t.Errorf("Write returned %d rows, want %d", rows, want)
	}
	return out.Bytes()
}
