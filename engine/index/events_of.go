package index

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
)

// AppendOf appends to dst the positions in [lo, hi) of the events of one customer of the
// block, ascending. It looks at nothing but the customers of events, at all of these.
func (p *EventPart) AppendOf(dst []uint32, row uint16, lo, hi int) []uint32 {
	const (
		step = 16                 // events looked at together
		low  = 0x0001000100010001 // the lowest bit of four customers
		high = low << 15
	)
	rows, same := p.Rows[lo:hi], uint64(row)*low
	bytes := arrow.Uint16Traits.CastToBytes(rows)
	at := 0
	for ; at+step <= len(rows); at += step {
		b := (*[bytesPerRow * step]byte)(bytes[bytesPerRow*at:])
		w := binary.LittleEndian.Uint64(b[0:]) ^ same
		x := binary.LittleEndian.Uint64(b[8:]) ^ same
		y := binary.LittleEndian.Uint64(b[16:]) ^ same
		z := binary.LittleEndian.Uint64(b[24:]) ^ same
		// Of four numbers one is 0 where the subtraction borrows from a number whose highest
		// bit was not set. Few events are this customer's: mostly none is.
		if ((w-low)&^w|(x-low)&^x|(y-low)&^y|(z-low)&^z)&high != 0 {
			dst = appendOf(dst, row, rows[at:at+step], lo+at)
		}
	}
	return appendOf(dst, row, rows[at:], lo+at)
}

// appendOf is AppendOf for a few events, the first of which is at a position.
func appendOf(dst []uint32, row uint16, rows []uint16, position int) []uint32 {
	for i, of := range rows {
		if of == row {
			dst = append(dst, uint32(position+i))
		}
	}
	return dst
}
