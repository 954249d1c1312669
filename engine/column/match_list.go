package column

import (
	"context"
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// keepLists takes the lists out of w of which not as many elements pass as
// t.Quant wants. A NULL element is none that passes. No row of w is NULL.
//
// The elements of many lists lie side by side: they are matched like the rows of
// a column, as bits, and those of each list counted.
func (v *Vector) keepLists(ctx context.Context, w *bitmap.Words, base int, t Test) error {
	t = t.Prepare()
	var elems bitmap.Words
	for i := 0; i < len(w); {
		end := v.listsThatFit(base, i)
		if end == i {
			if err := v.keepLongLists(ctx, w, base, i, t); err != nil {
				return err
			}
			i++
			continue
		}
		if err := v.keepListWords(ctx, w, base, i, end, t, &elems); err != nil {
			return err
		}
		i = end
	}
	return nil
}

// listsThatFit returns the end of the words of a selection, from i on, whose lists
// have no more elements together than a bitmap.Words has bits.
func (v *Vector) listsThatFit(base, i int) (end int) {
	first := int(v.offsets[min(base+i*64, v.n)]) &^ 63
	for end = i; end < bitmap.BlockRows/64; end++ {
		if int(v.offsets[min(base+end*64+64, v.n)])-first > bitmap.BlockRows {
			break
		}
	}
	return end
}

// keepListWords is keepLists for the words i to end-1, whose lists fit; elems is
// room for their elements.
func (v *Vector) keepListWords(ctx context.Context, w *bitmap.Words, base, i, end int, t Test, elems *bitmap.Words) error {
	first := int(v.offsets[min(base+i*64, v.n)]) &^ 63
	span := func(row int) (lo, hi int) { return int(v.offsets[row]) - first, int(v.offsets[row+1]) - first }
	elems.Clear()
	for j := i; j < end; j++ {
		if row := base + j*64; w[j] == ^uint64(0) {
			addRange(elems, int(v.offsets[row])-first, int(v.offsets[row+64])-first)
			continue
		}
		for rest := w[j]; rest != 0; rest &= rest - 1 {
			lo, hi := span(base + j*64 + bits.TrailingZeros64(rest))
			addRange(elems, lo, hi)
		}
	}
	if err := v.elems.Keep(ctx, elems, first, t); err != nil {
		return err
	}
	for j := i; j < end; j++ {
		word := w[j]
		for rest := word; rest != 0; rest &= rest - 1 {
			bit := bits.TrailingZeros64(rest)
			lo, hi := span(base + j*64 + bit)
			if !enough(t.Quant, int64(countRange(elems, lo, hi)), int64(hi-lo)) {
				word &^= 1 << bit
			}
		}
		w[j] = word
	}
	return nil
}

// addRange adds the rows lo to hi-1.
func addRange(w *bitmap.Words, lo, hi int) {
	for lo < hi {
		n := min(hi-lo, 64-lo%64)
		w[lo/64] |= ^uint64(0) >> (64 - n) << (lo % 64)
		lo += n
	}
}

// countRange returns how many of the rows lo to hi-1 are in w.
func countRange(w *bitmap.Words, lo, hi int) int {
	if n := hi - lo; lo%64+n < 64 { // mostly, and without a branch on n
		return bits.OnesCount64(w[lo/64%len(w)] >> (lo % 64) & (1<<n - 1)) // lo may be the end, with n = 0
	}
	count := 0
	for lo < hi {
		n := min(hi-lo, 64-lo%64)
		count += bits.OnesCount64(w[lo/64] >> (lo % 64) << (64 - n))
		lo += n
	}
	return count
}

// keepLongLists is keepLists for word i, whose lists have too many elements to be
// taken together.
func (v *Vector) keepLongLists(ctx context.Context, w *bitmap.Words, base, i int, t Test) error {
	var piece bitmap.Words
	for rest := w[i]; rest != 0; rest &= rest - 1 {
		row := base + i*64 + bits.TrailingZeros64(rest)
		lo, hi := int(v.offsets[row]), int(v.offsets[row+1])
		passed := 0
		for from := lo &^ 63; from < hi; from += bitmap.BlockRows {
			piece.Clear()
			addRange(&piece, max(lo-from, 0), min(hi-from, bitmap.BlockRows))
			if err := v.elems.Keep(ctx, &piece, from, t); err != nil {
				return err
			}
			passed += piece.Count()
		}
		if !enough(t.Quant, int64(passed), int64(hi-lo)) {
			w[i] &^= 1 << (row % 64)
		}
	}
	return nil
}

// enough reports whether passed elements of total are as many as q wants.
func enough(q rule.Quant, passed, total int64) bool {
	switch q.Op {
	case rule.QuantAll:
		return passed == total
	case rule.QuantAtLeast:
		return passed >= q.N
	case rule.QuantAtMost:
		return passed <= q.N
	case rule.QuantExactly:
		return passed == q.N
	}
	return passed > 0
}
