package column

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// ending is a text that others are to be equal to, to start or to end with. Up to
// eight bytes at its end are compared with those of a text as one number; what there
// is more of it is compared where these are the same.
type ending struct {
	op         rule.StringOp // StringIn, StringStarts or StringEnds
	part       string
	value      uint64 // the eight bytes
	mask       uint64 // those of them that part has
	size, most uint32 // the least and the greatest length of a text, less the least
}

func newEnding(op rule.StringOp, part string) ending {
	e := ending{op: op, part: part, size: uint32(len(part)), most: ^uint32(0) - uint32(len(part))}
	if op == rule.StringIn {
		e.most = 0
	}
	var word [wordBytes]byte
	if op == rule.StringEnds {
		n := min(len(part), wordBytes)
		copy(word[wordBytes-n:], part[len(part)-n:])
		e.value = binary.LittleEndian.Uint64(word[:])
		e.mask = ^(^uint64(0) >> (8 * n))
		return e
	}
	copy(word[:], part)
	e.value = binary.LittleEndian.Uint64(word[:])
	e.mask = lowBytes(len(part))
	return e
}

// lowBytes returns the lowest n bytes set, all from eight on.
func lowBytes(n int) uint64 {
	if n >= wordBytes {
		return ^uint64(0)
	}
	return 1<<(8*n) - 1
}

// has reports whether text passes.
func (e *ending) has(text string) bool {
	switch e.op {
	case rule.StringStarts:
		return strings.HasPrefix(text, e.part)
	case rule.StringEnds:
		return strings.HasSuffix(text, e.part)
	}
	return text == e.part
}

// keepEndings takes the texts out of w that pass none of some endings. No row of w
// is NULL.
func (v *Vector) keepEndings(w *bitmap.Words, base int, endings []ending) {
	data := bytesOf(v.text)
	for i := 0; base+i*64 < v.n && i < len(w); i++ {
		if w[i] == 0 {
			continue
		}
		var word uint64
		offsets := v.offsets[base+i*64 : min(base+i*64+64, v.n)+1]
		for j := range endings {
			word |= endings[j].word(data, offsets, w[i])
		}
		w[i] &= word
	}
}

// word returns which of up to 64 texts pass; those that are not in wanted are
// anything.
func (e *ending) word(data []byte, offsets []int32, wanted uint64) uint64 {
	exact := len(e.part) <= wordBytes
	switch last := len(offsets) - 2; {
	case e.op == rule.StringEnds && int(offsets[1]) >= wordBytes:
		wanted &= e.last(data, offsets)
	case e.op != rule.StringEnds && int(offsets[last])+wordBytes <= len(data):
		wanted &= e.first(data, offsets)
	default: // at an end of all text
		exact = false
	}
	if exact {
		return wanted
	}
	text := textOf(data)
	for rest := wanted; rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros64(rest); !e.has(text[offsets[i]:offsets[i+1]]) {
			wanted &^= 1 << i
		}
	}
	return wanted
}

// first returns which of up to 64 texts are long enough and start with the eight
// bytes. Eight bytes can be read from where each starts.
func (e *ending) first(data []byte, offsets []int32) uint64 {
	var word uint64
	value, mask, size, most := e.value, e.mask, e.size, e.most
	start := offsets[0]
	for _, end := range offsets[1:] {
		differs := (binary.LittleEndian.Uint64(data[start:]) ^ value) & mask
		word = word>>1 | topBit(differs == 0)&topBit(uint32(end-start)-size <= most)
		start = end
	}
	return word >> (65 - len(offsets))
}

// last is first for texts that end with the eight bytes, which can be read up to
// where each ends.
func (e *ending) last(data []byte, offsets []int32) uint64 {
	var word uint64
	value, mask, size, most := e.value, e.mask, e.size, e.most
	start := offsets[0]
	for _, end := range offsets[1:] {
		differs := (binary.LittleEndian.Uint64(data[end-wordBytes:]) ^ value) & mask
		word = word>>1 | topBit(differs == 0)&topBit(uint32(end-start)-size <= most)
		start = end
	}
	return word >> (65 - len(offsets))
}

// sketch is a set of texts by a number that each gives: a text that is not in it is
// none of them. It is immutable.
type sketch struct {
	bits  []uint64
	shift int // of the product, to a bit
}

// sketchBits is how many bits there are for each text: one in so many others is
// looked up in vain.
const sketchBits = 32

func newSketch(list []string) *sketch {
	n := bits.Len(uint(max(len(list)*sketchBits, 64) - 1))
	s := &sketch{bits: make([]uint64, 1<<n/64), shift: 64 - n}
	for _, text := range list {
		padded := make([]byte, len(text)+wordBytes)
		copy(padded, text)
		bit := s.bit(padded, uint32(len(text)))
		s.bits[bit/64] |= 1 << (bit % 64)
	}
	return s
}

// bit returns the bit of the text of that size at the start of data: of eight bytes
// at its start, eight in its middle, where texts that are alike at both ends differ,
// and its size. Eight bytes can be read from where it starts, more if it has more.
func (s *sketch) bit(data []byte, size uint32) uint64 {
	mask, middle := lowMasks[min(size, wordBytes)], max(int(size)-wordBytes, 0)/2
	x := (binary.LittleEndian.Uint64(data) & mask) * 0x9e3779b97f4a7c15
	y := (binary.LittleEndian.Uint64(data[middle:])&mask ^ uint64(size)) * 0xd6e8feb86659fd93
	return (x ^ y ^ y>>32) * 0x9e3779b97f4a7c15 >> s.shift
}

// keepSketched takes texts out of w that are none of those of s. No row of w is
// NULL.
func (v *Vector) keepSketched(w *bitmap.Words, base int, s *sketch) {
	data := bytesOf(v.text)
	for i := 0; base+i*64 < v.n && i < len(w); i++ {
		offsets := v.offsets[base+i*64 : min(base+i*64+64, v.n)+1]
		if n := len(offsets) - 1; w[i] == 0 || int(offsets[n-1])+wordBytes > len(data) {
			continue
		}
		var word uint64
		start := offsets[0]
		for _, end := range offsets[1:] {
			size := uint32(end - start)
			bit := s.bit(data[start:], size)
			word = word>>1 | s.bits[bit/64]>>(bit%64)<<63
			start = end
		}
		w[i] &= word >> (65 - len(offsets))
	}
}

// lowMasks are lowBytes of 0 to 8.
var lowMasks = [wordBytes + 1]uint64{
	0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1,
}
