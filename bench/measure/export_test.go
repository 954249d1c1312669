package measure

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

type exported struct {
	CustomerID int64  `parquet:"customer_id"`
	Country    string `parquet:"country"`
}

var exportedColumns = []string{"customer_id", "country"}

// writeRows returns an export of so many rows.
func writeRows(n int) func(string) error {
	return func(file string) error { return parquet.WriteFile(file, make([]exported, n)) }
}

func TestExport(t *testing.T) {
	var order strings.Builder
	a, b, none := newFake("a", 1), newFake("b", 1), newFake("none", 1)
	for _, f := range []*fake{a, b} {
		f.write = writeRows(4)
		f.log = func(engine string) { order.WriteString(engine) }
	}
	dir := t.TempDir()
	got, err := Export(t.Context(), list(a, b, none), &ask1[0], exportedColumns, dir, options(3))
	if err != nil {
		t.Fatal(err)
	}
	size := got[0].Bytes
	if size <= 0 {
		t.Errorf("the file has %d bytes", size)
	}
	want := []Timing{
		{What: "export Q1", Engine: "a", MedianUS: 3000, P95US: 3000, Runs: 3, Bytes: size, Note: "4 rows, 2 columns"},
		{What: "export Q1", Engine: "b", MedianUS: 3000, P95US: 3000, Runs: 3, Bytes: size, Note: "4 rows, 2 columns"},
		{What: "export Q1", Engine: "none", Note: "the engine cannot express the query: none writes no files"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timings (-want +got):\n%s", diff)
	}
	if got, want := order.String(), "ab"+"ba"+"ab"+"ab"; got != want {
		t.Errorf("the engines exported in the order %s, want %s", got, want)
	}
	checkEmpty(t, dir)
}

func TestExportErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(string) error
		want  string
	}{
		{"rows", writeRows(5), "the engines differ: b, exporting Q1, writes 5 rows; a writes 4"},
		{"fails", func(string) error { return errFake }, "b, exporting Q1: the disk is on fire"},
		{"no file", func(string) error { return nil }, "no such file or directory"},
		{"no Parquet", func(file string) error { return os.WriteFile(file, []byte("customer_id\n1\n"), 0o600) },
			"b.parquet: invalid magic"},
		{"columns", func(file string) error {
			return parquet.WriteFile(file, []struct {
				CustomerID int64 `parquet:"customer_id"`
			}{{1}, {2}, {3}, {4}})
		}, `has columns ["customer_id"], expected ["customer_id" "country"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := newFake("a", 1), newFake("b", 1)
			a.write, b.write = writeRows(4), c.write
			dir := t.TempDir()
			_, err := Export(t.Context(), list(a, b), &ask1[0], exportedColumns, dir, options(3))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if errors.Is(err, ErrDiffer) != (c.name == "rows") {
				t.Errorf("%v is ErrDiffer, or should be", err)
			}
			checkEmpty(t, dir)
		})
	}
}

// checkEmpty makes sure that nothing is left in a folder.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, error %v", left, err)
	}
}
