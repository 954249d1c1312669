package index

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// slotsPerGram is how many slots there are at least for each gram that a group has
// on average: a slot that is set in three groups of ten lets as many through.
const slotsPerGram = 3

// signature is the grams of a group: a bit for each of maxGramSlots slots.
type signature [maxGramSlots / 64]uint64

// GramBuilder makes the gram index of an attribute, block by block. It is not safe
// for concurrent use. The zero value is ready.
type GramBuilder struct {
	groups []signature
	hashes []uint32
	data   []byte
}

// Write gives add the section of every block of a column of strings.
func (b *GramBuilder) Write(values *column.Builder, add func(tag toc.Tag, index uint32, data []byte) error) error {
	for block := 0; block*bitmap.BlockRows < values.Len(); block++ {
		lo := block * bitmap.BlockRows
		b.collect(min(bitmap.BlockRows, values.Len()-lo), func(row int) (string, bool) {
			if values.IsNull(lo + row) {
				return "", false
			}
			return values.Text(lo + row), true
		})
		if err := add(tagGrams, uint32(block), b.section(b.slots())); err != nil {
			return err
		}
	}
	return nil
}

// Check compares the section of a block with its strings.
func (b *GramBuilder) Check(x *Grams, block int, values *column.Vector) error {
	stored, err := x.blocks.At(block)
	if err != nil || stored.data == nil {
		return err
	}
	b.collect(values.Len(), func(row int) (string, bool) {
		if values.IsNull(row) {
			return "", false
		}
		return values.Text(row), true
	})
	if section := b.section(len(stored.data) / stored.stride); !bytes.Equal(section, stored.data) {
		at := 0
		for section[at] == stored.data[at] {
			at++
		}
		return fmt.Errorf("slot %d is not that of the strings", at/stored.stride)
	}
	return nil
}

// collect sets the signatures to the grams of some rows.
func (b *GramBuilder) collect(rows int, text func(row int) (text string, ok bool)) {
	clear(b.groups)
	b.groups = append(b.groups[:0], make([]signature, (rows+gramRows-1)/gramRows)...)
	for row := range rows {
		s, ok := text(row)
		if !ok {
			continue
		}
		b.hashes = appendGrams(b.hashes[:0], s, true, true)
		group := &b.groups[row/gramRows]
		for _, hash := range b.hashes {
			slot := hash >> (32 - maxGramBits)
			group[slot/64] |= 1 << (slot % 64)
		}
	}
}

// maxGramBits is the binary logarithm of maxGramSlots.
const maxGramBits = 13

// slots returns how many slots suit the signatures.
func (b *GramBuilder) slots() int {
	set, groups := 0, 0
	for i := range b.groups {
		n := 0
		for _, word := range b.groups[i] {
			n += bits.OnesCount64(word)
		}
		if set += n; n > 0 {
			groups++
		}
	}
	slots := minGramSlots
	for slots < maxGramSlots && slots*groups < slotsPerGram*set {
		slots *= 2
	}
	return slots
}

// section returns the signatures slot by slot. It is valid until the next call.
func (b *GramBuilder) section(slots int) []byte {
	stride := (len(b.groups) + 63) / 64 * 8
	b.data = append(b.data[:0], make([]byte, slots*stride)...)
	shift := maxGramBits - bits.TrailingZeros(uint(slots))
	for g := range b.groups {
		for i, word := range b.groups[g] {
			for ; word != 0; word &= word - 1 {
				slot := (i*64 + bits.TrailingZeros64(word)) >> shift
				b.data[slot*stride+g/8] |= 1 << (g % 8)
			}
		}
	}
	return b.data
}
