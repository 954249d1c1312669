package ingest

import (
	"context"
	"errors"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// changedAttributes applies to the attributes of a table what has happened to it: rows
// that went, rows that came, and customers who have joined, whose rows may have been
// there before.
//
// Method: the rows are held in memory, and each that came is set against an equal one
// that went. What is left must fit to what is stored: who loses a row must have had
// it, who gets one must have had none. A row without any value leaves no trace, so that
// the rows of those of whom nothing is stored are asked for. What does not fit ends in
// a scan of the whole table, which knows.
type changedAttributes struct {
	*builder
	scan *attributeScan
	was  *store.TableState
	data *tableData

	everybody customers // those who are not live are found, too
	asked     bool      // the rows of those who have joined are asked for
	exact     bool      // what was read of somebody who is not live is stored
	first     bool      // who has joined had no row

	changed   *changedRows
	report    *store.TableReport
	rows      []uint32
	removed   int64
	came      int64
	nobody    int64 // rows of nobody: how many more there are
	elsewhere int64 // rows that came of those who are asked for
	newcomers int64 // rows of those who are asked for, and had no number, that were there
	purged    bool  // what is stored of somebody who is not live is not what the table has
	firstRows int64 // customers who have joined, had no row and got one
}

var (
	errManyJoined = &notApplied{"too many customers have joined, or got a row, to ask for their rows"}
	errNotAsWas   = &notApplied{"a row that is not there any more is not stored as it was"}
	errRowMore    = &notApplied{"a customer got a row and has another one"}
	errRowMissing = &notApplied{"a customer has not the row that there must be"}
)

// rejoined reports whether somebody has joined whose rows of a table of attributes may
// have been left out, or are not stored any more.
func (b *builder) rejoined(was *store.TableState) bool {
	return was != nil && b.customers.joined() && (was.Orphans > 0 || was.Purged)
}

// applyAttributes writes the attributes of a scan as they are after what has happened
// to their table since the old version. It returns false where it cannot; data then
// says why.
func (b *builder) applyAttributes(ctx context.Context, scan *attributeScan, was *store.TableState, data *tableData) (bool, error) {
	a := &changedAttributes{
		builder: b, scan: scan, was: was, data: data, everybody: *b.customers, changed: newChangedRows(scan),
		asked: b.rejoined(was), exact: was.Orphans == 0 && !was.Purged,
	}
	a.everybody.live = nil
	if a.first = a.isMaster(); a.first {
		a.asked, a.exact = false, false
	}
	err := a.apply(ctx)
	if value := (*ValueError)(nil); errors.As(err, &value) {
		err = errUnreadable // a scan of the whole table finds out whether it is wanted
	}
	var not *notApplied
	if errors.As(err, &not) {
		data.readWhole(not.reason)
		return false, nil
	}
	return err == nil, err
}

// isMaster reports whether the rows are those of the master table that say who is a
// customer, then and now.
func (a *changedAttributes) isMaster() bool {
	of := store.TableState{Table: a.layout.Master, Use: "master", KeyColumn: a.layout.KeyColumn}
	was := a.old.state(&of)
	now := &a.manifest.Tables[0]
	return a.data.state.Table == of.Table && a.scan.key == of.KeyColumn && len(a.scan.filters) == len(a.master.filters) &&
		was != nil && was.Version != "" && was.Version == a.was.Version &&
		now.Use == of.Use && now.Version != "" && now.Version == a.data.state.Version
}

// apply reads what has changed, and writes the attributes.
func (a *changedAttributes) apply(ctx context.Context) error {
	if err := a.read(ctx); err != nil {
		return err
	}
	changed, err := a.settle(ctx)
	if err != nil {
		return err
	}
	if err := a.settleReport(); err != nil {
		return err
	}
	return a.write(ctx, changed)
}

// read reads the rows that went and those that came.
func (a *changedAttributes) read(ctx context.Context) error {
	a.report = a.scanner(a.scan.table).report
	if a.data.removed != nil {
		if a.removed = a.data.removed.Info().Rows; 2*a.removed >= a.was.Rows {
			return errManyChanged // the whole table is no more than those that came and went
		}
		if _, err := a.readRows(ctx, a.data.removed, false); err != nil {
			return err
		}
	}
	if len(a.data.found.added) == 0 {
		return nil
	}
	report, err := a.readRows(ctx, a.data.from.Only(a.data.found.added), true)
	if err != nil {
		return err
	}
	a.report, a.came = addReports(a.report, report), report.Rows
	return nil
}

// scanner returns a scanner of some of the table's rows.
func (a *changedAttributes) scanner(t source.Table) *scanner {
	s := newScanner(t, "attributes", a.names(a.scan), a.scan.reads(), a.progress)
	if narrow, ok := matching(t, a.scan.filters); ok {
		s.narrow(narrow)
	}
	return s
}

// readRows collects rows that came or went.
func (a *changedAttributes) readRows(ctx context.Context, t source.Table, came bool) (*store.TableReport, error) {
	s := a.scanner(t)
	left, err := s.runNarrow(ctx, func(batch arrow.RecordBatch) error {
		keys, keep := batch.Column(0), s.keeper(a.scan.filters, batch)
		a.rows = resize(a.rows, int(batch.NumRows()))
		if _, err := a.everybody.find(a.rows, keys); err != nil {
			return err
		}
		for i, row := range a.rows {
			switch {
			case !keep(i):
				s.report.Filtered++
			case keys.IsNull(i):
				s.nullKey(i)
			default:
				if row == noRow || !a.customers.isLive(row) {
					s.orphan(keys.ValueStr(i))
				}
				if a.wants(row, came) {
					continue
				}
			}
			a.rows[i] = noRow
		}
		if err := a.changed.add(s, batch, a.rows, came); err != nil {
			return err
		}
		return a.checkHeld()
	})
	if err != nil {
		return nil, err
	}
	s.report.Filtered += left
	return s.report, nil
}

// wants counts a row that came or went, and reports whether its values are wanted.
func (a *changedAttributes) wants(row uint32, came bool) bool {
	more := int64(-1)
	if came {
		more = 1
	}
	switch {
	case row == noRow:
		a.nobody += more
	case a.asked && a.customers.hasJoined(row):
		if came {
			a.elsewhere++
		}
		if int(row) >= a.customers.first {
			a.newcomers -= more
		}
	case !a.exact && !a.customers.isLive(row):
		a.purged = true
	default:
		return true
	}
	return false
}

// checkHeld fails where more rows are held than there is memory for.
func (a *changedAttributes) checkHeld() error {
	if a.changed.bytes() > a.spillBytes/changedShare {
		return errTooMany
	}
	return nil
}
