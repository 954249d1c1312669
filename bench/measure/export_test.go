package measure

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	rows := make([]exported, n)
	for i := range rows {
		rows[i].CustomerID = int64(i + 1)
	}
	return func(file string) error { return parquet.WriteFile(file, rows) }
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
		{What: "export Q1", Engine: "none", Note: "the engine cannot do that: none writes no files"},
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
		name   string
		write  func(string) error
		want   string
		differ bool
	}{
		{"rows", writeRows(5), "the engines differ: exporting Q1, b writes 5 rows, a 4", true},
		{"fails", func(string) error { return errFake }, "exporting Q1 by b: the disk is on fire", false},
		{"no file", func(string) error { return nil }, "no such file or directory", false},
		{"no Parquet", func(file string) error { return os.WriteFile(file, []byte("customer_id\n1\n"), 0o600) },
			"b.parquet: invalid magic", false},
		{"columns", func(file string) error {
			return parquet.WriteFile(file, []struct {
				CustomerID int64 `parquet:"customer_id"`
			}{{1}, {2}, {3}, {4}})
		}, `has columns ["customer_id"], expected ["customer_id" "country"]`, false},
		{"another customer", writeExported([]exported{{1, ""}, {2, ""}, {3, ""}, {5, ""}}),
			"the engines differ: exporting Q1, b writes other values of customer_id than a, or in another order", true},
		{"another value", writeExported([]exported{{1, ""}, {2, "US"}, {3, ""}, {4, ""}}),
			"the engines differ: exporting Q1, b writes other values of country than a, or in another order", true},
		{"another order", writeExported([]exported{{2, ""}, {1, ""}, {3, ""}, {4, ""}}),
			"column customer_id: 2 stands before 1, expected each key once and ascending", false},
		{"NULL for an empty text", func(file string) error {
			return parquet.WriteFile(file, []struct {
				CustomerID int64   `parquet:"customer_id"`
				Country    *string `parquet:"country,optional"`
			}{{1, nil}, {2, nil}, {3, nil}, {4, nil}})
		}, "other values of country than a", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := newFake("a", 1), newFake("b", 1)
			a.write, b.write = writeRows(4), c.write
			dir := t.TempDir()
			_, err := Export(t.Context(), list(a, b), &ask1[0], exportedColumns, dir, options(3))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if errors.Is(err, ErrDiffer) != c.differ {
				t.Errorf("%v is ErrDiffer, or should be", err)
			}
			checkEmpty(t, dir)
		})
	}
}

// writeExported returns an export of these rows.
func writeExported(rows []exported) func(string) error {
	return func(file string) error { return parquet.WriteFile(file, rows) }
}

// TestExportTimesNothingThatDiffers counts the exports of engines that differ.
func TestExportTimesNothingThatDiffers(t *testing.T) {
	a, b := newFake("a", 1), newFake("b", 1)
	exports := 0
	a.log = func(string) { exports++ }
	a.write, b.write = writeExported([]exported{{1, "US"}}), writeExported([]exported{{1, "JP"}})
	got, err := Export(t.Context(), list(a, b), &ask1[0], exportedColumns, t.TempDir(), options(3))
	if !errors.Is(err, ErrDiffer) || got != nil || exports != 1 {
		t.Errorf("timings %v, error %v, %d exports; want ErrDiffer after one", got, err, exports)
	}
}

func TestExportBudget(t *testing.T) {
	a, b := newFake("a", 1), newFake("b", 1)
	a.write, b.write = writeRows(2), writeRows(2)
	o := options(15)
	o.Budget = 10 * 3 * time.Millisecond // an export of a fake takes 3 ms
	got, err := Export(t.Context(), list(a, b), &ask1[0], exportedColumns, t.TempDir(), o)
	if err != nil || got[0].Runs != 10 || got[1].Runs != 10 {
		t.Errorf("timings %+v, error %v; want 10 runs of both", got, err)
	}
}

// TestSumsByValue has the same values in other physical types and row groups, as
// engines write them.
func TestSumsByValue(t *testing.T) {
	type wide struct {
		CustomerID int64   `parquet:"customer_id"`
		Country    *string `parquet:"country,optional,dict"`
		Value      int64   `parquet:"value,decimal(2:18)"`
		OptIn      *bool   `parquet:"opt_in,optional"`
	}
	type bytes struct {
		CustomerID int64   `parquet:"customer_id"`
		Country    *string `parquet:"country,optional"`
		Value      [9]byte `parquet:"value,decimal(2:20)"`
		OptIn      *bool   `parquet:"opt_in,optional"`
	}
	us, yes := "US", true
	dir := t.TempDir()
	sums := func(name string, write func(string) error) []uint64 {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := write(file); err != nil {
			t.Fatal(err)
		}
		w, err := inspect(file, []string{"customer_id", "country", "value", "opt_in"}, true)
		if err != nil || w.rows != 3 || len(w.sums) != 4 {
			t.Fatalf("%s: %+v, error %v", name, w, err)
		}
		return w.sums
	}
	want := sums("wide", func(file string) error {
		return parquet.WriteFile(file, []wide{{1, &us, 259, &yes}, {2, nil, -2, nil}, {7, nil, 0, &yes}}, parquet.MaxRowsPerRowGroup(2))
	})
	got := sums("bytes", func(file string) error {
		minusTwo := [9]byte{255, 255, 255, 255, 255, 255, 255, 255, 254}
		return parquet.WriteFile(file, []bytes{{1, &us, [9]byte{7: 1, 8: 3}, &yes}, {2, nil, minusTwo, nil}, {7, nil, [9]byte{}, &yes}})
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checksums of the same values (-want +got):\n%s", diff)
	}
	other := sums("other", func(file string) error {
		return parquet.WriteFile(file, []wide{{1, nil, 259, &yes}, {2, &us, -2, &yes}, {7, nil, 1, nil}})
	})
	for i, sum := range other {
		if same := sum == want[i]; same != (i == 0) {
			t.Errorf("column %d: the same checksum is %t", i, same)
		}
	}
}

// checkEmpty makes sure that nothing is left in a folder.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, error %v", left, err)
	}
}
