package engine

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// place is where a customer stands in an order: the number made of null, hi and lo
// first, then what the number leaves open. Of strings that is the rest of the
// value, which is looked up, as is the key where values are equal.
type place struct {
	null   bool
	hi, lo uint64
	row    uint32
}

// order puts customers of a version in the order of a Pick. It is not safe for
// concurrent use.
type order struct {
	*version
	by         *column.Column // nil: by ascending key
	descending bool           // of values
	err        error          // the first one met while comparing
	wholes     []int64        // memory of append
}

// append appends the places of some rows of a block to dst, whose values of o.by, or keys,
// are given.
func (o *order) append(dst []place, values *column.Vector, block int, rows []uint32) []place {
	flip := uint64(0)
	if o.by != nil && o.descending {
		flip = math.MaxUint64
	}
	whole := values.IsWhole()
	if whole {
		o.wholes = values.Ints(o.wholes[:0], rows) // much faster than one by one
	}
	for i, row := range rows {
		p := place{row: uint32(block)*bitmap.BlockRows + row}
		switch {
		case values.IsNull(int(row)):
			p.null = true
		case whole:
			p.hi = rankOfWhole(o.wholes[i]) ^ flip
		default:
			p.hi, p.lo = rank(values, int(row))
			p.hi, p.lo = p.hi^flip, p.lo^flip
		}
		dst = append(dst, p)
	}
	return dst
}

// rankOfWhole returns a number that grows with n.
func rankOfWhole(n int64) uint64 { return uint64(n) ^ 1<<63 }

// rank returns a number of 128 bits that grows with the value at a row, which is not
// NULL: equal values have equal numbers, and only strings have them that are not equal.
func rank(values *column.Vector, row int) (hi, lo uint64) {
	switch t := values.Type(); {
	case t.Kind == model.String:
		var first [16]byte
		copy(first[:], values.Text(row))
		return binary.BigEndian.Uint64(first[:8]), binary.BigEndian.Uint64(first[8:])
	case values.IsWhole():
		return rankOfWhole(values.Int(row)), 0
	case t.Repr == model.Float64:
		f := values.Float(row) + 0 // -0.0 is 0.0
		if f < 0 {
			return ^math.Float64bits(f), 0
		}
		return math.Float64bits(f) | 1<<63, 0
	}
	d := values.Decimal(row)
	return rankOfWhole(d.HighBits()), d.LowBits()
}

// compare orders two places, which are of two customers.
func (o *order) compare(x, y place) int {
	switch {
	case x.null != y.null:
		if x.null {
			return 1
		}
		return -1
	case x.hi != y.hi:
		return cmp.Compare(x.hi, y.hi)
	case x.lo != y.lo:
		return cmp.Compare(x.lo, y.lo)
	}
	return o.compareRows(x, y)
}

// compareRows orders two places whose numbers are equal.
func (o *order) compareRows(x, y place) int {
	if o.by != nil && !x.null && o.by.Type().Kind == model.String {
		c := o.compareTexts(o.by, x.row, y.row)
		if o.descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	keys := o.snapshot.Keys()
	if keys.Type().Kind == model.String {
		return o.compareTexts(keys, x.row, y.row)
	}
	xs, i, ys, j := o.vectors(keys, x.row, y.row)
	if o.err != nil {
		return 0
	}
	return cmp.Compare(xs.Int(i), ys.Int(j))
}

func (o *order) compareTexts(c *column.Column, x, y uint32) int {
	xs, i, ys, j := o.vectors(c, x, y)
	if o.err != nil {
		return 0
	}
	return strings.Compare(xs.Text(i), ys.Text(j))
}

// vectors returns where the values of two rows stand. An error is noted in o.
func (o *order) vectors(c *column.Column, x, y uint32) (xs *column.Vector, i int, ys *column.Vector, j int) {
	var err error
	if xs, err = c.Block(int(x / bitmap.BlockRows)); err == nil {
		ys, err = c.Block(int(y / bitmap.BlockRows))
	}
	if err != nil && o.err == nil {
		o.err = err
	}
	return xs, int(x % bitmap.BlockRows), ys, int(y % bitmap.BlockRows)
}

// best is the first of many customers in an order, up to a number of them.
type best struct {
	order  *order
	most   uint64
	places []place  // a heap once there are so many: the last of them on top
	rows   []uint32 // memory of each
	some   []place  // ditto
}

// placesAtOnce is how many places are made at a time, few enough to stay in cache.
const placesAtOnce = 1024

// add takes a customer, unless there are enough who stand before.
func (b *best) add(p place) {
	switch n := uint64(len(b.places)); {
	case n < b.most:
		b.places = append(b.places, p)
		if n+1 == b.most {
			for i := len(b.places)/2 - 1; i >= 0; i-- {
				b.sink(i)
			}
		}
	case b.most > 0 && !b.isBeyond(&p) && b.order.compare(p, b.places[0]) < 0:
		b.places[0] = p
		b.sink(0)
	}
}

// isBeyond reports whether p, as far as is quickly seen, stands behind all that are
// taken, who are enough. Of a long audience nearly everybody does.
func (b *best) isBeyond(p *place) bool { return p.null == b.places[0].null && p.hi > b.places[0].hi }

// sink lets the place at i sink below those that stand after it.
func (b *best) sink(i int) {
	for {
		last := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < len(b.places); kid++ {
			if b.order.compare(b.places[kid], b.places[last]) > 0 {
				last = kid
			}
		}
		if last == i {
			return
		}
		b.places[i], b.places[last] = b.places[last], b.places[i]
		i = last
	}
}

// of takes the first of an audience.
func (b *best) of(ctx context.Context, members *audience) error {
	return b.each(ctx, members, nil, func(p place, _ *column.Vector, _ int) { b.add(p) })
}

// each calls f for every member of an audience, with the values of another column
// where that is given, and the row within the block.
func (b *best) each(ctx context.Context, members *audience, other *column.Column, f func(p place, others *column.Vector, row int)) error {
	by := b.order.by
	if by == nil {
		by = members.snapshot.Keys()
	}
	return members.blocks(ctx, func(block int, w *bitmap.Words) error {
		if w.IsEmpty() {
			return nil
		}
		values, err := by.Block(block)
		if err != nil {
			return err
		}
		var others *column.Vector
		if other != nil {
			if others, err = other.Block(block); err != nil {
				return err
			}
		}
		b.rows = w.AppendRows(b.rows[:0], 0)
		for some := range slices.Chunk(b.rows, placesAtOnce) {
			b.some = b.order.append(b.some[:0], values, block, some)
			for i, row := range some {
				f(b.some[i], others, int(row))
			}
		}
		return b.order.err
	})
}

// ofGroups takes the first of an audience, of each value of a column so many at most.
// Who stands among the first of a group is taken or comes too late in all; nobody else
// of the group ever is.
func (b *best) ofGroups(ctx context.Context, members *audience, per *column.Column, most uint64) error {
	groups := groupsOf{order: b.order, most: most, texts: map[string]*best{}, others: map[[2]uint64]*best{}}
	groups.null = groups.group()
	err := b.each(ctx, members, per, func(p place, values *column.Vector, row int) {
		groups.of(values, row).add(p)
	})
	if err != nil {
		return err
	}
	for _, g := range groups.all {
		for _, p := range g.places {
			b.add(p)
		}
	}
	return b.order.err
}

// groupsOf is the first customers of each value of a column.
type groupsOf struct {
	order  *order
	most   uint64
	null   *best
	texts  map[string]*best    // of strings
	others map[[2]uint64]*best // of other values, by rank
	all    []*best
}

func (g *groupsOf) group() *best {
	b := &best{order: g.order, most: g.most}
	g.all = append(g.all, b)
	return b
}

// of returns the group of a row.
func (g *groupsOf) of(values *column.Vector, row int) *best {
	if values.IsNull(row) {
		return g.null
	}
	if values.Type().Kind == model.String {
		text := values.Text(row)
		b := g.texts[text]
		if b == nil {
			b = g.group()
			g.texts[strings.Clone(text)] = b // it may lie in a mapped file
		}
		return b
	}
	hi, lo := rank(values, row)
	b := g.others[[2]uint64{hi, lo}]
	if b == nil {
		b = g.group()
		g.others[[2]uint64{hi, lo}] = b
	}
	return b
}
