package column

import (
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Packed is rows of a builder in less memory than they take there. It does not
// change, and is safe for concurrent use.
type Packed struct {
	n     int
	valid []uint64 // a bit per row; nil: no row is NULL
	data  []byte   // the numbers, of floats the bits of them, of texts the places among the shared ones
}

// Packer packs rows in memory that it keeps from one call to the next. The zero
// value is ready. It is not safe for concurrent use.
type Packer struct {
	numbers []int64
	data    []byte
}

// CanPack reports whether the rows can be packed: numbers of up to 64 bits, or texts
// that are all shared.
func (b *Builder) CanPack() bool {
	if b.typ.IsArray() || isWide(b.typ) {
		return false
	}
	return b.typ.Kind != model.String || b.IsShared()
}

// Pack returns all rows of b, for which CanPack reports true.
func (p *Packer) Pack(b *Builder) *Packed {
	numbers := b.ints
	switch {
	case b.shared != nil:
		numbers = p.room(b.n)
		for i, code := range b.codes {
			numbers[i] = int64(code)
		}
	case b.floats != nil:
		numbers = p.room(b.n)
		for i, x := range b.floats {
			numbers[i] = int64(math.Float64bits(x))
		}
	}
	packed := &Packed{n: b.n}
	if slices.Contains(b.valid, false) {
		packed.valid = make([]uint64, (b.n+63)/64)
		for i, valid := range b.valid {
			packed.valid[i/64] |= uint64(index(valid)) << (i % 64)
		}
	}
	p.data = encoding.AppendInts(p.data[:0], numbers)
	packed.data = slices.Clone(p.data)
	return packed
}

// room returns n numbers to be set.
func (p *Packer) room(n int) []int64 {
	p.numbers = slices.Grow(p.numbers[:0], n)[:n]
	return p.numbers
}

// Bytes returns the memory that the rows take.
func (p *Packed) Bytes() int64 { return int64(len(p.data) + 8*len(p.valid)) }

// AppendPacked appends rows that were packed from a builder of the same type, which
// shares the same texts. The error is that the bytes are not what they were.
func (b *Builder) AppendPacked(p *Packed) error {
	x, err := encoding.ParseInts(p.data, p.n)
	if err != nil {
		return err
	}
	first := b.n
	b.Grow(p.n)
	valid := b.valid[first:]
	for i := range valid {
		valid[i] = p.valid == nil || p.valid[i/64]>>(i%64)&1 != 0
	}
	switch {
	case b.shared != nil:
		x.DecodeUint32(b.codes[first:], 0)
	case b.floats != nil:
		var piece [1 << 10]int64
		for lo := 0; lo < p.n; lo += len(piece) {
			some := piece[:min(len(piece), p.n-lo)]
			x.Decode(some, lo)
			for i, bits := range some {
				b.floats[first+lo+i] = math.Float64frombits(uint64(bits))
			}
		}
	default:
		x.Decode(b.ints[first:], 0)
	}
	return nil
}
