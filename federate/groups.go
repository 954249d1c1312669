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

// Groups is an audience by the value of an attribute, of a list by its elements.
type Groups struct {
	Customers uint64  // in all
	Null      uint64  // of these, without a value
	Empty     uint64  // of these, with a list that has no element but NULLs
	Distinct  uint64  // values that there are, NULL not among them
	Held      uint64  // the customers of every value, added up: more than there are where lists have several
	Groups    []Group // most customers first, then by value
}

// Group is the customers of one value.
type Group struct {
	Value     any // as engine.Row has values; never nil
	Customers uint64
}

// Breakdown counts the customers that a checked rule selects at asOf by the value
// of an attribute. It returns the limit values that most customers have; limit
// must be positive. Of a list it counts the elements, each for the customers who have
// it. A name that is no attribute is an *engine.ColumnError.
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
	f.noteSums(checked)
	r := &groupReader{
		typ: f.schema.Attributes[at[0]].Type, encoding: f.layout.Attributes[at[0]].Encoding, convert: newConverter(checked.Location),
	}
	if r.typ.IsArray() {
		return f.elements(ctx, statement, r, limit)
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
	counts, err := countsOf(batch)
	if err != nil {
		return err
	}
	for i := range values.Len() {
		r.out.Customers, r.out.Distinct = uint64(counts[groupTotal](i)), uint64(counts[groupDistinct](i))
		n := uint64(counts[groupCustomers](i))
		if value := values.Value(i); value == nil {
			r.out.Null += n
		} else {
			r.out.add(value, n)
		}
		r.rows++
	}
	return nil
}

// add adds the customers of a value.
func (g *Groups) add(value any, customers uint64) {
	if value == 0.0 {
		value = 0.0 // not -0
	}
	g.Groups = append(g.Groups, Group{value, customers})
}

// countsOf returns what gives the numbers of a batch, whose first column is a value.
func countsOf(batch arrow.RecordBatch) ([]func(i int) int64, error) {
	counts := make([]func(i int) int64, batch.NumCols())
	for c := groupCustomers; c < len(counts); c++ {
		column := batch.Column(c)
		if counts[c] = wholes(column); counts[c] == nil || column.NullN() > 0 {
			return nil, fmt.Errorf("the source gave numbers of type %s with %d NULLs, expected counts", column.DataType(), column.NullN())
		}
	}
	return counts, nil
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
	r.out.Held = r.out.Customers - r.out.Null
	r.out.Groups = r.out.Groups[:min(len(r.out.Groups), limit)]
	return &r.out, nil
}
