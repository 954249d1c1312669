package column

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
)

// Dictionary returns the dictionary that the rows of v are codes of, nil where v
// holds the values themselves.
func (v *Vector) Dictionary() *Dictionary { return v.dict }

// Values returns the values of the dictionary by code; none is NULL.
func (d *Dictionary) Values() *Vector { return d.values }

// CountCodes adds to counts, which are by code, the rows that are in w. v has a
// dictionary, and the rows of w are rows of v that are not NULL.
func (v *Vector) CountCodes(counts []uint64, w *bitmap.Words) {
	switch {
	case v.codes.small != nil:
		countCodes(counts, v.codes.small, w)
	case v.codes.medium != nil:
		countCodes(counts, v.codes.medium, w)
	default:
		countCodes(counts, v.codes.large, w)
	}
}

// countCodes is CountCodes for codes of one width.
func countCodes[C uint8 | uint16 | uint32](counts []uint64, codes []C, w *bitmap.Words) {
	for i, word := range w {
		for ; word != 0; word &= word - 1 {
			counts[codes[i*64+bits.TrailingZeros64(word)]]++
		}
	}
}

// List returns where the elements of the list at row are: those from lo to hi-1 of
// elems, of which some may be NULL. Those of a NULL row are any. v is of lists.
func (v *Vector) List(row int) (elems *Vector, lo, hi int) {
	return v.elems, int(v.offsets[row]), int(v.offsets[row+1])
}
