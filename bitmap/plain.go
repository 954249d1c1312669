package bitmap

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Plain words are a form of a bitmap beside the portable roaring one, which has
// lists for blocks of up to 4,096 rows. These take less room, but a list of some
// thousands is many times as slow to combine with others as the words that it stands
// for. The form begins with a mark that no roaring bitmap begins with, and has the
// words of every block, at multiples of plainAlign bytes:
//
//	 0  8  "rowwords"
//	 8  8  u64: number n of blocks
//	16 4n  u32 each: number of rows of the block
//	       zeros up to a multiple of 64
//	       8,192 bytes each: the words of the block
const (
	plainMark   = "rowwords"
	plainHeader = 16
	plainAlign  = 64
)

func isPlain(data []byte) bool {
	return len(data) >= plainHeader && string(data[:len(plainMark)]) == plainMark
}

// plainBodies returns where the words of n blocks start.
func plainBodies(n int) int { return (plainHeader + 4*n + plainAlign - 1) / plainAlign * plainAlign }

// parsePlain is Parse of plain words.
func parsePlain(data []byte) (View, error) {
	n := binary.LittleEndian.Uint64(data[8:])
	if n > BlockRows {
		return View{}, fmt.Errorf("bitmap: words of %d blocks, at most %d expected", n, BlockRows)
	}
	v := View{data: data, n: int(n), header: plainHeader, bodies: plainBodies(int(n)), plain: true}
	if want := v.bodies + bitmapBytes*v.n; len(data) != want {
		return View{}, fmt.Errorf("bitmap: %d bytes, expected %d for the words of %d blocks", len(data), want, n)
	}
	for i := range v.n {
		card := v.card(i)
		if card > BlockRows {
			return View{}, fmt.Errorf("bitmap: block %d has %d rows, at most %d expected", i, card, BlockRows)
		}
		v.rows += uint64(card)
	}
	return v, nil
}

// AppendPlainTo appends the set as plain words to dst, which [Parse] takes as it
// does the roaring form: the rows of every block up to the last that has any take
// 8,192 bytes, and are read in place however few they are. dst is a whole number of
// 64-byte lines long where the words are to start at such.
func (b *Builder) AppendPlainTo(dst []byte) []byte {
	n := 0
	if len(b.stored) > 0 {
		n = int(b.stored[len(b.stored)-1].block) + 1
	}
	at, size := len(dst), plainBodies(n)+bitmapBytes*n
	dst = append(dst, make([]byte, size)...)
	out := dst[at:]
	copy(out, plainMark)
	binary.LittleEndian.PutUint64(out[8:], uint64(n))
	for _, c := range b.stored {
		binary.LittleEndian.PutUint32(out[plainHeader+4*int(c.block):], uint32(c.card))
		var w Words
		b.container(c).CopyTo(&w)
		body := out[plainBodies(n)+bitmapBytes*int(c.block):]
		for i, x := range w {
			binary.LittleEndian.PutUint64(body[8*i:], x)
		}
	}
	return dst
}

// PlainPays reports whether the set is better stored as plain words, where it is
// read often: it has lists of rows, and takes at most eight times as many bytes.
func (b *Builder) PlainPays() bool {
	const most = 8
	if !slices.ContainsFunc(b.stored, func(c piece) bool { return c.runs || c.card <= maxArrayCard }) {
		return false
	}
	return bitmapBytes*(int(b.stored[len(b.stored)-1].block)+1) <= most*len(b.bodies)
}
