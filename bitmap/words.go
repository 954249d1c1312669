package bitmap

import "math/bits"

// BlockRows is the number of rows in a block. The last block of a table may
// hold fewer.
const BlockRows = 1 << 16

// Words is a set of rows of one block: row r is bit r%64 of word r/64. The zero
// Words is the empty set. Methods change the receiver in place and allocate
// nothing.
type Words [BlockRows / 64]uint64

// Clear makes w the empty set.
func (w *Words) Clear() { *w = Words{} }

// Fill makes w the set of the rows 0 to n-1; n is at most BlockRows.
func (w *Words) Fill(n int) {
	w.Clear()
	w.addRange(0, n)
}

// addRange adds the rows lo to hi-1.
func (w *Words) addRange(lo, hi int) {
	if lo >= hi {
		return
	}
	first, last := lo/64, (hi-1)/64
	head, tail := ^uint64(0)<<(lo%64), ^uint64(0)>>(63-(hi-1)%64)
	if first == last {
		w[first] |= head & tail
		return
	}
	w[first] |= head
	for i := first + 1; i < last; i++ {
		w[i] = ^uint64(0)
	}
	w[last] |= tail
}

// removeRange removes the rows lo to hi-1.
func (w *Words) removeRange(lo, hi int) {
	if lo >= hi {
		return
	}
	first, last := lo/64, (hi-1)/64
	head, tail := ^uint64(0)<<(lo%64), ^uint64(0)>>(63-(hi-1)%64)
	if first == last {
		w[first] &^= head & tail
		return
	}
	w[first] &^= head
	clear(w[first+1 : last])
	w[last] &^= tail
}

// countRange returns how many of the rows lo to hi-1 are in w.
func (w *Words) countRange(lo, hi int) int {
	if lo >= hi {
		return 0
	}
	first, last := lo/64, (hi-1)/64
	head, tail := ^uint64(0)<<(lo%64), ^uint64(0)>>(63-(hi-1)%64)
	if first == last {
		return bits.OnesCount64(w[first] & head & tail)
	}
	n := bits.OnesCount64(w[first]&head) + bits.OnesCount64(w[last]&tail)
	for _, x := range w[first+1 : last] {
		n += bits.OnesCount64(x)
	}
	return n
}

// Add adds one row.
func (w *Words) Add(row uint16) { w[row/64] |= 1 << (row % 64) }

// remove takes one row out.
func (w *Words) remove(row uint16) { w[row/64] &^= 1 << (row % 64) }

// Has reports whether row is in w.
func (w *Words) Has(row uint16) bool { return w[row/64]&(1<<(row%64)) != 0 }

// KeepFirst removes the rows from n on.
func (w *Words) KeepFirst(n int) { w.removeRange(n, BlockRows) }

// Not turns w into its complement within the rows 0 to n-1. Rows from n on stay
// out, provided that w held none.
func (w *Words) Not(n int) {
	full := n / 64
	for i := range full {
		w[i] = ^w[i]
	}
	if rest := n % 64; rest != 0 {
		w[full] ^= 1<<rest - 1
	}
}

// IsEmpty reports whether w holds no row.
func (w *Words) IsEmpty() bool {
	for i := 0; i < len(w); i += 8 {
		p := (*[8]uint64)(w[i : i+8])
		if p[0]|p[1]|p[2]|p[3]|p[4]|p[5]|p[6]|p[7] != 0 {
			return false
		}
	}
	return true
}

// AppendRows appends the rows of w to dst, ascending, each plus base.
func (w *Words) AppendRows(dst []uint32, base uint32) []uint32 {
	for i, x := range w {
		for x != 0 {
			dst = append(dst, base+uint32(i*64+bits.TrailingZeros64(x)))
			x &= x - 1
		}
	}
	return dst
}
