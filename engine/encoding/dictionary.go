package encoding

import (
	"fmt"
	"slices"
)

const (
	// minDistinct and maxDistinct are how many values a dictionary may have: of
	// one value there is Constant, and more than the most would not stay in a
	// processor's cache.
	minDistinct = 2
	maxDistinct = 1 << 16

	// dictionaryHead is the size of what is before the values: header and their
	// number.
	dictionaryHead = headerBytes + wordBytes
)

func dictionarySize(n, distinct int) int {
	return dictionaryHead + wordBytes*distinct + int(packedBytes(n, codeWidth(distinct)))
}

// codeWidth returns the bits of the codes of so many distinct values.
func codeWidth(distinct int) uint8 { return widthOf(uint64(distinct) - 1) }

// appendDictionary appends the dictionary of the values that c has codes for.
func appendDictionary(dst []byte, c *coder) []byte {
	sorted, ranks := c.ranks()
	width := codeWidth(len(sorted))
	dst = appendHeader(dst, Dictionary, width, len(c.codes))
	dst = le.AppendUint64(dst, uint64(len(sorted)))
	for _, v := range sorted {
		dst = le.AppendUint64(dst, uint64(v))
	}
	var codes [chunk]uint64
	for part := range slices.Chunk(c.codes, chunk) {
		for i, code := range part {
			codes[i] = uint64(ranks[code])
		}
		dst = appendCodes(dst, codes[:len(part)], width)
	}
	return dst
}

func (x *Ints) parseDictionary(body []byte) error {
	if len(body) < wordBytes {
		return fmt.Errorf("%d bytes after the header, at least %d expected", len(body), wordBytes)
	}
	distinct := load(body, 0)
	if distinct < minDistinct || distinct > maxDistinct {
		return fmt.Errorf("%d distinct values, expected %d to %d", distinct, minDistinct, maxDistinct)
	}
	if expected := codeWidth(int(distinct)); x.width != expected {
		return fmt.Errorf("codes of %d bits, expected %d for %d distinct values", x.width, expected, distinct)
	}
	if expected := wordBytes*(1+distinct) + packedBytes(x.n, x.width); uint64(len(body)) != expected {
		return wrongSize(body, expected)
	}
	x.table, x.codes = body[wordBytes:wordBytes*(1+distinct)], body[wordBytes*(1+distinct):]
	for i := wordBytes; i < len(x.table); i += wordBytes {
		if before, v := int64(load(x.table, i-wordBytes)), int64(load(x.table, i)); before >= v {
			return fmt.Errorf("value %d follows %d", v, before)
		}
	}
	return x.checkCodes(uint32(distinct - 1))
}

// checkCodes finds codes that point behind the dictionary.
func (x *Ints) checkCodes(most uint32) error {
	if uint64(most) == uint64(1)<<x.width-1 {
		return nil // no code of this width is larger
	}
	var codes [chunk]uint32
	for lo := 0; lo < x.n; lo += chunk {
		part := codes[:min(chunk, x.n-lo)]
		unpack(part, x.codes, x.width, lo, 0, 1)
		if c := slices.Max(part); c > most {
			return fmt.Errorf("code %d, at most %d expected", c, most)
		}
	}
	return nil
}

func decodeDictionary[T word](x *Ints, dst []T, lo int) {
	var codes [chunk]uint32
	for len(dst) > 0 {
		m := min(chunk, len(dst))
		unpack(codes[:m], x.codes, x.width, lo, 0, 1)
		for i, c := range codes[:m] {
			dst[i] = T(load(x.table, wordBytes*int(c)))
		}
		dst, lo = dst[m:], lo+m
	}
}
