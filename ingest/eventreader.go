package ingest

import (
	"context"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/source"
)

// eventReader reads events of a behavior from tables into the log.
type eventReader struct {
	*behaviorLoad
	recent   *recentEvents  // where events go that may be stored; nil: none may
	changes  *changedEvents // that are applied; nil: none are
	reading  reading
	parts    string // which parts of the table are read, for messages; empty: all
	rejoined bool   // all events of those who have joined are wanted
	known    int64  // rows that the source has left out, since they are stored

	twice      struct{ rows, orphans int64 } // of report: are read a second time
	newOrphans int64                         // of report: in rows that no build has read

	report *store.TableReport // of all that was read
	rows   []uint32
	older  []uint32        // of a batch: the rows of the events that go to recent
	times  *column.Builder // of a batch
}

// reading says what of a table's events may be stored.
type reading int

const (
	readAdded   reading = iota // the recent ones
	readChanged                // the recent ones; the others are
	readKnown                  // all are, save those of customers who have joined
)

// readEach reads tables one after the other, and compares what each gives with
// what is stored and was taken.
func (r *eventReader) readEach(ctx context.Context, as reading, rejoined bool, tables ...source.Table) error {
	r.reading, r.rejoined = as, rejoined
	before := int64(0)
	if r.report != nil {
		before = r.report.Orphans
	}
	for _, t := range tables {
		r.parts = partsText(ctx, t)
		if err := r.read(ctx, t); err != nil {
			return err
		}
		r.report.Repeated += r.recent.settle()
	}
	if as == readAdded && r.report != nil {
		r.newOrphans += r.report.Orphans - before
	}
	return nil
}

// read reads a table. A report that is there goes on.
func (r *eventReader) read(ctx context.Context, whole source.Table) error {
	table, less := r.narrow(whole)
	s := r.scanner(whole, table, less)
	r.log.expect(table.Info().Rows, r.blocks())
	elsewhere := int64(0)
	left, err := s.runNarrow(ctx, func(batch arrow.RecordBatch) error {
		r.rows = resize(r.rows, int(batch.NumRows()))
		missing, err := r.customers.find(r.rows, batch.Column(0))
		if err != nil {
			return err
		}
		if missing > 0 {
			s.leaveOut(r.rows, batch.Column(0), s.keeper(nil, batch))
		}
		if r.recent != nil {
			if err := r.divide(s, batch); err != nil {
				return err
			}
		}
		if r.changes != nil {
			more, err := r.changes.setApart(r, s, batch)
			if err != nil {
				return err
			}
			elsewhere += more
		}
		if err := s.appendEvents(r.scan, r.log.collected, batch, r.rows); err != nil {
			return err
		}
		return r.log.added(ctx)
	})
	if err != nil {
		return err
	}
	switch less {
	case noKnown:
		r.known += left
		s.report.Rows -= left
		if left > 0 {
			r.data.skipped = true
			s.report.Notes = append(s.report.Notes, fmt.Sprintf("of the events before %s some or all were not read: they are taken as stored", window.FormatInstant(r.recent.since, r.loc)))
		}
	case noExpired:
		r.expired += left
	}
	s.report.Rows -= elsewhere
	r.report = addReports(r.report, s.report)
	return nil
}

// scanner returns a scanner of events: of all rows of a table, or of those of a
// narrower one.
func (r *eventReader) scanner(whole, table source.Table, less rowsWanted) *scanner {
	columns := projection(r.scan.key, r.scan.time)
	for _, f := range r.scan.fields {
		columns = projection(r.scan.key, append(columns[1:], f.name)...)
	}
	if coder, ok := table.(source.Coder); ok {
		table = coder.Coded(columns[1:])
	}
	s := newScanner(whole, "behavior", []string{r.described.Name}, columns, r.progress)
	s.where += r.parts
	if less != allRows {
		s.narrow(table)
	} else {
		s.table = table
	}
	return s
}

// rowsWanted says which rows of a table the source is to give.
type rowsWanted int

const (
	allRows   rowsWanted = iota
	noExpired            // none whose events are too old
	noKnown              // none whose events are stored
)

// narrow lets the source leave out rows that give nothing, if it can.
func (r *eventReader) narrow(table source.Table) (source.Table, rowsWanted) {
	if r.recent != nil && r.reading == readChanged && !r.rejoined && r.recent.since != math.MinInt64 {
		if less, ok := r.scan.notBefore(table, max(r.recent.since, r.scan.keepFrom)); ok {
			return less, noKnown
		}
	}
	if r.changes != nil && r.changes.rejoined {
		return table, allRows // those who have joined are to be told from the others
	}
	if less, ok := r.scan.notBefore(table, r.scan.keepFrom); ok {
		return less, noExpired
	}
	return table, allRows
}

// partsText names the parts of a table, for messages; rows are counted from the
// first of them.
func partsText(ctx context.Context, t source.Table) string {
	parted, ok := t.(source.Parted)
	if !ok {
		return ""
	}
	parts, err := parted.Parts(ctx)
	if err != nil || len(parts) == 0 {
		return "" // reading says what is wrong
	}
	text := ", in " + parts[0].Name
	if n := len(parts) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// divide takes the events of a batch that may be stored out of rows, and puts them
// where they are compared; those that are stored for certain it leaves out.
func (r *eventReader) divide(s *scanner, batch arrow.RecordBatch) error {
	if err := r.loadTimes(s, batch); err != nil {
		return err
	}
	compared := r.older // each is read before it is written
	for i, row := range r.rows {
		compared[i] = noRow
		if row == noRow {
			continue
		}
		at, dated := r.times.Int(i)
		isRecent := !dated || at >= r.recent.since
		switch {
		case r.rejoined && r.customers.hasJoined(row), r.reading != readKnown && isRecent:
			compared[i], r.rows[i] = row, noRow
		case r.reading != readAdded:
			r.rows[i] = noRow
			s.report.Repeated++
		}
	}
	return s.appendEvents(r.scan, r.recent.events, batch, compared)
}

// loadTimes converts the times of a batch, of rows that have a customer.
func (r *eventReader) loadTimes(s *scanner, batch arrow.RecordBatch) error {
	if r.times == nil {
		r.times = column.NewBuilder(model.Type{Kind: model.Timestamp}, 0)
	}
	r.times.Reset()
	r.times.Grow(len(r.rows))
	r.older = resize(r.older, len(r.rows))
	for i, row := range r.rows {
		if r.older[i] = uint32(i); row == noRow {
			r.older[i] = noRow // nobody reads what it has
		}
	}
	look := &scanner{columns: s.columns, report: s.report, where: s.where} // its counts are not wanted: the events are loaded later
	return look.load(r.scan.timeConv, r.times, batch, r.scan.time, r.older)
}
