package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/federate/source"
)

// someFiles writes a table of files with several row groups each, and returns it with
// what is to be found in it. Its memory is to be given back.
func someFiles(t *testing.T) (found *table, want []string, root string) {
	t.Helper()
	root = t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "s", "t"), 0o755); err != nil {
		t.Fatal(err)
	}
	for file := range 5 {
		columns := []column{
			{"n", parquet.Optional(parquet.Int(64)), nil},
			{"coded", parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary)), nil},
			{"plain", parquet.Optional(parquet.Encoded(parquet.String(), &parquet.Plain)), nil},
		}
		for row := range 100 * file {
			n := int64(1000*file + row)
			var text any = fmt.Sprint("text ", row%7)
			if row%5 == 0 {
				text = nil
			}
			columns[0].values = append(columns[0].values, n)
			columns[1].values = append(columns[1].values, text)
			columns[2].values = append(columns[2].values, text)
			shown := "(null)"
			if text != nil {
				shown = text.(string)
			}
			want = append(want, fmt.Sprintf("%d|%s|%s", n, shown, shown))
		}
		writeColumns(t, filepath.Join(root, "s", "t", fmt.Sprintf("%d.parquet", file)), columns, 30)
	}
	s := mustOpen(t, root)
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	s.mem = mem
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mustTable(t, s), want, root
}

// rowsOf returns the rows of a scan as text.
func rowsOf(t *testing.T, ctx context.Context, table source.Table) ([]string, error) {
	t.Helper()
	var rows []string
	for batch, err := range table.Scan(ctx, []string{"n", "coded", "plain"}) {
		if err != nil {
			return rows, err
		}
		for i := range int(batch.NumRows()) {
			rows = append(rows, fmt.Sprintf("%s|%s|%s", batch.Column(0).ValueStr(i), batch.Column(1).ValueStr(i), batch.Column(2).ValueStr(i)))
		}
	}
	return rows, nil
}

// TestTasks reads a table in one piece and in several, with text as it is and as
// numbers.
func TestTasks(t *testing.T) {
	for _, rows := range []int64{1, 31, 200, 1 << 20} {
		table, want, _ := someFiles(t)
		table.source.taskRows = rows
		for name, scanned := range map[string]source.Table{"text": table, "numbers": table.Coded([]string{"n", "coded", "plain"})} {
			got, err := rowsOf(t, t.Context(), scanned)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("tasks of %d rows, %s: other rows:\n%s", rows, name, diff)
			}
		}
	}
}

// TestCodedColumns looks at the types of columns that are wanted as numbers.
func TestCodedColumns(t *testing.T) {
	table, _, _ := someFiles(t)
	for batch, err := range table.Coded([]string{"n", "coded"}).Scan(t.Context(), []string{"coded", "n", "plain"}) {
		if err != nil {
			t.Fatal(err)
		}
		want := []arrow.DataType{source.CodedText, arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.String}
		for i, c := range batch.Columns() {
			if !arrow.TypeEqual(c.DataType(), want[i]) {
				t.Errorf("column %d is %s, want %s", i, c.DataType(), want[i])
			}
		}
		if texts := batch.Column(0).(*array.Dictionary).Dictionary(); texts.NullN() > 0 {
			t.Errorf("the dictionary has NULLs: %v", texts)
		}
	}
}

// TestTasksEnd breaks off scans of several goroutines.
func TestTasksEnd(t *testing.T) {
	table, want, root := someFiles(t)
	table.source.taskRows = 1
	for batch, err := range table.Scan(t.Context(), []string{"n"}) {
		if err != nil || batch.NumRows() == 0 {
			t.Fatal(batch.NumRows(), err)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err := 0, error(nil)
	for batch, e := range table.Scan(ctx, []string{"n"}) {
		if err = e; err != nil {
			break
		}
		cancel()
		got += int(batch.NumRows())
	}
	if !errors.Is(err, context.Canceled) || got >= len(want) {
		t.Errorf("after %d rows: %v", got, err)
	}
	cancel()

	table.parts[3].modified = time.Time{} // all before it comes
	rows, err := rowsOf(t, t.Context(), table)
	checkError(t, err, root, "ROOT/s/t/3.parquet: the file changed since the table was opened")
	if !slices.Equal(rows, want[:300]) {
		t.Errorf("%d rows come before the error, want 300", len(rows))
	}
}
