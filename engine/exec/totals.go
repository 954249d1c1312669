package exec

import (
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// totals adds whole numbers up by customer, in 64 bits as long as no sum of what is
// added can leave them, which the bounds of the encoding mostly tell of all at once;
// then in wideSums. Between uses all sums are zero.
type totals struct {
	whole *[bitmap.BlockRows]int64
	room  uint64 // by how much any sum may still change
	wide  bool   // some of the sums are in wideSums

	noted  []uint16 // the customers of the events, while they are few
	many   bool     // they are not
	bounds []rule.Range[int64]
}

// fewTotals is up to how many events it is quicker to decide on the customer of each
// than on all customers.
const fewTotals = 32 << 10

// totalRoom is by how much a sum of 64 bits may change at most.
const totalRoom = 1 << 62

// foldTotals is foldSum for whole numbers.
func (r *runner) foldTotals(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	t := &r.totals
	sums, isAvg := array(&t.whole), n.Fold.Op == rule.AggregateAvg
	t.room, t.wide, t.noted, t.many = totalRoom, false, t.noted[:0], false
	err := r.eachInt(n, e, n.Fold.Field, func(c *index.Chunk, rows []uint16, values []int64) error {
		greatest, err := greatestOf(c, n.Fold.Field, values)
		if err != nil {
			return err
		}
		r.makeRoom(greatest, len(rows))
		if isAvg {
			r.countValues(rows)
		} else {
			t.note(rows)
		}
		if r.totals.room == 0 {
			r.addWide(rows, values)
		} else {
			addTotals(sums, rows, values)
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch {
	case t.wide:
		return r.settleWide(n, out)
	case isAvg:
		r.settleAverages(n, out)
		return nil
	}
	t.settle(n.Fold.Values.Decimals, out, r.n)
	return nil
}

func addTotals(sums *[bitmap.BlockRows]int64, rows []uint16, values []int64) {
	values = values[:len(rows)]
	for i, row := range rows {
		sums[row] += values[i]
	}
}

// countValues counts the values of customers, for averages.
func (r *runner) countValues(rows []uint16) {
	for _, row := range rows {
		r.counts[row]++
	}
}

// greatestOf returns a number that none of some values of a chunk exceeds, their signs
// apart.
func greatestOf(c *index.Chunk, field int, values []int64) (uint64, error) {
	if field != rule.TimeField {
		e, _, err := c.Encoded(field)
		if err != nil {
			return 0, err
		}
		if e.IsNumbers() {
			if least, most, ok := e.NumberBounds(); ok {
				return max(magnitude(least), magnitude(most)), nil
			}
		}
	}
	greatest := uint64(0)
	for _, x := range values {
		greatest = max(greatest, magnitude(x))
	}
	return greatest, nil
}

// magnitude returns x without its sign.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// makeRoom sees to it that n values, none greater than that, can be added to the sums
// of 64 bits; room is 0 afterwards where there is none for them.
func (r *runner) makeRoom(greatest uint64, n int) {
	t := &r.totals
	if greatest > totalRoom/uint64(n) {
		t.room, t.wide = 0, true
		r.spill()
		return
	}
	need := greatest * uint64(n)
	if need > t.room {
		r.spill()
		t.room, t.wide = totalRoom, true
	}
	if t.room -= need; t.room == 0 {
		t.room = 1 // there is room for these, and for nothing more than 0
	}
}

// spill puts the sums of 64 bits into wideSums.
func (r *runner) spill() {
	wide := array(&r.sums)
	for row, sum := range r.totals.whole {
		if sum != 0 {
			wide[row].add(sum>>63, uint64(sum))
		}
	}
	clear(r.totals.whole[:])
}

// addWide adds values to wideSums.
func (r *runner) addWide(rows []uint16, values []int64) {
	wide := array(&r.sums)
	for i, row := range rows {
		wide[row].add(values[i]>>63, uint64(values[i]))
	}
}

// settleWide settles wideSums. A sum that nobody has added to is 0, like that of
// nobody's events: only for averages it matters who has any.
func (r *runner) settleWide(n *plan.Node, out *bitmap.Words) error {
	r.spill()
	if n.Fold.Op != rule.AggregateAvg {
		r.touched.Fill(bitmap.BlockRows) // bad bytes may have added to rows that the block does not have
	} else {
		r.touchCounted()
	}
	return r.settleSums(n, array(&r.sums), out)
}

// settleAverages settles averages of sums of 64 bits.
func (r *runner) settleAverages(n *plan.Node, out *bitmap.Words) {
	in, sums := newAverages(&n.Fold.Averages, int(n.Fold.Type.Scale)), r.totals.whole
	r.touchCounted()
	r.settle(out, false, func(row int) bool {
		sum, count := sums[row], r.counts[row]
		sums[row], r.counts[row] = 0, 0
		return in.has(fromInt(sum), count)
	})
}

// touchCounted notes the customers of the values that have been counted.
func (r *runner) touchCounted() {
	for i := range r.touched {
		var word uint64
		for j, count := range r.counts[i*64:][:64] {
			word |= -uint64(count) >> 63 << (j % 64)
		}
		r.touched[i] = word
	}
}

// note notes the customers of events that are added, unless they are many.
func (t *totals) note(rows []uint16) {
	switch {
	case t.many:
	case len(t.noted)+len(rows) > fewTotals:
		t.many = true
	default:
		t.noted = append(t.noted, rows...)
	}
}

// settle sets out to the customers, among n, whose sum passes. All sums are zero
// afterwards.
func (t *totals) settle(decimals []rule.Range[number], out *bitmap.Words, n int) {
	t.bounds = t.bounds[:0]
	for _, d := range decimals {
		if b := (rule.Range[int64]{Lo: clamp(d.Lo), Hi: clamp(d.Hi)}); b.Lo <= b.Hi {
			t.bounds = append(t.bounds, b)
		}
	}
	out.Clear()
	switch {
	case t.many:
		t.settleAll(out)
		if n < bitmap.BlockRows {
			keepFirst(out, n)
		}
	case len(t.bounds) == 1 && column.InRanges(t.bounds, 0):
		out.Fill(n)
		t.settleOutside(out, t.bounds[0])
	case len(t.bounds) == 1:
		t.settleInside(out, t.bounds[0])
	default:
		t.settleNoted(out, n)
	}
}

// settleInside adds the noted customers to out whose sum lies in b, in which 0 does
// not: who is noted again has that sum by then. That few pass is worth a branch.
func (t *totals) settleInside(out *bitmap.Words, b rule.Range[int64]) {
	width := uint64(b.Hi) - uint64(b.Lo)
	for _, row := range t.noted {
		sum := t.whole[row]
		t.whole[row] = 0
		if uint64(sum)-uint64(b.Lo) <= width {
			out[row/64] |= 1 << (row % 64)
		}
	}
}

// settleOutside takes the noted customers out of out whose sum does not lie in b, in
// which 0 does.
func (t *totals) settleOutside(out *bitmap.Words, b rule.Range[int64]) {
	width := uint64(b.Hi) - uint64(b.Lo)
	for _, row := range t.noted {
		sum := t.whole[row]
		t.whole[row] = 0
		if uint64(sum)-uint64(b.Lo) > width {
			out[row/64] &^= 1 << (row % 64)
		}
	}
}

// settleNoted settles the noted customers by several bounds, or none.
func (t *totals) settleNoted(out *bitmap.Words, n int) {
	if column.InRanges(t.bounds, 0) {
		out.Fill(n)
	}
	for _, row := range t.noted {
		sum := t.whole[row]
		t.whole[row] = 0
		if sum == 0 {
			continue // settled, or as nobody's
		}
		bit := uint64(1) << (row % 64)
		if column.InRanges(t.bounds, sum) {
			out[row/64] |= bit
		} else {
			out[row/64] &^= bit
		}
	}
}

// settleAll settles all customers.
func (t *totals) settleAll(out *bitmap.Words) {
	for _, b := range t.bounds {
		lo, width := uint64(b.Lo), uint64(b.Hi)-uint64(b.Lo)
		for i := range out {
			out[i] |= inside((*[64]int64)(t.whole[i*64:]), lo, width)
		}
	}
	clear(t.whole[:])
}

// clamp returns d, or the nearest number of 64 bits: no sum of 64 bits is beyond.
func clamp(d number) int64 {
	switch {
	case d.HighBits() == int64(d.LowBits())>>63:
		return int64(d.LowBits())
	case d.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}
