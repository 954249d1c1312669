package export

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// A dictionary that grows too large is left for plain values until the next row
// group; a small one is kept; a key has none.
func TestParquetDictionary(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "key", Type: arrow.BinaryTypes.String},
		nullable("distinct", arrow.BinaryTypes.String),
		nullable("same", arrow.BinaryTypes.String),
		nullable("list", arrow.ListOf(arrow.BinaryTypes.String)),
	}, nil)
	const rows = 10000
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for row := range rows {
		text := fmt.Sprintf("%0400d", row)
		b.Field(0).(*array.StringBuilder).Append(text)
		b.Field(1).(*array.StringBuilder).Append(text)
		b.Field(2).(*array.StringBuilder).Append("Gold")
		list := b.Field(3).(*array.ListBuilder)
		list.Append(true)
		list.ValueBuilder().(*array.StringBuilder).Append(text)
	}
	batch := b.NewRecordBatch()
	f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet, RowGroupRows: 8000}, batch, batch))
	if diff := cmp.Diff(arrowColumns(schema, batch, batch), parquetColumns(t, f, schema)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	checkEncodings(t, f.Metadata().RowGroups[:2], map[string]string{
		"key":               "DATA_PAGE PLAIN",
		"distinct":          "DATA_PAGE PLAIN, DATA_PAGE RLE_DICTIONARY, DICTIONARY_PAGE PLAIN",
		"same":              "DATA_PAGE RLE_DICTIONARY, DICTIONARY_PAGE PLAIN",
		"list.list.element": "DATA_PAGE PLAIN, DATA_PAGE RLE_DICTIONARY, DICTIONARY_PAGE PLAIN",
	})
}

// checkEncodings compares the encodings of the pages of every column.
func checkEncodings(t *testing.T, groups []format.RowGroup, want map[string]string) {
	t.Helper()
	for i, group := range groups {
		for _, c := range group.Columns {
			var stats []string
			for _, s := range c.MetaData.EncodingStats {
				stats = append(stats, s.PageType.String()+" "+s.Encoding.String())
			}
			name := strings.Join(c.MetaData.PathInSchema, ".")
			if got := strings.Join(stats, ", "); got != want[name] {
				t.Errorf("row group %d, column %s: found %s, want %s", i, name, got, want[name])
			}
			if c.MetaData.Codec != format.Zstd {
				t.Errorf("row group %d, column %s: compressed by %s, want ZSTD", i, name, c.MetaData.Codec)
			}
		}
	}
}

const (
	plainPages  = "DATA_PAGE PLAIN"
	codedPages  = "DATA_PAGE RLE_DICTIONARY, DICTIONARY_PAGE PLAIN"
	someOfBoth  = "DATA_PAGE PLAIN, DATA_PAGE RLE_DICTIONARY, DICTIONARY_PAGE PLAIN"
	manyNumbers = 300_000
)

// numberTypes are the types that numbers of a dictionary may have.
var numberTypes = map[string]arrow.DataType{
	"i":   arrow.PrimitiveTypes.Int64,
	"f":   arrow.PrimitiveTypes.Float64,
	"day": arrow.FixedWidthTypes.Date32,
	"at":  arrow.FixedWidthTypes.Timestamp_us,
	"d9":  decimalType(9, 0),
	"d18": decimalType(18, 0),
}

// numbersBatch has row numbers and, of every type, columns of kinds: few numbers
// differ, more after a while, all do. Every seventh is NULL.
func numbersBatch(rows int64, kinds ...string) arrow.RecordBatch {
	fields := []arrow.Field{{Name: "row", Type: arrow.PrimitiveTypes.Int64}}
	for _, name := range slices.Sorted(maps.Keys(numberTypes)) {
		for _, kind := range kinds {
			fields = append(fields, nullable(kind+"_"+name, numberTypes[name]))
		}
	}
	fields = append(fields, nullable("few_list", arrow.ListOf(arrow.PrimitiveTypes.Int64)))
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	for i, f := range fields {
		kind, _, _ := strings.Cut(f.Name, "_")
		for row := range rows {
			appendNumber(b.Field(i), numberAt(kind, row), i > 0 && row%7 == 0)
		}
	}
	return b.NewRecordBatch()
}

// numberAt returns the number that a kind of column of numbersBatch has in a row.
func numberAt(kind string, row int64) int64 {
	switch {
	case kind == "few" || kind == "more" && row < 5000:
		return row%100 - 50
	case kind == "all":
		return manyNumbers/2 - row
	}
	return row
}

// appendNumber appends n, or NULL, or a list of both.
func appendNumber(b array.Builder, n int64, null bool) {
	if list, ok := b.(*array.ListBuilder); ok {
		list.Append(true)
		appendNumber(list.ValueBuilder(), n, null)
		appendNumber(list.ValueBuilder(), n, false)
		return
	}
	if null {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.Int64Builder:
		b.Append(n)
	case *array.Float64Builder:
		b.Append(float64(n) / 8)
	case *array.Date32Builder:
		b.Append(arrow.Date32(n))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(n))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(n))
	}
}

// Numbers of which few differ are in a dictionary, for as long as it is small; those
// that differ from the start are not, and leave none behind. The library and DuckDB
// read what was written.
func TestParquetNumberDictionaries(t *testing.T) {
	want := map[string]string{"row": plainPages, "few_list.list.element": codedPages}
	for name := range numberTypes {
		want["few_"+name], want["more_"+name], want["all_"+name] = codedPages, someOfBoth, plainPages
	}
	want["more_day"], want["more_d9"] = codedPages, codedPages // 4 bytes each are not too many
	checkNumbersFile(t, numbersBatch(20_000, "few", "all"), want)
	checkNumbersFile(t, numbersBatch(manyNumbers, "more"), want) // a page after the dictionary is full
}

// checkNumbersFile writes numbersBatch, and reads the columns back.
func checkNumbersFile(t *testing.T, batch arrow.RecordBatch, encodings map[string]string) {
	t.Helper()
	out := writeBytes(t, batch.Schema(), Options{Format: Parquet}, batch)
	f := openParquet(t, out)
	checkEncodings(t, f.Metadata().RowGroups, encodings)
	for i, field := range batch.Schema().Fields() {
		checkNumbers(t, field, f.RowGroups()[0].ColumnChunks()[i], batch.NumRows())
	}
	path := filepath.Join(t.TempDir(), "numbers.parquet")
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	db := openDuckDB(t)
	for _, field := range batch.Schema().Fields()[1:] {
		kind, name, _ := strings.Cut(field.Name, "_")
		if name == "list" {
			continue
		}
		stored := map[string]string{"i": "%s", "f": "%s * 8", "day": "%s - DATE '1970-01-01'", "at": "epoch_us(%s)", "d9": "%s", "d18": "%s"}[name]
		n := map[string]string{
			"few": "row % 100 - 50", "more": "CASE WHEN row < 5000 THEN row % 100 - 50 ELSE row END", "all": "150000 - row",
		}[kind]
		sql := fmt.Sprintf("SELECT count(*)::VARCHAR FROM read_parquet('%s') WHERE (CASE WHEN row %% 7 > 0 THEN %s END) IS DISTINCT FROM (%s)::BIGINT",
			path, n, fmt.Sprintf(stored, field.Name))
		if diff := cmp.Diff([][]string{{"0"}}, query(t, db, sql)); diff != "" {
			t.Errorf("column %s, rows that differ: -want +got\n%s", field.Name, diff)
		}
	}
}

// checkNumbers reads a column of numbersBatch back.
func checkNumbers(t *testing.T, f arrow.Field, chunk parquet.ColumnChunk, rows int64) {
	t.Helper()
	kind, _, _ := strings.Cut(f.Name, "_")
	_, isList := f.Type.(*arrow.ListType) // of two: what others have alone, and a number
	row := int64(-1)
	for _, v := range chunkValues(t, chunk) {
		second := v.RepetitionLevel() > 0
		if !second {
			row++
		}
		wantNull, want, got := row%7 == 0 && f.Nullable && !second, numberAt(kind, row), int64(0)
		switch v.Kind() {
		case parquet.Int32:
			got = int64(v.Int32())
		case parquet.Int64:
			got = v.Int64()
		case parquet.Double:
			got = int64(v.Double() * 8)
		}
		if v.IsNull() != wantNull || !wantNull && got != want || second && !isList {
			t.Errorf("column %s, row %d: found %v, want %d, or NULL: %t", f.Name, row, v, want, wantNull)
			return
		}
	}
	if row != rows-1 {
		t.Errorf("column %s has %d rows, want %d", f.Name, row+1, rows)
	}
}

// Both zeros and every NaN come back from a dictionary as they were.
func TestParquetFloatDictionary(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{nullable("f", arrow.PrimitiveTypes.Float64)}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	want := []uint64{0, 1 << 63, math.Float64bits(math.NaN()), 0xfff8000000000001, math.Float64bits(math.Inf(-1)), 1}
	for range 3 {
		for _, bits := range want {
			b.Field(0).(*array.Float64Builder).Append(math.Float64frombits(bits))
		}
	}
	f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, b.NewRecordBatch()))
	checkEncodings(t, f.Metadata().RowGroups, map[string]string{"f": codedPages})
	for i, v := range chunkValues(t, f.RowGroups()[0].ColumnChunks()[0]) {
		if got := math.Float64bits(v.Double()); got != want[i%len(want)] {
			t.Errorf("value %d is %x, want %x", i, got, want[i%len(want)])
		}
	}
}

// How rows come in batches does not show, where they are all in one slice each.
func TestParquetBatches(t *testing.T) {
	const rows = int64(20_000)
	batch := numbersBatch(rows, "few", "more", "all")
	whole := writeBytes(t, batch.Schema(), Options{Format: Parquet}, batch)
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	var parts []arrow.RecordBatch
	for lo := int64(0); lo < rows; {
		hi := min(rows, lo+1+r.Int64N(3000))
		parts = append(parts, batch.NewSlice(lo, hi))
		lo = hi
	}
	if parted := writeBytes(t, batch.Schema(), Options{Format: Parquet}, parts...); !bytes.Equal(whole, parted) {
		t.Errorf("%d batches make %d bytes that differ from the %d of one", len(parts), len(parted), len(whole))
	}
}
