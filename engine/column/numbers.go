package column

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// IsNumbers reports whether every value is stored as one number of 64 bits: whole
// numbers as Vector.Ints gives them, floats as their bits, strings as codes of the
// column's dictionary.
func (e *Encoded) IsNumbers() bool {
	return e.form == formInts || e.form == formFloats || e.form == formCodes
}

// Dictionary returns the dictionary that the numbers are codes of; nil: they are none.
func (e *Encoded) Dictionary() *Dictionary { return e.dict }

// HasNulls reports whether any value is NULL.
func (e *Encoded) HasNulls() bool { return e.valid != nil }

// IsNull reports whether the value of row i is NULL.
func (e *Encoded) IsNull(i int) bool { return e.valid != nil && !hasBit(e.valid, i) }

// Numbers sets every dst[i] to the number of row lo+i; that of a NULL is any.
// IsNumbers must hold.
func (e *Encoded) Numbers(dst []int64, lo int) { e.ints.Decode(dst, lo) }

// NumbersAt sets every dst[i] to the number of row lo+positions[i]; that of a NULL
// is any. The positions ascend. IsNumbers must hold.
func (e *Encoded) NumbersAt(dst []int64, lo int, positions []uint32) {
	e.ints.Gather(dst, lo, positions)
}

// NumberBounds returns two numbers between which those of all rows lie, where the
// encoding tells. IsNumbers must hold.
func (e *Encoded) NumberBounds() (least, most int64, ok bool) { return e.ints.Bounds() }

// DropNulls takes the rows out of w that are NULL. Bit i of w is row lo+i, and the
// bits from n on are not looked at.
func (e *Encoded) DropNulls(w *bitmap.Words, lo, n int) {
	if e.valid == nil {
		return
	}
	shift := lo % 64
	for i := 0; i*64 < n; i++ {
		at := lo - shift + i*64
		word := bitsFrom(e.valid, at) >> shift
		if shift > 0 && at+64 < 8*len(e.valid) {
			word |= bitsFrom(e.valid, at+64) << (64 - shift)
		}
		w[i] &= word
	}
}

// DecodeAt returns the values of the rows lo+positions[i] as a vector of as many
// rows. The positions ascend. It is valid until buf is used again; once buf has grown
// it allocates nothing. IsNumbers must hold.
func (e *Encoded) DecodeAt(buf *Buffer, lo int, positions []uint32) *Vector {
	n := len(positions)
	buf.ints = sized(buf.ints, n)
	e.NumbersAt(buf.ints, lo, positions)
	v := &buf.vector
	*v = Vector{typ: e.typ, n: n, valid: e.validAt(buf, lo, positions)}
	switch {
	case e.form == formCodes:
		v.dict, v.codes.large = e.dict, buf.narrowed()
	case e.form == formFloats:
		v.floats = arrow.Float64Traits.CastFromBytes(arrow.Int64Traits.CastToBytes(buf.ints))
	case e.typ.Kind == model.Date:
		v.days = arrow.Int32Traits.CastFromBytes(arrow.Uint32Traits.CastToBytes(buf.narrowed()))
	case e.typ.Kind == model.Boolean:
		v.bools = buf.packBools(buf.narrowed())
	default:
		v.ints = buf.ints
	}
	return v
}

// narrowed returns the low 32 bits of the buffer's numbers.
func (buf *Buffer) narrowed() []uint32 {
	buf.words = sized(buf.words, len(buf.ints))
	for i, x := range buf.ints {
		buf.words[i] = uint32(x)
	}
	return buf.words
}

// validAt returns the bits of rows that are not NULL; nil where none is.
func (e *Encoded) validAt(buf *Buffer, lo int, positions []uint32) []byte {
	if e.valid == nil {
		return nil
	}
	buf.valid = sized(buf.valid, bitmapBytes(len(positions)))
	clear(buf.valid)
	for i, p := range positions {
		buf.valid[i/8] |= byte(index(hasBit(e.valid, lo+int(p)))) << (i % 8)
	}
	return buf.valid
}

// AppendNumbers appends an encoded column of the type and the form of e, which has
// the given numbers: one bit of valid for each, set where it is not NULL; nil: none
// is. What stands in place of a NULL is overwritten. Codes are of the dictionary of
// e. len(dst) is a multiple of 8, before and after. The same values give the same
// bytes. IsNumbers must hold.
func (e *Encoded) AppendNumbers(dst []byte, numbers []int64, valid []uint64) []byte {
	header := [wordBytes]byte{byte(index(valid != nil)) * hasNulls, byte(e.form)}
	dst = append(dst, header[:]...)
	if valid != nil {
		for _, word := range valid {
			dst = binary.LittleEndian.AppendUint64(dst, word)
		}
		fillNulls(numbers, valid)
	}
	return encoding.AppendInts(dst, numbers)
}

// fillNulls gives a NULL the number before it, and those before the first number
// that one: 0 where all are NULL.
func fillNulls(numbers []int64, valid []uint64) {
	var last int64
	seen := false
	for i := range numbers {
		if valid[i/64]>>(i%64)&1 != 0 {
			last = numbers[i]
			if !seen {
				fillInts(numbers[:i], last)
			}
			seen = true
		}
		numbers[i] = last
	}
}
