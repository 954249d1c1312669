package column

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Buffer is memory for one decoded column at a time, to be used again and again.
// Its zero value is ready. It is not safe for concurrent use.
type Buffer struct {
	vector   Vector
	valid    []byte
	ints     []int64
	high     []int64
	words    []uint32
	offsets  []int32
	bools    []byte
	decimals []decimal128.Num
	elems    *Buffer // of lists
}

// Forget lets go of the bytes and the dictionary that the last column was decoded
// from, and keeps the buffer's own memory. The column is of no use afterwards.
func (buf *Buffer) Forget() {
	buf.vector = Vector{}
	if buf.elems != nil {
		buf.elems.Forget()
	}
}

// Decode returns the values of rows lo to hi-1 as a vector of hi-lo rows. It is
// valid until buf is used again. Once buf has grown it allocates nothing.
func (e *Encoded) Decode(buf *Buffer, lo, hi int) *Vector {
	n := hi - lo
	v := &buf.vector
	*v = Vector{typ: e.typ, n: n, valid: e.decodeValid(buf, lo, n)}
	switch {
	case e.form == formTexts:
		v.text, v.offsets = decodeTexts(&e.texts, buf.offsets, lo, hi)
		buf.offsets = v.offsets
	case e.form == formLists:
		v.offsets, v.elems = e.decodeLists(buf, lo, hi)
	case e.form == formCodes:
		v.dict, v.codes.large = e.dict, e.decodeWords(buf, lo, n)
	case e.form == formDecimals:
		v.decimals = e.decodeDecimals(buf, lo, n)
	case e.form == formFloats:
		v.floats = arrow.Float64Traits.CastFromBytes(arrow.Int64Traits.CastToBytes(e.decodeInts(buf, lo, n)))
	case e.typ.Kind == model.Date:
		v.days = arrow.Int32Traits.CastFromBytes(arrow.Uint32Traits.CastToBytes(e.decodeWords(buf, lo, n)))
	case e.typ.Kind == model.Boolean:
		v.bools = e.decodeBools(buf, lo, n)
	default:
		v.ints = e.decodeInts(buf, lo, n)
	}
	return v
}

// Times returns n timestamps: the given ones, which it may use in place, and NULL
// after them. Like what Decode returns, they are valid until buf is used again, and
// as long as times does not change.
func (buf *Buffer) Times(times []int64, n int) *Vector {
	buf.vector = Vector{typ: model.Type{Kind: model.Timestamp}, n: n, ints: times}
	if n == len(times) {
		return &buf.vector
	}
	buf.ints = sized(buf.ints, n)
	clear(buf.ints[copy(buf.ints, times):])
	buf.valid = sized(buf.valid, bitmapBytes(n))
	clear(buf.valid)
	whole := len(times) / 8
	for i := range whole {
		buf.valid[i] = math.MaxUint8
	}
	for i := whole * 8; i < len(times); i++ {
		buf.valid[i/8] |= 1 << (i % 8)
	}
	buf.vector.ints, buf.vector.valid = buf.ints, buf.valid
	return &buf.vector
}

// sized returns a slice of n values that uses s where that is large enough. It is
// not nil.
func sized[T any](s []T, n int) []T {
	if s == nil || cap(s) < n {
		return make([]T, n, n+1) // with room, so that none is nil
	}
	return s[:n]
}

// decodeLists returns where the lists lo to hi-1 start and end among the elements
// that they have together.
func (e *Encoded) decodeLists(buf *Buffer, lo, hi int) ([]int32, *Vector) {
	if buf.elems == nil {
		buf.elems = new(Buffer)
	}
	buf.offsets = sized(buf.offsets, hi-lo+1)
	offsets, first := buf.offsets, 0
	if lo > 0 {
		first = int(e.ints.At(lo - 1))
	}
	e.ints.DecodeUint32(arrow.Uint32Traits.CastFromBytes(arrow.Int32Traits.CastToBytes(offsets[1:])), lo)
	offsets[0] = int32(first)
	last := int(offsets[hi-lo])
	for i := range offsets {
		offsets[i] -= int32(first)
	}
	return offsets, e.elems.Decode(buf.elems, first, last)
}

func (e *Encoded) decodeInts(buf *Buffer, lo, n int) []int64 {
	buf.ints = sized(buf.ints, n)
	e.ints.Decode(buf.ints, lo)
	return buf.ints
}

func (e *Encoded) decodeWords(buf *Buffer, lo, n int) []uint32 {
	buf.words = sized(buf.words, n)
	e.ints.DecodeUint32(buf.words, lo)
	return buf.words
}

func (e *Encoded) decodeDecimals(buf *Buffer, lo, n int) []decimal128.Num {
	low := e.decodeInts(buf, lo, n)
	buf.high, buf.decimals = sized(buf.high, n), sized(buf.decimals, n)
	e.high.Decode(buf.high, lo)
	for i := range buf.decimals {
		buf.decimals[i] = decimal128.New(buf.high[i], uint64(low[i]))
	}
	return buf.decimals
}

// decodeBools packs the booleans again: one is true where its number is odd.
func (e *Encoded) decodeBools(buf *Buffer, lo, n int) []byte {
	return buf.packBools(e.decodeWords(buf, lo, n))
}

// packBools returns a bit for each number, set where it is odd.
func (buf *Buffer) packBools(words []uint32) []byte {
	buf.bools = sized(buf.bools, bitmapBytes(len(words)))
	for i := range buf.bools {
		var b byte
		for j, word := range words[:min(8, len(words))] {
			b |= byte(word&1) << j
		}
		buf.bools[i] = b
		words = words[min(8, len(words)):]
	}
	return buf.bools
}

// decodeValid returns the bits of rows lo to lo+n-1, the first one lowest; nil
// where no row is NULL.
func (e *Encoded) decodeValid(buf *Buffer, lo, n int) []byte {
	if e.valid == nil {
		return nil
	}
	src, shift := e.valid[lo/8:], lo%8
	size := bitmapBytes(n)
	if shift == 0 {
		return src[:size]
	}
	buf.valid = sized(buf.valid, size)
	for i := range buf.valid {
		b := src[i] >> shift
		if i+1 < len(src) {
			b |= src[i+1] << (8 - shift)
		}
		buf.valid[i] = b
	}
	return buf.valid
}

// decodeTexts returns the texts lo to hi-1 as offsets, which use the given memory
// where it is large enough, in a text that lies in the encoded bytes.
func decodeTexts(texts *encoding.Texts, offsets []int32, lo, hi int) (string, []int32) {
	offsets = sized(offsets, hi-lo+1)
	offsets[0] = 0
	return textOf(texts.Decode(offsets[1:], lo)), offsets
}
