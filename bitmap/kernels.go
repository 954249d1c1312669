package bitmap

import "math/bits"

// The loops that rules spend their time in. Each goes once over the rows of a block
// and takes as much of a rule along as it can: what is written down in between and
// read again costs as much as a stored bitmap. Loops over arrays need no checks of
// bounds; four words a turn keep the counts of bits independent of each other.
//
// Where the machine has wide instructions, all steps are taken in one pass by them
// instead. Tests hold both against rows one by one.

// wide says to take steps by wide instructions. Tests alone change it.
var wide = hasWide()

// And keeps the rows that are also in v.
func (w *Words) And(v *Words) { w.SetAnd(w, v) }

// AndNot removes the rows of v.
func (w *Words) AndNot(v *Words) { w.SetAndNot(w, v) }

// Or adds the rows of v.
func (w *Words) Or(v *Words) { w.SetOr(w, v) }

// Count returns the number of rows in w.
func (w *Words) Count() int {
	if wide {
		return countWide(w, nil)
	}
	n, m := 0, 0
	for i := 0; i < len(w); i += 2 {
		n += bits.OnesCount64(w[i])
		m += bits.OnesCount64(w[i+1])
	}
	return n + m
}

// SetAnd makes w the rows of x & a and reports whether there are any. Either
// may be w.
func (w *Words) SetAnd(x, a *Words) bool {
	if wide {
		return applyWide(w, x, []Step{{And, a}})
	}
	seen := uint64(0)
	for i := 0; i < len(w); i += 4 {
		p, q, r := (*[4]uint64)(w[i:i+4]), (*[4]uint64)(x[i:i+4]), (*[4]uint64)(a[i:i+4])
		w0, w1, w2, w3 := q[0]&r[0], q[1]&r[1], q[2]&r[2], q[3]&r[3]
		p[0], p[1], p[2], p[3] = w0, w1, w2, w3
		seen |= w0 | w1 | w2 | w3
	}
	return seen != 0
}

// AndCount returns the number of rows of w & a.
func (w *Words) AndCount(a *Words) int {
	if wide {
		return countWide(w, []Step{{And, a}})
	}
	n, m := 0, 0
	for i := 0; i < len(w); i += 2 {
		n += bits.OnesCount64(w[i] & a[i])
		m += bits.OnesCount64(w[i+1] & a[i+1])
	}
	return n + m
}

// SetAndNot makes w the rows of x &^ a and reports whether there are any. Either
// may be w.
func (w *Words) SetAndNot(x, a *Words) bool {
	if wide {
		return applyWide(w, x, []Step{{AndNot, a}})
	}
	seen := uint64(0)
	for i := 0; i < len(w); i += 4 {
		p, q, r := (*[4]uint64)(w[i:i+4]), (*[4]uint64)(x[i:i+4]), (*[4]uint64)(a[i:i+4])
		w0, w1, w2, w3 := q[0]&^r[0], q[1]&^r[1], q[2]&^r[2], q[3]&^r[3]
		p[0], p[1], p[2], p[3] = w0, w1, w2, w3
		seen |= w0 | w1 | w2 | w3
	}
	return seen != 0
}

// AndNotCount returns the number of rows of w &^ a.
func (w *Words) AndNotCount(a *Words) int {
	if wide {
		return countWide(w, []Step{{AndNot, a}})
	}
	n, m := 0, 0
	for i := 0; i < len(w); i += 2 {
		n += bits.OnesCount64(w[i] &^ a[i])
		m += bits.OnesCount64(w[i+1] &^ a[i+1])
	}
	return n + m
}

// SetOr makes w the rows of x | a and reports whether there are any. Either
// may be w.
func (w *Words) SetOr(x, a *Words) bool {
	if wide {
		return applyWide(w, x, []Step{{Or, a}})
	}
	seen := uint64(0)
	for i := 0; i < len(w); i += 4 {
		p, q, r := (*[4]uint64)(w[i:i+4]), (*[4]uint64)(x[i:i+4]), (*[4]uint64)(a[i:i+4])
		w0, w1, w2, w3 := q[0]|r[0], q[1]|r[1], q[2]|r[2], q[3]|r[3]
		p[0], p[1], p[2], p[3] = w0, w1, w2, w3
		seen |= w0 | w1 | w2 | w3
	}
	return seen != 0
}

// OrCount returns the number of rows of w | a.
func (w *Words) OrCount(a *Words) int {
	if wide {
		return countWide(w, []Step{{Or, a}})
	}
	n, m := 0, 0
	for i := 0; i < len(w); i += 2 {
		n += bits.OnesCount64(w[i] | a[i])
		m += bits.OnesCount64(w[i+1] | a[i+1])
	}
	return n + m
}
