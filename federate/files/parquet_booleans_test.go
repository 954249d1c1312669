package files

import (
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// TestParquetBooleansInRLE wants columns of booleans to be refused where their
// pages are in RLE, and to be read where they are PLAIN.
func TestParquetBooleansInRLE(t *testing.T) {
	plain := parquet.Leaf(parquet.BooleanType)
	rle := parquet.Encoded(plain, &parquet.RLE)
	flat, null, list := []any{true, false, true}, []any{nil, true, nil}, []any{[]any{true, false}, nil, []any{}}
	for _, version := range []int{1, 2} {
		root := t.TempDir()
		writeColumns(t, filepath.Join(root, "t.parquet"), []column{
			{"n", parquet.Int(64), []any{int64(1), int64(2), int64(3)}},
			{"plain", plain, flat}, {"plainNull", parquet.Optional(plain), null}, {"plainList", parquet.Optional(parquet.List(plain)), list},
			{"flat", rle, flat}, {"null", parquet.Optional(rle), null}, {"list", parquet.Optional(parquet.List(rle)), list},
		}, 2, parquet.DataPageVersion(version))
		table, err := openParquetTable(t, root)
		if err != nil {
			t.Fatal(err)
		}
		want := "1|true|(null)|[true,false]\n2|false|true|(null)\n3|true|(null)|[]"
		if got, err := content(t, table, "n", "plain", "plainNull", "plainList"); got != want || err != nil {
			t.Errorf("data pages v%d: the other columns: %q, %v; want %q", version, got, err, want)
		}
		for _, name := range []string{"flat", "null", "list"} {
			_, err := content(t, table, "n", name)
			checkError(t, err, root, `ROOT/t.parquet: column "`+name+`" has boolean pages in RLE, which are not supported; PLAIN is`)
		}
	}
}

// TestBooleanPageHeaders has chunks whose page headers cannot all be read.
func TestBooleanPageHeaders(t *testing.T) {
	for _, c := range []struct {
		change func(*format.ColumnMetaData)
		want   string
	}{
		{func(m *format.ColumnMetaData) { m.TotalCompressedSize -= 1 },
			`ROOT/t.parquet: column "b", row group 0: corrupt page header: a page of 1 bytes in a chunk that ends before: unexpected EOF`},
		{func(m *format.ColumnMetaData) { m.TotalCompressedSize = 3 },
			`ROOT/t.parquet: column "b", row group 0: corrupt page header: decoding thrift payload: 2:FIELD<I32>: unexpected EOF`},
	} {
		root := t.TempDir()
		writeColumns(t, filepath.Join(root, "t.parquet"), []column{{"b", parquet.Leaf(parquet.BooleanType), []any{true}}}, 0)
		opened, err := openParquetTable(t, root)
		if err != nil {
			t.Fatal(err)
		}
		c.change(&opened.(*table).data.(*parquetData).metas[0].file.Metadata().RowGroups[0].Columns[0].MetaData)
		_, err = content(t, opened, "b")
		checkError(t, err, root, c.want)
	}
}
