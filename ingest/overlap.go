package ingest

import (
	"context"
	"math"
	"sort"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// recentEvents is the events since some time: first those that are stored, then
// those that a source gives, of which an equal one may be stored.
type recentEvents struct {
	since  int64 // undated events are recent, too
	events *index.Collected
	stored int // of events
}

// storedSince returns the stored events from so much time before the newest one
// on. They are held in memory.
func (l *behaviorLoad) storedSince(ctx context.Context, overlap time.Duration) (*recentEvents, error) {
	r := &recentEvents{since: math.MinInt64, events: index.NewCollected(l.described.Fields)}
	if last := l.builder.old.Manifest().Behaviors[l.old].Last; last != nil {
		if micros := overlap.Microseconds(); *last >= math.MinInt64+micros {
			r.since = *last - micros
		}
	}
	stored := l.builder.old.Events(l.old)
	for i := range l.builder.old.Blocks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		block, err := stored.Block(i)
		if err != nil {
			return nil, err
		}
		err = block.AppendTo(r.events, uint32(i)*blockRows, func(_ uint16, t int64, dated bool) bool {
			return !dated || t >= r.since
		})
		if err != nil {
			return nil, err
		}
	}
	r.stored = len(r.events.Rows)
	return r, nil
}

// settle adds those of the source's events to the log that are not stored: of
// equal events as many as are more than those stored.
func (r *recentEvents) settle(ctx context.Context, l *behaviorLoad) error {
	order := r.events.Unmatched(r.stored)
	l.report.Repeated += int64(len(r.events.Rows) - r.stored - len(order))
	for len(order) > 0 {
		block := r.events.Rows[order[0]] / bitmap.BlockRows
		n := sort.Search(len(order), func(i int) bool { return r.events.Rows[order[i]]/bitmap.BlockRows > block })
		batch, err := r.events.Batch(order[:n])
		if err != nil {
			return err
		}
		err = appendBatch(l.log.collected, batch, block*bitmap.BlockRows)
		batch.Release()
		if err != nil {
			return err
		}
		if err := l.log.added(ctx); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

// eventReader reads events of a behavior from a table into the log.
type eventReader struct {
	*behaviorLoad
	recent  *recentEvents // where recent events go first; nil: there is no overlap
	skipOld bool          // events that are not recent are stored already

	report *store.TableReport
	rows   []uint32
	older  []uint32        // of a batch: the rows of events that are not recent
	times  *column.Builder // of a batch
}

// read reads a table. A report that is there goes on.
func (r *eventReader) read(ctx context.Context, table source.Table) error {
	columns := projection(r.scan.key, r.scan.time)
	for _, f := range r.scan.fields {
		columns = projection(r.scan.key, append(columns[1:], f.name)...)
	}
	s := newScanner(table, "behavior", []string{r.described.Name}, columns, r.progress)
	s.report.Notes = r.scan.notes
	err := s.run(ctx, func(batch arrow.RecordBatch) error {
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
		if err := s.appendEvents(r.scan, r.log.collected, batch, r.rows); err != nil {
			return err
		}
		return r.log.added(ctx)
	})
	if err != nil {
		return err
	}
	r.report = addReports(r.report, s.report)
	return nil
}

// divide takes the recent events of a batch out of rows, and the others, too, where
// they are stored already.
func (r *eventReader) divide(s *scanner, batch arrow.RecordBatch) error {
	if r.times == nil {
		r.times = column.NewBuilder(model.Type{Kind: model.Timestamp}, 0)
	}
	r.times.Reset()
	r.times.Grow(len(r.rows))
	r.older = resize(r.older, len(r.rows))
	for i := range r.older {
		r.older[i] = uint32(i)
	}
	look := &scanner{columns: s.columns, report: s.report} // its counts are not wanted: the events are loaded below
	if err := look.load(r.scan.timeConv, r.times, batch, r.scan.time, r.older); err != nil {
		return err
	}
	recent := r.older // each is read before it is written
	for i, row := range r.rows {
		at, dated := r.times.Int(i)
		switch {
		case row == noRow:
			recent[i] = noRow
		case !dated || at >= r.recent.since:
			recent[i], r.rows[i] = row, noRow
		default:
			recent[i] = noRow
			if r.skipOld {
				r.rows[i] = noRow
				s.report.Repeated++
			}
		}
	}
	return s.appendEvents(r.scan, r.recent.events, batch, recent)
}
