package index

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// tagGrams is the section of a block in the gram index of an attribute. See
// docs/format.md.
const tagGrams toc.Tag = 1 // index: block. For each slot of grams a bit per group of rows

// gramRows is the number of rows of a group: those of a word of bitmap.Words.
const gramRows = 64

// Limits of the slots of a block, powers of two.
const (
	minGramSlots = 64
	maxGramSlots = 8192
)

// Grams tells which groups of 64 rows may have a string with certain grams: pieces
// of three bytes, and the two bytes at either end of a string. It is immutable and
// safe for concurrent use.
//
// Method: signatures of the groups, stored bit by bit, so that a search reads only
// the bits that it asks for; Goodwin et al., "BitFunnel", SIGIR 2017.
type Grams struct {
	rows   int
	blocks *column.Lazy[gramBlock]
}

// gramBlock is the grams of one block.
type gramBlock struct {
	data   []byte // slot after slot
	stride int    // bytes of a slot
	shift  int    // of a hash, to its slot
}

// OpenGrams returns the gram index of an attribute with that many rows, whose
// sections are read at first use. A block without a section is one of which nothing
// is known.
func OpenGrams(sections toc.Sections, rows int) *Grams {
	blocks := (rows + bitmap.BlockRows - 1) / bitmap.BlockRows
	x := &Grams{rows: rows}
	x.blocks = column.NewLazy(blocks, func(block int) (*gramBlock, error) {
		data, ok, err := sections.Section(tagGrams, uint32(block))
		if err != nil || !ok {
			return &gramBlock{}, err
		}
		b, err := parseGrams(data, min(bitmap.BlockRows, rows-block*bitmap.BlockRows))
		if err != nil {
			return nil, sections.Corrupt(fmt.Errorf("grams of block %d: %w", block, err))
		}
		return b, nil
	})
	return x
}

// gramStride returns the bytes that a slot takes for so many rows.
func gramStride(rows int) int {
	groups := (rows + gramRows - 1) / gramRows
	return (groups + 63) / 64 * 8
}

// parseGrams returns the grams of a block of that many rows.
func parseGrams(data []byte, rows int) (*gramBlock, error) {
	stride := gramStride(rows)
	slots := len(data) / stride
	if len(data)%stride != 0 || bits.OnesCount(uint(slots)) != 1 || slots < minGramSlots || slots > maxGramSlots {
		return nil, fmt.Errorf("%d bytes, expected %d for each slot, and %d to %d slots, a power of two", len(data), stride, minGramSlots, maxGramSlots)
	}
	return &gramBlock{data: data, stride: stride, shift: gramShift(slots)}, nil
}

// gramShift returns the shift of a hash to one of so many slots.
func gramShift(slots int) int { return 32 - bits.TrailingZeros(uint(slots)) }

// Keep takes rows out of w, a set of rows of a block, whose string passes for
// certain no test with these clues.
func (x *Grams) Keep(block int, clues *Clues, w *bitmap.Words) error {
	b, err := x.blocks.At(block)
	if err != nil || b.data == nil {
		return err
	}
	var groups [bitmap.BlockRows / gramRows / 64]uint64
	b.groups(clues, &groups)
	for i := range w {
		if groups[i/64]>>(i%64)&1 == 0 {
			w[i] = 0
		}
	}
	return nil
}

// groups sets out to the groups that may have a string with the clues.
func (b *gramBlock) groups(clues *Clues, out *[bitmap.BlockRows / gramRows / 64]uint64) {
	for _, list := range clues.lists {
		var all [len(out)]uint64
		for i := range b.stride / 8 {
			all[i] = ^uint64(0)
		}
		for _, hash := range list {
			slot := b.data[int(hash>>b.shift)*b.stride:][:b.stride]
			for i := range len(slot) / 8 {
				all[i] &= binary.LittleEndian.Uint64(slot[8*i:])
			}
		}
		for i := range out {
			out[i] |= all[i]
		}
	}
}

// sampledBlocks is of how many blocks Share looks at the groups.
const sampledBlocks = 4

// Share estimates which part of the rows Keep leaves, from 0 to 1, by some blocks.
func (x *Grams) Share(clues *Clues) (float64, error) {
	n := x.blocks.Len()
	kept, all := 0, 0
	for i := range min(n, sampledBlocks) {
		block := i * n / min(n, sampledBlocks)
		b, err := x.blocks.At(block)
		if err != nil {
			return 0, err
		}
		count := (min(bitmap.BlockRows, x.rows-block*bitmap.BlockRows) + gramRows - 1) / gramRows
		all += count
		if b.data == nil {
			kept += count
			continue
		}
		var groups [bitmap.BlockRows / gramRows / 64]uint64
		b.groups(clues, &groups)
		for _, word := range groups {
			kept += bits.OnesCount64(word)
		}
	}
	return min(1, float64(kept)/float64(max(all, 1))), nil
}

// Clues is what a test tells of the grams of the strings that pass it. It is
// immutable and safe for concurrent use.
type Clues struct {
	lists [][]uint32 // hashes: a string that passes has all grams of one of the lists
}

// What is asked for of a block stays small beside its strings.
const (
	maxGramLists = 64
	maxListGrams = 16
)

// NewClues returns the grams of the strings that pass t, nil where nothing is known
// of them.
func NewClues(t column.Test) *Clues {
	lists, ok := t.Clues()
	if !ok || len(lists) == 0 || len(lists) > maxGramLists {
		return nil
	}
	out := &Clues{}
	for _, list := range lists {
		var hashes []uint32
		for _, clue := range list {
			hashes = appendGrams(hashes, clue.Text, clue.Start, clue.End)
		}
		slices.Sort(hashes)
		hashes = slices.Compact(hashes)
		if len(hashes) == 0 {
			return nil
		}
		out.lists = append(out.lists, hashes[:min(len(hashes), maxListGrams)])
	}
	return out
}

// Bytes returns about how many bytes a look at a block of 65,536 rows reads.
func (c *Clues) Bytes() uint64 {
	n := 0
	for _, list := range c.lists {
		n += len(list)
	}
	return uint64(n * gramStride(bitmap.BlockRows))
}

// The kinds of grams.
const (
	gramInner = iota << 24
	gramStart
	gramEnd
)

// appendGrams appends the hashes of the grams of a text: of one that starts a string
// the first two bytes, too, of one that ends it the last two.
func appendGrams(hashes []uint32, text string, start, end bool) []uint32 {
	n := len(text)
	if n < 2 {
		return hashes
	}
	if start {
		hashes = append(hashes, hashGram(gramStart, text[0], text[1], 0))
	}
	for i := range n - 2 {
		hashes = append(hashes, hashGram(gramInner, text[i], text[i+1], text[i+2]))
	}
	if end {
		hashes = append(hashes, hashGram(gramEnd, text[n-2], text[n-1], 0))
	}
	return hashes
}

// hashGram returns the hash of a gram: its highest bits are its slot.
func hashGram(kind uint32, a, b, c byte) uint32 {
	x := kind | uint32(a) | uint32(b)<<8 | uint32(c)<<16
	x = (x ^ x>>15) * 0x2c1b3c6d
	x = (x ^ x>>12) * 0x297a2d39
	return x ^ x>>15
}
