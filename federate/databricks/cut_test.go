package databricks

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// TestCuts looks at the columns by which a table is cut.
func TestCuts(t *testing.T) {
	kinds := map[string]arrow.DataType{
		"yes": arrow.FixedWidthTypes.Boolean, "no": arrow.FixedWidthTypes.Boolean, "tiny": arrow.PrimitiveTypes.Int8,
		"day": arrow.FixedWidthTypes.Date32, "id": arrow.PrimitiveTypes.Int64, "text": arrow.BinaryTypes.String,
		"share": arrow.PrimitiveTypes.Float64, "tags": arrow.ListOf(arrow.BinaryTypes.String),
	}
	for _, c := range []struct {
		columns string
		want    []string
	}{
		{"id", []string{"id"}},
		{"text id", []string{"text, id"}},
		{"yes no id text", []string{"id, text", "id, text, yes, no"}},
		{"yes no tiny", []string{"tiny, yes", "tiny, yes, no"}},
		{"tags yes share day", []string{"day, share", "day, share, yes, tags"}},
		{"tags", []string{"tags"}},
		{"id text day", []string{"id, text", "id, text, day"}},
	} {
		p := &projection{names: strings.Fields(c.columns)}
		var fields []arrow.Field
		for _, name := range p.names {
			fields = append(fields, arrow.Field{Name: name, Type: kinds[name]})
		}
		p.pulled = arrow.NewSchema(fields, nil)
		var want []string
		for _, columns := range c.want {
			want = append(want, "pmod(xxhash64("+columns+"), 7)")
		}
		if got := p.cuts(7); !slices.Equal(got, want) {
			t.Errorf("%s: cut by %q, want %q", c.columns, got, want)
		}
	}
}

// TestSkewedTableIsCutOtherwise pulls tables of which the columns that are tried
// first have few values.
func TestSkewedTableIsCutOtherwise(t *testing.T) {
	const rows, parts = 4_000, 8
	l := newLake(t, dbtest.Options{})
	l.exec(t, "CREATE SCHEMA IF NOT EXISTS shop",
		"CREATE TABLE shop.t AS SELECT id % 2 = 0 AS yes, id % 3 = 0 AS no, 'JP' AS country, concat('tier ', id % 2) AS tier, id AS n FROM range("+fmt.Sprint(rows)+")")
	table := l.open(t, fmt.Sprintf("&parts=%d", parts)).testTable(t, "shop.t")
	for _, c := range []struct {
		columns []string
		by      string // that the last count is by
		counts  int
		most    int // rows in a part
	}{
		{[]string{"yes", "no", "n"}, "`n`, `yes`", 1, 2 * rows / parts},
		{[]string{"country", "tier", "n"}, "`country`, `tier`, `n`", 2, 2 * rows / parts},
		{[]string{"country", "tier"}, "`country`, `tier`", 1, rows},
		{[]string{"country", "tier", "yes"}, "`country`, `tier`, `yes`", 2, rows},
	} {
		l.log("")
		received, most := l.partSizes(t, table, c.columns)
		if received != rows || most > c.most {
			t.Errorf("%q: %d rows, up to %d of them in a part; want %d and %d", c.columns, received, most, rows, c.most)
		}
		asked := l.log("GROUP BY 1")
		if len(asked) != c.counts || !strings.Contains(asked[len(asked)-1], "xxhash64("+c.by+")") {
			t.Errorf("%q: parts were counted by %q, want %d statements, the last by %s", c.columns, asked, c.counts, c.by)
		}
	}
	l.spoolIsEmpty(t)
}

// partSizes reads a table and returns how many rows it has, and how many of them are
// in its largest part at most: as many as its largest file in the spool had.
func (l *lake) partSizes(t *testing.T, table source.Table, columns []string) (rows, most int) {
	t.Helper()
	for batch, err := range table.Scan(t.Context(), columns) {
		if err != nil {
			t.Fatal(err)
		}
		rows += int(batch.NumRows())
		paths, err := filepath.Glob(filepath.Join(l.spool, "*", "*", "part-*.arrow"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if name, ok := parsePartName(filepath.Base(path)); ok {
				most = max(most, int(name.rows))
			}
		}
	}
	return rows, most
}
