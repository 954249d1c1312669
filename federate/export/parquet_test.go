package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// openParquet opens what Write has written.
func openParquet(t testing.TB, out []byte) *parquet.File {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// parquetColumns reads every column back: nil, bool, int64, float64, string,
// the unscaled *big.Int of a decimal in text, and []any for a list.
func parquetColumns(t testing.TB, f *parquet.File, schema *arrow.Schema) [][]any {
	t.Helper()
	columns := make([][]any, schema.NumFields())
	for _, group := range f.RowGroups() {
		for i, chunk := range group.ColumnChunks() {
			_, isList := schema.Field(i).Type.(*arrow.ListType)
			for _, v := range chunkValues(t, chunk) {
				if isList {
					columns[i] = appendElement(columns[i], v)
				} else {
					columns[i] = append(columns[i], plainValue(v))
				}
			}
		}
	}
	return columns
}

// chunkValues reads a column chunk.
func chunkValues(t testing.TB, chunk parquet.ColumnChunk) []parquet.Value {
	t.Helper()
	pages := chunk.Pages()
	defer func() {
		if err := pages.Close(); err != nil {
			t.Error(err)
		}
	}()
	var values []parquet.Value
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return values
		}
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]parquet.Value, page.NumValues())
		n, err := page.Values().ReadValues(buf)
		if n != len(buf) || err != nil && !errors.Is(err, io.EOF) {
			t.Fatalf("read %d of %d values: %v", n, len(buf), err)
		}
		for _, v := range buf {
			values = append(values, v.Clone())
		}
		parquet.Release(page)
	}
}

// appendElement appends a leaf of a list to the rows so far.
func appendElement(rows []any, v parquet.Value) []any {
	if v.RepetitionLevel() == 0 {
		rows = append(rows, any(nil))
	}
	last := len(rows) - 1
	if v.DefinitionLevel() >= 1 && rows[last] == nil {
		rows[last] = []any{}
	}
	if v.DefinitionLevel() >= 2 {
		rows[last] = append(rows[last].([]any), plainValue(v))
	}
	return rows
}

// plainValue turns a Parquet value into what parquetColumns returns.
func plainValue(v parquet.Value) any {
	switch v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32:
		return int64(v.Int32())
	case parquet.Int64:
		return v.Int64()
	case parquet.Double:
		return v.Double()
	case parquet.ByteArray:
		return string(v.ByteArray())
	case parquet.FixedLenByteArray:
		x := new(big.Int).SetBytes(v.ByteArray())
		if v.ByteArray()[0] >= 0x80 {
			x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(v.ByteArray()))))
		}
		return "decimal " + x.String()
	}
	return nil
}

// arrowColumns returns the values of batches as parquetColumns does.
func arrowColumns(schema *arrow.Schema, batches ...arrow.RecordBatch) [][]any {
	columns := make([][]any, schema.NumFields())
	for _, b := range batches {
		for i, arr := range b.Columns() {
			for row := range arr.Len() {
				columns[i] = append(columns[i], arrowValue(arr, row))
			}
		}
	}
	return columns
}

func arrowValue(arr arrow.Array, i int) any {
	if arr.IsNull(i) {
		return nil
	}
	switch arr := arr.(type) {
	case *array.List:
		start, end := arr.ValueOffsets(i)
		elems := []any{}
		for j := start; j < end; j++ {
			elems = append(elems, arrowValue(arr.ListValues(), int(j)))
		}
		return elems
	case *array.Boolean:
		return arr.Value(i)
	case *array.Int64:
		return arr.Value(i)
	case *array.Date32:
		return int64(arr.Value(i))
	case *array.Timestamp:
		return int64(arr.Value(i))
	case *array.Float64:
		return arr.Value(i)
	case *array.String:
		return arr.Value(i)
	case *array.Decimal128:
		x := arr.Value(i).BigInt()
		if arr.DataType().(*arrow.Decimal128Type).Precision <= 18 {
			return x.Int64()
		}
		return "decimal " + x.String()
	}
	panic(fmt.Sprintf("no test reads a %s", arr.DataType()))
}

// groupRows returns the number of rows in each row group.
func groupRows(f *parquet.File) []int64 {
	var rows []int64
	for _, group := range f.RowGroups() {
		rows = append(rows, group.NumRows())
	}
	return rows
}

func TestParquet(t *testing.T) {
	batches := allRows(t)
	for _, test := range []struct {
		name    string
		groups  int64
		batches []arrow.RecordBatch
		want    []int64
	}{
		{"two batches", 0, batches, []int64{5}},
		{"no batch", 0, nil, nil},
		{"empty batch", 0, []arrow.RecordBatch{batches[0].NewSlice(0, 0)}, nil},
		{"slices", 0, []arrow.RecordBatch{batches[0].NewSlice(1, 3), batches[1].NewSlice(1, 2)}, []int64{3}},
		{"row groups of 2", 2, batches, []int64{2, 2, 1}},
		{"row groups of 1", 1, batches, []int64{1, 1, 1, 1, 1}},
		{"row groups of 5", 5, batches, []int64{5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := openParquet(t, writeBytes(t, allTypes, Options{Format: Parquet, RowGroupRows: test.groups}, test.batches...))
			if diff := cmp.Diff(test.want, groupRows(f)); diff != "" {
				t.Errorf("rows of the row groups: -want +got\n%s", diff)
			}
			want, got := arrowColumns(allTypes, test.batches...), parquetColumns(t, f, allTypes)
			for i, field := range allTypes.Fields() {
				if diff := cmp.Diff(want[i], got[i]); diff != "" {
					t.Errorf("column %s: -want +got\n%s", field.Name, diff)
				}
			}
		})
	}
}

func TestParquetSchema(t *testing.T) {
	f := openParquet(t, writeBytes(t, allTypes, Options{Format: Parquet}))
	want := `message audience {
	required binary key (STRING);
	optional binary s (STRING);
	optional int64 i (INT(64,true));
	optional double f;
	optional int32 d9 (DECIMAL(9,2));
	optional int64 d18 (DECIMAL(18,0));
	optional fixed_len_byte_array(9) d19 (DECIMAL(19,3));
	optional fixed_len_byte_array(16) d38 (DECIMAL(38,4));
	optional boolean b;
	optional int32 day (DATE);
	optional int64 at (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	optional group ss (LIST) {
		repeated group list {
			optional binary element (STRING);
		}
	}
	optional group is (LIST) {
		repeated group list {
			optional int64 element (INT(64,true));
		}
	}
	optional group fs (LIST) {
		repeated group list {
			optional double element;
		}
	}
	optional group ds (LIST) {
		repeated group list {
			optional fixed_len_byte_array(16) element (DECIMAL(38,4));
		}
	}
	optional group bs (LIST) {
		repeated group list {
			optional boolean element;
		}
	}
	optional group days (LIST) {
		repeated group list {
			optional int32 element (DATE);
		}
	}
	optional group ats (LIST) {
		repeated group list {
			optional int64 element (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
		}
	}
}`
	if diff := cmp.Diff(want, f.Schema().String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got, want := f.Metadata().CreatedBy, "rollcall version 1(build parquet-go)"; got != want {
		t.Errorf("created by %q, want %q", got, want)
	}
}

func TestParquetMetadata(t *testing.T) {
	opts := Options{Format: Parquet, Metadata: map[string]string{"b": "2", "a": "", "rollcall.rule": "s = 'a'", "0": "x"}}
	f := openParquet(t, writeBytes(t, allTypes, opts, allRows(t)...))
	want := []format.KeyValue{{Key: "0", Value: "x"}, {Key: "a"}, {Key: "b", Value: "2"}, {Key: "rollcall.rule", Value: "s = 'a'"}}
	if diff := cmp.Diff(want, []format.KeyValue(f.Metadata().KeyValueMetadata)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Every combination of a precision and its largest numbers.
func TestParquetDecimals(t *testing.T) {
	for precision := int32(1); precision <= 38; precision++ {
		digits := strings.Repeat("9", int(precision))
		schema := arrow.NewSchema([]arrow.Field{nullable("d", decimalType(precision, 0))}, nil)
		batch := batchOf(t, schema, fmt.Sprintf(`[{"d":"-%s"},{"d":"%s"},{"d":"-1"},{}]`, digits, digits))
		f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, batch))
		if diff := cmp.Diff(arrowColumns(schema, batch), parquetColumns(t, f, schema)); diff != "" {
			t.Errorf("decimal(%d): -want +got\n%s", precision, diff)
		}
	}
}

// Bounds of wide decimals are those of the numbers, not of their bytes, or
// readers pass over row groups and pages.
func TestParquetDecimalBounds(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{nullable("d", decimalType(20, 0))}, nil)
	batch := batchOf(t, schema, `[{"d":"-5"},{"d":"3"},{},{"d":"-70000"},{},{}]`)
	f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet, RowGroupRows: 4}, batch))
	bytesOf := func(last ...byte) []byte {
		sign := byte(0)
		if last[0] >= 0x80 {
			sign = 0xff
		}
		return append(bytes.Repeat([]byte{sign}, 9-len(last)), last...)
	}
	lo, hi := bytesOf(0xfe, 0xee, 0x90), bytesOf(3)
	statistics := f.Metadata().RowGroups[0].Columns[0].MetaData.Statistics
	if !bytes.Equal(statistics.MinValue, lo) || !bytes.Equal(statistics.MaxValue, hi) || statistics.NullCount != 1 {
		t.Errorf("bounds of the row group are %x to %x with %d NULL, want %x to %x with 1", statistics.MinValue, statistics.MaxValue, statistics.NullCount, lo, hi)
	}
	want := []format.ColumnIndex{
		{NullPages: []bool{false}, NullCounts: []int64{1}, MinValues: [][]byte{lo}, MaxValues: [][]byte{hi}, BoundaryOrder: format.Ascending},
		{NullPages: []bool{true}, NullCounts: []int64{2}, MinValues: [][]byte{{}}, MaxValues: [][]byte{{}}, BoundaryOrder: format.Ascending},
	}
	got := f.ColumnIndexes()
	for i := range got {
		got[i].DefinitionLevelHistogram = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page index: -want +got\n%s", diff)
	}
}

// A row group ends where it is as large as allowed, at the next slice.
func TestParquetRowGroupBytes(t *testing.T) {
	const slice = 8192
	batches := benchBatches(5 * slice)
	f := openParquet(t, writeBytes(t, benchSchema, Options{Format: Parquet, rowGroupBytes: 1, sliceRows: slice}, batches...))
	if diff := cmp.Diff(slices.Repeat([]int64{slice}, 5), groupRows(f)); diff != "" {
		t.Errorf("rows of the row groups: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(arrowColumns(benchSchema, batches...), parquetColumns(t, f, benchSchema)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	// Counted from the start of the group, not of the file: two slices reach it, one does not.
	const limit = slice * 140 // a row takes some 73 bytes before it is encoded
	f = openParquet(t, writeBytes(t, benchSchema, Options{Format: Parquet, rowGroupBytes: limit, sliceRows: slice}, batches...))
	if diff := cmp.Diff([]int64{2 * slice, 2 * slice, slice}, groupRows(f)); diff != "" {
		t.Errorf("rows of the row groups: -want +got\n%s", diff)
	}
}

// Names that the library would stumble over as Go fields or paths.
func TestParquetNames(t *testing.T) {
	names := []string{"z", "a", "with, comma", "dotted.name", "Ünïcode 😀", "", `quo"te`, "A"}
	var fields []arrow.Field
	for _, name := range names {
		fields = append(fields, nullable(name, arrow.PrimitiveTypes.Int64))
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range names {
		b.Field(i).(*array.Int64Builder).Append(int64(i))
	}
	f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, b.NewRecordBatch()))
	var got []string
	for _, field := range f.Root().Columns() {
		got = append(got, field.Name())
	}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for i, values := range parquetColumns(t, f, schema) {
		if diff := cmp.Diff([]any{int64(i)}, values); diff != "" {
			t.Errorf("column %q: -want +got\n%s", names[i], diff)
		}
	}
}

// Random values of every type, in batches that start anywhere in their arrays.
func TestParquetRandom(t *testing.T) {
	seed := rand.Uint64()
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20 {
		var batches []arrow.RecordBatch
		for range r.IntN(4) {
			rows := 1 + r.IntN(300)
			b := array.NewRecordBuilder(memory.DefaultAllocator, allTypes)
			for range rows {
				for i, field := range allTypes.Fields() {
					appendRandom(r, b.Field(i), field.Nullable)
				}
			}
			whole := b.NewRecordBatch()
			b.Release()
			lo := r.IntN(rows)
			batches = append(batches, whole.NewSlice(int64(lo), int64(lo+1+r.IntN(rows-lo))))
		}
		opts := Options{Format: Parquet, RowGroupRows: 1 + r.Int64N(400)}
		f := openParquet(t, writeBytes(t, allTypes, opts, batches...))
		want, got := arrowColumns(allTypes, batches...), parquetColumns(t, f, allTypes)
		for i, field := range allTypes.Fields() {
			if diff := cmp.Diff(want[i], got[i]); diff != "" {
				t.Fatalf("column %s: -want +got\n%s", field.Name, diff)
			}
		}
	}
}

// appendRandom appends one value, now and then NULL.
func appendRandom(r *rand.Rand, b array.Builder, nullable bool) {
	if nullable && r.IntN(4) == 0 {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.ListBuilder:
		b.Append(true)
		for range r.IntN(4) {
			appendRandom(r, b.ValueBuilder(), true)
		}
	case *array.StringBuilder:
		b.Append(strings.Repeat(string(rune('a'+r.IntN(26))), r.IntN(5)))
	case *array.Int64Builder:
		b.Append(r.Int64() - r.Int64())
	case *array.Float64Builder:
		b.Append(float64(r.IntN(10000)-5000) / 64)
	case *array.BooleanBuilder:
		b.Append(r.IntN(2) == 0)
	case *array.Date32Builder:
		b.Append(arrow.Date32(r.Int32N(100000) - 50000))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(r.Int64N(1e17) - 5e16))
	case *array.Decimal128Builder:
		precision := b.Type().(*arrow.Decimal128Type).Precision
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(1+int64(r.Int32N(precision))), nil)
		x := new(big.Int).Mul(big.NewInt(r.Int64()), big.NewInt(r.Int64()))
		x.Rem(x, limit)
		if r.IntN(2) == 0 {
			x.Neg(x)
		}
		b.Append(decimal128.FromBigInt(x))
	default:
		panic(fmt.Sprintf("no random %s", b.Type()))
	}
}
