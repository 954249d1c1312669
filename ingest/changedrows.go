package ingest

import (
	"cmp"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
)

// changedRows is rows of a table of attributes that came or went since it was read,
// those of customers, with the values that they gave or give.
type changedRows struct {
	scan   *attributeScan
	rows   []uint32          // whose each is
	came   []bool            // or it went
	values []*column.Builder // by column of the scan
}

func newChangedRows(scan *attributeScan) *changedRows {
	r := &changedRows{scan: scan}
	for _, c := range scan.columns {
		r.values = append(r.values, column.NewBuilder(c.convert.typ, 0))
	}
	return r
}

// add adds the rows of a batch that have a customer. It turns rows from customers
// into positions here.
func (r *changedRows) add(s *scanner, batch arrow.RecordBatch, rows []uint32, came bool) error {
	first := len(r.rows)
	for i, row := range rows {
		if row != noRow {
			rows[i] = uint32(len(r.rows))
			r.rows = append(r.rows, row)
			r.came = append(r.came, came)
		}
	}
	for i, c := range r.scan.columns {
		r.values[i].Grow(len(r.rows) - first)
		if err := s.load(c.convert, r.values[i], batch, c.name, rows); err != nil {
			return err
		}
	}
	return nil
}

// bytes returns the memory that the rows take, about.
func (r *changedRows) bytes() int64 {
	size := int64(len(r.rows)) * 5
	for _, values := range r.values {
		size += values.Bytes()
	}
	return size
}

// compare orders the values at two positions.
func (r *changedRows) compare(i, j int) int {
	for _, values := range r.values {
		if c := values.Compare(i, j); c != 0 {
			return c
		}
	}
	return 0
}

// isNull reports whether all values at a position are NULL.
func (r *changedRows) isNull(at int) bool {
	for _, values := range r.values {
		if !values.IsNull(at) {
			return false
		}
	}
	return true
}

// changedRow is what has become of a customer's row.
type changedRow struct {
	row        uint32
	went, came int  // positions in changedRows; -1: no row
	stored     int  // position of what is stored
	many       bool // several rows went or came: it is not known what has become of it
}

// net sets every row that came against an equal one that went, and returns what is
// left, by customer ascending, those of whom nothing is left excepted.
func (r *changedRows) net() []changedRow {
	order := make([]int, len(r.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(r.rows[i], r.rows[j]), r.compare(i, j))
	})
	var left []changedRow
	for len(order) > 0 {
		n, net := 1, 0 // equal ones
		for n < len(order) && r.rows[order[n]] == r.rows[order[0]] && r.compare(order[n], order[0]) == 0 {
			n++
		}
		for _, i := range order[:n] {
			if r.came[i] {
				net++
			} else {
				net--
			}
		}
		left = r.leave(left, order[0], net)
		order = order[n:]
	}
	return left
}

// leave adds net rows that are equal to the one at a position to what is left.
func (r *changedRows) leave(left []changedRow, at, net int) []changedRow {
	if net == 0 {
		return left
	}
	if row := r.rows[at]; len(left) == 0 || left[len(left)-1].row != row {
		left = append(left, changedRow{row: row, went: -1, came: -1})
	}
	of := &left[len(left)-1]
	switch {
	case net == 1 && of.came < 0:
		of.came = at
	case net == -1 && of.went < 0:
		of.went = at
	default:
		of.many = true
	}
	return left
}
