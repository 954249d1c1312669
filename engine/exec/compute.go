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
// the computed attribute, and holds all customers. live is the block's rows whose
// customers are still there; nil: all are. The other rows, and those whose value is
// NULL, are left as they are. A sum of more than 38 digits of a live customer is an
// *OverflowError, and an event of a row that the block does not have the error of
// the part's Corrupt. It is made for builds: it takes its time and allocates.
func Compute(ctx context.Context, n *plan.Node, result model.Type, block int, live *bitmap.Words, b *column.Builder) error {
	r := scratch.Get().(*runner)
	r.ctx, r.block, r.depth = ctx, block, 0
	base := block * bitmap.BlockRows
	r.n = min(bitmap.BlockRows, b.Len()-base)
	if r.dead = live != nil; r.dead {
		r.live = *live
	}
	return r.valuesOf(n, result, b, base)
}

// compute puts the values of the events together by customer and sets each
// customer's value.
func (r *runner) compute(c *computer, e *index.EventBlock) error {
	field := noField
	if op := c.node.Fold.Op; op != rule.AggregateCount && op != rule.AggregateDays {
		field = c.node.Fold.Field
	}
	g := &r.groups
	g.start()
	err := r.each(c.node, e, field, func(chunk *index.Chunk, v *column.Vector, positions []uint32) error {
		positions = r.ofLive(chunk.Rows, positions)
		for i, p := range positions {
			g.addPosition(chunk.Rows[p], 0, c.gathered+i)
		}
		return c.gather(chunk, v, positions)
	})
	if err != nil {
		return err
	}
	for row := range r.n {
		if r.isLive(row) {
			c.setEmpty(c.base + row)
		}
	}
	var failed error
	g.each(func(row uint16, _ []uint64, positions []uint32) {
		if failed == nil && r.isLive(int(row)) {
			failed = c.set(c.base+int(row), positions)
		}
	})
	return failed
}

// computer computes the values of one block's customers.
type computer struct {
	node   *plan.Node
	days   *window.Days
	result model.Type
	out    *column.Builder
	base   int // row in out of the block's first customer
	first  int // row in the snapshot of the block's first customer

	// The values of the events that pass, in the one that the type of the field
	// calls for: a position is an index into it. Where only events count it is none.
	gathered int
	ints     []int64 // of AggregateDays: days
	floats   []float64
	numbers  []number
	texts    []string
}

// gather keeps the values of events: what a chunk holds is gone with the next.
func (c *computer) gather(chunk *index.Chunk, v *column.Vector, positions []uint32) error {
	c.gathered += len(positions)
	switch t := c.node.Fold.Type; {
	case c.node.Fold.Op == rule.AggregateCount:
	case c.node.Fold.Op == rule.AggregateDays:
		times, err := chunk.Times()
		if err != nil {
			return err
		}
		for _, p := range positions {
			day, _, _ := c.days.Of(times[p])
			c.ints = append(c.ints, int64(day))
		}
	case isFloat(t):
		for _, p := range positions {
			// -0.0 + 0 is 0.0: which of the two a customer gets must not depend on the
			// order of parts.
			c.floats = append(c.floats, v.Floats()[p]+0)
		}
	case isWhole(t):
		c.ints = v.Ints(c.ints, positions)
	case isDecimal(t):
		for _, p := range positions {
			c.numbers = append(c.numbers, v.Decimals()[p])
		}
	default:
		for _, p := range positions {
			c.texts = append(c.texts, v.Text(int(p)))
		}
	}
	return nil
}

// setEmpty sets the value of the customer at row to that of one without events,
// where it is not NULL.
func (c *computer) setEmpty(row int) {
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

// set sets the value of the customer at row, whose events have the values at
// positions: at least one, and none is NULL.
func (c *computer) set(row int, positions []uint32) error {
	switch c.node.Fold.Op {
	case rule.AggregateCount:
		c.out.SetInt(row, int64(len(positions)))
	case rule.AggregateDays:
		seen := map[int64]bool{}
		for _, p := range positions {
			seen[c.ints[p]] = true
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
	switch t := c.node.Fold.Type; {
	case isFloat(t):
		return cmp.Compare(c.floats[p], c.floats[q])
	case isWhole(t):
		return cmp.Compare(c.ints[p], c.ints[q])
	case isDecimal(t):
		return c.numbers[p].Cmp(c.numbers[q])
	}
	return cmp.Compare(c.texts[p], c.texts[q])
}

// tally counts the positions of each distinct value: by the value.
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
	switch t := c.node.Fold.Type; {
	case isFloat(t):
		return c.floats[p]
	case isWhole(t):
		return c.ints[p]
	case isDecimal(t):
		return c.numbers[p]
	}
	return c.texts[p]
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
	switch t := c.node.Fold.Type; {
	case isFloat(t):
		c.out.SetFloat(row, c.floats[p])
	case isDecimal(t):
		c.out.SetDecimal(row, c.number(p))
	case isWhole(t):
		c.out.SetInt(row, c.ints[p])
	default:
		c.out.SetString(row, c.texts[p])
	}
}

// number returns the whole number or decimal at p.
func (c *computer) number(p uint32) number {
	if isWhole(c.node.Fold.Type) {
		return fromInt(c.ints[p])
	}
	return c.numbers[p]
}

// setSum sets a sum or an average.
func (c *computer) setSum(row int, positions []uint32) error {
	isAvg := c.node.Fold.Op == rule.AggregateAvg
	if isFloat(c.node.Fold.Type) {
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
		x := c.number(p)
		wide.add(x.HighBits(), x.LowBits())
	}
	sum, ok := wide.num()
	switch f := c.node.Fold; {
	case !ok:
		return &OverflowError{Condition: f.Condition, Behavior: f.Behavior, Field: f.FieldName, Row: uint64(c.first + row - c.base)}
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
		x := c.floats[p]
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
