package files

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver
)

// duckdbRows selects rows of the common types for i in DuckDB; duckdbText says what
// they are.
const duckdbRows = `
SELECT i AS n, 'k' || i % 300 AS key, CASE WHEN i % 4 > 0 THEN (i * 1.25)::DECIMAL(12, 2) END AS amount,
  i / 8 AS half, i % 2 = 0 AS ok, DATE '2000-01-01' + i::INT AS day, TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS at,
  CASE WHEN i % 5 > 0 THEN ['a', 'b' || i, NULL][1:i % 4] END AS tags`

func duckdbText(rows int) string {
	lines := make([]string, rows)
	for i := range lines {
		amount, tags := "(null)", "(null)"
		if i%4 > 0 {
			amount = fmt.Sprint(float64(i) * 1.25)
		}
		if i%5 > 0 {
			tags = "[" + strings.Join([]string{`"a"`, fmt.Sprintf(`"b%d"`, i), "null"}[:i%4], ",") + "]"
		}
		lines[i] = fmt.Sprintf("%d|k%d|%s|%v|%t|%s|%s|%s", i, i%300, amount, float64(i)/8, i%2 == 0,
			time.Date(2000, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
			time.Date(2024, 1, 1, 0, 0, i, 0, time.UTC).Format("2006-01-02T15:04:05"), tags)
	}
	return strings.Join(lines, "\n")
}

// duckdbParquet writes rows with DuckDB, which is another writer than the one
// that reads here, and gives pages no checksums.
func duckdbParquet(t testing.TB, rows int, options string) []byte {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	path := filepath.Join(t.TempDir(), "f.parquet")
	statement := fmt.Sprintf("COPY (%s FROM range(%d) t(i)) TO '%s' (FORMAT parquet, %s)", duckdbRows, rows, path, options)
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// duckdbOptions gives the options of every page layout and compression that
// DuckDB writes and that is supported.
func duckdbOptions() (options []string) {
	for _, version := range []string{"v1", "v2"} {
		for _, codec := range []string{"uncompressed", "snappy", "gzip", "zstd", "brotli"} {
			options = append(options, "PARQUET_VERSION "+version+", CODEC "+codec)
		}
	}
	return options
}

func TestParquetOfDuckDB(t *testing.T) {
	const rows = 5_000
	want := duckdbText(rows)
	for _, options := range duckdbOptions() {
		root := tree(t, "t.parquet", string(duckdbParquet(t, rows, options+", ROW_GROUP_SIZE 2048")))
		table, err := openParquetTable(t, root)
		if err != nil {
			t.Fatalf("%s: %v", options, err)
		}
		got, err := content(t, table, "n", "key", "amount", "half", "ok", "day", "at", "tags")
		if got != want || err != nil {
			t.Errorf("%s: other rows than were written, %v", options, err)
		}
	}
}

func TestParquetCodecsRefused(t *testing.T) {
	root := tree(t, "t.parquet", string(duckdbParquet(t, 10, "CODEC lz4_raw")))
	_, err := openParquetTable(t, root)
	checkError(t, err, root, `ROOT/t.parquet: column "n" is compressed with LZ4_RAW, which is not supported; SNAPPY, GZIP, BROTLI and ZSTD are`)
}
