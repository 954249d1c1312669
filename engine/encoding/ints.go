package encoding

import (
	"encoding/binary"
	"fmt"
	"sort"
)

const (
	wordBytes = 8
	wordBits  = 64

	// headerBytes is the size of the word that every encoding starts with: the
	// kind, the width of the codes, and 48 bits of the number of values.
	headerBytes = wordBytes
	countShift  = 16
)

// Ints is a sequence of whole numbers, read in place from its bytes. It is
// valid as long as they are, never changes, and is safe for concurrent use.
// The zero Ints is of no kind and has no values; ParseInts makes all others.
type Ints struct {
	kind  Kind
	width uint8  // Packed, Dictionary: bits of a code
	n     int    // number of values
	size  int    // bytes of the encoding
	base  uint64 // Constant: the value; Packed: the least value; Delta: the least step
	unit  uint64 // Packed, Delta: what codes count
	table []byte // Dictionary, Plain: values; Delta: the frames' first values
	ends  []byte // Delta: for every frame the sum of the widths up to its own, uint32
	codes []byte // whole words of packed codes
}

// ParseInts returns the n numbers that src, which must be exactly one encoding,
// holds. It checks whatever the methods rely on, so that none of them panics or
// reads beyond src for positions within the sequence. The error of bad bytes
// says what was found and what was expected.
func ParseInts(src []byte, n int) (Ints, error) {
	if len(src) < headerBytes {
		return Ints{}, fmt.Errorf("encoding: %d bytes are too few for a header", len(src))
	}
	if len(src)%wordBytes != 0 {
		return Ints{}, fmt.Errorf("encoding: %d bytes are no multiple of %d", len(src), wordBytes)
	}
	x := Ints{kind: Kind(src[0]), width: src[1], n: n, size: len(src)}
	if count := load(src, 0) >> countShift; n < 0 || count != uint64(n) {
		return Ints{}, fmt.Errorf("encoding: %d values, expected %d", count, n)
	}
	if x.width > wordBits {
		return Ints{}, fmt.Errorf("encoding: codes of %d bits, at most %d expected", x.width, wordBits)
	}
	var err error
	body := src[headerBytes:]
	switch x.kind {
	case Constant:
		err = x.parseConstant(body)
	case Packed:
		err = x.parsePacked(body)
	case Dictionary:
		err = x.parseDictionary(body)
	case Delta:
		err = x.parseDelta(body)
	case Plain:
		err = x.parsePlain(body)
	default:
		return Ints{}, fmt.Errorf("encoding: unknown kind %d", src[0])
	}
	if err != nil {
		return Ints{}, fmt.Errorf("encoding: %s: %w", x.kind, err)
	}
	return x, nil
}

// Len returns the number of values.
func (x *Ints) Len() int { return x.n }

// Kind returns how the values are encoded.
func (x *Ints) Kind() Kind { return x.kind }

// SizeBytes returns the number of bytes of the encoding.
func (x *Ints) SizeBytes() int { return x.size }

// Width returns the bits that a code takes: the widest of a Delta's frames, 64
// for Plain, 0 for Constant.
func (x *Ints) Width() int {
	switch x.kind {
	case Delta:
		return x.widestFrame()
	case Plain:
		return wordBits
	}
	return int(x.width)
}

// At returns the value at position i, which must be within [0, Len()). It takes
// a few nanoseconds, but some hundred where Kind is Delta: Decode is the way to
// read many.
func (x *Ints) At(i int) int64 {
	switch x.kind {
	case Constant:
		return int64(x.base)
	case Packed:
		return int64(x.base + x.unit*codeAt(x.codes, x.width, i))
	case Dictionary:
		return int64(load(x.table, wordBytes*int(codeAt(x.codes, x.width, i))))
	case Delta:
		return x.deltaAt(i)
	default:
		return int64(load(x.table, wordBytes*i))
	}
}

// Decode sets every dst[i] to the value at position lo+i. All these positions
// must be within [0, Len()).
func (x *Ints) Decode(dst []int64, lo int) { decode(x, dst, lo) }

// DecodeUint32 sets every dst[i] to the low 32 bits of the value at position
// lo+i. All these positions must be within [0, Len()).
func (x *Ints) DecodeUint32(dst []uint32, lo int) { decode(x, dst, lo) }

// word is what values are decoded to: arithmetic that wraps gives the low bits
// of a value in any.
type word interface{ int64 | uint32 | int32 }

func decode[T word](x *Ints, dst []T, lo int) {
	if len(dst) == 0 {
		return
	}
	switch x.kind {
	case Constant:
		fill(dst, T(x.base))
	case Packed:
		unpack(dst, x.codes, x.width, lo, x.base, x.unit)
	case Dictionary:
		decodeDictionary(x, dst, lo)
	case Delta:
		decodeDelta(x, dst, lo)
	default:
		unpack(dst, x.table, wordBits, lo, 0, 1)
	}
}

// Search returns the first position whose value is v or more, Len() where there
// is none, of values that ascend. Of values that do not ascend it returns some
// position within [0, Len()].
func (x *Ints) Search(v int64) int {
	if x.kind == Delta {
		return x.searchDelta(v)
	}
	return sort.Search(x.n, func(i int) bool { return x.At(i) >= v })
}

// le is the byte order of everything. Its functions compile to one load or store
// where that is the processor's, too.
var le = binary.LittleEndian

// load returns the 8 bytes of b from offset off as a number.
func load(b []byte, off int) uint64 { return le.Uint64(b[off:]) }

// appendHeader appends the first word of an encoding.
func appendHeader(dst []byte, kind Kind, width uint8, n int) []byte {
	return le.AppendUint64(dst, uint64(kind)|uint64(width)<<8|uint64(n)<<countShift)
}

// checkNoCodes refuses a width of codes where there are none of one width.
func (x *Ints) checkNoCodes() error {
	if x.width != 0 {
		return fmt.Errorf("codes of %d bits, expected 0", x.width)
	}
	return nil
}

// wrongSize is the error of a body that is not as long as it must be.
func wrongSize(body []byte, expected uint64) error {
	return fmt.Errorf("%d bytes after the header, expected %d", len(body), expected)
}
