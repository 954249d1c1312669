package plan

import (
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// attribute plans a test of an attribute: its value index or its ordered index, where
// it has one that answers, or its column, whichever costs least.
func (p *planner) attribute(c *rule.AttributeTest) (*Node, error) {
	test := p.columnTest(c, &c.ColumnTest)
	values, err := p.byValues(c, test)
	if err != nil {
		return nil, err
	}
	ordered, err := p.byOrder(c, test)
	if err != nil {
		return nil, err
	}
	switch {
	case ordered != nil && p.must(OrderedIndex):
		return ordered, nil
	case values != nil && p.must(ValueIndex):
		return values, nil
	}
	best, err := p.byColumn(c, test)
	if err != nil {
		return nil, err
	}
	if best.Grams != nil && p.must(Grams) {
		return best, nil
	}
	for _, n := range []*Node{ordered, values} { // of equal ones the last
		// A bitmap of who is NULL is as good as that of the column.
		if n != nil && (p.cost(n) <= p.cost(best) || test.IsNull) {
			best = n
		}
	}
	return best, nil
}

// byValues plans a test by the value index; nil where there is none.
func (p *planner) byValues(c *rule.AttributeTest, test column.Test) (*Node, error) {
	if !p.may(ValueIndex) {
		return nil, nil
	}
	values, err := p.snapshot.ValueIndex(c.Attribute)
	if err != nil || values == nil {
		return nil, err
	}
	n := &Node{Op: Bitmaps, Cond: c, Test: test, Disjoint: true}
	if n.Bitmaps, err = values.Select(p.ctx, test); err != nil {
		return nil, err
	}
	for i := range n.Bitmaps {
		n.Bytes += uint64(n.Bitmaps[i].SizeBytes())
	}
	n.Access = fmt.Sprintf("value index, %d of %d bitmaps", len(n.Bitmaps), values.Len())
	return n, nil
}

// byColumn plans a test by a look at every value.
func (p *planner) byColumn(c *rule.AttributeTest, test column.Test) (n *Node, err error) {
	n = &Node{Op: Scan, Cond: c, Test: test, Column: p.snapshot.Attribute(c.Attribute), Access: "column scan"}
	n.Bytes = uint64(p.rows()) * valueBytes(c.Type)
	if test.IsNull {
		n.Bytes = uint64(p.rows()) / bitsPerByte
	}
	if p.may(Zones) {
		if n.Zones, err = p.snapshot.Zones(c.Attribute); err != nil {
			return nil, err
		}
	}
	return n, p.byGrams(c, n)
}

const bitsPerByte = 8

// valueBytes is about how many bytes of a column a row takes.
func valueBytes(t model.Type) uint64 {
	switch {
	case t.IsArray() || t.Kind == model.String || t.Repr == model.Decimal:
		return 16
	case t.Kind == model.Date:
		return 4
	}
	return 8
}

// windowValues returns the values of a date or timestamp that lie in a window.
// A date is in it when the first instant of its local day is.
func windowValues(t model.Type, in window.Interval, loc *time.Location) *rule.Values {
	r := rule.Range[int64]{Lo: in.Lo, Hi: math.MaxInt64}
	if in.Hi != math.MaxInt64 {
		r.Hi = in.Hi - 1
	}
	switch {
	case in.Empty():
		return &rule.Values{}
	case t.Kind == model.Date:
		r.Lo, r.Hi = in.Days(loc)
	}
	if r.Lo > r.Hi {
		return &rule.Values{}
	}
	return &rule.Values{Ints: []rule.Range[int64]{r}}
}
