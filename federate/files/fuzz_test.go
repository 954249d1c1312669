package files

import (
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

// fuzzFile opens a file of arbitrary bytes and scans what can be scanned
// twice. Errors are fine as long as they say where they are; two scans that
// succeed give the same rows, as many as were declared.
func fuzzFile(t *testing.T, name string, file []byte) {
	table, err := mustOpen(t, tree(t, name, string(file))).Table(t.Context(), ref("t"))
	if err != nil {
		var located *source.ReadError
		if !errors.As(err, &located) {
			t.Fatalf("%v is a %T, want a *source.ReadError", err, err)
		}
		return
	}
	var columns []string
	for _, f := range table.Schema().Fields() {
		if _, unsupported := f.Metadata.GetValue(source.UnsupportedKey); !unsupported {
			columns = append(columns, f.Name)
		}
	}
	first, err := sourcetest.Collect(t.Context(), table, columns...)
	second, err2 := sourcetest.Collect(t.Context(), table, columns...)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("the first scan ended with %v, the second with %v", err, err2)
	}
	if err != nil {
		return
	}
	if first == nil || second == nil {
		if first != second || table.Info().Rows != 0 {
			t.Fatalf("no rows in a scan, %d are declared", table.Info().Rows)
		}
		return
	}
	if first.NumRows() != table.Info().Rows {
		t.Fatalf("%d rows, %d are declared", first.NumRows(), table.Info().Rows)
	}
	for i, c := range first.Columns() { // NaN differs from itself
		if !array.ApproxEqual(c, second.Column(i), array.WithNaNsEqual(true)) {
			t.Fatalf("column %q differs between two scans", first.ColumnName(i))
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,x\n", "\uFEFFa\n\"q\"\"\"\n", "a,a\n", "a,b\n1\n", "n\n00001\n1.5\n1e9\n", "d,t\n2024-01-01,2024-01-01T00:00:00.123456789+02:00\n", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) { fuzzFile(t, "t.csv", file) })
}

func FuzzNDJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":1,"b":["x",null]}` + "\n\n{}", `{"a":{"b":[1]}}`, `{"a":1,"a":2}`, `{"a":[1,[2]]}`, `{"a":"\ud83d\ude00"}`, `{"a":1e400}`, "[]", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) { fuzzFile(t, "t.ndjson", file) })
}

func FuzzParquet(f *testing.F) {
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	f.Add(damaged(f, 1, &parquet.Uncompressed))
	f.Add(damaged(f, 2, &parquet.Snappy))
	f.Add(duckdbParquet(f, 20, "CODEC uncompressed"))
	f.Add(duckdbParquet(f, 20, "CODEC snappy, PARQUET_VERSION v2"))
	f.Fuzz(func(t *testing.T, file []byte) { fuzzFile(t, "t.parquet", file) })
}
