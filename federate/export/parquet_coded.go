package export

import (
	"bytes"
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// codedValues are values by their numbers in the dictionary of a column chunk.
// Their encode appends the numbers as RLE_DICTIONARY has them, nothing if there
// are none.
type codedValues interface {
	pageValues
	// distinct returns how many values the dictionary has.
	distinct() int
	// size returns the bytes of the dictionary.
	size() int
	// dictionary returns the page of the dictionary, the values as PLAIN has them,
	// until more are taken.
	dictionary() []byte
	// pending returns how many values the page under way has.
	pending() int
	// giveUp moves the values of the page under way to where they are as they are.
	giveUp()
	// reset forgets the dictionary.
	reset()
}

// codedStrings are BYTE_ARRAY by their numbers in a dictionary.
type codedStrings struct {
	dict  *dictionary
	plain *plainStrings
	codes []uint32
}

func (v *codedStrings) take(arr arrow.Array, lo, hi int) {
	eachText(arr.(*array.String), lo, hi, func(text []byte) { v.codes = append(v.codes, v.dict.code(text)) })
}

func (v *codedStrings) encode(dst []byte) (out, lo, hi []byte) {
	if len(v.codes) == 0 {
		return dst, nil, nil
	}
	dst = appendCodes(dst, v.codes, v.dict.len())
	lo, hi = v.dict.bounds(v.codes)
	v.codes = v.codes[:0]
	return dst, lo, hi
}

func (v *codedStrings) compare(a, b []byte) int { return bytes.Compare(a, b) }
func (v *codedStrings) distinct() int           { return v.dict.len() }
func (v *codedStrings) size() int               { return len(v.dict.plain) }
func (v *codedStrings) dictionary() []byte      { return v.dict.plain }
func (v *codedStrings) pending() int            { return len(v.codes) }
func (v *codedStrings) reset()                  { v.dict.reset() }

func (v *codedStrings) giveUp() {
	for _, code := range v.codes {
		v.plain.plain = appendString(v.plain.plain, v.dict.text(int(code)))
	}
	v.codes = v.codes[:0]
}

// codedNumbers are INT32, INT64 or DOUBLE by their numbers in a dictionary.
type codedNumbers[K uint32 | uint64] struct {
	dict  *numberDictionary[K]
	plain *numbers[K]
	codes []uint32
	taken []K    // of one call
	page  []byte // of the dictionary
}

func (v *codedNumbers[K]) take(arr arrow.Array, lo, hi int) {
	v.taken = appendNumbers(v.taken[:0], arr, lo, hi)
	for _, x := range v.taken {
		v.codes = append(v.codes, v.dict.code(x))
	}
}

func (v *codedNumbers[K]) encode(dst []byte) (out, lo, hi []byte) {
	if len(v.codes) == 0 {
		return dst, nil, nil
	}
	dst = appendCodes(dst, v.codes, len(v.dict.values))
	v.taken = v.taken[:0]
	for i, ok := range seen(v.codes, len(v.dict.values)) {
		if ok {
			v.taken = append(v.taken, v.dict.values[i])
		}
	}
	lo, hi = v.plain.order.bounds(v.taken)
	v.codes = v.codes[:0]
	return dst, lo, hi
}

func (v *codedNumbers[K]) compare(a, b []byte) int { return v.plain.compare(a, b) }
func (v *codedNumbers[K]) distinct() int           { return len(v.dict.values) }
func (v *codedNumbers[K]) size() int               { return binary.Size(v.dict.values) }
func (v *codedNumbers[K]) pending() int            { return len(v.codes) }
func (v *codedNumbers[K]) reset()                  { v.dict.reset() }

func (v *codedNumbers[K]) dictionary() []byte {
	v.page = appendPlain(v.page[:0], v.dict.values)
	return v.page
}

func (v *codedNumbers[K]) giveUp() {
	for _, code := range v.codes {
		v.plain.values = append(v.plain.values, v.dict.values[code])
	}
	v.codes = v.codes[:0]
}

// seen says of the values of a dictionary whether codes name them.
func seen(codes []uint32, values int) []bool {
	seen := make([]bool, values)
	for _, c := range codes {
		seen[c] = true
	}
	return seen
}
