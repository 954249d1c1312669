package column

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
)

// The functions of this file take the rows out of w whose value does not lie in
// [lo, hi]; bit i is values[i]. They are the same loop again and again: a
// function for the value costs a call per row, which is three times the work.
//
// One unsigned comparison covers both ends of whole numbers: x - lo, wrapped, is
// at most hi - lo just where x is in range. The bit goes in from the top of the
// word, so that nothing depends on the position of the row.
//
// Where few rows of 64 are asked for, only these are looked at: mostly nothing else
// is in their cache lines that anybody wants. They are noted first and looked at in
// a loop without branches, so that their cache lines come side by side.

// fewOfWord is how many rows of 64 are looked at one by one.
const fewOfWord = 4

// noted is rows to look at one by one.
type noted struct {
	rows [512]uint16
	n    int
}

// note takes the rows of a word in; isFull says that there is no room for those of
// another.
func (r *noted) note(i int, word uint64) (isFull bool) {
	for ; word != 0; word &= word - 1 {
		r.rows[r.n] = uint16(i*64 + bits.TrailingZeros64(word))
		r.n++
	}
	return r.n > len(r.rows)-fewOfWord
}

func spanWhole[V int64 | int32 | uint32 | uint16 | uint8](w *bitmap.Words, values []V, lo, hi int64) {
	span := uint64(hi) - uint64(lo)
	var few noted
	look := func() {
		for _, row := range few.rows[:few.n] {
			w[row/64] &^= topBit(uint64(values[row])-uint64(lo) > span) >> (63 - row%64)
		}
		few.n = 0
	}
	for i, word := range w[:wordsOf(len(values))] {
		if word == 0 {
			continue
		}
		some := values[i*64 : min(i*64+64, len(values))]
		word &= ^uint64(0) >> (64 - len(some))
		if bits.OnesCount64(word) <= fewOfWord {
			if w[i] = word; few.note(i, word) {
				look()
			}
			continue
		}
		var found uint64
		for _, x := range some {
			found = found>>1 | topBit(uint64(x)-uint64(lo) <= span)
		}
		w[i] = word & (found >> (64 - len(some)))
	}
	look()
}

func spanFloats(w *bitmap.Words, values []float64, lo, hi float64) {
	for i, word := range w[:wordsOf(len(values))] {
		if word == 0 {
			continue
		}
		some := values[i*64 : min(i*64+64, len(values))]
		word &= ^uint64(0) >> (64 - len(some))
		if bits.OnesCount64(word) <= fewOfWord {
			for rest := word; rest != 0; rest &= rest - 1 {
				bit := bits.TrailingZeros64(rest)
				word &^= (topBit(some[bit] < lo) | topBit(some[bit] > hi)) >> (63 - bit)
			}
			w[i] = word
			continue
		}
		var found uint64
		for _, x := range some {
			found = found>>1 | topBit(lo <= x)&topBit(x <= hi)
		}
		w[i] = word & (found >> (64 - len(some)))
	}
}

// wordsOf returns how many words n rows take.
func wordsOf(n int) int { return (n + 63) / 64 }

// topBit returns bit 63 set where b; the compiler makes no branch of it.
func topBit(b bool) uint64 {
	var bit uint64
	if b {
		bit = 1
	}
	return bit << 63
}
