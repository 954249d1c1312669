package sourcetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/source"
)

// Option changes what [Run] expects.
type Option func(*suite)

// Unordered is for sources that keep no order of rows, as those of SQL: the suite
// then compares which rows came, and how often.
func Unordered() Option { return func(s *suite) { s.unordered = true } }

// scanAnyOrder checks that a scan gives the columns at positions want of rows lo
// to hi-1 of the large table, in whatever order, in batches of bounded size.
func (s *suite) scanAnyOrder(t *testing.T, table source.Table, columns []string, want []int, lo, hi int64) {
	t.Helper()
	var got []string
	for batch, err := range table.Scan(t.Context(), columns) {
		if err != nil {
			t.Fatal(err)
		}
		s.checkBatch(t, batch, want)
		got = append(got, rowTexts(batch)...)
	}
	columnsWanted := make([]arrow.Array, len(want))
	for k, i := range want {
		columnsWanted[k] = s.want.Column(i)
	}
	compareRows(t, got, textsOf(columnsWanted, lo, hi))
}

// checkBatch checks the size, names and types of a batch that has the columns at
// positions want.
func (s *suite) checkBatch(t *testing.T, batch arrow.RecordBatch, want []int) {
	t.Helper()
	if n := batch.NumRows(); n < 1 || n > maxBatchRows {
		t.Fatalf("a batch of %d rows; batches have 1 to %d", n, maxBatchRows)
	}
	if int(batch.NumCols()) != len(want) {
		t.Fatalf("a batch of %d columns, want %d", batch.NumCols(), len(want))
	}
	for k, i := range want {
		if got, want := batch.ColumnName(k), s.want.ColumnName(i); got != want {
			t.Fatalf("column %d is called %q, want %q", k, got, want)
		}
		if got, want := batch.Column(k).DataType(), s.want.Column(i).DataType(); !arrow.TypeEqual(got, want) {
			t.Fatalf("column %q is %s, want %s", batch.ColumnName(k), got, want)
		}
	}
}

// compareRows checks that rows are the same, and as often, in any order. It sorts
// both.
func compareRows(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("%d rows, want %d; the first that differs in order of text is\n%q, want\n%q", len(got), len(want), got[i], want[i])
		}
	}
	t.Fatalf("%d rows, want %d", len(got), len(want))
}

func rowTexts(batch arrow.RecordBatch) []string {
	return textsOf(batch.Columns(), 0, batch.NumRows())
}

// textsOf writes rows lo to hi-1 of columns as text, a NULL as no value is.
func textsOf(columns []arrow.Array, lo, hi int64) []string {
	texts := make([]string, 0, hi-lo)
	var b strings.Builder
	for row := int(lo); row < int(hi); row++ {
		b.Reset()
		for _, c := range columns {
			if c.IsNull(row) {
				b.WriteString("\x00NULL")
			} else {
				b.WriteString(c.ValueStr(row))
			}
			b.WriteByte('\x1f')
		}
		texts = append(texts, b.String())
	}
	return texts
}

// partsAnyOrder reads the parts of the large table one at a time, and checks that
// together they give its rows.
func (s *suite) partsAnyOrder(t *testing.T) {
	table, parts := s.openParted(t, large)
	columns := names(s.want.Schema())
	var got []string
	for _, p := range parts {
		one := table.Only([]string{p.Name, p.Name})
		if rows := one.Info().Rows; rows != p.Rows {
			t.Errorf("part %s: Info.Rows is %d, want %d", p.Name, rows, p.Rows)
		}
		rows := int64(0)
		for batch, err := range one.Scan(t.Context(), columns) {
			if err != nil {
				t.Fatal(err)
			}
			s.checkBatch(t, batch, s.columns())
			rows += batch.NumRows()
			got = append(got, rowTexts(batch)...)
		}
		if p.Rows >= 0 && rows != p.Rows {
			t.Errorf("part %s: %d rows, want %d", p.Name, rows, p.Rows)
		}
	}
	compareRows(t, got, textsOf(s.want.Columns(), 0, nRows))
	if rows := countRows(t, table.Only(nil)); rows != 0 {
		t.Errorf("the table of no part has %d rows", rows)
	}
	s.scanAnyOrder(t, table.Only(partNames(parts)), columns[:1], []int{0}, 0, nRows)
}

// resume checks that a table that has not changed goes on from its own parts, and
// that parts of another table are not taken for its own.
func (s *suite) resume(t *testing.T) {
	table, ok := s.open(t, large).(source.Resumable)
	if !ok {
		t.Skip("the source's tables are not a source.Resumable")
	}
	parts := partsOf(t, table)
	same, err := table.Since(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	if same.Note != "" || same.Removed != nil {
		t.Fatalf("Since of its own parts: note %q, rows that went %v", same.Note, same.Removed)
	}
	if got := partsOf(t, same.Table); !slices.Equal(got, parts) {
		t.Errorf("Since of its own parts has the parts %v, want %v", got, parts)
	}
	strange := []source.Part{{Name: "strange", ID: "strange", Rows: 1}}
	other, err := table.Since(t.Context(), strange)
	if err != nil {
		t.Fatal(err)
	}
	if other.Note == "" || other.Removed != nil {
		t.Fatalf("Since of parts of another table: note %q, want one; rows that went %v", other.Note, other.Removed)
	}
	if got := partsOf(t, other.Table); slices.Contains(got, strange[0]) {
		t.Errorf("Since of parts of another table has the parts %v", got)
	}
	s.scanAnyOrder(t, other.Table, names(s.want.Schema())[:2], []int{0, 1}, 0, nRows)
}

// filter checks what a table leaves out when it is asked to.
func (s *suite) filter(t *testing.T) {
	table, ok := s.open(t, large).(source.Filterer)
	if !ok {
		t.Skip("the source's tables are not a source.Filterer")
	}
	id := s.want.ColumnName(0)
	few, ok := table.OneOf(id, []string{s.want.Column(0).ValueStr(7), "nobody's", "it's \\ `a` \"b\"\n", s.want.Column(0).ValueStr(5)})
	if !ok {
		t.Skip("the source filters no strings")
	}
	if rows := few.Info().Rows; rows != 2 && rows != -1 {
		t.Errorf("Info.Rows of a filtered table is %d, want 2, or -1 where the source does not say", rows)
	}
	var got []string
	for batch, err := range few.Scan(t.Context(), []string{id}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rowTexts(batch)...)
	}
	compareRows(t, got, append(textsOf(s.want.Columns()[:1], 5, 6), textsOf(s.want.Columns()[:1], 7, 8)...))
	if _, ok := table.OneOf("no such column", []string{"x"}); ok {
		t.Error("a column that is not there was filtered")
	}
	if none, ok := table.OneOf(id, nil); ok && countRows(t, none) != 0 {
		t.Error("a filter without values left rows")
	}
}

// query checks that an engine runs statements and ends them with their context.
func (s *suite) query(t *testing.T) {
	engine, ok := s.source.(source.Engine)
	if !ok {
		t.Skip("the source is not a source.Engine")
	}
	var got []string
	batches := 0
	for batch, err := range engine.Query(t.Context(), "SELECT 1 AS n WHERE 1 = 1") {
		if err != nil {
			t.Fatal(err)
		}
		batches++
		got = append(got, rowTexts(batch)...)
	}
	compareRows(t, got, []string{"1\x1f"})
	batches = 0
	for batch, err := range engine.Query(t.Context(), "SELECT 1 AS n WHERE 1 = 0") {
		if err != nil {
			t.Fatal(err)
		}
		if batches++; batches > 1 || batch.NumRows() != 0 || batch.NumCols() != 1 || batch.ColumnName(0) != "n" {
			t.Errorf("a result without rows gave %v, want one batch of column n without rows", batch)
		}
	}
	if batches != 1 {
		t.Errorf("a result without rows gave %d batches, want 1", batches)
	}
	failed := false
	for _, err := range engine.Query(t.Context(), "SELECT FROM WHERE") {
		failed = failed || err != nil
	}
	if !failed {
		t.Error("a statement that makes no sense has no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range engine.Query(ctx, "SELECT 1 AS n") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a query whose context has ended gave %v, want context.Canceled", err)
		}
	}
}
