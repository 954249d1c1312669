package ingest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/federate/source"
)

// settle finds out which rows the customers have now of whom rows came or went, and
// those who have joined where their rows are asked for.
func (a *changedAttributes) settle(ctx context.Context) ([]changedRow, error) {
	changed := a.changed.net()
	if a.asked {
		joined, ok := a.customers.joinedRows(maxJoinedKeys)
		if !ok {
			return nil, errManyJoined
		}
		for _, row := range joined {
			changed = append(changed, changedRow{row: row, went: -1, came: -1})
		}
	}
	slices.SortFunc(changed, func(x, y changedRow) int { return cmp.Compare(x.row, y.row) })
	if err := a.addStored(changed); err != nil {
		return nil, err
	}
	asked := map[uint32]*changedRow{}
	for i := range changed {
		ask, err := a.check(&changed[i])
		if err != nil {
			return nil, err
		}
		if ask {
			asked[changed[i].row] = &changed[i]
		}
	}
	if a.first && a.firstRows != a.customers.joinedCount() {
		return nil, errRowMissing
	}
	return changed, a.ask(ctx, asked)
}

// addStored adds what the old version has of customers to the rows.
func (a *changedAttributes) addStored(changed []changedRow) error {
	first := len(a.changed.rows)
	var rows []uint32
	for i := range changed {
		changed[i].stored = first + i
		rows = append(rows, changed[i].row)
	}
	a.changed.rows = append(a.changed.rows, rows...)
	a.changed.came = append(a.changed.came, make([]bool, len(rows))...)
	for i, c := range a.scan.columns {
		if err := a.old.appendRows(a.changed.values[i], a.sameAttribute(c.attribute), rows); err != nil {
			return err
		}
	}
	return nil
}

// appendRows appends values of an attribute of the version; rows are ascending, and
// NULL where the version has not so many.
func (o *oldVersion) appendRows(values *column.Builder, attribute int, rows []uint32) error {
	c := o.Attribute(attribute)
	for len(rows) > 0 && int(rows[0]) < o.Rows() {
		block := rows[0] / blockRows
		var places []uint32
		for len(places) < len(rows) && rows[len(places)]/blockRows == block && int(rows[len(places)]) < o.Rows() {
			places = append(places, rows[len(places)]%blockRows)
		}
		stored, err := c.Block(int(block))
		if err != nil {
			return err
		}
		arr := stored.Take(places)
		err = values.Append(arr)
		arr.Release()
		if err != nil {
			return err
		}
		rows = rows[len(places):]
	}
	values.Grow(len(rows))
	return nil
}

// check compares what has become of a customer's row with what is stored. It returns
// true where the row is to be asked for.
func (a *changedAttributes) check(of *changedRow) (ask bool, err error) {
	joined := a.customers.hasJoined(of.row)
	asStored := of.went >= 0 && a.changed.compare(of.went, of.stored) == 0
	switch {
	case a.asked && joined:
		return true, nil
	case !a.customers.isLive(of.row):
		if of.many || !asStored {
			a.purged, of.came = true, of.stored
		}
	case of.many:
		return false, errRowMore
	case joined && (a.first || int(of.row) >= a.customers.first):
		if of.went >= 0 {
			return false, errNotAsWas
		}
		a.firstRows++
	case of.went >= 0 && !asStored:
		return false, errNotAsWas
	case of.went < 0 && !a.changed.isNull(of.stored):
		return false, errRowMore
	default:
		return of.went < 0, nil
	}
	return false, nil
}

// ask asks for the rows that some customers have now: it finds those of who has joined,
// and sees that the others have no more than the one that came.
func (a *changedAttributes) ask(ctx context.Context, asked map[uint32]*changedRow) error {
	if len(asked) == 0 {
		return nil
	}
	few, err := a.rowsNow(asked)
	if err != nil {
		return err
	}
	s, seen, known := a.scanner(few), map[uint32]bool{}, int64(0)
	err = s.run(ctx, func(batch arrow.RecordBatch) error {
		keep := s.keeper(a.scan.filters, batch)
		a.rows = resize(a.rows, int(batch.NumRows()))
		if _, err := a.customers.find(a.rows, batch.Column(0)); err != nil {
			return err
		}
		for i, row := range a.rows {
			isAsked := asked[row] != nil && keep(i)
			if isAsked && seen[row] {
				return errRowMore
			}
			if isAsked {
				seen[row] = true
			}
			if !isAsked || !a.rereads(row) {
				a.rows[i] = noRow
				known++
			}
		}
		return a.addAsked(s, batch, asked)
	})
	if err != nil {
		return err
	}
	for row := range asked {
		if !seen[row] && !a.rereads(row) {
			return errRowMissing
		}
	}
	s.report.Rows -= known
	a.report = addReports(a.report, s.report)
	return nil
}

// rereads reports whether what a customer has now is read anew.
func (a *changedAttributes) rereads(row uint32) bool { return a.asked && a.customers.hasJoined(row) }

// rowsNow returns the rows that the table has now of the customers who are asked for;
// it may give others, too.
func (a *changedAttributes) rowsNow(asked map[uint32]*changedRow) (source.Table, error) {
	filterer, ok := a.scan.table.(source.Filterer)
	if !ok || len(asked) > maxJoinedKeys {
		return nil, errManyJoined
	}
	var keys []string
	size := 0
	for _, row := range slices.Sorted(maps.Keys(asked)) {
		key, err := a.customers.name(row)
		if err != nil {
			return nil, err
		}
		if size += len(key); size > maxJoinedBytes {
			return nil, errManyJoined
		}
		keys = append(keys, key)
	}
	few, ok := filterer.OneOf(a.scan.key, keys)
	if !ok {
		return nil, errManyJoined
	}
	return few, nil
}

// addAsked adds the rows of those who have joined to the others, as those that they
// have now.
func (a *changedAttributes) addAsked(s *scanner, batch arrow.RecordBatch, asked map[uint32]*changedRow) error {
	first := len(a.changed.rows)
	if err := a.changed.add(s, batch, a.rows, true); err != nil {
		return err
	}
	for at := first; at < len(a.changed.rows); at++ {
		row := a.changed.rows[at]
		asked[row].came = at
		if int(row) >= a.customers.first {
			a.newcomers++
		}
	}
	return a.checkHeld()
}
