package sourcetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// maxBatchRows is what the contract calls a few ten thousand rows.
const maxBatchRows = 65_536

// nRows makes several batches of any source, the last one short.
const nRows = 70_001

var (
	large   = model.TableRef{Schema: "shop", Table: "orders"}
	empty   = model.TableRef{Schema: "shop", Table: "nothing"}
	another = model.TableRef{Schema: "crm", Table: "people"}
)

// Opener makes a source that holds exactly the given tables.
type Opener func(t *testing.T, tables map[model.TableRef]arrow.RecordBatch) source.Source

// Run checks that the source which open makes keeps the contract, with tables
// of the given columns. The first column has no NULL.
func Run(t *testing.T, columns []Column, open Opener, options ...Option) {
	s := &suite{want: Table(columns, nRows)}
	for _, option := range options {
		option(s)
	}
	s.source = open(t, map[model.TableRef]arrow.RecordBatch{
		large: s.want, empty: Table(columns, 0), another: Table(columns[:2], 3),
	})
	t.Cleanup(func() {
		if err := s.source.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"tables", s.tables}, {"schema", s.schema}, {"info", s.info}, {"everything", s.everything},
		{"projection", s.projection}, {"no columns", s.noColumns}, {"empty table", s.emptyTable},
		{"unknown column", s.unknownColumn}, {"unknown table", s.unknownTable},
		{"break", s.breakOff}, {"cancel", s.cancel}, {"concurrent", s.concurrent},
		{"parts", s.parts}, {"only some parts", s.onlyParts}, {"unknown part", s.unknownPart},
		{"resume", s.resume}, {"filter", s.filter}, {"query", s.query},
	} {
		t.Run(test.name, test.run)
	}
}

type suite struct {
	source source.Source
	want   arrow.RecordBatch // the large table

	unordered bool
}

func (s *suite) open(t *testing.T, ref model.TableRef) source.Table {
	t.Helper()
	table, err := s.source.Table(t.Context(), ref)
	if err != nil {
		t.Fatalf("Table(%s): %v", ref, err)
	}
	return table
}

func names(schema *arrow.Schema) []string {
	var list []string
	for _, f := range schema.Fields() {
		list = append(list, f.Name)
	}
	return list
}

func (s *suite) tables(t *testing.T) {
	got, err := s.source.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]model.TableRef{another, empty, large}, got); diff != "" {
		t.Errorf("Tables (-want +got):\n%s", diff)
	}
}

func (s *suite) schema(t *testing.T) {
	table := s.open(t, large)
	if table.Ref() != large {
		t.Errorf("Ref is %s, want %s", table.Ref(), large)
	}
	if got := table.Schema(); !got.Equal(s.want.Schema()) {
		t.Errorf("Schema is\n%s\nwant\n%s", got, s.want.Schema())
	}
}

func (s *suite) info(t *testing.T) {
	info := s.open(t, large).Info()
	if info.Rows != nRows && info.Rows != -1 {
		t.Errorf("Info.Rows is %d, want %d, or -1 where the source does not say", info.Rows, nRows)
	}
	if info.Location == "" {
		t.Error("Info.Location is empty")
	}
}

// scan checks that a scan of the large table gives the columns at positions
// want, all rows, in batches of bounded size.
func (s *suite) scan(t *testing.T, columns []string, want []int) {
	t.Helper()
	s.scanRows(t, s.open(t, large), columns, want, 0, nRows)
}

// scanRows checks the same of a table that has rows lo to hi-1 of the large one.
func (s *suite) scanRows(t *testing.T, table source.Table, columns []string, want []int, lo, hi int64) {
	t.Helper()
	if s.unordered {
		s.scanAnyOrder(t, table, columns, want, lo, hi)
		return
	}
	rows := lo
	for batch, err := range table.Scan(t.Context(), columns) {
		if err != nil {
			t.Fatal(err)
		}
		n := batch.NumRows()
		if n < 1 || n > maxBatchRows || rows+n > hi {
			t.Fatalf("a batch of %d rows after %d of %d; batches have 1 to %d", n, rows-lo, hi-lo, maxBatchRows)
		}
		if int(batch.NumCols()) != len(want) {
			t.Fatalf("a batch of %d columns, want %d", batch.NumCols(), len(want))
		}
		for k, i := range want {
			checkColumn(t, batch, k, s.want.Column(i), s.want.ColumnName(i), rows)
		}
		rows += n
	}
	if rows != hi {
		t.Errorf("%d rows, want %d", rows-lo, hi-lo)
	}
}

// checkColumn holds column k of a batch that starts at row from against want.
func checkColumn(t *testing.T, batch arrow.RecordBatch, k int, want arrow.Array, name string, from int64) {
	t.Helper()
	if batch.ColumnName(k) != name {
		t.Fatalf("column %d is called %q, want %q", k, batch.ColumnName(k), name)
	}
	part := array.NewSlice(want, from, from+batch.NumRows())
	defer part.Release()
	if array.Equal(batch.Column(k), part) {
		return
	}
	for i := range int(batch.NumRows()) {
		if got, want := batch.Column(k).ValueStr(i), part.ValueStr(i); got != want {
			t.Fatalf("column %q, row %d is %s, want %s", name, from+int64(i), got, want)
		}
	}
	t.Fatalf("column %q is %s, want %s", name, batch.Column(k).DataType(), want.DataType())
}

func (s *suite) everything(t *testing.T) { s.scan(t, names(s.want.Schema()), s.columns()) }

// columns returns the positions of all columns.
func (s *suite) columns() []int {
	var all []int
	for i := range int(s.want.NumCols()) {
		all = append(all, i)
	}
	return all
}

func (s *suite) projection(t *testing.T) {
	last := int(s.want.NumCols()) - 1
	list := names(s.want.Schema())
	s.scan(t, []string{list[last], list[0]}, []int{last, 0})
	s.scan(t, []string{list[1], list[1]}, []int{1, 1})
}

func (s *suite) noColumns(t *testing.T) { s.scan(t, nil, nil) }

func (s *suite) emptyTable(t *testing.T) {
	table := s.open(t, empty)
	for _, columns := range [][]string{names(table.Schema()), nil} {
		for batch, err := range table.Scan(t.Context(), columns) {
			if err != nil {
				t.Fatal(err)
			}
			if batch.NumRows() != 0 {
				t.Errorf("an empty table gave %d rows", batch.NumRows())
			}
		}
	}
}

func (s *suite) unknownColumn(t *testing.T) {
	for batch, err := range s.open(t, large).Scan(t.Context(), []string{"no such column"}) {
		if err == nil {
			t.Fatalf("a batch of %d rows of a column that is not there", batch.NumRows())
		}
		return
	}
	t.Error("a column that is not there gave an empty stream")
}

func (s *suite) unknownTable(t *testing.T) {
	ref := model.TableRef{Schema: large.Schema, Table: "order"}
	_, err := s.source.Table(t.Context(), ref)
	var notFound *source.NotFoundError
	if !errors.As(err, &notFound) {
		t.Fatalf("Table(%s): %v, want a *source.NotFoundError", ref, err)
	}
	if notFound.Ref != ref || !slices.Contains(notFound.Nearest, large.String()) {
		t.Errorf("the error is %q, it does not name %s as near to %s", err, large, ref)
	}
}

// breakOff leaves a scan early and checks that a retained batch outlives it.
func (s *suite) breakOff(t *testing.T) {
	var kept arrow.RecordBatch
	for batch, err := range s.open(t, large).Scan(t.Context(), []string{s.want.ColumnName(0)}) {
		if err != nil {
			t.Fatal(err)
		}
		batch.Retain()
		kept = batch
		break
	}
	if kept == nil {
		t.Fatal("no batch")
	}
	defer kept.Release()
	if s.unordered {
		s.checkBatch(t, kept, []int{0})
		return
	}
	checkColumn(t, kept, 0, s.want.Column(0), s.want.ColumnName(0), 0)
}

func (s *suite) cancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	batches := 0
	for _, err := range s.open(t, large).Scan(ctx, []string{s.want.ColumnName(0)}) {
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the scan ended with %v, want context.Canceled", err)
			}
			return
		}
		if batches++; batches > 1 {
			t.Fatal("a batch after the context was cancelled")
		}
		cancel()
	}
	t.Error("a cancelled scan ended as if it were complete")
}

func (s *suite) concurrent(t *testing.T) {
	table := s.open(t, another)
	sums := make(chan int64)
	for range 4 {
		go func() {
			rows := int64(0)
			for batch, err := range table.Scan(t.Context(), names(table.Schema())) {
				if err != nil {
					rows = -1
					break
				}
				rows += batch.NumRows()
			}
			sums <- rows
		}()
	}
	for range 4 {
		if rows := <-sums; rows != 3 {
			t.Errorf("a scan beside others gave %d rows, want 3 (-1 is an error)", rows)
		}
	}
}

// Collect reads a whole table into one batch, for tests that compare content.
// It returns nil where the table gives no batch, and the scan's error.
func Collect(ctx context.Context, table source.Table, columns ...string) (arrow.RecordBatch, error) {
	var parts []arrow.RecordBatch
	for batch, err := range table.Scan(ctx, columns) {
		if err != nil {
			return nil, err
		}
		batch.Retain()
		parts = append(parts, batch)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	rows := int64(0)
	for _, p := range parts {
		rows += p.NumRows()
	}
	arrays := make([]arrow.Array, parts[0].NumCols())
	for i := range arrays {
		pieces := make([]arrow.Array, len(parts))
		for k, p := range parts {
			pieces[k] = p.Column(i)
		}
		var err error
		if arrays[i], err = array.Concatenate(pieces, memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(parts[0].Schema(), arrays, rows), nil
}
