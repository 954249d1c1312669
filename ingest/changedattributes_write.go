package ingest

import (
	"context"

	"github.com/rollcall-db/rollcall/engine/column"
)

// settleReport counts the rows: of the table, of those who joined, and of nobody.
func (a *changedAttributes) settleReport() error {
	r, state := a.report, a.data.state
	state.Rows = a.was.Rows - a.removed + a.came
	r.Rows -= a.elsewhere
	r.Removed, r.Known = a.removed, state.Rows-r.Rows
	if r.Known < 0 || r.Known == 0 && a.removed > 0 {
		return errManyChanged
	}
	r.Loaded = r.Rows - r.NullKeys - r.Filtered - r.Orphans
	state.Purged = a.was.Purged || a.purged
	state.Orphans = max(a.was.Orphans+a.nobody-a.newcomers, 0)
	return nil
}

// write writes the attributes that have other values than the old version, or more
// rows, and adopts the files of the others.
func (a *changedAttributes) write(ctx context.Context, changed []changedRow) error {
	a.data.describe(a.report, a.scan.notes)
	a.builder.report(a.report)
	a.manifest.Tables = append(a.manifest.Tables, *a.data.state)
	if err := a.data.checkRows(); err != nil {
		return err
	}
	var written []int // columns of the scan
	for i, c := range a.scan.columns {
		old := a.sameAttribute(c.attribute)
		if a.differs(changed, a.changed.values[i]) || a.old.customers.numbered != a.customers.numbered {
			written = append(written, i)
		} else if err := a.adoptAttribute(c.attribute, old); err != nil {
			return err
		}
	}
	if len(written) == 0 {
		return nil
	}
	workers := make([]*preparer, min(counters(), len(written)))
	for i := range workers {
		workers[i] = &preparer{b: a.builder}
	}
	work := func(w *preparer, i int) error {
		values, err := a.valuesNow(written[i], changed)
		if err != nil {
			return err
		}
		w.prepared, err = a.prepare(ctx, values, true)
		return err
	}
	return inOrder(ctx, workers, len(written), work, func(w *preparer, i int) error {
		err := a.writePrepared(ctx, a.scan.columns[written[i]].attribute, w.prepared, -1)
		w.prepared = nil // written: let its memory go
		return err
	})
}

// differs reports whether a customer has another value now.
func (a *changedAttributes) differs(changed []changedRow, values *column.Builder) bool {
	for _, of := range changed {
		if of.came < 0 && !values.IsNull(of.stored) || of.came >= 0 && values.Compare(of.came, of.stored) != 0 {
			return true
		}
	}
	return false
}

// valuesNow returns a column of the scan as it is now.
func (a *changedAttributes) valuesNow(i int, changed []changedRow) (*column.Builder, error) {
	values, err := a.valuesOf(a.sameAttribute(a.scan.columns[i].attribute))
	if err != nil {
		return nil, err
	}
	for _, of := range changed {
		if of.came < 0 {
			values.SetNull(int(of.row))
		} else {
			values.SetRow(int(of.row), a.changed.values[i], of.came)
		}
	}
	return values, nil
}
