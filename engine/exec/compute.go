package exec

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/big"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Compute sets the rows of b that belong to one block of customers to the values
// of the aggregate of n, a node of plan.Computed; b is of type result, that of
// the computed attribute, and holds all customers. Rows whose value is NULL are
// left as they are. A sum of more than 38 digits is an *OverflowError. It is made
// for builds: it takes its time and allocates.
func Compute(ctx context.Context, n *plan.Node, result model.Type, block int, b *column.Builder) error {
	r := scratch.Get().(*runner)
	r.ctx, r.block, r.depth = ctx, block, 0
	base := block * bitmap.BlockRows
	r.n = min(bitmap.BlockRows, b.Len()-base)
	e, err := n.Events.Block(block)
	if err != nil {
		return err
	}
	c := &computer{node: n, events: e, result: result, out: b, base: base}
	if n.Fold.Op != rule.AggregateCount && n.Fold.Op != rule.AggregateDays {
		if c.field, err = fieldOf(e, n.Fold.Field); err != nil {
			return err
		}
	}
	if n.Fold.Op == rule.AggregateDays {
		c.days = window.NewDays(n.Fold.Location)
	}
	if err := r.compute(c); err != nil {
		return err
	}
	put(r)
	return nil
}

// compute puts the events together by customer and sets each one's value.
func (r *runner) compute(c *computer) error {
	g := &r.groups
	g.start()
	err := r.each(c.node, c.events, c.field, func(positions []uint32) error {
		for _, p := range positions {
			g.add(c.events.Rows[p], 0)
			g.positions = append(g.positions, p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.setEmpty(r.n)
	var failed error
	g.each(func(row uint16, _ []uint64, positions []uint32) {
		if failed == nil {
			failed = c.set(c.base+int(row), positions)
		}
	})
	return failed
}

// computer computes the values of one block's customers.
type computer struct {
	node   *plan.Node
	events *index.EventBlock
	field  *column.Vector // nil where only events count
	days   *window.Days
	result model.Type
	out    *column.Builder
	base   int // row of the block's first customer
}

// setEmpty sets the value of customers without events, of whom there are n in
// all, where it is not NULL.
func (c *computer) setEmpty(n int) {
	for row := c.base; row < c.base+n; row++ {
		switch c.node.Fold.Op {
		case rule.AggregateCount, rule.AggregateDistinct, rule.AggregateDays:
			c.out.SetInt(row, 0)
		case rule.AggregateSum:
			if c.result.Repr == model.Float64 {
				c.out.SetFloat(row, 0)
			} else {
				c.out.SetDecimal(row, number{})
			}
		}
	}
}

// set sets the value of the customer at row, whose events are at positions: at
// least one, and none whose field is NULL.
func (c *computer) set(row int, positions []uint32) error {
	switch c.node.Fold.Op {
	case rule.AggregateCount:
		c.out.SetInt(row, int64(len(positions)))
	case rule.AggregateDays:
		seen := map[int32]bool{}
		for _, p := range positions {
			day, _, _ := c.days.Of(c.events.Times[p])
			seen[day] = true
		}
		c.out.SetInt(row, int64(len(seen)))
	case rule.AggregateFirst, rule.AggregateMin:
		c.setValue(row, c.best(positions, -1))
	case rule.AggregateLast, rule.AggregateMax:
		c.setValue(row, c.best(positions, +1))
	case rule.AggregateDistinct:
		c.out.SetInt(row, int64(len(c.tally(positions))))
	case rule.AggregateMostFrequent:
		c.setValue(row, c.mostFrequent(positions))
	case rule.AggregateSum, rule.AggregateAvg:
		return c.setSum(row, positions)
	default:
		return fmt.Errorf("exec: unknown aggregate %d", c.node.Fold.Op)
	}
	return nil
}

// best returns the position of the least value (sign -1) or of the greatest (+1).
func (c *computer) best(positions []uint32, sign int) uint32 {
	best := positions[0]
	for _, p := range positions[1:] {
		if c.compare(p, best)*sign > 0 {
			best = p
		}
	}
	return best
}

// compare compares the values at two positions.
func (c *computer) compare(p, q uint32) int {
	switch {
	case isFloat(c.field):
		return cmp.Compare(c.field.Floats()[p], c.field.Floats()[q])
	case c.field.IsWhole():
		return cmp.Compare(c.int(p), c.int(q))
	case isDecimal(c.field):
		return c.field.Decimals()[p].Cmp(c.field.Decimals()[q])
	}
	return cmp.Compare(c.field.Text(int(p)), c.field.Text(int(q)))
}

func (c *computer) int(p uint32) int64 { return c.field.Ints(nil, []uint32{p})[0] }

// tally counts the positions of each distinct value: by the value, -0.0 as 0.0.
func (c *computer) tally(positions []uint32) map[any][]uint32 {
	values := map[any][]uint32{}
	for _, p := range positions {
		key := c.key(p)
		values[key] = append(values[key], p)
	}
	return values
}

// key returns the value at p as a key of a map.
func (c *computer) key(p uint32) any {
	switch {
	case isFloat(c.field):
		return c.field.Floats()[p] + 0
	case c.field.IsWhole():
		return c.int(p)
	case isDecimal(c.field):
		return c.field.Decimals()[p]
	}
	return c.field.Text(int(p))
}

// mostFrequent returns a position of the value that occurs most often, the least
// of several.
func (c *computer) mostFrequent(positions []uint32) uint32 {
	best, count := uint32(0), 0
	for _, at := range c.tally(positions) {
		if len(at) > count || len(at) == count && c.compare(at[0], best) < 0 {
			best, count = at[0], len(at)
		}
	}
	return best
}

// setValue sets the value of a customer to that at p.
func (c *computer) setValue(row int, p uint32) {
	switch {
	case isFloat(c.field):
		c.out.SetFloat(row, c.field.Floats()[p])
	case isDecimal(c.field):
		c.out.SetDecimal(row, c.field.Decimals()[p])
	case c.field.IsWhole():
		c.out.SetInt(row, c.int(p))
	default:
		c.out.SetString(row, c.field.Text(int(p)))
	}
}

// setSum sets a sum or an average.
func (c *computer) setSum(row int, positions []uint32) error {
	isAvg := c.node.Fold.Op == rule.AggregateAvg
	if isFloat(c.field) {
		sum := c.floatSum(positions)
		if isAvg {
			sum /= float64(len(positions))
		}
		if !math.IsNaN(sum) {
			c.out.SetFloat(row, sum)
		}
		return nil
	}
	var wide wideSum
	for _, p := range positions {
		if isDecimal(c.field) {
			all := c.field.Decimals()
			wide.add(all[p].HighBits(), all[p].LowBits())
		} else {
			x := c.int(p)
			wide.add(x>>63, uint64(x))
		}
	}
	sum, ok := wide.num()
	switch f := c.node.Fold; {
	case !ok:
		return &OverflowError{Condition: f.Condition, Behavior: f.Behavior, Field: f.FieldName, Row: uint64(row)}
	case isAvg:
		c.out.SetFloat(row, average(sum, int(f.Type.Scale), len(positions)))
	default:
		c.out.SetDecimal(row, sum)
	}
	return nil
}

// floatSum returns the true sum of floats, rounded once; NaN where there are
// infinities of both signs.
func (c *computer) floatSum(positions []uint32) float64 {
	var sum exactSum
	keys := make([]uint64, len(positions))
	for i, p := range positions {
		x := c.field.Floats()[p]
		sum.add(x)
		keys[i] = math.Float64bits(x)
	}
	if sum.overflowed {
		return sumBig(keys)
	}
	return sum.value()
}

// average returns the exact average of n decimals, rounded once.
func average(sum number, scale, n int) float64 {
	divisor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	divisor.Mul(divisor, big.NewInt(int64(n)))
	f, _ := new(big.Rat).SetFrac(sum.BigInt(), divisor).Float64()
	return f
}
