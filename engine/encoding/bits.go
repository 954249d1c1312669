package encoding

import (
	"math/bits"
)

const (
	// chunk is how many codes are packed and unpacked together. As it is twice
	// the bits of a word, codes of any width take whole words a chunk.
	chunk = 128

	// oneWidth is the widest code that the 8 bytes from the one with its first
	// bit on always hold.
	oneWidth = wordBits - 7
)

// packedBytes returns the size of n codes of width bits: whole words.
func packedBytes(n int, width uint8) uint64 {
	return (uint64(n)*uint64(width) + wordBits - 1) / wordBits * wordBytes
}

// widthOf returns the bits that code takes.
func widthOf(code uint64) uint8 { return uint8(bits.Len64(code)) }

// appendCodes appends codes of width bits each, the first in the lowest bits of
// the first word. Bits that the last word has over are zero. No code may be
// wider than width.
func appendCodes(dst []byte, codes []uint64, width uint8) []byte {
	if width == 0 {
		return dst
	}
	var acc uint64
	var used uint
	w := uint(width)
	for _, c := range codes {
		acc |= c << (used & 63)
		used += w
		if used >= wordBits {
			dst = le.AppendUint64(dst, acc)
			used -= wordBits
			acc = c >> (w - used) // zero where the word was just full
		}
	}
	if used > 0 {
		dst = le.AppendUint64(dst, acc)
	}
	return dst
}

// codeAt returns code i of the codes of width bits that src holds.
func codeAt(src []byte, width uint8, i int) uint64 {
	if width == 0 {
		return 0
	}
	return codeAtBit(src, uint(width), uint(i)*uint(width))
}

// codeAtBit returns the code of w bits, 1 to 64, that starts at bit p of src.
func codeAtBit(src []byte, w, p uint) uint64 {
	at, shift := int(p/wordBits*wordBytes), p%wordBits
	code := load(src, at) >> shift
	if shift+w > wordBits {
		code |= load(src, at+wordBytes) << (wordBits - shift)
	}
	return code & (1<<w - 1)
}
