package index

import (
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Ordered is the ordered index of an attribute: its values are in bins, which
// ascend, and every row has the number of its bin, in digits. The numbers of the
// bins follow one on another and start where the highest digit is 1, so that one
// bitmap says which rows are not NULL. It is immutable and safe for concurrent use.
//
// Method: range-encoded bitmap indexes over equi-depth bins; Chan and Ioannidis,
// SIGMOD 1998 and 1999.
type Ordered struct {
	digits *Digits
	counts []int64 // rows of each bin
	ends   ends
}

// Numbers are the numbers from Lo to Hi-1, of bins.
type Numbers struct{ Lo, Hi int }

// Digits returns the digits of the rows' numbers. A row that is NULL has 0.
func (x *Ordered) Digits() *Digits { return x.digits }

// All returns the numbers of all bins: the rows that are not NULL have one of them.
func (x *Ordered) All() Numbers {
	first := firstNumber(x.digits.bases)
	return Numbers{first, first + len(x.counts)}
}

// Rows returns the number of rows whose numbers these are.
func (x *Ordered) Rows(n Numbers) uint64 {
	first, total := x.All().Lo, uint64(0)
	for i := n.Lo; i < n.Hi; i++ {
		total += uint64(x.counts[i-first])
	}
	return total
}

// Select finds the values of a set: every row of the numbers whole is in it, some
// rows of the numbers edges may be, and no other row is. Both ascend, no two of them
// meet or touch, and every edge is where a range of values ends. ok is false where
// the set is none of ranges: one of texts with a part or a pattern, and one with an
// exception.
func (x *Ordered) Select(set *rule.Values) (whole, edges []Numbers, ok bool) {
	s := selection{first: x.All().Lo}
	if set.Except || !x.ends.find(&s, set) {
		return nil, nil, false
	}
	return s.whole, s.edges, true
}

// selection is the bins of a set, on their way.
type selection struct {
	first        int // number of bin 0
	whole, edges []Numbers
}

// add adds the bins of a range, from lo to hi-1, which are not below those of the
// range before. The first and the last of them may be edges.
func (s *selection) add(lo, hi int, edgeLo, edgeHi bool) {
	if lo < hi && edgeLo {
		s.edges = s.join(s.edges, lo, lo+1)
		lo++
	}
	if lo < hi && edgeHi {
		s.edges = s.join(s.edges, hi-1, hi)
		hi--
	}
	if lo < hi {
		s.whole = s.join(s.whole, lo, hi)
	}
}

// join adds bins to numbers that are not above them.
func (s *selection) join(numbers []Numbers, lo, hi int) []Numbers {
	n := Numbers{s.first + lo, s.first + hi}
	if last := len(numbers) - 1; last >= 0 && numbers[last].Hi >= n.Lo {
		numbers[last].Hi = max(numbers[last].Hi, n.Hi)
		return numbers
	}
	return append(numbers, n)
}
