package column

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/rollcall-db/rollcall/engine/model"
)

// IsOrdered reports whether values of t have an order that tests go by: of all
// types but lists and booleans.
func IsOrdered(t model.Type) bool { return !t.IsArray() && t.Kind != model.Boolean }

// OrderKeys turns the values of a builder, of a type that [IsOrdered] tells of, into
// numbers that order them: of two values the lesser one never has the greater
// number, and -0.0 and 0.0 have the same one. It is not safe for concurrent use with
// a builder that changes.
type OrderKeys struct {
	b      *Builder
	exact  bool
	prefix []byte // of strings: what those have in common that were looked at
}

// NewOrderKeys returns the numbers of a builder's values. Those at the rows, which
// are not NULL, are told apart well; of strings these may be some of many. The
// builder must not change.
func NewOrderKeys(b *Builder, rows []uint32) *OrderKeys {
	k := &OrderKeys{b: b, exact: true}
	switch {
	case b.typ.Kind == model.String:
		k.exact = false
		k.setPrefix(rows)
	case isWide(b.typ):
		for _, x := range b.decimals {
			k.exact = k.exact && x.HighBits() == int64(x.LowBits())>>63
		}
	}
	return k
}

// setPrefix finds what texts have in common.
func (k *OrderKeys) setPrefix(rows []uint32) {
	for i, row := range rows {
		text := k.b.bytes(int(row))
		if i == 0 {
			k.prefix = text
		}
		n := 0
		for n < min(len(text), len(k.prefix)) && text[n] == k.prefix[n] {
			n++
		}
		k.prefix = k.prefix[:n]
	}
}

// IsExact reports whether equal numbers are of equal values: of strings, and of
// decimals beyond 64 bits, they need not be.
func (k *OrderKeys) IsExact() bool { return k.exact }

// Set sets keys[i] to the number of row first+i, to anything where that is NULL.
func (k *OrderKeys) Set(keys []uint64, first int) {
	b := k.b
	switch {
	case b.typ.Kind == model.String:
		for i := range keys {
			keys[i] = k.textKey(b.bytes(first + i))
		}
	case b.typ.Repr == model.Float64:
		for i, x := range b.floats[first : first+len(keys)] {
			keys[i] = floatKey(x)
		}
	case isWide(b.typ):
		for i, x := range b.decimals[first : first+len(keys)] {
			if k.exact {
				keys[i] = x.LowBits() ^ signBit
			} else {
				keys[i] = uint64(x.HighBits()) ^ signBit
			}
		}
	default:
		for i, x := range b.ints[first : first+len(keys)] {
			keys[i] = uint64(x) ^ signBit
		}
	}
}

const signBit = 1 << 63

// textKey returns the eight bytes after the prefix as a number, the first one in the
// highest bits; of texts without the prefix, whether they are below or above it.
func (k *OrderKeys) textKey(text []byte) uint64 {
	n := len(k.prefix)
	if len(text) >= n+wordBytes && bytes.Equal(text[:n], k.prefix) {
		return binary.BigEndian.Uint64(text[n:])
	}
	switch c := bytes.Compare(text[:min(len(text), n)], k.prefix); {
	case c < 0:
		return 0
	case c > 0:
		return math.MaxUint64
	}
	var word [wordBytes]byte
	copy(word[:], text[n:])
	return binary.BigEndian.Uint64(word[:])
}

// floatKey returns the bits of x such that they ascend with it.
func floatKey(x float64) uint64 {
	if x == 0 {
		return signBit // of both zeros
	}
	bits := math.Float64bits(x)
	if bits&signBit != 0 {
		return ^bits
	}
	return bits | signBit
}
