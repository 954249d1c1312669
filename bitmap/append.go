package bitmap

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
)

// Append appends the portable roaring form of rows to dst. The rows are
// ascending; doubles count once. Equal rows always give equal bytes.
func Append(dst []byte, rows []uint32) ([]byte, error) {
	var b Builder
	b.Add(rows)
	return b.AppendTo(dst)
}

// Builder collects a set of rows piece by piece, in the form in which it is
// stored. Equal sets give equal bytes, whatever pieces they came in: those that
// the roaring library writes after RunOptimize. The zero value is the empty set.
// It is not safe for concurrent use.
type Builder struct {
	stored []piece // ascending by block
	bodies []byte
	lows   []uint16 // scratch of Add
}

// piece is the rows of one block in Builder.bodies.
type piece struct {
	block    uint16
	runs     bool
	card     int // at least 1
	at, size int // in bodies
}

// Add adds rows, which are ascending; doubles count once. It is quickest where
// rows of one block come in one piece and blocks ascend.
func (b *Builder) Add(rows []uint32) {
	for len(rows) > 0 {
		block := rows[0] / BlockRows
		n := sort.Search(len(rows), func(i int) bool { return rows[i]/BlockRows > block })
		b.addRows(uint16(block), rows[:n])
		rows = rows[n:]
	}
}

// addRows adds rows of one block.
func (b *Builder) addRows(block uint16, rows []uint32) {
	if len(rows) > maxArrayCard || !b.isNext(block) {
		var w Words
		for _, row := range rows {
			w.Add(uint16(row))
		}
		b.AddWords(int(block), &w)
		return
	}
	b.lows = b.lows[:0]
	runs, next := 0, -1 // the row after the last one
	for _, row := range rows {
		low := int(uint16(row))
		if low == next-1 {
			continue // a double
		}
		if low != next {
			runs++
		}
		b.lows, next = append(b.lows, uint16(low)), low+1
	}
	c := piece{block: block, card: len(b.lows), at: len(b.bodies)}
	if c.runs = runsAreSmaller(runs, c.card); c.runs {
		b.bodies = appendRunsOf(b.bodies, runs, b.lows)
	} else {
		for _, low := range b.lows {
			b.bodies = binary.LittleEndian.AppendUint16(b.bodies, low)
		}
	}
	c.size = len(b.bodies) - c.at
	b.stored = append(b.stored, c)
}

// isNext reports whether a block comes after all that have rows.
func (b *Builder) isNext(block uint16) bool {
	return len(b.stored) == 0 || b.stored[len(b.stored)-1].block < block
}

// AddWords adds the rows of one block, which is less than BlockRows. It is
// quickest where blocks ascend. It keeps no hold of w.
func (b *Builder) AddWords(block int, w *Words) {
	if b.isNext(uint16(block)) {
		if c, ok := b.encode(uint16(block), w); ok {
			b.stored = append(b.stored, c)
		}
		return
	}
	i := sort.Search(len(b.stored), func(i int) bool { return b.stored[i].block >= uint16(block) })
	if b.stored[i].block != uint16(block) {
		if c, ok := b.encode(uint16(block), w); ok {
			b.stored = slices.Insert(b.stored, i, c)
		}
		return
	}
	all := *w
	old := b.stored[i]
	b.container(old).OrInto(&all)
	b.stored[i], _ = b.encode(uint16(block), &all) // the bytes that were there stay behind
}

// container returns the rows of a piece.
func (b *Builder) container(c piece) *Container {
	return &Container{
		body: b.bodies[c.at : c.at+c.size], card: c.card, runs: c.runs, words: !c.runs && c.card > maxArrayCard,
	}
}

// encode appends the smallest container of the rows of a block to bodies; ok is
// false where there is none.
func (b *Builder) encode(block uint16, w *Words) (c piece, ok bool) {
	card, runs := w.Count(), w.runs()
	if card == 0 {
		return piece{}, false
	}
	c = piece{block: block, card: card, at: len(b.bodies), runs: runsAreSmaller(runs, card)}
	switch {
	case c.runs:
		b.bodies = appendRuns(b.bodies, runs, w)
	case card <= maxArrayCard:
		b.bodies = room(b.bodies, 2*card)
		for i, x := range w {
			for ; x != 0; x &= x - 1 {
				b.bodies = binary.LittleEndian.AppendUint16(b.bodies, uint16(i*64+bits.TrailingZeros64(x)))
			}
		}
	default:
		b.bodies = room(b.bodies, bitmapBytes)[:c.at+bitmapBytes]
		body := (*[bitmapBytes]byte)(b.bodies[c.at:])
		for i, x := range w {
			binary.LittleEndian.PutUint64(body[8*i:], x)
		}
	}
	c.size = len(b.bodies) - c.at
	return c, true
}

// room returns dst with room for n bytes more. It doubles, where append grows by a
// quarter and so copies long bytes many times.
func room(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	return slices.Grow(dst, max(n, len(dst)))
}

// runsAreSmaller decides as the library's RunOptimize does on 64-bit machines. It
// counts a bitmap container's header in memory, too.
func runsAreSmaller(runs, card int) bool {
	const bitmapHeader = 32
	return 2+4*runs < min(bitmapBytes+bitmapHeader, 2*card)
}

// runs returns the number of runs of adjacent rows.
func (w *Words) runs() int {
	n, last := 0, uint64(0) // the row before the word's first
	for _, x := range w {
		n += bits.OnesCount64(x &^ (x<<1 | last))
		last = x >> 63
	}
	return n
}

// appendRuns appends a run container of so many runs.
func appendRuns(dst []byte, runs int, w *Words) []byte {
	dst = binary.LittleEndian.AppendUint16(slices.Grow(dst, 2+4*runs), uint16(runs))
	for at := 0; ; {
		first := w.next(at, 0)
		if first == BlockRows {
			return dst
		}
		at = w.next(first, ^uint64(0))
		dst = binary.LittleEndian.AppendUint16(dst, uint16(first))
		dst = binary.LittleEndian.AppendUint16(dst, uint16(at-first-1))
	}
}

// next returns the first row from at on that is in w, or, with all bits of flip
// set, that is not; BlockRows where there is none.
func (w *Words) next(at int, flip uint64) int {
	if at == BlockRows {
		return at
	}
	i := at / 64
	x := (w[i] ^ flip) >> (at % 64) << (at % 64)
	for x == 0 {
		if i++; i == len(w) {
			return BlockRows
		}
		x = w[i] ^ flip
	}
	return i*64 + bits.TrailingZeros64(x)
}

// appendRunsOf is appendRuns for distinct ascending rows.
func appendRunsOf(dst []byte, runs int, lows []uint16) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(runs))
	for i := 0; i < len(lows); {
		first := lows[i]
		j := i + 1
		for j < len(lows) && lows[j] == lows[j-1]+1 {
			j++
		}
		dst = binary.LittleEndian.AppendUint16(dst, first)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(j-i-1))
		i = j
	}
	return dst
}

// Len returns the number of rows in the set.
func (b *Builder) Len() uint64 {
	n := uint64(0)
	for _, c := range b.stored {
		n += uint64(c.card)
	}
	return n
}

// AppendTo appends the portable roaring form of the set to dst. The error is
// always nil.
func (b *Builder) AppendTo(dst []byte) ([]byte, error) {
	n := len(b.stored)
	hasRuns := slices.ContainsFunc(b.stored, func(c piece) bool { return c.runs })
	size := 8 + 4*n // of the header
	if hasRuns {
		size = 4 + (n+7)/8 + 4*n
	}
	hasOffsets := !hasRuns || n >= noOffsetsBelow
	if hasOffsets {
		size += 4 * n
	}
	dst = b.appendCookie(slices.Grow(dst, size+len(b.bodies)), hasRuns)
	for _, c := range b.stored {
		dst = binary.LittleEndian.AppendUint16(dst, c.block)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(c.card-1))
	}
	if hasOffsets {
		for _, c := range b.stored {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(size))
			size += c.size
		}
	}
	for _, c := range b.stored {
		dst = append(dst, b.bodies[c.at:c.at+c.size]...)
	}
	return dst, nil
}

// appendCookie appends what a stored set starts with: whether it has runs, the
// number of its containers, and which of them hold runs.
func (b *Builder) appendCookie(dst []byte, hasRuns bool) []byte {
	n := len(b.stored)
	if !hasRuns {
		dst = binary.LittleEndian.AppendUint32(dst, cookieNoRuns)
		return binary.LittleEndian.AppendUint32(dst, uint32(n))
	}
	dst = binary.LittleEndian.AppendUint32(dst, cookieRuns|uint32(n-1)<<16)
	flags := len(dst)
	dst = append(dst, make([]byte, (n+7)/8)...)
	for i, c := range b.stored {
		if c.runs {
			dst[flags+i/8] |= 1 << (i % 8)
		}
	}
	return dst
}
