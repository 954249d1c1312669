package encoding

import (
	"errors"
)

// packedHead is the size of what is before the codes: header, base and unit.
const packedHead = headerBytes + 2*wordBytes

// profile is what Packed needs to know of values, at least one.
type profile struct {
	min, max int64
	unit     divisor // the greatest common divisor of their distances
}

func profileOf(values []int64) profile {
	first := values[0]
	least, most, unit := first, first, newDivisor(0)
	for _, v := range values {
		least, most = min(least, v), max(most, v)
		if d := distance(v, first); !unit.divides(d) {
			unit = unit.with(d)
		}
	}
	return profile{min: least, max: most, unit: unit.orOne()}
}

// width returns the bits that the code of the greatest value takes.
func (p *profile) width() uint8 { return widthOf(p.unit.quotient(distance(p.max, p.min))) }

func packedSize(n int, width uint8) int { return packedHead + int(packedBytes(n, width)) }

func appendPacked(dst []byte, values []int64, p profile) []byte {
	width := p.width()
	dst = appendHeader(dst, Packed, width, len(values))
	dst = le.AppendUint64(dst, uint64(p.min))
	dst = le.AppendUint64(dst, p.unit.unit)
	var codes [chunk]uint64
	for len(values) > 0 {
		m := min(chunk, len(values))
		for i, v := range values[:m] {
			codes[i] = p.unit.quotient(uint64(v) - uint64(p.min))
		}
		dst = appendCodes(dst, codes[:m], width)
		values = values[m:]
	}
	return dst
}

func (x *Ints) parsePacked(body []byte) error {
	if x.width == 0 {
		return errors.New("codes of 0 bits, at least 1 expected")
	}
	const head = packedHead - headerBytes
	if expected := head + packedBytes(x.n, x.width); uint64(len(body)) != expected {
		return wrongSize(body, expected)
	}
	x.base, x.unit = load(body, 0), load(body, wordBytes)
	x.codes = body[head:]
	if x.unit == 0 {
		return errors.New("unit 0, at least 1 expected")
	}
	return nil
}
