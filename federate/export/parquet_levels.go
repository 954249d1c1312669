package export

import (
	"encoding/binary"
	"math/bits"
)

// appendLevels appends the levels of a page of version 1: their size, then the
// levels as appendHybrid has them.
func appendLevels(dst, levels []byte, greatest uint8) []byte {
	at := len(dst)
	dst = appendHybrid(append(dst, 0, 0, 0, 0), levels, bits.Len8(greatest))
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// appendCodes appends numbers below n as RLE_DICTIONARY has them: how many bits
// each takes, then the numbers as appendHybrid has them.
func appendCodes(dst []byte, codes []uint32, n int) []byte {
	width := max(1, bits.Len(uint(max(0, n-1))))
	return appendHybrid(append(dst, byte(width)), codes, width)
}

// appendHybrid appends numbers of so many bits, at least one, in the encoding
// that the format calls RLE: one run where all are equal, else packed bits.
// Compression comes after it, and makes as much of repeated bits as of runs.
func appendHybrid[T uint8 | uint32](dst []byte, numbers []T, width int) []byte {
	if len(numbers) == 0 {
		return dst
	}
	if allEqual(numbers) {
		dst = binary.AppendUvarint(dst, uint64(len(numbers))<<1)
		for shift := 0; shift < width; shift += 8 {
			dst = append(dst, byte(uint32(numbers[0])>>shift))
		}
		return dst
	}
	groups := (len(numbers) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	return appendPacked(dst, numbers, width, groups*width)
}

// appendPacked appends the low bits of numbers, lowest first, filled up with
// zeros to so many bytes.
func appendPacked[T uint8 | uint32](dst []byte, numbers []T, width, size int) []byte {
	end := len(dst) + size
	word, used := uint64(0), 0
	for _, n := range numbers {
		word |= uint64(n) << used
		if used += width; used >= 32 {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(word))
			word >>= 32
			used -= 32
		}
	}
	for ; len(dst) < end; word >>= 8 {
		dst = append(dst, byte(word))
	}
	return dst
}

// appendPlain appends numbers as PLAIN has them.
func appendPlain[K uint32 | uint64](dst []byte, values []K) []byte {
	dst, _ = binary.Append(dst, binary.LittleEndian, values) // fails for other types only
	return dst
}

// allEqual reports whether there is one number only.
func allEqual[T comparable](numbers []T) bool {
	for _, n := range numbers {
		if n != numbers[0] {
			return false
		}
	}
	return true
}

// appendCounts appends how many of levels are 0, 1 and so on up to the greatest.
func appendCounts(dst []int64, levels []byte, greatest uint8) []int64 {
	var counts [maxLevel + 1]int64
	for _, level := range levels {
		counts[level&maxLevel]++
	}
	return append(dst, counts[:greatest+1]...)
}
