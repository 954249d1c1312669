package duck

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// connect returns a connection to an empty database until the end of the test.
func connect(t testing.TB) *Conn {
	t.Helper()
	db, err := Open(map[string]string{"threads": "2"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := c.Exec(t.Context(), "SET TimeZone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	return c
}

// rows returns each row of a query as JSON, which is what Arrow makes of it.
func rows(t testing.TB, c *Conn, query string) (lines []string, schema *arrow.Schema) {
	t.Helper()
	r, err := c.Query(t.Context(), query, "Etc/UTC")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer r.Release()
	for r.Next() {
		batch := r.RecordBatch()
		for _, column := range batch.Columns() {
			if data, ok := column.Data().(*array.Data); !ok || data.Len() != int(batch.NumRows()) {
				t.Fatalf("a column of %d rows in a batch of %d", column.Len(), batch.NumRows())
			}
		}
		for i := range int(batch.NumRows()) {
			var values []string
			for _, column := range batch.Columns() {
				text := "NULL"
				if column.IsValid(i) {
					text = column.ValueStr(i)
				}
				values = append(values, text)
			}
			lines = append(lines, strings.Join(values, "|"))
		}
	}
	if err := r.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return lines, r.Schema()
}

func TestTypes(t *testing.T) {
	c := connect(t)
	for _, test := range []struct{ query, typ, want string }{
		{"true, false, NULL::BOOLEAN", "bool", "true|false|NULL"},
		{"(-5)::TINYINT", "int8", "-5"},
		{"(-500)::SMALLINT", "int16", "-500"},
		{"7::INTEGER", "int32", "7"},
		{"9223372036854775807::BIGINT", "int64", "9223372036854775807"},
		{"1.5::FLOAT", "float32", "1.5"},
		{"'-inf'::DOUBLE, 'nan'::DOUBLE", "float64", "-Inf|NaN"},
		{"'short', 'exactly 12b.', 'thirteen byte', 'größer als zwölf', ''", "utf8", "short|exactly 12b.|thirteen byte|größer als zwölf|"},
		{"'\\x00\\xFF'::BLOB", "binary", "AP8="},
		{"DATE '2024-02-29'", "date32", "2024-02-29"},
		{"TIMESTAMP '2024-02-29 12:00:00.000001'", "timestamp[us]", "2024-02-29T12:00:00.000001"},
		{"TIMESTAMPTZ '2024-02-29 12:00:00+02'", "timestamp[us, tz=Etc/UTC]", "2024-02-29T10:00:00Z"},
		{"(-1.25)::DECIMAL(4,2), (-1.25)::DECIMAL(9,2)", "decimal(4, 2)", "-1.25|-1.25"},
		{"(-1.25)::DECIMAL(18,2), (-1.25)::DECIMAL(38,2)", "decimal(18, 2)", "-1.25|-1.25"},
		{"[1, NULL, 3], []::INTEGER[], NULL::INTEGER[]", "list<element: int32, nullable>", "[1,null,3]|[]|NULL"},
		{"[['a'], NULL, []]", "list<element: list<element: utf8, nullable>, nullable>", `[["a"],null,[]]`},
		{"{'x': 1, 'y': 'b'}", "struct<x: int32 nullable, y: utf8 nullable>", `{"x":1,"y":"b"}`},
		{"MAP {'k': 1}", "map<utf8, int32, items_nullable>", `[{"key":"k","value":1}]`},
	} {
		got, schema := rows(t, c, "SELECT "+test.query)
		if len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: %q, want %q", test.query, got, test.want)
		}
		typ := strings.ReplaceAll(schema.Field(0).Type.String(), "item:", "element:")
		if typ != test.typ {
			t.Errorf("%s: type %s, want %s", test.query, typ, test.typ)
		}
	}
}

// TestDescribe looks at what is not of a type that can be read.
func TestDescribe(t *testing.T) {
	c := connect(t)
	columns, err := c.Describe(t.Context(), `SELECT 1::UINTEGER a, 1::UBIGINT b, 1::HUGEINT c, 'x'::UUID d, [1::UTINYINT] e,
		TIME '12:00' f, TIMESTAMP_NS '2024-01-01' g, 1 h, NULL i FROM range(0)`, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, column := range columns {
		got = append(got, fmt.Sprintf("%s %s %t", column.Name, column.Type, column.Exact))
	}
	want := "a int64 false, b decimal(20, 0) false, c int64 false, d utf8 false, e list<item: int16, nullable> false, " +
		"f utf8 false, g timestamp[us] false, h int32 true, i int32 true"
	if joined := strings.Join(got, ", "); joined != want {
		t.Errorf("columns %s\nwant    %s", joined, want)
	}
	if _, err := c.Query(t.Context(), "SELECT 1::UINTEGER AS a", "UTC"); err == nil || err.Error() != `duckdb: column "a" is not of a type that can be read` {
		t.Errorf("a query of such a column: %v", err)
	}
}

// TestBatches compares rows over several batches with what DuckDB says of them:
// NULLs, lists that are out of order in their chunk, long texts.
func TestBatches(t *testing.T) {
	c := connect(t)
	const query = `SELECT i, CASE WHEN i % 7 <> 0 THEN i::SMALLINT END s, CASE WHEN i % 3 = 0 THEN repeat('é', (i % 40)::INT) END t,
		CASE WHEN i % 5 <> 0 THEN list_filter([i, NULL, i + 1], lambda x: coalesce(x, 1) % 2 = 1) END l, i % 2 = 0 b
		FROM (SELECT range::INTEGER % 30000 i FROM range(200000)) WHERE i % 11 <> 3`
	want, _ := rows(t, c, "SELECT concat_ws('|', i::VARCHAR, coalesce(s::VARCHAR, 'NULL'), coalesce(t, 'NULL'), "+
		"coalesce(replace(replace(l::VARCHAR, ' ', ''), 'NULL', 'null'), 'NULL'), b::VARCHAR) FROM ("+query+")")
	r, err := c.Query(t.Context(), query, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	got, batches := 0, 0
	for r.Next() {
		batch := r.RecordBatch()
		batches++
		if batch.NumRows() > MaxRows {
			t.Fatalf("a batch of %d rows", batch.NumRows())
		}
		for i := range int(batch.NumRows()) {
			var values []string
			for _, column := range batch.Columns() {
				text := "NULL"
				if column.IsValid(i) {
					text = column.ValueStr(i)
				}
				values = append(values, text)
			}
			if line := strings.Join(values, "|"); line != want[got] {
				t.Fatalf("row %d is %s, want %s", got, line, want[got])
			}
			got++
		}
	}
	if r.Err() != nil || got != len(want) {
		t.Errorf("%d rows, want %d: %v", got, len(want), r.Err())
	}
	if batches > 4 {
		t.Errorf("%d batches of %d rows", batches, got)
	}
}

func TestErrors(t *testing.T) {
	c := connect(t)
	for query, want := range map[string]Error{
		"SELECT x FROM range(1)": {Kind: "Binder Error", Text: `Referenced column "x" not found in FROM clause!`},
		"SELEC":                  {Kind: "Parser Error", Text: `syntax error at or near "SELEC"`},
		"FROM nobody":            {Kind: "Catalog Error", Text: "Table with name nobody does not exist!"},
	} {
		_, err := c.Query(t.Context(), query, "UTC")
		var found *Error
		if !errors.As(err, &found) || found.Kind != want.Kind || !strings.HasPrefix(found.Text, want.Text) {
			t.Errorf("%s: %v, want %+v", query, err, want)
		}
	}
	// An error behind rows that were given already.
	r, err := c.Query(t.Context(), "SELECT CASE WHEN range = 900000 THEN error('now') ELSE 1 END FROM range(1000000)", "UTC")
	for err == nil && r.Next() {
	}
	if err == nil {
		err = r.Err()
		r.Release()
	}
	if err == nil || err.Error() != "Invalid Input Error: now" {
		t.Errorf("a late error: %v", err)
	}
	if got, _ := rows(t, c, "SELECT 1"); len(got) != 1 {
		t.Errorf("after errors: %q", got)
	}
}

// endless is a query that takes hours before its first row.
const endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range <> b.range + 1"

// TestCancel ends statements by their context, at once and between batches.
func TestCancel(t *testing.T) {
	c := connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	r, err := c.Query(ctx, endless, "UTC")
	for err == nil && r.Next() {
	}
	if err == nil {
		err = r.Err()
		r.Release()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a query: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.Exec(ctx, "CREATE TABLE t AS "+endless); !errors.Is(err, context.Canceled) {
		t.Errorf("a statement: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	if r, err = c.Query(ctx, "FROM range(100000000)", "UTC"); err != nil || !r.Next() {
		t.Fatalf("a long result: %v", err)
	}
	cancel()
	for r.Next() {
	}
	if !errors.Is(r.Err(), context.Canceled) {
		t.Errorf("between batches: %v", r.Err())
	}
	r.Release()
	if _, err := c.Exec(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context: %v", err)
	}
	if got, _ := rows(t, c, "SELECT 1"); len(got) != 1 {
		t.Errorf("after all that: %q", got)
	}
}

// BenchmarkRead reads rows of six columns.
func BenchmarkRead(b *testing.B) {
	c := connect(b)
	const n = 2_000_000
	text := `CREATE TABLE t AS SELECT range id, 'customer-' || range k, range % 100 q, (range % 100000)::DECIMAL(12,2) amount,
		to_timestamp(range) at, CASE WHEN range % 3 = 0 THEN 'JP' ELSE 'US' END country FROM range(` + fmt.Sprint(n) + ")"
	if _, err := c.Exec(b.Context(), text); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := c.Query(b.Context(), "FROM t", "UTC")
		if err != nil {
			b.Fatal(err)
		}
		rows := int64(0)
		for r.Next() {
			rows += r.RecordBatch().NumRows()
		}
		if r.Err() != nil || rows != n {
			b.Fatalf("%d rows: %v", rows, r.Err())
		}
		r.Release()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
