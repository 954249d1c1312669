package store

import (
	"fmt"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// SectionBytes is the size of the pieces of a file that have a checksum each;
// the last piece of a file may be shorter. A piece is checked when it is first
// used: a query pays for the pieces that it touches.
const SectionBytes = 1 << 20

// sumDigits is the length of a checksum as manifests write it.
const sumDigits = 16

// sum returns the checksum of b as manifests write it.
func sum(b []byte) string { return fmt.Sprintf("%016x", xxhash.Sum64(b)) }

// pieces returns the number of pieces of a file of so many bytes.
func pieces(size int64) int64 { return (size + SectionBytes - 1) / SectionBytes }

// parseSums returns the checksums of the pieces of a file.
func parseSums(size int64, text string) ([]uint64, error) {
	if size < 0 {
		return nil, fmt.Errorf("%d bytes, expected 0 or more", size)
	}
	// Not pieces(size), which may overflow for a size that was made up.
	n := int64(len(text) / sumDigits)
	if len(text)%sumDigits != 0 || size > n*SectionBytes || size <= (n-1)*SectionBytes {
		return nil, fmt.Errorf("%d bytes with %d digits of checksums, expected %d digits for every %d bytes", size, len(text), sumDigits, SectionBytes)
	}
	sums := make([]uint64, n)
	for i := range sums {
		digits := text[i*sumDigits : (i+1)*sumDigits]
		s, err := strconv.ParseUint(digits, 16, 64)
		if err != nil {
			return nil, fmt.Errorf("checksum of section %d is %q, expected %d hexadecimal digits", i, digits, sumDigits)
		}
		sums[i] = s
	}
	return sums, nil
}

// summer computes the checksums of the pieces of what is written to it.
type summer struct {
	size int64
	hash *xxhash.Digest // of the piece on its way
	sums []byte
}

func newSummer() *summer { return &summer{hash: xxhash.New()} }

// Write implements io.Writer; it does not fail.
func (s *summer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		piece := p[:min(int64(len(p)), SectionBytes-s.size%SectionBytes)]
		_, _ = s.hash.Write(piece) // does not fail
		s.size += int64(len(piece))
		p = p[len(piece):]
		if s.size%SectionBytes == 0 {
			s.finish()
		}
	}
	return n, nil
}

// finish ends a piece.
func (s *summer) finish() {
	s.sums = fmt.Appendf(s.sums, "%016x", s.hash.Sum64())
	s.hash.Reset()
}

// result returns the size and the checksums of all that was written. The summer
// is of no use afterwards.
func (s *summer) result() (size int64, sums string) {
	if s.size%SectionBytes != 0 {
		s.finish()
	}
	return s.size, string(s.sums)
}
