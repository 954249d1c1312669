package encoding

import (
	"fmt"
)

// AppendTexts appends n texts to dst and returns the longer slice: where each
// of them ends, as AppendInts encodes it, and then their bytes. What it appends
// is a multiple of 8 bytes and depends on the texts alone. It calls text(i)
// twice for every i, and keeps nothing that text returns.
func AppendTexts(dst []byte, n int, text func(i int) []byte) []byte {
	ends := make([]int64, n)
	var end int64
	for i := range ends {
		end += int64(len(text(i)))
		ends[i] = end
	}
	at := len(dst)
	dst = AppendInts(append(dst, make([]byte, wordBytes)...), ends)
	le.PutUint64(dst[at:], uint64(len(dst)-at-wordBytes))
	for i := range n {
		dst = append(dst, text(i)...)
	}
	return append(dst, make([]byte, padded(int(end))-int(end))...)
}

// Texts is a sequence of texts, read in place from its bytes. It is valid as
// long as they are, never changes, and is safe for concurrent use. The zero
// Texts has no texts; ParseTexts makes all others.
type Texts struct {
	ends  Ints   // where text i ends in bytes; it starts where the one before it ends
	bytes []byte // of all texts, one after the other
	size  int    // bytes of the encoding
}

// ParseTexts returns the n texts that src, which must be exactly one encoding,
// holds. It checks whatever the methods rely on, where every text ends
// included, so that none of them panics or reads beyond src for positions
// within the sequence.
func ParseTexts(src []byte, n int) (Texts, error) {
	if len(src) < wordBytes {
		return Texts{}, fmt.Errorf("encoding: %d bytes are too few for texts", len(src))
	}
	size := load(src, 0)
	if most := uint64(len(src) - wordBytes); size > most {
		return Texts{}, fmt.Errorf("encoding: the ends of the texts take %d bytes, at most %d expected", size, most)
	}
	ends, err := ParseInts(src[wordBytes:wordBytes+size], n)
	if err != nil {
		return Texts{}, fmt.Errorf("the ends of the texts: %w", err)
	}
	x := Texts{ends: ends, bytes: src[wordBytes+size:], size: len(src)}
	end, err := x.checkEnds()
	if err != nil {
		return Texts{}, err
	}
	if expected := padded(end); len(x.bytes) != expected {
		return Texts{}, fmt.Errorf("encoding: %d bytes of text and padding, expected %d", len(x.bytes), expected)
	}
	x.bytes = x.bytes[:end:end]
	return x, nil
}

// checkEnds returns where the last text ends. It makes sure that every text
// ends where it starts or later, and none behind the bytes.
func (x *Texts) checkEnds() (int, error) {
	n := x.Len()
	if x.ends.kind == Constant {
		n = min(n, 1) // of as many as a few bytes can claim, all end there
	}
	var buf [chunk]int64
	end := int64(0)
	for lo := 0; lo < n; lo += chunk {
		ends := buf[:min(chunk, n-lo)]
		x.ends.Decode(ends, lo)
		for i, e := range ends {
			if e < end || e > int64(len(x.bytes)) {
				return 0, fmt.Errorf("encoding: text %d ends at %d, expected %d to %d", lo+i, e, end, len(x.bytes))
			}
			end = e
		}
	}
	return int(end), nil
}

// Len returns the number of texts.
func (x *Texts) Len() int { return x.ends.n }

// SizeBytes returns the number of bytes of the encoding.
func (x *Texts) SizeBytes() int { return x.size }

// At returns text i, which must be within [0, Len()), in place: it must not be
// changed. Decode is the faster way to many texts.
func (x *Texts) At(i int) []byte {
	start, end := int64(0), x.ends.At(i)
	if i > 0 {
		start = x.ends.At(i - 1)
	}
	return x.bytes[start:end:end]
}

// Decode returns the bytes of the texts from position lo on, one after the
// other, as many as dst has elements, in place: they must not be changed. It
// sets every dst[i] to where text lo+i ends in them. All these positions must be
// within [0, Len()), and the texts shorter than 2 GiB together: the ends have
// the type that Arrow's offsets have.
func (x *Texts) Decode(dst []int32, lo int) []byte {
	if len(dst) == 0 {
		return nil
	}
	start, end := int64(0), x.ends.At(lo+len(dst)-1)
	if lo > 0 {
		start = x.ends.At(lo - 1)
	}
	decode(&x.ends, dst, lo)
	for i := range dst {
		dst[i] -= int32(start)
	}
	return x.bytes[start:end:end]
}
