package files

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

// opener makes the Opener of a format out of a function that writes one file.
// It checks that no Arrow memory is left when the test ends.
func opener(kind string, write func(*testing.T, string, arrow.RecordBatch)) sourcetest.Opener {
	return func(t *testing.T, tables map[model.TableRef]arrow.RecordBatch) source.Source {
		root := t.TempDir()
		for ref, batch := range tables {
			path := filepath.Join(root, ref.Schema, ref.Table+kind)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, path, batch)
		}
		s := mustOpen(t, root)
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		s.mem = mem
		if kind == "" { // folders of parts: side by side
			s.taskRows = 1
		}
		t.Cleanup(func() { mem.AssertSize(t, 0) })
		return s
	}
}

// partsOpener is opener with each table in a folder of three part files, of
// which the second has no rows.
func partsOpener(kind string, write func(*testing.T, string, arrow.RecordBatch)) sourcetest.Opener {
	return opener("", func(t *testing.T, dir string, b arrow.RecordBatch) {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		cut := b.NumRows() / 3
		for name, rows := range map[string][2]int64{"part-0": {0, cut}, "part-1": {cut, cut}, "part-2": {cut, b.NumRows()}} {
			part := b.NewSlice(rows[0], rows[1])
			write(t, filepath.Join(dir, name+kind), part)
			part.Release()
		}
	})
}

func mustOpen(t testing.TB, root string) *Source {
	t.Helper()
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// runContract runs the suite on tables of one file and on tables of several.
func runContract(t *testing.T, columns []sourcetest.Column, kind string, write func(*testing.T, string, arrow.RecordBatch)) {
	t.Run("file", func(t *testing.T) { sourcetest.Run(t, columns, opener(kind, write)) })
	t.Run("folder", func(t *testing.T) { sourcetest.Run(t, columns, partsOpener(kind, write)) })
}

func TestContractParquet(t *testing.T) {
	runContract(t, append(sourcetest.Scalars(), sourcetest.Lists()...), ".parquet", func(t *testing.T, path string, b arrow.RecordBatch) {
		writeParquet(t, path, b)
	})
}

func TestContractCSV(t *testing.T) {
	runContract(t, sourcetest.Scalars(), ".csv", writeCSV)
}

func TestContractNDJSON(t *testing.T) {
	runContract(t, append(sourcetest.Scalars(), sourcetest.Lists()...), ".ndjson", writeNDJSON)
}

// textOf writes a value as the text formats have it.
func textOf(a arrow.Array, i int) string {
	switch a := a.(type) {
	case *array.Float64:
		return strconv.FormatFloat(a.Value(i), 'e', -1, 64)
	case *array.Date32:
		return a.Value(i).FormattedString()
	case *array.Timestamp:
		return a.Value(i).ToTime(arrow.Microsecond).Format(time.RFC3339Nano)
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	}
	return a.ValueStr(i)
}

func writeCSV(t *testing.T, path string, b arrow.RecordBatch) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	record := make([]string, b.NumCols())
	for i := range record {
		record[i] = b.ColumnName(i)
	}
	_ = w.Write(record) // w.Error has it
	for row := range int(b.NumRows()) {
		for i := range record {
			record[i] = ""
			if b.Column(i).IsValid(row) {
				record[i] = textOf(b.Column(i), row)
			}
		}
		_ = w.Write(record)
	}
	w.Flush()
	if w.Error() != nil || f.Close() != nil {
		t.Fatal(w.Error())
	}
}

func writeNDJSON(t *testing.T, path string, b arrow.RecordBatch) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for row := range int(b.NumRows()) {
		for i := range int(b.NumCols()) {
			_, _ = fmt.Fprintf(w, "%c%q:%s", "{,"[min(i, 1)], b.ColumnName(i), jsonOf(b.Column(i), row))
		}
		_, _ = w.WriteString("}\n")
	}
	if err := w.Flush(); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
}

func jsonOf(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return "null"
	}
	switch a := a.(type) {
	case *array.List:
		lo, hi := a.ValueOffsets(i)
		s := "["
		for k := lo; k < hi; k++ {
			if k > lo {
				s += ","
			}
			s += jsonOf(a.ListValues(), int(k))
		}
		return s + "]"
	case *array.Float64, *array.Int64, *array.Boolean, *array.Decimal128:
		return textOf(a, i)
	}
	b, err := json.Marshal(textOf(a, i))
	if err != nil {
		panic(err)
	}
	return string(b)
}
