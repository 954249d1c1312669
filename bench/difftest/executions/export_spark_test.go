package executions

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/export"
)

// exportedColumn is a column of an export, and how Spark is asked for the text of its
// values: %s stands for the value.
type exportedColumn struct {
	name, text string
	typ        arrow.DataType
	want       []string // of the rows; lists as JSON of texts
}

// exportedColumns hold a row of values, one of ends of the ranges, and one of NULLs;
// lists a list with a NULL, an empty one, and NULL.
func exportedColumns() []exportedColumn {
	const plain, micros, nines = "CAST(%s AS STRING)", "CAST(unix_micros(%s) AS STRING)", "9999999999999999999999999999999999.9999"
	decimal := func(precision, scale int32) arrow.DataType {
		return &arrow.Decimal128Type{Precision: precision, Scale: scale}
	}
	single := []exportedColumn{
		{"s", plain, arrow.BinaryTypes.String, []string{"Gölden, \"x\"", "", "NULL"}},
		{"i", plain, arrow.PrimitiveTypes.Int64, []string{"9007199254740993", "-9223372036854775808", "NULL"}},
		{"f", plain, arrow.PrimitiveTypes.Float64, []string{"0.1", "-1.0E300", "NULL"}},
		{"d9", plain, decimal(9, 2), []string{"-1234567.89", "0.01", "NULL"}},
		{"d18", plain, decimal(18, 0), []string{"999999999999999999", "-999999999999999999", "NULL"}},
		{"d38", plain, decimal(38, 4), []string{"-" + nines, nines, "NULL"}},
		{"b", plain, arrow.FixedWidthTypes.Boolean, []string{"true", "false", "NULL"}},
		{"day", plain, arrow.FixedWidthTypes.Date32, []string{"1969-12-31", "2200-12-31", "NULL"}},
		{"at", micros, arrow.FixedWidthTypes.Timestamp_us, []string{"-1", "1709208000500000", "NULL"}},
	}
	all := single
	for _, c := range single {
		list, _ := json.Marshal([]any{c.want[0], nil, c.want[1]})
		all = append(all, exportedColumn{c.name + "_list", "to_json(transform(%s, x -> " + fmt.Sprintf(c.text, "x") + "))", arrow.ListOf(c.typ), []string{string(list), "[]", "NULL"}})
	}
	return all
}

// exportedRows are the rows of exportedColumns, as JSON that Arrow reads.
func exportedRows(columns []exportedColumn) string {
	input := func(name, text string) any {
		switch {
		case text == "NULL":
			return nil
		case name == "i", name == "f", name == "b":
			return json.RawMessage(text)
		case name == "at":
			return map[string]string{"-1": "1969-12-31T23:59:59.999999Z", "1709208000500000": "2024-02-29T12:00:00.5Z"}[text]
		}
		return text
	}
	var rows []map[string]any
	for row := range 3 {
		one := map[string]any{"key": fmt.Sprint(row)}
		for _, c := range columns {
			var texts []*string
			base, isList := strings.CutSuffix(c.name, "_list")
			if !isList || c.want[row] == "NULL" {
				one[c.name] = input(base, c.want[row])
				continue
			}
			if err := json.Unmarshal([]byte(c.want[row]), &texts); err != nil {
				panic(err)
			}
			list := []any{}
			for _, text := range texts {
				if text == nil {
					list = append(list, nil)
				} else {
					list = append(list, input(base, *text))
				}
			}
			one[c.name] = list
		}
		rows = append(rows, one)
	}
	text, err := json.Marshal(rows)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestSparkReadsExports has Spark read exported files of every type.
func TestSparkReadsExports(t *testing.T) {
	s := openSpark(t)
	columns := exportedColumns()
	fields := []arrow.Field{{Name: "key", Type: arrow.BinaryTypes.String}}
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.name, Type: c.typ, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(exportedRows(columns)))
	if err != nil {
		t.Fatal(err)
	}
	for _, groups := range []int64{0, 1} {
		path := filepath.Join(t.TempDir(), "gold.parquet")
		rows := func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) }
		if _, err := export.WriteFile(t.Context(), path, schema, rows, export.Options{RowGroupRows: groups}); err != nil {
			t.Fatal(err)
		}
		empty := filepath.Join(t.TempDir(), "none.parquet")
		if _, err := export.WriteFile(t.Context(), empty, schema, func(func(arrow.RecordBatch, error) bool) {}, export.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ask(sparkRequest{Tables: []sparkTable{{"export", "gold", path}, {"export", "none", empty}}}); err != nil {
			t.Fatal(err)
		}
		check := func(query string, want []string) {
			t.Helper()
			answer, err := s.ask(sparkRequest{Query: query})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, answer.Keys); diff != "" || answer.Error != "" {
				t.Errorf("row groups of %d: %s: error %s; -want +got\n%s", groups, query, answer.Error, diff)
			}
		}
		for _, c := range columns {
			text := fmt.Sprintf(c.text, c.name)
			check("SELECT coalesce("+text+", 'NULL') FROM export.gold ORDER BY key", c.want)
		}
		check("SELECT CAST(count(*) AS STRING) FROM export.none", []string{"0"})
	}
}
