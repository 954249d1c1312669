package bare

import "math/bits"

// wordBits is the number of customers in a word.
const wordBits = 64

// and4 is four bitmaps of the same length.
type and4 struct{ gold, optIn, value, us []uint64 }

// count returns how many customers are in the first three bitmaps and not in the
// fourth.
func (b *and4) count() int64 {
	gold := b.gold
	optIn, value, us := b.optIn[:len(gold)], b.value[:len(gold)], b.us[:len(gold)] // one bounds check for all words
	n := 0
	for i := range gold {
		n += bits.OnesCount64(gold[i] & optIn[i] & value[i] &^ us[i])
	}
	return int64(n)
}

// rows calls yield with every row that count counts, ascending.
func (b *and4) rows(yield func(row int) bool) {
	for i := range b.gold {
		for word := b.gold[i] & b.optIn[i] & b.value[i] &^ b.us[i]; word != 0; word &= word - 1 {
			if !yield(i*wordBits + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

// bytes returns the size of the bitmaps.
func (b *and4) bytes() int64 { return 4 * 8 * int64(len(b.gold)) }

// add appends a customer, the row after those that are there.
func (b *and4) add(row int, gold, optIn, value, us bool) {
	if row%wordBits == 0 {
		b.gold, b.optIn = append(b.gold, 0), append(b.optIn, 0)
		b.value, b.us = append(b.value, 0), append(b.us, 0)
	}
	word, bit := row/wordBits, uint64(1)<<(row%wordBits)
	for _, c := range []struct {
		words []uint64
		holds bool
	}{{b.gold, gold}, {b.optIn, optIn}, {b.value, value}, {b.us, us}} {
		if c.holds {
			c.words[word] |= bit
		}
	}
}
