package files

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/format"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/federate/source"
)

func TestNotParquet(t *testing.T) {
	for text, want := range map[string]string{
		"":                             `ROOT/t.parquet: not a Parquet file: it is empty`,
		"id,name\n":                    `ROOT/t.parquet: not a Parquet file: it starts with "id,n", not "PAR1"`,
		"PAR1":                         `ROOT/t.parquet: truncated: a Parquet file of 4 bytes`,
		"PAR1 and then something else": `ROOT/t.parquet: truncated: a Parquet file ends with "PAR1", this one with "else"`,
		"PAR1\xff\x00\x00\x00PAR1":     `ROOT/t.parquet: truncated: a footer of 255 bytes in a file of 12`,
		"PAR1xxxx\x04\x00\x00\x00PAR1": `ROOT/t.parquet: corrupt Parquet footer: reading parquet file metadata: decoding thrift payload: 7:FIELD<BINARY>: unexpected EOF`,
		"PARE\x00\x00\x00\x00PARE":     `ROOT/t.parquet: an encrypted Parquet file, which is not supported`,
	} {
		root := tree(t, "t.parquet", text)
		_, err := openParquetTable(t, root)
		checkError(t, err, root, want)
		var located *source.ReadError
		if !errors.As(err, &located) {
			t.Errorf("%q: %T is not a *source.ReadError", text, err)
		}
	}
}

// damaged returns a small file with every kind of page in it.
func damaged(t testing.TB, version int, codec compress.Codec) []byte {
	t.Helper()
	columns, _ := typeCases()
	for i, c := range columns {
		var values []any
		for range 20 {
			values = append(values, c.values...)
		}
		columns[i].values = values
	}
	path := filepath.Join(t.TempDir(), "f.parquet")
	writeColumns(t, path, columns, 25, parquet.DataPageVersion(version), parquet.Compression(codec))
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// readBytes reads a file of the given bytes wholly. It returns the declared and
// the delivered rows, and the error.
func readBytes(t testing.TB, root string, file []byte) (declared, got int64, err error) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, "t.parquet"), file, 0o644); err != nil {
		t.Fatal(err)
	}
	table, err := openParquetTable(t, root)
	if err != nil {
		return 0, 0, err
	}
	var columns []string
	for _, f := range table.Schema().Fields() {
		if _, unsupported := f.Metadata.GetValue(source.UnsupportedKey); !unsupported {
			columns = append(columns, f.Name)
		}
	}
	for batch, err := range table.Scan(t.Context(), columns) {
		if err != nil {
			return table.Info().Rows, got, err
		}
		got += batch.NumRows()
	}
	return table.Info().Rows, got, nil
}

// checkDamage wants a damaged file to fail with a ReadError, or to give the
// rows that it declares, in bounded time.
func checkDamage(t *testing.T, root string, file []byte, what string) {
	t.Helper()
	start := time.Now()
	declared, got, err := readBytes(t, root, file)
	var located *source.ReadError
	switch {
	case err != nil && !errors.As(err, &located) && !strings.Contains(err.Error(), "is ambiguous: "):
		t.Errorf("%s: %v is a %T, want a *source.ReadError", what, err, err)
	case err == nil && got != declared:
		t.Errorf("%s: %d rows without an error, %d were declared", what, got, declared)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("%s: took %v", what, took)
	}
}

func TestParquetTruncated(t *testing.T) {
	file := damaged(t, 2, &parquet.Snappy)
	root := t.TempDir()
	for n := 0; n < len(file); n += 1 + len(file)/400 {
		if _, _, err := readBytes(t, root, file[:n]); err == nil {
			t.Errorf("the first %d of %d bytes were read without an error", n, len(file))
		}
		checkDamage(t, root, file[:n], fmt.Sprintf("the first %d bytes", n))
	}
}

// TestParquetFlippedBytes changes one byte at a time. In files of DuckDB, whose
// pages have no checksums, the change gets as far as the decoders.
func TestParquetFlippedBytes(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	type named struct {
		name string
		file []byte
	}
	var files []named
	for _, version := range []int{1, 2} {
		for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd, &parquet.Brotli} {
			files = append(files, named{fmt.Sprintf("pages v%d, %s", version, codec), damaged(t, version, codec)})
		}
	}
	for _, options := range duckdbOptions() {
		files = append(files, named{"DuckDB, " + options, duckdbParquet(t, 300, options)})
	}
	root := t.TempDir()
	for _, f := range files {
		for range 100 {
			at, mask := r.IntN(len(f.file)), byte(1+r.IntN(255))
			f.file[at] ^= mask
			checkDamage(t, root, f.file, fmt.Sprintf("%s, byte %d of %d xor %#x", f.name, at, len(f.file), mask))
			f.file[at] ^= mask
		}
	}
}

// openedMeta returns the opened table of a file with columns "a" and "tags" in
// two row groups of two rows each, and its metadata for the test to change.
func openedMeta(t *testing.T) (opened source.Table, m *parquetMeta, root string) {
	t.Helper()
	root = t.TempDir()
	tags := parquet.List(parquet.Optional(parquet.String()))
	writeColumns(t, filepath.Join(root, "t.parquet"), []column{
		{"a", parquet.Optional(parquet.Int(64)), []any{int64(1), nil, int64(3), int64(4)}},
		{"tags", parquet.Optional(tags), []any{[]any{"x", "y"}, nil, []any{}, []any{"z"}}},
	}, 2)
	opened, err := openParquetTable(t, root)
	if err != nil {
		t.Fatal(err)
	}
	return opened, opened.(*table).data.(*parquetData).metas[0], root
}

// TestRowsAreCounted has row groups that promise more or fewer rows than their
// pages hold.
func TestRowsAreCounted(t *testing.T) {
	for _, c := range []struct {
		column string
		more   int64
		want   string
	}{
		{"a", 1, `ROOT/t.parquet:3: column "a": the row group ends before the rows that it declares`},
		{"a", -1, `ROOT/t.parquet:2: column "a": more rows than the row group declares`},
		{"tags", 1, `ROOT/t.parquet:3: column "tags": the row group ends before the rows that it declares`},
		{"tags", -1, `ROOT/t.parquet:2: column "tags": more rows than the row group declares`},
	} {
		table, m, root := openedMeta(t)
		m.file.Metadata().RowGroups[0].NumRows += c.more
		_, err := content(t, table, c.column)
		checkError(t, err, root, c.want)
	}
	table, m, root := openedMeta(t)
	m.rows++
	_, err := content(t, table, "a")
	checkError(t, err, root, "ROOT/t.parquet: has 4 rows where 5 were declared; did the file change?")
}

func TestParquetFooterChecks(t *testing.T) {
	const end = 1_000_000
	for _, c := range []struct {
		change func(*parquetMeta, *format.RowGroup) // the second row group
		want   string
	}{
		{func(m *parquetMeta, _ *format.RowGroup) { m.rows++ }, "the row groups have 4 rows, the file declares 5"},
		{func(_ *parquetMeta, g *format.RowGroup) { g.NumRows = -1 }, "row group 1 declares -1 rows, the file 4"},
		{func(_ *parquetMeta, g *format.RowGroup) { g.NumRows = 3 }, "row group 1 declares 3 rows, the file 4"},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns = g.Columns[:1] }, "row group 1 has 1 columns, the schema 2"},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns[0].FilePath = "b" }, `row group 1, column 0: its data is in another file, "b"`},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns[0].MetaData.NumValues = 3 },
			`column "a" has 3 values in row group 1, which has 2 rows`},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns[1].MetaData.NumValues = 1 },
			`column "tags" has 1 values in row group 1, which has 2 rows`},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns[0].MetaData.NumValues = -1 }, "row group 1, column 0: a negative size"},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns[0].MetaData.Type = format.Double },
			`column "a" is DOUBLE in row group 1 and INT64 in the schema`},
		{func(_ *parquetMeta, g *format.RowGroup) {
			g.Columns[1].MetaData.DictionaryPageOffset, g.Columns[1].MetaData.TotalCompressedSize = end-9, 10
		}, "row group 1, column 1: its 10 bytes at 999991 are outside of the data, which ends at 1000000"},
		{func(_ *parquetMeta, g *format.RowGroup) { g.Columns[0].MetaData.DataPageOffset = -5 },
			"row group 1, column 0: its 90 bytes at -5 are outside of the data, which ends at 1000000"},
	} {
		_, m, root := openedMeta(t)
		c.change(m, &m.file.Metadata().RowGroups[1])
		checkError(t, m.check(2, end), root, c.want)
	}
	_, m, root := openedMeta(t)
	m.file.Metadata().RowGroups[1].Columns[0].MetaData.Codec = format.Zstd
	checkError(t, m.checkCodecs(), root,
		`column "a" is compressed with UNCOMPRESSED in row group 0 and with ZSTD in row group 1, which is not supported`)
}

// TestPanicOfLibrary wants a panic below a column to be an error about it.
func TestPanicOfLibrary(t *testing.T) {
	r := columnReader{path: "p", column: &parquetColumn{field: arrow.Field{Name: "c"}}, row: 6}
	var located *source.ReadError
	err := r.guard(func() error { return []error{}[r.level] })
	if !errors.As(err, &located) {
		t.Errorf("%T is not a *source.ReadError", err)
	}
	checkError(t, err, "/p", `p:7: column "c": malformed data: runtime error: index out of range [0] with length 0`)
}
