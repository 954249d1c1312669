package index

import (
	"fmt"
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// Digits is a number for every row, 0 for none, taken apart into digits of mixed
// bases, the least significant first. Every digit is range-encoded: the bitmap of
// a place and a value, which is at least 1, holds the rows whose digit there is at
// least that value. A comparison reads one or two bitmaps a place. It is immutable
// and safe for concurrent use. A bitmap is read when it is first asked for.
//
// Method: Chan and Ioannidis, "Bitmap index design and evaluation", SIGMOD 1998.
type Digits struct {
	bases []int
	first []int                     // of each place: where its bitmaps start
	views *column.Lazy[bitmap.View] // by place, then by value less 1
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
// Nothing is read yet. The error says what is wrong with the bases. A bitmap that cannot be
// parsed is the error that corrupt makes of the reason.
func OpenDigits(bases []int, section func(place, value int) ([]byte, error), corrupt func(reason error) error) (*Digits, error) {
	if _, err := DigitsLimit(bases); err != nil {
		return nil, err
	}
	d := &Digits{bases: bases}
	var at []digitAt
	for place, base := range bases {
		d.first = append(d.first, len(at))
		for value := 1; value < base; value++ {
			at = append(at, digitAt{place, value})
		}
	}
	d.views = column.NewLazy(len(at), func(i int) (*bitmap.View, error) {
		data, err := section(at[i].place, at[i].value)
		if err != nil || data == nil {
			return new(bitmap.View), err
		}
		view, err := bitmap.Parse(data)
		if err != nil {
			return nil, corrupt(fmt.Errorf("digit %d from %d on: %w", at[i].place, at[i].value, err))
		}
		return &view, nil
	})
	return d, nil
}

// digitAt is the place and the value of a bitmap.
type digitAt struct{ place, value int }

// Bases returns the bases of the digits, the least significant first. It must not
// be changed.
func (d *Digits) Bases() []int { return d.bases }

// AtLeast returns the rows whose digit at a place is at least value, which is from
// 1 to the base less 1. The error is that of reading the bitmap.
func (d *Digits) AtLeast(place, value int) (*bitmap.View, error) {
	return d.views.At(d.first[place] + value - 1)
}

// all reads every bitmap, by place, then by value less 1.
func (d *Digits) all() ([][]*bitmap.View, error) {
	views := make([][]*bitmap.View, len(d.bases))
	for place, base := range d.bases {
		for value := 1; value < base; value++ {
			view, err := d.AtLeast(place, value)
			if err != nil {
				return nil, err
			}
			views[place] = append(views[place], view)
		}
	}
	return views, nil
}

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
