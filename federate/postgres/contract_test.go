package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

func TestContract(t *testing.T) {
	columns := append(sourcetest.Scalars(), sourcetest.Lists()...)
	for name, minRange := range map[string]int64{"one connection": minRange, "several connections": 1} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, columns, func(t *testing.T, tables map[model.TableRef]arrow.RecordBatch) source.Source {
				db := newDatabase(t)
				for ref, batch := range tables {
					db.load(t, ref, batch)
				}
				s, err := Open(t.Context(), db.uri)
				if err != nil {
					t.Fatal(err)
				}
				mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
				s.mem, s.minRange = mem, minRange
				t.Cleanup(func() { mem.AssertSize(t, 0) })
				return s
			}, sourcetest.Unordered())
		})
	}
}

// load makes a table of a batch.
func (db *database) load(t testing.TB, ref model.TableRef, batch arrow.RecordBatch) {
	t.Helper()
	var columns []string
	for _, f := range batch.Schema().Fields() {
		columns = append(columns, fmt.Sprintf("%q %s", f.Name, sqlType(t, f.Type)))
	}
	name := fmt.Sprintf("%q.%q", ref.Schema, ref.Table)
	db.run(t, fmt.Sprintf("CREATE SCHEMA IF NOT EXISTS %q", ref.Schema), "CREATE TABLE "+name+" ("+strings.Join(columns, ", ")+")")
	var rows strings.Builder
	for row := range int(batch.NumRows()) {
		for i, c := range batch.Columns() {
			if i > 0 {
				rows.WriteByte('\t')
			}
			if c.IsNull(row) {
				rows.WriteString(`\N`)
			} else {
				rows.WriteString(textOf(c, row))
			}
		}
		rows.WriteByte('\n')
	}
	if _, err := db.PgConn().CopyFrom(t.Context(), strings.NewReader(rows.String()), "COPY "+name+" FROM STDIN"); err != nil {
		t.Fatal(err)
	}
}

func sqlType(t testing.TB, typ arrow.DataType) string {
	switch typ := typ.(type) {
	case *arrow.StringType:
		return "text"
	case *arrow.Int64Type:
		return "bigint"
	case *arrow.Float64Type:
		return "double precision"
	case *arrow.BooleanType:
		return "boolean"
	case *arrow.Date32Type:
		return "date"
	case *arrow.TimestampType:
		return "timestamptz"
	case *arrow.Decimal128Type:
		return fmt.Sprintf("numeric(%d,%d)", typ.Precision, typ.Scale)
	case *arrow.ListType:
		return sqlType(t, typ.Elem()) + "[]"
	}
	t.Fatalf("no SQL type for %s", typ)
	return ""
}

// textOf writes a value as COPY reads it; the suite's texts need no escapes.
func textOf(a arrow.Array, row int) string {
	if list, ok := a.(*array.List); ok {
		lo, hi := list.ValueOffsets(row)
		var elements []string
		for i := lo; i < hi; i++ {
			text := "NULL"
			if list.ListValues().IsValid(int(i)) {
				text = textOf(list.ListValues(), int(i))
			}
			elements = append(elements, text)
		}
		return "{" + strings.Join(elements, ",") + "}"
	}
	return a.ValueStr(row)
}
