package plan

import (
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// attribute plans a test of an attribute: its value index, else its column.
func (p *planner) attribute(c *rule.AttributeTest) (*Node, error) {
	n := &Node{Cond: c, Test: p.columnTest(c, &c.ColumnTest)}
	values, err := p.snapshot.ValueIndex(c.Attribute)
	if err != nil {
		return nil, err
	}
	if values == nil {
		n.Op, n.Column = Scan, p.snapshot.Attribute(c.Attribute)
		if n.Zones, err = p.snapshot.Zones(c.Attribute); err != nil {
			return nil, err
		}
		n.Access = "column scan"
		n.Bytes = uint64(p.snapshot.Rows()) * valueBytes(c.Type)
		return n, nil
	}
	n.Op = Bitmaps
	if n.Bitmaps, err = values.Select(p.ctx, n.Test); err != nil {
		return nil, err
	}
	for i := range n.Bitmaps {
		n.Bytes += uint64(n.Bitmaps[i].SizeBytes())
	}
	n.Access = fmt.Sprintf("value index, %d of %d bitmaps", len(n.Bitmaps), values.Len())
	return n, nil
}

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
