package exec

import (
	"math"
	"math/bits"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Of each customer there are 64 bits, one of which every value sets. Where there are
// no more than 64 values each has one of its own, and the number of bits is that of
// values. Else a hash says which it is: then a customer has at least as many values
// as bits, and no more than events, which mostly tells whether the number of values
// passes. For those of whom it does not, values are compared.
//
// Method: linear counting (Whang, Vander-Zanden, Taylor 1990), for a bound instead of
// an estimate.

// foldMasks is foldDistinct for times and for values that are stored as numbers; ok is
// false where they are not.
func (r *runner) foldMasks(n *plan.Node, e *index.EventBlock, out *bitmap.Words) (ok bool, err error) {
	if ok, err := r.giveBits(n, e); !ok || err != nil {
		return false, err
	}
	r.sides.start(n.Fold.Counts)
	narrow := r.sides.areNarrow()
	masks, seen := array(&r.masks), array(&r.seen)
	err = r.eachNumber(n, e, func(rows []uint16, values []int64) {
		switch {
		case r.ownBits:
			addBits(masks, rows, values, r.least)
		case narrow:
			addNarrow(seen, rows, values)
		default:
			addHashes(masks, seen, rows, values)
		}
	})
	switch {
	case err != nil:
		return false, err
	case r.ownBits:
		settleBits(masks, n.Fold.Counts, out)
		keepRows(out, r.n)
		return true, nil
	case narrow:
		r.settleNarrow(seen, out)
	default:
		r.settleHashed(masks, seen, out)
	}
	if !r.unsure.IsEmpty() {
		if err := r.compareUnsure(n, e, out); err != nil {
			return false, err
		}
	}
	keepRows(out, r.n)
	return true, nil
}

// keepRows takes the rows from n on out of w.
func keepRows(w *bitmap.Words, n int) {
	if n < bitmap.BlockRows {
		keepFirst(w, n)
	}
}

// giveBits finds out whether every value can have a bit of its own; ok is false where
// values are not numbers that are equal where the values are, in all parts.
func (r *runner) giveBits(n *plan.Node, e *index.EventBlock) (ok bool, err error) {
	t := n.Fold.Type
	switch {
	case n.Fold.Field == rule.TimeField:
		r.ownBits = false
		return true, nil
	case t.IsArray() || !isWhole(t) && t.Kind != model.String:
		return false, nil
	}
	r.ownBits = true
	most := int64(0)
	for i, p := range e.Parts {
		r.chunk.Load(p, 0, 0)
		c, _, err := r.chunk.Encoded(n.Fold.Field)
		if err != nil || !c.IsNumbers() {
			return false, err
		}
		least, greatest, bounded := c.NumberBounds()
		if d := c.Dictionary(); d != nil {
			if len(e.Parts) > 1 {
				return false, nil // codes of another dictionary are others
			}
			least, greatest, bounded = 0, int64(d.Len())-1, true
		}
		if i == 0 {
			r.least, most = least, greatest
		}
		r.least, most = min(r.least, least), max(most, greatest)
		r.ownBits = r.ownBits && bounded && uint64(most)-uint64(r.least) < 64
	}
	return true, nil
}

// eachNumber calls use with the customers of a node's events that pass, and the
// numbers of their values, which are times or stored as numbers.
func (r *runner) eachNumber(n *plan.Node, e *index.EventBlock, use func(rows []uint16, values []int64)) error {
	return r.visit(n, e, n.Fold.Field, func(c *index.Chunk, w *bitmap.Words, left int) error {
		rows := r.rowsOf(c, w, left)
		values, err := r.numbersOf(c, n.Fold.Field, left)
		if err == nil {
			use(rows, values)
		}
		return err
	})
}

// numbersOf returns the values, which are times or stored as numbers, of the events of
// a chunk that are left: all of them, or those whose positions are in r.positions.
func (r *runner) numbersOf(c *index.Chunk, field, left int) ([]int64, error) {
	var all []int64
	switch {
	case field == rule.TimeField:
		times, err := c.Times()
		if err != nil || left == c.Len() {
			return times, err
		}
		all = times
		r.ints = atLeast(r.ints, left)
	default:
		stored, lo, err := c.Encoded(field)
		if err != nil {
			return nil, err
		}
		r.ints = atLeast(r.ints, c.Len())
		all = r.ints[:c.Len()]
		if left*sparse < c.Len() {
			stored.NumbersAt(all[:left], lo, r.positions)
			return all[:left], nil
		}
		if stored.Numbers(all, lo); left == c.Len() {
			return all, nil
		}
	}
	values := r.ints[:left]
	for i, p := range r.positions {
		values[i] = all[p] // i is at most p
	}
	return values, nil
}

// addBits sets the bit of each value.
func addBits(masks *[bitmap.BlockRows]uint64, rows []uint16, values []int64, least int64) {
	values = values[:len(rows)]
	for i, row := range rows {
		masks[row] |= 1 << (uint64(values[i]-least) % 64)
	}
}

// addHashes sets the bit that the hash of each value says, and counts the values.
func addHashes(masks *[bitmap.BlockRows]uint64, seen *[bitmap.BlockRows]uint32, rows []uint16, values []int64) {
	const golden = 0x9e3779b97f4a7c15 // spreads numbers that lie side by side
	values = values[:len(rows)]
	for i, row := range rows {
		masks[row] |= 1 << (uint64(values[i]) * golden >> 58)
		seen[row]++
	}
}

// Where only small numbers of values are told apart, the bits of a customer and the
// number of events share 32 bits: half of them fit where the others do.
const (
	narrowBits  = 27
	narrowMost  = 1<<(32-narrowBits) - 1 // events: as many, or more
	narrowBound = 12                     // the greatest bound for which so few bits mostly tell
)

// addNarrow is addHashes in 32 bits.
func addNarrow(marks *[bitmap.BlockRows]uint32, rows []uint16, values []int64) {
	const golden = 0x9e3779b97f4a7c15
	values = values[:len(rows)]
	for i, row := range rows {
		mark := marks[row]
		bit := uint64(values[i]) * golden >> 32 * narrowBits >> 32
		isMost := (mark>>narrowBits + 1) >> (32 - narrowBits)
		marks[row] = (mark | 1<<(bit%32)) + (1-isMost)<<narrowBits
	}
}

// settleBits sets out to the customers of whom the number of bits is in the ranges.
func settleBits(masks *[bitmap.BlockRows]uint64, counts []rule.Range[int64], out *bitmap.Words) {
	var in [65]uint64 // by the number of bits
	for i := range in {
		if inCounts(counts, int64(i)) {
			in[i] = 1
		}
	}
	for i := range out {
		var word uint64
		for j, mask := range masks[i*64:][:64] {
			word |= in[bits.OnesCount64(mask)] << (j % 64)
		}
		out[i] = word
	}
	clear(masks[:])
}

// sides tells which numbers are in some ranges. From one bound to the next all are, or
// none is: such a side is known by how many bounds there are up to it, and it is in the
// ranges where that is odd.
type sides struct {
	bounds []int64
	few    [fewSides]uint32 // the sides of the first numbers
}

// fewSides is for how many numbers the side is kept: more than there are bits.
const fewSides = 256

// start makes it those of sorted ranges of counts.
func (s *sides) start(ranges []rule.Range[int64]) {
	s.bounds = s.bounds[:0]
	for _, r := range ranges {
		s.bounds = append(s.bounds, r.Lo)
		if r.Hi == math.MaxInt64 {
			break
		}
		s.bounds = append(s.bounds, r.Hi+1)
	}
	side := 0
	for x := range s.few {
		for side < len(s.bounds) && s.bounds[side] <= int64(x) {
			side++
		}
		s.few[x] = uint32(side)
	}
}

// areNarrow reports whether all bounds are small.
func (s *sides) areNarrow() bool {
	return len(s.bounds) == 0 || s.bounds[len(s.bounds)-1] <= narrowBound
}

// of returns the side of a number.
func (s *sides) of(x uint32) uint32 {
	if int(x) < len(s.few) {
		return s.few[x]
	}
	side, _ := slices.BinarySearch(s.bounds, int64(x)+1)
	return uint32(side)
}

// settleHashed sets out to those whose number of values surely is in the ranges of
// r.sides, and r.unsure to those of whom it may be and may not be.
func (r *runner) settleHashed(masks *[bitmap.BlockRows]uint64, seen *[bitmap.BlockRows]uint32, out *bitmap.Words) {
	s := &r.sides
	for i := range out {
		var in, unsure uint64
		counts := seen[i*64:][:64]
		for j, mask := range masks[i*64:][:64] {
			least, most := s.few[bits.OnesCount64(mask)], s.of(counts[j])
			in |= uint64(least&1) << (j % 64)
			unsure |= uint64(notZero(least^most)) << (j % 64)
		}
		out[i], r.unsure[i] = in&^unsure, unsure
	}
	clear(masks[:])
	clear(seen[:])
}

// settleNarrow is settleHashed for what addNarrow has added.
func (r *runner) settleNarrow(marks *[bitmap.BlockRows]uint32, out *bitmap.Words) {
	var sides [narrowMost + 1]uint32
	copy(sides[:], r.sides.few[:])
	for i := range out {
		var in, unsure uint64
		for _, mark := range marks[i*64:][:64] {
			least, most := sides[bits.OnesCount32(mark<<(32-narrowBits))%len(sides)], sides[mark>>narrowBits]
			in = in>>1 | uint64(least)<<63
			unsure = unsure>>1 | uint64(notZero(least^most))<<63
		}
		out[i], r.unsure[i] = in&^unsure, unsure
	}
	clear(marks[:])
}

// notZero returns 1 for a number that is not 0, below 2^31; 0 for 0.
func notZero(x uint32) uint32 { return -x >> 31 }

// compareUnsure adds those of r.unsure to out whose number of values passes.
func (r *runner) compareUnsure(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	g := &r.groups
	g.start()
	err := r.visit(n, e, n.Fold.Field, func(c *index.Chunk, w *bitmap.Words, left int) error {
		rows := r.unsureOf(c, r.rowsOf(c, w, left), left)
		if len(rows) == 0 {
			return nil
		}
		values, err := r.numbersOf(c, n.Fold.Field, len(rows))
		if err != nil {
			return err
		}
		for i, row := range rows {
			g.add(row, uint64(values[i]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	g.each(func(row uint16, keys []uint64, _ []uint32) {
		if inCounts(n.Fold.Counts, int64(r.countKeys(keys))) {
			out.Add(row)
		}
	})
	return nil
}

// unsureOf returns those of the customers of events that are in r.unsure, few, and
// leaves their positions in r.positions. Rows are those of rowsOf.
func (r *runner) unsureOf(c *index.Chunk, rows []uint16, left int) []uint16 {
	isAll := left == c.Len()
	if isAll {
		r.positions = r.positions[:0]
	}
	r.selection.rows = atLeast(r.selection.rows, left)
	kept, n := r.selection.rows, 0
	for i, row := range rows {
		if r.unsure[row/64]>>(row%64)&1 == 0 {
			continue
		}
		kept[n] = row // n is at most i
		if isAll {
			r.positions = append(r.positions, uint32(i))
		} else {
			r.positions[n] = r.positions[i]
		}
		n++
	}
	r.positions = r.positions[:n]
	return kept[:n]
}
