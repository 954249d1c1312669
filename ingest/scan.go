package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// scanner reads one table and keeps its part of the load report.
type scanner struct {
	table    source.Table
	whole    source.Table // of which table has not all rows; nil: it has
	there    int64        // rows of whole before the scan; -1: they were not counted
	columns  []string
	report   *store.TableReport
	where    string // location, for messages about a row
	counts   counts
	progress func(Progress)
}

func newScanner(t source.Table, use string, names, columns []string, progress func(Progress)) *scanner {
	return &scanner{
		table: t, columns: columns, where: t.Info().Location, progress: progress,
		report: &store.TableReport{
			Table: t.Ref().String(), Location: t.Info().Location, Use: use, Names: names, KeyColumn: columns[0],
		},
	}
}

// run calls handle for every batch. It checks that the rows are as many as the
// source declares, should it do so.
func (s *scanner) run(ctx context.Context, handle func(batch arrow.RecordBatch) error) error {
	info := s.table.Info()
	at := Progress{Stage: "read", Table: s.report.Table, Total: info.Rows}
	if at.Total < 0 && s.whole != nil {
		at.Total = max(s.whole.Info().Rows, s.there)
	}
	s.progress(at)
	for batch, err := range s.table.Scan(ctx, s.columns) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return ofTable(s.report.Table, err)
		}
		if err := handle(batch); err != nil {
			return err
		}
		s.report.Rows += batch.NumRows()
		at.Rows = s.report.Rows
		for _, arr := range batch.Columns() {
			at.Bytes += int64(arr.Data().SizeInBytes())
		}
		s.progress(at)
	}
	if info.Rows >= 0 && s.report.Rows != info.Rows {
		return fmt.Errorf("table %s (%s): %d rows came, %d expected", s.report.Table, info.Location, s.report.Rows, info.Rows)
	}
	s.report.NaN, s.report.SubMicros = s.counts.nan, s.counts.subMicros
	return nil
}

// runNarrow is run, and then takes the rows that the source has left out for rows
// of the report. It returns how many they are.
func (s *scanner) runNarrow(ctx context.Context, handle func(batch arrow.RecordBatch) error) (left int64, err error) {
	if err := s.countBefore(ctx); err != nil {
		return 0, ofTable(s.report.Table, err)
	}
	if err := s.run(ctx, handle); err != nil {
		return 0, err
	}
	if left, err = s.leftOut(ctx); err != nil {
		return 0, ofTable(s.report.Table, err)
	}
	s.report.Rows += left
	return left, nil
}

// load converts one column of a batch; its errors say where the value is.
func (s *scanner) load(c *converter, b *column.Builder, batch arrow.RecordBatch, name string, dst []uint32) error {
	err := c.load(&s.counts, b, batch.Column(position(s.columns, name)), dst)
	var elem *elementError
	if errors.As(err, &elem) {
		return &ValueError{
			Table: s.report.Table, Location: s.where, Column: name,
			Row: s.report.Rows + int64(elem.index) + 1, Err: elem.err,
		}
	}
	return err
}

func (s *scanner) duplicates(key string, duplicates []string) error {
	err := &DuplicateKeyError{Table: s.report.Table, Location: s.report.Location, Column: key, Count: int64(len(duplicates))}
	for _, name := range duplicates[:min(len(duplicates), maxNamedKeys)] {
		err.Keys = append(err.Keys, clip(name))
	}
	return err
}

// keeper returns the test whether row i of a batch passes all filters.
func (s *scanner) keeper(filters []filter, batch arrow.RecordBatch) func(i int) bool {
	kept := make([]func(i int) bool, len(filters))
	for i := range filters {
		kept[i] = filters[i].keeps(batch.Column(position(s.columns, filters[i].column)))
	}
	return func(i int) bool {
		for _, keep := range kept {
			if !keep(i) {
				return false
			}
		}
		return true
	}
}

// maxExamples is how many of the rows left out a report names; all are counted.
const maxExamples = 10

// nullKey counts row i of the current batch as one without a key.
func (s *scanner) nullKey(i int) {
	s.report.NullKeys++
	if len(s.report.NullKeyRows) < maxExamples {
		s.report.NullKeyRows = append(s.report.NullKeyRows, s.report.Rows+int64(i)+1)
	}
}

// leaveOut counts the rows of the current batch that give nothing: because a filter
// excludes them (it sets those to noRow), for want of a key, or because the master
// table does not have their key.
func (s *scanner) leaveOut(rows []uint32, keys arrow.Array, keep func(i int) bool) {
	for i, row := range rows {
		switch {
		case !keep(i):
			rows[i] = noRow
			s.report.Filtered++
		case keys.IsNull(i):
			s.nullKey(i)
		case row == noRow:
			s.orphan(keys.ValueStr(i))
		}
	}
}

// orphan counts a row whose key no customer has, and names the key if it is
// among the first.
func (s *scanner) orphan(key string) {
	s.report.Orphans++
	key = clip(key)
	if len(s.report.OrphanKeys) < maxExamples && !slices.Contains(s.report.OrphanKeys, key) {
		s.report.OrphanKeys = append(s.report.OrphanKeys, key)
	}
}

// maxKeyBytes is how much of a key a message or a report shows.
const maxKeyBytes = 100

// clip returns a copy of a key, cut where it is long.
func clip(key string) string {
	if len(key) > maxKeyBytes {
		return strings.ToValidUTF8(key[:maxKeyBytes], "") + "…"
	}
	return strings.Clone(key)
}

// scanAttributes reads the attributes of one table; builders[i] gets attribute i
// of the schema.
func scanAttributes(ctx context.Context, scan *attributeScan, customers *customers, builders []*column.Builder, schema *model.Schema, progress func(Progress)) (*store.TableReport, error) {
	names := []string{}
	for _, c := range scan.columns {
		names = append(names, schema.Attributes[c.attribute].Name)
		builders[c.attribute] = column.NewBuilder(c.convert.typ, customers.numbered)
	}
	s := newScanner(scan.table, "attributes", names, scan.reads(), progress)
	if narrow, ok := matching(scan.table, scan.filters); ok {
		s.narrow(narrow)
	}
	once := newOnce(customers.numbered)
	var rows []uint32
	left, err := s.runNarrow(ctx, func(batch arrow.RecordBatch) error {
		rows = resize(rows, int(batch.NumRows()))
		missing, err := customers.find(rows, batch.Column(0))
		if err != nil {
			return err
		}
		if missing > 0 || scan.filters != nil {
			s.leaveOut(rows, batch.Column(0), s.keeper(scan.filters, batch))
		}
		once.visit(rows)
		for _, c := range scan.columns {
			if err := s.load(c.convert, builders[c.attribute], batch, c.name, rows); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if again := once.again(); len(again) > 0 {
		duplicates := make([]string, len(again))
		for i, row := range again {
			if duplicates[i], err = customers.name(row); err != nil {
				return nil, err
			}
		}
		return nil, s.duplicates(scan.key, duplicates)
	}
	s.report.Filtered += left
	s.report.Loaded = s.report.Rows - s.report.NullKeys - s.report.Filtered - s.report.Orphans
	return s.report, nil
}

// reads returns the names of the columns that a scan of attributes reads.
func (scan *attributeScan) reads() []string {
	columns := projection(scan.key)
	for _, c := range scan.columns {
		columns = projection(scan.key, append(columns[1:], c.name)...)
	}
	for _, f := range scan.filters {
		columns = projection(scan.key, append(columns[1:], f.column)...)
	}
	return columns
}

// addReports returns the report of two scans of one table, the first of which may
// be nil.
func addReports(first, second *store.TableReport) *store.TableReport {
	if first == nil {
		return second
	}
	sum := *first
	sum.Rows += second.Rows
	sum.NullKeys += second.NullKeys
	sum.Filtered += second.Filtered
	sum.Orphans += second.Orphans
	sum.Repeated += second.Repeated
	sum.NaN += second.NaN
	sum.SubMicros += second.SubMicros
	for _, row := range second.NullKeyRows {
		if len(sum.NullKeyRows) < maxExamples {
			sum.NullKeyRows = append(sum.NullKeyRows, first.Rows+row)
		}
	}
	for _, key := range second.OrphanKeys {
		if len(sum.OrphanKeys) < maxExamples && !slices.Contains(sum.OrphanKeys, key) {
			sum.OrphanKeys = append(sum.OrphanKeys, key)
		}
	}
	for _, note := range second.Notes {
		if !slices.Contains(sum.Notes, note) {
			sum.Notes = append(slices.Clip(sum.Notes), note)
		}
	}
	return &sum
}

// resize returns a slice of n elements, s itself where it has room.
func resize(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n)
	}
	return s[:n]
}

// appendEvents adds the events of a batch that have a customer. It turns rows
// from customers into positions of events.
func (s *scanner) appendEvents(scan *behaviorScan, events *index.Collected, batch arrow.RecordBatch, rows []uint32) error {
	first := len(events.Rows)
	for i, row := range rows {
		if row != noRow {
			rows[i] = uint32(len(events.Rows))
			events.Rows = append(events.Rows, row)
		}
	}
	added := len(events.Rows) - first
	events.Times.Grow(added)
	if err := s.load(scan.timeConv, events.Times, batch, scan.time, rows); err != nil {
		return err
	}
	for i, f := range scan.fields {
		events.Values[i].Grow(added)
		if err := s.load(f.convert, events.Values[i], batch, f.name, rows); err != nil {
			return err
		}
	}
	return nil
}
