package federate

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/source"
)

// Columns of the rows of a breakdown by a list, after those of others.
const (
	groupWithList    = groupColumns + iota // customers who have a list
	groupWithElement                       // customers whose list has an element
	groupOfAll                             // the customers of every value, added up
	listColumns                            // how many there are
)

// elements carries out a breakdown by a list, whose rows r is to read.
func (f *found) elements(ctx context.Context, statement string, r *groupReader, limit int) (*Groups, error) {
	r.typ = r.typ.Elem()
	l := &listReader{groupReader: r}
	if err := f.rows(ctx, "the breakdown", statement, listColumns, l.read); err != nil {
		return nil, err
	}
	return l.groups(limit)
}

// listReader reads the rows of a breakdown by a list.
type listReader struct {
	*groupReader
	withList, withElement uint64
}

// read takes in rows.
func (r *listReader) read(batch arrow.RecordBatch) error {
	values, err := r.convert.vector(batch.Column(groupValue), r.typ, r.encoding)
	if err != nil {
		return err
	}
	counts, err := countsOf(batch)
	if err != nil {
		return err
	}
	for i := range values.Len() {
		r.rows++
		r.out.Customers, r.out.Distinct = uint64(counts[groupTotal](i)), uint64(counts[groupDistinct](i))
		r.withList, r.withElement = uint64(counts[groupWithList](i)), uint64(counts[groupWithElement](i))
		r.out.Held = uint64(counts[groupOfAll](i))
		if value := values.Value(i); value != nil {
			r.out.add(value, uint64(counts[groupCustomers](i)))
		}
	}
	return nil
}

// groups returns what was read if it is all there.
func (r *listReader) groups(limit int) (*Groups, error) {
	if expected := max(1, min(r.out.Distinct, uint64(limit))); r.rows != expected {
		return nil, &source.IncompleteError{Table: "the breakdown", Received: int64(r.rows), Expected: int64(expected)}
	}
	sum := uint64(0)
	for _, g := range r.out.Groups {
		sum += g.Customers
	}
	all := uint64(len(r.out.Groups)) == r.out.Distinct
	switch {
	case sum > r.out.Held || all && sum != r.out.Held:
		return nil, fmt.Errorf("the elements of the breakdown have %d customers, expected %d", sum, r.out.Held)
	case r.withList > r.out.Customers || r.withElement > r.withList:
		return nil, fmt.Errorf("the breakdown has %d customers, %d of them with a list and %d with an element", r.out.Customers, r.withList, r.withElement)
	}
	r.out.Null, r.out.Empty = r.out.Customers-r.withList, r.withList-r.withElement
	return &r.out, nil
}
