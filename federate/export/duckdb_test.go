package export

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver
	"github.com/google/go-cmp/cmp"
)

// duckdb writes a file of allRows and opens it as the view t.
func duckdb(t *testing.T, opts Options) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all.parquet")
	if _, err := WriteFile(t.Context(), path, allTypes, sequence(allRows(t)...), opts); err != nil {
		t.Fatal(err)
	}
	db := openDuckDB(t)
	for _, statement := range []string{
		"CREATE VIEW t AS SELECT * FROM read_parquet('" + path + "')",
		"CREATE VIEW metadata AS SELECT * FROM parquet_metadata('" + path + "')",
		"CREATE VIEW kv AS SELECT * FROM parquet_kv_metadata('" + path + "')",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// openDuckDB opens a database in memory.
func openDuckDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// query returns rows of text, NULL for NULL.
func query(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var result [][]string
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var row []string
		for _, v := range values {
			if !v.Valid {
				v.String = "NULL"
			}
			row = append(row, v.String)
		}
		result = append(result, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestDuckDBTypes(t *testing.T) {
	db := duckdb(t, Options{})
	want := [][]string{
		{"key", "VARCHAR"}, {"s", "VARCHAR"}, {"i", "BIGINT"}, {"f", "DOUBLE"},
		{"d9", "DECIMAL(9,2)"}, {"d18", "DECIMAL(18,0)"}, {"d19", "DECIMAL(19,3)"}, {"d38", "DECIMAL(38,4)"},
		{"b", "BOOLEAN"}, {"day", "DATE"}, {"at", "TIMESTAMP WITH TIME ZONE"},
		{"ss", "VARCHAR[]"}, {"is", "BIGINT[]"}, {"fs", "DOUBLE[]"}, {"ds", "DECIMAL(38,4)[]"},
		{"bs", "BOOLEAN[]"}, {"days", "DATE[]"}, {"ats", "TIMESTAMP WITH TIME ZONE[]"},
	}
	if diff := cmp.Diff(want, query(t, db, "SELECT column_name, column_type FROM (DESCRIBE t)")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDuckDBValues(t *testing.T) {
	for _, groupRows := range []int64{0, 2} {
		db := duckdb(t, Options{RowGroupRows: groupRows})
		got := query(t, db, `SELECT key, s, i::VARCHAR, f::VARCHAR, d9::VARCHAR, d18::VARCHAR, d19::VARCHAR, d38::VARCHAR,
			b::VARCHAR, day::VARCHAR, epoch_us("at")::VARCHAR, ss::VARCHAR, "is"::VARCHAR, fs::VARCHAR, ds::VARCHAR, bs::VARCHAR,
			days::VARCHAR, list_transform(ats, lambda x: epoch_us(x))::VARCHAR FROM t`)
		null := func(n int) []string { return strings.Split(strings.Repeat(" NULL", n), " ")[1:] }
		want := [][]string{
			{"a", "Gold", "9007199254740993", "0.1", "-1234567.89", "999999999999999999", "-9999999999999999.999", "-" + nines,
				"true", "1969-12-31", "-1", "[x, '', NULL, x]", "[1, NULL, -3]", "[0.5, NULL]", "[-0.0001, NULL]", "[true, NULL, false]",
				"[1900-01-01, NULL]", "[-2208988800000000, NULL]"},
			{"b", "", minInt, "-1e+300", "0.01", "-999999999999999999", "9999999999999999.999", nines,
				"false", "2200-12-31", "1709208000500000", "[]", "[]", "[]", "[]", "[]", "[]", "[]"},
			append([]string{"c"}, null(17)...),
			{"", "Gold", "0", "-0.0", "0.00", "0", "0.000", "0.0000", "true", "1970-01-01", "0",
				"[NULL]", "[NULL]", "[NULL]", "[NULL]", "[NULL]", "[NULL]", "[NULL]"},
			append(append([]string{odd, odd}, null(9)...), append([]string{"LIST"}, null(6)...)...),
		}
		// DuckDB quotes strings in the text of a list its own way; compare these as values.
		if len(got) == len(want) {
			got[4][11] = "LIST"
			elems := query(t, db, "SELECT ss[1], ss[2], len(ss)::VARCHAR FROM t WHERE key = s")
			if diff := cmp.Diff([][]string{{odd, "b", "2"}}, elems); diff != "" {
				t.Errorf("row groups of %d: -want +got\n%s", groupRows, diff)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row groups of %d: -want +got\n%s", groupRows, diff)
		}
	}
}

// DuckDB passes over row groups by their bounds; with one row in each, wrong
// bounds lose rows.
func TestDuckDBFilters(t *testing.T) {
	db := duckdb(t, Options{RowGroupRows: 1})
	for condition, want := range map[string]string{
		"i < 0":                           "b",
		"i = 9007199254740993":            "a",
		"f < 0":                           "b",
		"f = 0":                           "",
		"d9 < 0":                          "a",
		"d18 < 0":                         "b",
		"d19 < 0":                         "a",
		"d19 >= 0":                        "|b",
		"d38 < 0":                         "a",
		"d38 > 0":                         "b",
		"d38 = " + nines:                  "b",
		"d38 = -" + nines:                 "a",
		"d38 IS NULL AND s IS NULL":       "c",
		"s = ''":                          "b",
		"s = 'Gold'":                      "|a",
		"s > 'Gold'":                      odd,
		"NOT b":                           "b",
		"day < DATE '1970-01-01'":         "a",
		`epoch_us("at") < 0`:              "a",
		"len(ss) = 0":                     "b",
		"ss IS NULL":                      "c",
		"list_contains(ds, -0.0001)":      "a",
		"key = 'b'":                       "b",
		"\"at\" > TIMESTAMP '2000-01-01'": "b",
		"day BETWEEN '2200-12-31' AND '2201-01-01'": "b",
	} {
		var keys []string
		for _, row := range query(t, db, "SELECT key FROM t WHERE "+condition+" ORDER BY key") {
			keys = append(keys, row[0])
		}
		if got := strings.Join(keys, "|"); got != want || len(keys) == 0 {
			t.Errorf("%s selects %q, want %q", condition, got, want)
		}
	}
}

func TestDuckDBMetadata(t *testing.T) {
	db := duckdb(t, Options{Metadata: map[string]string{"rollcall.rule": "country = 'CA'", "rollcall.as_of": "2026-01-01T00:00:00Z"}, RowGroupRows: 3})
	want := [][]string{{"rollcall.as_of", "2026-01-01T00:00:00Z"}, {"rollcall.rule", "country = 'CA'"}}
	if diff := cmp.Diff(want, query(t, db, "SELECT decode(key), decode(value) FROM kv")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	want = [][]string{{"0", "3", "ZSTD"}, {"1", "2", "ZSTD"}}
	if diff := cmp.Diff(want, query(t, db, "SELECT DISTINCT row_group_id, row_group_num_rows, compression FROM metadata ORDER BY ALL")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	want = [][]string{{"-9999999999999999.999", "9999999999999999.999", "1"}, {"0.000", "0.000", "1"}}
	if diff := cmp.Diff(want, query(t, db, "SELECT stats_min_value, stats_max_value, stats_null_count FROM metadata WHERE path_in_schema = 'd19' ORDER BY row_group_id")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
