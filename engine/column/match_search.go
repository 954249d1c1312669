package column

import (
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unsafe"

	"github.com/rollcall-db/rollcall/bitmap"
)

// The texts of a column lie one after the other: a part of a text is searched for in
// all of them at once, eight places at a time, and only where two bytes of it are
// found is there a question of whose text that is, and whether it goes on in it.

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080

	searchWords = 16   // words of rows searched between two looks at the context
	sampleBytes = 1024 // of text, that tell which bytes are rare
	rareRows    = 8    // one text in so many contains what is rare
)

// finder searches for a part of texts.
type finder struct {
	part   string // not empty
	at     int    // place in part of the two bytes that are looked for
	second int    // how far the second one is from the first; 0 in a part of one byte
	c0, c1 uint64 // the two, eight times each
}

// newFinder returns a finder of part that looks for the two neighbours that are
// rarest in a sample of the texts.
func newFinder(part, sample string) finder {
	f := finder{part: part, second: min(1, len(part)-1)}
	var seen [256]int
	for i := range len(sample) {
		seen[sample[i]]++
	}
	least := -1
	for i := range len(part) - f.second {
		if n := (seen[part[i]] + 1) * (seen[part[i+f.second]] + 1); least < 0 || n < least {
			f.at, least = i, n
		}
	}
	f.c0, f.c1 = uint64(part[f.at])*lowBits, uint64(part[f.at+f.second])*lowBits
	return f
}

// keepContaining takes the texts out of w that contain none of up to longList parts.
// No row of w is NULL.
func (v *Vector) keepContaining(ctx context.Context, w *bitmap.Words, base int, parts []string) error {
	var finders [longList]finder
	sample := v.sample(base)
	for i, part := range parts {
		if part == "" {
			return nil
		}
		finders[i] = newFinder(part, sample)
	}
	for i := 0; i < len(w); {
		if w[i] == 0 {
			i++
			continue
		}
		end := i + 1
		for end < len(w) && end-i < searchWords && w[end] != 0 {
			end++
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		offsets := v.offsets[base+i*64 : min(base+end*64, v.n)+1]
		var found [searchWords]uint64
		for j := range parts {
			finders[j].search(v.text, offsets, &found)
		}
		for j := i; j < end; j++ {
			w[j] &= found[j-i]
		}
		i = end
	}
	return nil
}

// areRare reports whether few of the texts from a row on seem to contain one of some
// parts, so that it pays to search for them first.
func (v *Vector) areRare(parts []string, base int) bool {
	sample, n := v.sample(base), 0
	for _, part := range parts {
		n += strings.Count(sample, part)
	}
	offsets := v.offsets[min(base, v.n):]
	end := offsets[0] + int32(len(sample))
	rows, _ := slices.BinarySearch(offsets[1:], end)
	return n*rareRows <= rows
}

// sample returns some of the text from a row on.
func (v *Vector) sample(row int) string {
	text := v.text[v.offsets[min(row, v.n)]:]
	return text[:min(len(text), sampleBytes)]
}

// search notes in found which of some texts contain f.part: text i is
// text[offsets[i]:offsets[i+1]].
func (f *finder) search(text string, offsets []int32, found *[searchWords]uint64) {
	data := bytesOf(text)
	row, end := 0, int(offsets[len(offsets)-1])
	p := int(offsets[0]) + f.at
	for p < end {
		p = f.skip(data[:min(end+2*wordBytes, len(data))], p)
		if p+f.second+wordBytes > len(data) {
			f.searchEach(text, offsets, row, found)
			return
		}
		z := (binary.LittleEndian.Uint64(data[p:]) ^ f.c0) | (binary.LittleEndian.Uint64(data[p+f.second:]) ^ f.c1)
		next := p + wordBytes
		for hits := (z - lowBits) &^ z & highBits; hits != 0; hits &= hits - 1 { // the lowest one is one; those above may not be
			start := p + bits.TrailingZeros64(hits)/8 - f.at
			for row < len(offsets)-1 && int(offsets[row+1]) <= start {
				row++
			}
			if start+len(f.part) > end {
				return
			}
			if to := int(offsets[row+1]); start+len(f.part) <= to && text[start:start+len(f.part)] == f.part {
				found[row/64] |= 1 << (row % 64)
				next = to + f.at
				break
			}
		}
		p = next
	}
}

// skip returns a place from p on before which the two bytes do not begin. It stays
// far enough from the end of data to read eight bytes there, if p is.
func (f *finder) skip(data []byte, p int) int {
	c0, c1, second := f.c0, f.c1, f.second
	for ; p+second+2*wordBytes <= len(data); p += 2 * wordBytes {
		at, beside := data[p:p+2*wordBytes], data[p+second:p+second+2*wordBytes]
		z0 := (binary.LittleEndian.Uint64(at) ^ c0) | (binary.LittleEndian.Uint64(beside) ^ c1)
		z1 := (binary.LittleEndian.Uint64(at[wordBytes:]) ^ c0) | (binary.LittleEndian.Uint64(beside[wordBytes:]) ^ c1)
		if ((z0-lowBits)&^z0|(z1-lowBits)&^z1)&highBits != 0 {
			return p
		}
	}
	return p
}

// searchEach is search for the texts from row on, one by one.
func (f *finder) searchEach(text string, offsets []int32, row int, found *[searchWords]uint64) {
	for ; row < len(offsets)-1; row++ {
		if strings.Contains(text[offsets[row]:offsets[row+1]], f.part) {
			found[row/64] |= 1 << (row % 64)
		}
	}
}

// bytesOf returns the bytes of a text without copying them. They must not be
// changed.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }
