package exec

import (
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// counter counts events by customer and finds whose count lies in some ranges, which
// are sorted. Between uses all counts are zero.
//
// Whether there is one event, or a second one, is a bit: 8 KiB for each, which stay in
// the cache. Up to a few events the count is the bits of a cell, without a branch. Other
// counts are words.
//
// Note: bytes that stop at 255 were slower: whether a count is there already is a
// branch that the busiest customers make hard to predict.
type counter struct {
	ranges []rule.Range[int64]
	way    counting

	once, twice bitmap.Words // who has an event, a second one
	cells       *cells
	counts      *[bitmap.BlockRows]uint32

	noted []uint16 // the customers of the events, while they are few
	many  bool     // they are not
}

// counting is a way to count.
type counting uint8

const (
	countOnce counting = iota
	countTwice
	countCells
	countAll
)

// cell has the counts of 64 customers: bits 0 to 2 of each, which start so that the
// event that reaches the threshold carries out of them, and who has reached it. An event
// touches one line of the cache, and what it does there does not depend on who has
// events already.
//
// Method: counters in bit slices, as in Rinfret, O'Neil and O'Neil, "Bit-sliced index
// arithmetic" (2001), one addend at a time.
type cell [4]uint64

// cells are those of a block.
type cells [bitmap.BlockRows / 64]cell

// maxCells is the greatest threshold that cells count up to.
const maxCells = 8

// fewNoted is up to how many events it is quicker to decide on the customer of each
// than on all customers; manyTwice from how many on words are quicker than bits.
const (
	fewNoted  = 12 << 10
	manyTwice = 64 << 10
)

// start begins a count for ranges, of so many events, as far as that is known.
func (c *counter) start(ranges []rule.Range[int64], events int) {
	c.ranges, c.way = ranges, wayToCount(ranges, events)
	c.noted, c.many = c.noted[:0], false
	switch c.way {
	case countCells:
		c.startCells()
	case countAll:
		array(&c.counts)
	}
}

// startCells has the cells count up to the threshold.
func (c *counter) startCells() {
	if c.cells == nil {
		c.cells = new(cells)
	}
	at, _, _ := threshold(c.ranges)
	left := uint64(maxCells - at)
	first := cell{-(left & 1), -(left >> 1 & 1), -(left >> 2 & 1), 0}
	for i := range c.cells {
		c.cells[i] = first
	}
}

// wayToCount returns the quickest way to count for ranges.
func wayToCount(ranges []rule.Range[int64], events int) counting {
	switch at, _, ok := threshold(ranges); {
	case ok && at == 1:
		return countOnce
	case ok && at == 2 && events < manyTwice:
		return countTwice
	case ok && at <= maxCells && events < manyTwice:
		return countCells
	}
	return countAll
}

// threshold returns the count from which on all counts, and none before, are in the
// ranges; below: it is the other way round. It is not 0. ok is false where there is
// none.
func threshold(ranges []rule.Range[int64]) (at int64, below, ok bool) {
	if len(ranges) != 1 {
		return 0, false, false
	}
	switch r := ranges[0]; {
	case r.Lo > 0 && r.Hi == math.MaxInt64:
		return r.Lo, false, true
	case r.Lo <= 0 && r.Hi >= 0 && r.Hi < math.MaxInt64:
		return r.Hi + 1, true, true
	}
	return 0, false, false
}

// note notes the customers of events that are added, unless they are many.
func (c *counter) note(rows []uint16) {
	switch {
	case c.many || c.way < countAll:
	case len(c.noted)+len(rows) > fewNoted:
		c.many = true
	default:
		c.noted = append(c.noted, rows...)
	}
}

// add counts events, by their customers.
func (c *counter) add(rows []uint16) {
	switch c.way {
	case countOnce:
		addOnce(&c.once, rows)
	case countTwice:
		addTwice(&c.once, &c.twice, rows)
	case countCells:
		addCells(c.cells, rows)
	case countAll:
		for _, row := range rows {
			c.counts[row]++
		}
	}
}

func addOnce(once *bitmap.Words, rows []uint16) {
	for _, row := range rows {
		once.Add(row)
	}
}

func addTwice(once, twice *bitmap.Words, rows []uint16) {
	for _, row := range rows {
		at, bit := row/64, uint64(1)<<(row%64)
		had := once[at]
		twice[at] |= had & bit
		once[at] = had | bit
	}
}

func addCells(all *cells, rows []uint16) {
	for _, row := range rows {
		at, carry := &all[row/64], uint64(1)<<(row%64)
		ones, twos, fours := at[0], at[1], at[2]
		at[0] = ones ^ carry
		carry &= ones
		at[1] = twos ^ carry
		carry &= twos
		at[2] = fours ^ carry
		at[3] |= fours & carry
	}
}

// settle sets out to the customers, among n, whose count is in the ranges. All
// counts are zero afterwards.
func (c *counter) settle(out *bitmap.Words, n int) {
	switch {
	case c.way == countOnce:
		c.settleBits(&c.once, out, n)
	case c.way == countTwice:
		c.settleBits(&c.twice, out, n)
		c.once.Clear()
	case c.way == countCells:
		c.settleCells(out, n)
	case !c.many:
		c.settleNoted(c.noted, out, n)
	default:
		c.settleAll(out)
	}
	if n < bitmap.BlockRows {
		keepFirst(out, n)
	}
}

// settleBits settles bits of those who have as many events as the threshold.
func (c *counter) settleBits(reached, out *bitmap.Words, n int) {
	*out = *reached
	reached.Clear()
	c.settleReached(out, n)
}

// settleCells settles the cells of those who have as many events as the threshold.
func (c *counter) settleCells(out *bitmap.Words, n int) {
	for i := range out {
		out[i] = c.cells[i][3]
	}
	c.settleReached(out, n)
}

// settleReached settles those who have as many events as the threshold.
func (c *counter) settleReached(out *bitmap.Words, n int) {
	if _, below, _ := threshold(c.ranges); below {
		keepFirst(out, n)
		out.Not(n)
	}
}

// settleNoted settles the customers of events one by one.
func (c *counter) settleNoted(rows []uint16, out *bitmap.Words, n int) {
	out.Clear()
	if inCounts(c.ranges, 0) {
		out.Fill(n)
	}
	for _, row := range rows {
		count := int64(c.counts[row])
		c.counts[row] = 0
		if count == 0 {
			continue // settled
		}
		bit := uint64(1) << (row % 64)
		if inCounts(c.ranges, count) {
			out[row/64] |= bit
		} else {
			out[row/64] &^= bit
		}
	}
}

// settleAll settles all customers.
func (c *counter) settleAll(out *bitmap.Words) {
	out.Clear()
	for _, r := range c.ranges {
		lo, hi := max(r.Lo, 0), min(r.Hi, math.MaxUint32)
		if lo > hi {
			continue
		}
		for i := range out {
			out[i] |= inside((*[64]uint32)(c.counts[i*64:]), uint64(lo), uint64(hi-lo))
		}
	}
	clear(c.counts[:])
}

// inside returns a bit for each number, set where it is at least lo and at most width
// more.
func inside[T int64 | uint32](numbers *[64]T, lo, width uint64) uint64 {
	var word uint64
	for i := 0; i < len(numbers); i += 4 {
		var a, b, c, d uint64
		if uint64(numbers[i])-lo <= width {
			a = 1
		}
		if uint64(numbers[i+1])-lo <= width {
			b = 2
		}
		if uint64(numbers[i+2])-lo <= width {
			c = 4
		}
		if uint64(numbers[i+3])-lo <= width {
			d = 8
		}
		word = word>>4 | (a|b|c|d)<<60
	}
	return word
}
