package contendertest

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// exported is a row of an exported file.
type exported struct {
	ID            int64
	Tier          *string
	LifetimeValue int64 // unscaled
	OptIn         *bool
	Trait1        string
}

// exportColumns are the columns of exported.
var exportColumns = []string{"customer_id", "loyalty_tier", "lifetime_value", "email_opt_in", "trait_1"}

// export compares the rows of exported files with those that were loaded.
func (s *contract) export(t *testing.T) {
	customers := s.data.before()
	for i := range s.Questions {
		q := &s.Questions[i]
		// What is in the name must not come to be SQL, nor a pattern.
		file := filepath.Join(t.TempDir(), "it's [1] {file}.parquet")
		took, err := s.engine.Export(t.Context(), q.Query(workload.End), exportColumns, file)
		if !s.Export {
			if !errors.Is(err, contender.ErrUnsupported) {
				t.Errorf("Export is %v, want ErrUnsupported", err)
			}
			return
		}
		if err != nil {
			t.Fatalf("query %s: Export: %v", q.ID, err)
		}
		if took <= 0 {
			t.Errorf("query %s: Export took %v, want more than nothing", q.ID, took)
		}
		got := readExport(t, file)
		want := []exported{}
		for j := range customers {
			if c := &customers[j]; q.Selects(c, workload.End) {
				want = append(want, exported{c.ID, c.Tier, c.LifetimeValue, c.OptIn, c.Trait1})
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("query %s: the exported rows (-want +got):\n%s", q.ID, diff)
		}
		checkCompression(t, file)
	}
	s.exportFailure(t)
}

// readExport reads the rows of an exported file by the physical types of its
// columns: engines may hold a decimal in a whole number or in bytes.
func readExport(t *testing.T, file string) []exported {
	t.Helper()
	f := openParquet(t, file)
	var names []string
	for _, path := range f.Schema().Columns() {
		names = append(names, path[0])
	}
	if diff := cmp.Diff(exportColumns, names); diff != "" {
		t.Fatalf("columns of the exported file (-want +got):\n%s", diff)
	}
	all := []exported{}
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		buffer := make([]parquet.Row, group.NumRows())
		n, err := rows.ReadRows(buffer)
		if err != nil && !errors.Is(err, io.EOF) || int64(n) != group.NumRows() {
			t.Fatalf("the exported file: %d of %d rows, %v", n, group.NumRows(), err)
		}
		for _, row := range buffer {
			all = append(all, decodeExport(row))
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// decodeExport makes a row of values, which are in the order of exportColumns.
func decodeExport(row parquet.Row) exported {
	e := exported{ID: row[0].Int64(), LifetimeValue: unscaled(row[2]), Trait1: string(row[4].ByteArray())}
	if tier := row[1]; !tier.IsNull() {
		text := string(tier.ByteArray())
		e.Tier = &text
	}
	if optIn := row[3]; !optIn.IsNull() {
		yes := optIn.Boolean()
		e.OptIn = &yes
	}
	return e
}

// unscaled returns the digits of a decimal, which bytes hold with the most
// significant one first.
func unscaled(v parquet.Value) int64 {
	if v.Kind() != parquet.FixedLenByteArray && v.Kind() != parquet.ByteArray {
		return v.Int64()
	}
	x := int64(0)
	for i, b := range v.ByteArray() {
		if i == 0 {
			x = int64(int8(b)) // the sign
			continue
		}
		x = x<<8 | int64(b)
	}
	return x
}

// checkCompression checks that every column is compressed with ZSTD.
func checkCompression(t *testing.T, file string) {
	t.Helper()
	f := openParquet(t, file)
	if f.NumRows() == 0 {
		return
	}
	for _, group := range f.Metadata().RowGroups {
		for _, column := range group.Columns {
			if codec := column.MetaData.Codec.String(); codec != "ZSTD" {
				t.Errorf("column %v is compressed with %s, want ZSTD", column.MetaData.PathInSchema, codec)
			}
		}
	}
}

// exportFailure checks that an export that cannot be says so.
func (s *contract) exportFailure(t *testing.T) {
	q := s.Questions[0].Query(workload.End)
	missing := filepath.Join(t.TempDir(), "no such folder", "file.parquet")
	if _, err := s.engine.Export(t.Context(), q, exportColumns, missing); err == nil {
		t.Error("Export to a folder that is not there succeeds")
	}
	file := filepath.Join(t.TempDir(), "file.parquet")
	if _, err := s.engine.Export(t.Context(), q, []string{"customer_id", "no_such_column"}, file); err == nil {
		t.Error("Export of a column that is not there succeeds")
	}
	checkEmpty(t, filepath.Dir(file))
}

// append adds a day. What was asked at the as_of before has the same answer then,
// and at the end of the new day its events count.
func (s *contract) append(t *testing.T) {
	took, err := s.engine.Append(t.Context(), s.data.Add)
	if !s.Append {
		if !errors.Is(err, contender.ErrUnsupported) {
			t.Errorf("Append is %v, want ErrUnsupported", err)
		}
		return
	}
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	if took <= 0 {
		t.Errorf("Append took %v, want more than nothing", took)
	}
	t.Run("before", func(t *testing.T) { s.check(t, s.data.before(), workload.End) })
	t.Run("after", func(t *testing.T) { s.check(t, s.data.Customers, workload.End.Add(Day)) })
}
