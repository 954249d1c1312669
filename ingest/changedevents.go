package ingest

import (
	"context"
	"errors"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// changedEvents applies to a behavior what has happened to its table: rows that went,
// rows that came, and customers who have joined, whose rows may have been there
// before.
//
// Method: events that went are held in memory. Of those that came, the ones that may
// be equal to one of these are held, too, and each is set against an equal one that
// went: a row that changed twice came and went in between. What is left of those that
// went are stored events; they are looked for, and left out when the parts that have
// them are merged into the new one. So are all stored events of those who have
// joined, whose rows are read anew.
type changedEvents struct {
	*behaviorLoad
	rejoined bool // rows of those who have joined are read by themselves, and nowhere else
	went     *index.Collected
	times    eventTimes       // of went
	came     *index.Collected // at one of times

	removed   int64 // rows that went
	orphans   int64 // of removed: of nobody
	dead      bool  // rows went of somebody who is no customer any more
	elsewhere int64 // rows that came of those who have joined
}

// eventTime is whose an event is, and when.
type eventTime struct {
	row   uint32
	time  int64 // any where dated is false
	dated bool
}

// eventTimes is some of them, which take about timeBytes each.
type eventTimes map[eventTime]struct{}

const timeBytes = 40

func (t eventTimes) add(row uint32, time int64, dated bool) {
	t[timeOf(row, time, dated)] = struct{}{}
}

func (t eventTimes) has(row uint32, time int64, dated bool) bool {
	_, ok := t[timeOf(row, time, dated)]
	return ok
}

func timeOf(row uint32, time int64, dated bool) eventTime {
	if !dated {
		time = 0
	}
	return eventTime{row: row, time: time, dated: dated}
}

// changedShare is the part of the memory for events that those held in it may have:
// these are compared beside what the log holds.
const changedShare = 4

// notApplied says why changes are not applied, in words for a load report: the whole
// table is read instead.
type notApplied struct{ reason string }

// Error gives the reason.
func (e *notApplied) Error() string { return e.reason }

var (
	errManyChanged = &notApplied{"half of its rows or more have changed"}
	errTooMany     = &notApplied{"too many of its rows have changed to be held in memory"}
	errNotStored   = &notApplied{"an event of a row that is not there any more is not stored"}
	errJoined      = &notApplied{"customers have joined whose rows may have been there before"}
	errGuessed     = &notApplied{"an earlier build took some of its events for stored ones"}
	errUnreadable  = &notApplied{"a row that came or went has a value that cannot be read"}
	errLargeParts  = &notApplied{"the events to be written anew are too many for one part"}
)

// readChanges reads what has come and gone, and the rows of those who have joined.
// Where that cannot be applied it reads the whole table.
func (l *behaviorLoad) readChanges(ctx context.Context, was *store.TableState, rejoined bool) error {
	var joined source.Table
	if rejoined {
		few, ok, err := l.joinersOnly(l.scan.table, l.scan.key)
		if err != nil {
			return err
		}
		if !ok || was.Repeated > 0 { // as without changes
			l.old, l.kept = -1, nil
			if l.data.resumed { // else it is always so
				l.data.readWhole(errJoined.reason)
			}
			return l.readAll(ctx)
		}
		joined = few
	}
	c := &changedEvents{
		behaviorLoad: l, rejoined: rejoined, times: eventTimes{},
		went: index.NewCollected(l.described.Fields), came: index.NewCollected(l.described.Fields),
	}
	err := c.apply(ctx, was, joined)
	var not *notApplied
	if value := (*ValueError)(nil); errors.As(err, &value) {
		err = errUnreadable // a scan of the whole table finds out whether it is wanted
	}
	if !errors.As(err, &not) {
		return err
	}
	if err := l.log.close(); err != nil {
		return err
	}
	l.newLog()
	l.old, l.kept, l.stale, l.expired = -1, nil, nil, 0
	l.again.events, l.again.undated = 0, 0
	l.data.readWhole(not.reason)
	return l.readAll(ctx)
}

// apply reads what has changed, and finds out what of the stored events is stale.
// joined is the rows of those who have joined; nil: they have none that are not
// stored.
func (c *changedEvents) apply(ctx context.Context, was *store.TableState, joined source.Table) error {
	if err := c.check(was); err != nil {
		return err
	}
	if c.data.removed != nil {
		if err := c.readRemoved(ctx, c.data.removed); err != nil {
			return err
		}
	}
	r := &eventReader{behaviorLoad: c.behaviorLoad, changes: c}
	added := c.data.from.Only(c.data.found.added)
	r.parts = partsText(ctx, added)
	if err := r.read(ctx, added); err != nil {
		return err
	}
	rows, orphans := was.Rows+r.report.Rows+c.elsewhere-c.removed, was.Orphans+r.report.Orphans
	if joined != nil {
		if err := c.readJoined(ctx, r, joined); err != nil {
			return err
		}
	}
	c.report = r.report
	c.report.Known, c.report.Removed = rows-c.report.Rows, c.removed
	if c.report.Known < 0 {
		return errManyChanged
	}
	if err := c.settle(ctx); err != nil {
		return err
	}
	c.state.Rows, c.state.Purged, c.state.Repeated = rows, was.Purged || c.dead, was.Repeated
	// Those of who has joined count on, and one does in any case: a build with an
	// overlap may have counted too few, and it only matters whether there are any.
	c.state.Orphans = max(orphans-c.orphans, min(orphans, 1))
	return nil
}

// check fails where reading the whole table is no more than reading what changed, or
// where that would not fit into memory.
func (c *changedEvents) check(was *store.TableState) error {
	if c.data.removed == nil {
		return nil
	}
	c.removed = c.data.removed.Info().Rows
	switch {
	case was.Repeated > 0:
		return errGuessed
	case 2*c.removed >= was.Rows: // with those that came, as many as there are now
		return errManyChanged
	case c.removed > c.spillBytes/changedShare/(eventBytes(c.described.Fields)+timeBytes):
		return errTooMany
	}
	return nil
}

// readRemoved holds the events of rows that went, those excepted that are not stored:
// of nobody, or too old, whether they were when they came or not.
func (c *changedEvents) readRemoved(ctx context.Context, removed source.Table) error {
	r := &eventReader{behaviorLoad: c.behaviorLoad, parts: ", in rows that were removed"}
	table, less := r.narrow(removed)
	s := r.scanner(removed, table, less)
	everybody := *c.customers
	everybody.live = nil
	_, err := s.runNarrow(ctx, func(batch arrow.RecordBatch) error {
		r.rows = resize(r.rows, int(batch.NumRows()))
		if _, err := everybody.find(r.rows, batch.Column(0)); err != nil {
			return err
		}
		if err := r.loadTimes(s, batch); err != nil {
			return err
		}
		for i, row := range r.rows {
			at, dated := r.times.Int(i)
			if batch.Column(0).IsValid(i) && c.isStored(row, at, dated) {
				c.times.add(row, at, dated)
			} else {
				r.rows[i] = noRow
			}
		}
		if err := s.appendEvents(r.scan, c.went, batch, r.rows); err != nil {
			return err
		}
		return c.checkHeld()
	})
	return err
}

// isStored reports whether the event of a row that went must be among the stored
// ones, or those that came. row is of a customer, dead or alive, or noRow.
func (c *changedEvents) isStored(row uint32, at int64, dated bool) bool {
	switch {
	case dated && at < c.scan.keepFrom:
	case row == noRow:
		c.orphans++
	case !c.customers.isLive(row):
		c.dead = true // what is stored of him is not what the table has
	default:
		return !c.rejoined || !c.customers.hasJoined(row)
	}
	return false
}

// checkHeld fails where more events are held than there is memory for.
func (c *changedEvents) checkHeld() error {
	if c.went.Bytes()+c.came.Bytes()+int64(len(c.times))*timeBytes > c.spillBytes/changedShare {
		return errTooMany
	}
	return nil
}

// setApart takes events that came out of a batch: those that may be equal to one that
// went, which it holds, and those that are read elsewhere, of which it returns how
// many there are.
func (c *changedEvents) setApart(r *eventReader, s *scanner, batch arrow.RecordBatch) (elsewhere int64, err error) {
	if err := r.loadTimes(s, batch); err != nil {
		return 0, err
	}
	held := r.older // each is read before it is written
	for i, row := range r.rows {
		held[i] = noRow
		if row == noRow {
			continue
		}
		at, dated := r.times.Int(i)
		switch {
		case c.rejoined && c.customers.hasJoined(row):
			r.rows[i] = noRow
			elsewhere++
		case c.times.has(row, at, dated):
			held[i], r.rows[i] = row, noRow
		}
	}
	if err := s.appendEvents(r.scan, c.came, batch, held); err != nil {
		return 0, err
	}
	c.elsewhere += elsewhere
	return elsewhere, c.checkHeld()
}

// readJoined reads the events of those who have joined out of the table as it is now.
// It adds to the report of r.
func (c *changedEvents) readJoined(ctx context.Context, r *eventReader, joined source.Table) error {
	r.parts = ", in rows of customers who have joined"
	s := r.scanner(joined, joined, allRows)
	others := int64(0)
	err := s.run(ctx, func(batch arrow.RecordBatch) error {
		r.rows = resize(r.rows, int(batch.NumRows()))
		if _, err := c.customers.find(r.rows, batch.Column(0)); err != nil {
			return err
		}
		for i, row := range r.rows {
			if row == noRow || !c.customers.hasJoined(row) { // a source may compare keys in another way
				r.rows[i] = noRow
				others++
			}
		}
		if err := s.appendEvents(r.scan, r.log.collected, batch, r.rows); err != nil {
			return err
		}
		return r.log.added(ctx)
	})
	s.report.Rows -= others
	r.report = addReports(r.report, s.report)
	return err
}

// settle sets events that came against equal ones that went. What is left of those
// that came goes to the log, what is left of those that went is stale.
func (c *changedEvents) settle(ctx context.Context) error {
	came := unmatched(c.came, c.went)
	c.again.events = int64(len(c.came.Rows) - len(came.Rows))
	c.again.undated = undated(c.came) - undated(came)
	stale := unmatched(c.went, c.came)
	c.log.collected.AppendFrom(came, positions(0, len(came.Rows)))
	if err := c.log.added(ctx); err != nil {
		return err
	}
	c.went, c.came, c.times = nil, nil, nil
	return c.findStale(ctx, stale)
}

// unmatched returns the events that are more than their equals among others.
func unmatched(events, others *index.Collected) *index.Collected {
	both, left := index.NewCollected(events.Fields), index.NewCollected(events.Fields)
	both.AppendFrom(others, positions(0, len(others.Rows)))
	both.AppendFrom(events, positions(0, len(events.Rows)))
	left.AppendFrom(both, both.Unmatched(len(others.Rows)))
	return left
}

// undated returns how many events have no time.
func undated(events *index.Collected) int64 {
	n := int64(0)
	for i := range events.Rows {
		if _, dated := events.Times.Int(i); !dated {
			n++
		}
	}
	return n
}
