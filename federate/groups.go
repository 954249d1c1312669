package federate

import (
	"context"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Groups is an audience by the value of an attribute.
type Groups struct {
	Customers uint64  // in all
	Null      uint64  // of these, without a value
	Distinct  uint64  // values that there are, NULL not among them
	Groups    []Group // most customers first, then by value
}

// Group is the customers of one value.
type Group struct {
	Value     any // as engine.Row has values; never nil
	Customers uint64
}

// Breakdown counts the customers that a checked rule selects at asOf by the value
// of an attribute. It returns the limit values that most customers have; limit
// must be positive. Customers are not told apart by lists: that is an
// [*UnsupportedError]. A name that is no attribute is an *engine.ColumnError.
func Breakdown(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time, attribute string, limit int) (*Groups, error) {
	f, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	at, err := positions(f.schema, []string{attribute})
	if err != nil {
		return nil, err
	}
	statement, err := sqlgen.Breakdown(f.dialect, checked, f.layout, asOf, at[0], limit, sqlgen.Pinned(f.versions))
	if err != nil {
		return nil, inPlace(err)
	}
	r := &groupReader{
		typ: f.schema.Attributes[at[0]].Type, encoding: f.layout.Attributes[at[0]].Encoding, convert: newConverter(checked.Location),
	}
	if err := f.rows(ctx, "the breakdown", statement, groupColumns, r.read); err != nil {
		return nil, err
	}
	return r.groups(limit)
}

// Columns of a breakdown's rows.
const (
	groupValue = iota
	groupCustomers
	groupTotal
	groupDistinct
	groupColumns // how many there are
)

// groupReader reads the rows of a breakdown.
type groupReader struct {
	typ      model.Type
	encoding model.TimeEncoding
	convert  *converter

	out  Groups
	rows uint64
}

// read takes in rows.
func (r *groupReader) read(batch arrow.RecordBatch) error {
	values, err := r.convert.vector(batch.Column(groupValue), r.typ, r.encoding)
	if err != nil {
		return err
	}
	var counts [groupColumns]func(i int) int64
	for c := groupCustomers; c < groupColumns; c++ {
		column := batch.Column(c)
		if counts[c] = wholes(column); counts[c] == nil || column.NullN() > 0 {
			return fmt.Errorf("the source gave numbers of type %s with %d NULLs, expected counts", column.DataType(), column.NullN())
		}
	}
	for i := range values.Len() {
		r.out.Customers, r.out.Distinct = uint64(counts[groupTotal](i)), uint64(counts[groupDistinct](i))
		n := uint64(counts[groupCustomers](i))
		switch value := values.Value(i); value {
		case nil:
			r.out.Null += n
		case 0.0:
			r.out.Groups = append(r.out.Groups, Group{0.0, n}) // not -0
		default:
			r.out.Groups = append(r.out.Groups, Group{value, n})
		}
		r.rows++
	}
	return nil
}

// groups returns what was read, at most limit values, if it is all there.
func (r *groupReader) groups(limit int) (*Groups, error) {
	expected := r.out.Distinct
	if r.out.Null > 0 {
		expected++
	}
	if expected = min(expected, uint64(limit)+1); r.rows != expected {
		return nil, &source.IncompleteError{Table: "the breakdown", Received: int64(r.rows), Expected: int64(expected)}
	}
	sum := r.out.Null
	for _, g := range r.out.Groups {
		sum += g.Customers
	}
	if all := uint64(len(r.out.Groups)) == r.out.Distinct; sum > r.out.Customers || all && sum != r.out.Customers {
		return nil, fmt.Errorf("the breakdown has %d customers, expected %d", sum, r.out.Customers)
	}
	r.out.Groups = r.out.Groups[:min(len(r.out.Groups), limit)]
	return &r.out, nil
}
