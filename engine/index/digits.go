package index

import (
	"fmt"
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
)

// Digits is a number for every row, 0 for none, taken apart into digits of mixed
// bases, the least significant first. Every digit is range-encoded: the bitmap of
// a place and a value, which is at least 1, holds the rows whose digit there is at
// least that value. A comparison reads one or two bitmaps a place. It is immutable
// and safe for concurrent use.
//
// Method: Chan and Ioannidis, "Bitmap index design and evaluation", SIGMOD 1998.
type Digits struct {
	bases []int
	views [][]bitmap.View // by place, then by value less 1
}

// maxDigitsLimit is how many different numbers digits can hold, 0 included: those
// of 16 bits.
const maxDigitsLimit = 1 << 16

// DigitsLimit returns the number of numbers that digits of these bases hold, 0
// included. The error says what is wrong with the bases: each is from 2 to 256,
// and their product at most 65,536.
func DigitsLimit(bases []int) (int, error) {
	limit := 1
	for _, base := range bases {
		if base < 2 || base > 1<<8 {
			return 0, fmt.Errorf("digits of base %d, expected 2 to %d", base, 1<<8)
		}
		if limit *= base; limit > maxDigitsLimit {
			return 0, fmt.Errorf("digits of bases %v, whose product is over %d", bases, maxDigitsLimit)
		}
	}
	if len(bases) == 0 {
		return 0, fmt.Errorf("no digits, expected one or more")
	}
	return limit, nil
}

// OpenDigits returns the digits whose bitmaps section returns, in a form that
// bitmap.Parse takes and to be kept as long as the digits are; nil where no row has such a digit.
// The error is that of section, or says what is not as expected.
func OpenDigits(bases []int, section func(place, value int) ([]byte, error)) (*Digits, error) {
	if _, err := DigitsLimit(bases); err != nil {
		return nil, err
	}
	d := &Digits{bases: bases, views: make([][]bitmap.View, len(bases))}
	for place, base := range bases {
		d.views[place] = make([]bitmap.View, base-1)
		for value := 1; value < base; value++ {
			data, err := section(place, value)
			if err != nil {
				return nil, err
			}
			if data == nil {
				continue
			}
			if d.views[place][value-1], err = bitmap.Parse(data); err != nil {
				return nil, fmt.Errorf("digit %d from %d on: %w", place, value, err)
			}
		}
	}
	return d, nil
}

// Bases returns the bases of the digits, the least significant first. It must not
// be changed.
func (d *Digits) Bases() []int { return d.bases }

// AtLeast returns the rows whose digit at a place is at least value, which is from
// 1 to the base less 1.
func (d *Digits) AtLeast(place, value int) *bitmap.View { return &d.views[place][value-1] }

// DigitsBuilder builds digits block by block. It holds the bitmaps, compressed. It
// is not safe for concurrent use; several may be at work at the same time.
type DigitsBuilder struct {
	bases  []int
	digits [][]uint8          // by place: the digit of every number
	sets   [][]bitmap.Builder // by place, then by value less 1
	words  []bitmap.Words     // of one place of the block, by digit
	buf    []byte
}

// NewDigitsBuilder returns a builder without rows. The bases are such that
// [DigitsLimit] takes them.
func NewDigitsBuilder(bases []int) *DigitsBuilder {
	limit, err := DigitsLimit(bases)
	if err != nil {
		panic(fmt.Sprintf("index: %v", err))
	}
	b := &DigitsBuilder{bases: bases, digits: make([][]uint8, len(bases)), sets: make([][]bitmap.Builder, len(bases))}
	weight, most := 1, 0
	for place, base := range bases {
		b.digits[place] = make([]uint8, limit)
		for number := range limit {
			b.digits[place][number] = uint8(number / weight % base)
		}
		b.sets[place] = make([]bitmap.Builder, base-1)
		weight *= base
		most = max(most, base)
	}
	b.words = make([]bitmap.Words, most)
	return b
}

// Block adds the rows of a block, which is above those before it: numbers[i] is the
// number of row i, 0 for none, below the product of the bases.
func (b *DigitsBuilder) Block(block int, numbers []uint16) {
	for place, base := range b.bases {
		b.spread(place, base, numbers)
		for value := 1; value < base; value++ {
			b.sets[place][value-1].AddWords(block, &b.words[value])
		}
	}
}

// spread sets words[v], of the values from 1 on, to the rows whose digit at a place
// is at least v.
func (b *DigitsBuilder) spread(place, base int, numbers []uint16) {
	digits := b.digits[place]
	var rows [1 << 8]uint64 // of 64 rows, by digit
	for i := range b.words[0] {
		lo := i * bits.UintSize
		if lo >= len(numbers) {
			for value := 1; value < base; value++ {
				b.words[value][i] = 0
			}
			continue
		}
		for bit, number := range numbers[lo:min(lo+bits.UintSize, len(numbers))] {
			rows[digits[number]] |= 1 << bit
		}
		above := uint64(0)
		for value := base - 1; value > 0; value-- {
			above |= rows[value]
			b.words[value][i] = above
			rows[value] = 0
		}
	}
}

// Finish calls add for every bitmap that has rows, by place, then by value, with its
// stored form, which is valid during the call: plain words where blocks have many
// rows, but not so many that the roaring form has words for them, too. Equal numbers give equal
// bytes. The error is that of add. Nothing is added afterwards.
func (b *DigitsBuilder) Finish(add func(place, value int, data []byte) error) error {
	for place := range b.sets {
		for i := range b.sets[place] {
			set := &b.sets[place][i]
			if set.Len() == 0 {
				continue
			}
			if err := b.encode(set); err != nil {
				return err
			}
			if err := add(place, i+1, b.buf); err != nil {
				return err
			}
			*set = bitmap.Builder{}
		}
	}
	return nil
}

// encode sets buf to the stored form of a set.
func (b *DigitsBuilder) encode(set *bitmap.Builder) (err error) {
	if set.PlainPays() {
		b.buf = set.AppendPlainTo(b.buf[:0])
		return nil
	}
	b.buf, err = set.AppendTo(b.buf[:0])
	return err
}
