package plan

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
)

// atLeast returns the rows whose number is x or more: everybody where x is 0 or
// less, those without a number included. A nil d has a number for nobody. The error
// is that of reading a bitmap.
func atLeast(d *index.Digits, x int) (*Node, error) {
	r := &digitReader{digits: d}
	n := r.atLeast(x)
	return n, r.err
}

// between returns the rows whose number is lo or more and less than hi. Where lo is
// 0 or less, those without a number are among them. The error is that of reading a
// bitmap.
func between(d *index.Digits, lo, hi int) (*Node, error) {
	r := &digitReader{digits: d}
	n := r.between(lo, hi)
	return n, r.err
}

// digitReader makes steps of the bitmaps of digits. It remembers the first error of
// reading one; the steps are of no use then.
type digitReader struct {
	digits *index.Digits
	err    error
}

func (r *digitReader) atLeast(x int) *Node {
	switch {
	case x <= 0:
		return &Node{Op: All}
	case r.digits == nil:
		return &Node{Op: None}
	}
	digits, ok := r.digitsOf(x)
	if !ok {
		return &Node{Op: None}
	}
	return r.digitsFrom(digits)
}

func (r *digitReader) between(lo, hi int) *Node {
	if hi <= lo || hi <= 0 {
		return &Node{Op: None}
	}
	if r.digits == nil || lo <= 0 {
		return both(r.atLeast(lo), opposite(r.atLeast(hi)))
	}
	from, ok := r.digitsOf(lo)
	if !ok {
		return &Node{Op: None}
	}
	to, ok := r.digitsOf(hi)
	if !ok {
		return r.digitsFrom(from)
	}
	return r.digitsBetween(from, to)
}

// digitsOf takes a number apart; ok is false where it is beyond those that there are.
func (r *digitReader) digitsOf(x int) (digits []int, ok bool) {
	for _, base := range r.digits.Bases() {
		digits = append(digits, x%base)
		x /= base
	}
	return digits, x == 0
}

// digitsFrom returns the rows whose lowest len(from) digits are a number of at
// least from.
func (r *digitReader) digitsFrom(from []int) *Node {
	if isZero(from) {
		return &Node{Op: All}
	}
	place := len(from) - 1
	digit, rest := from[place], from[:place]
	if isZero(rest) {
		return r.digitFrom(place, digit)
	}
	return either(r.digitFrom(place, digit+1), both(r.digitFrom(place, digit), r.digitsFrom(rest)))
}

// digitsBetween returns the rows whose lowest digits are a number of at least from
// and less than to, which is greater.
func (r *digitReader) digitsBetween(from, to []int) *Node {
	place := len(from) - 1
	lo, hi := from[place], to[place]
	within := func() *Node { return both(r.digitFrom(place, lo), opposite(r.digitFrom(place, lo+1))) }
	switch {
	case lo == hi:
		return both(within(), r.digitsBetween(from[:place], to[:place]))
	case lo+1 == hi && isZero(to[:place]):
		return both(within(), r.digitsFrom(from[:place]))
	}
	return both(r.digitsFrom(from), opposite(r.digitsFrom(to)))
}

// digitFrom returns the rows whose digit at a place is at least value.
func (r *digitReader) digitFrom(place, value int) *Node {
	switch {
	case value <= 0:
		return &Node{Op: All}
	case value >= r.digits.Bases()[place]:
		return &Node{Op: None}
	}
	view, err := r.digits.AtLeast(place, value)
	if err != nil {
		if r.err == nil {
			r.err = err
		}
		return &Node{Op: None}
	}
	if view.SizeBytes() == 0 {
		return &Node{Op: None} // no bitmap is stored
	}
	return &Node{Op: Bitmaps, Bitmaps: []bitmap.View{*view}, Bytes: uint64(view.SizeBytes())}
}

func isZero(digits []int) bool {
	for _, digit := range digits {
		if digit != 0 {
			return false
		}
	}
	return true
}

// both returns the rows that are in x and y, in steps without a condition of their
// own.
func both(x, y *Node) *Node {
	switch {
	case x.Op == None || y.Op == All:
		return x
	case y.Op == None || x.Op == All:
		return y
	}
	return joined(And, x, y)
}

// either returns the rows that are in x or y.
func either(x, y *Node) *Node {
	switch {
	case x.Op == All || y.Op == None:
		return x
	case y.Op == All || x.Op == None:
		return y
	}
	return joined(Or, x, y)
}

// joined makes one And or Or of two nodes: of their members, where they are of the
// same kind themselves.
func joined(op Op, x, y *Node) *Node {
	n := &Node{Op: op, Bytes: x.Bytes + y.Bytes}
	for _, kid := range []*Node{x, y} {
		if kid.Op == op && kid.Cond == nil {
			n.Kids = append(n.Kids, kid.Kids...)
		} else {
			n.Kids = append(n.Kids, kid)
		}
	}
	return n
}

// opposite returns the rows that are not in x.
func opposite(x *Node) *Node {
	switch {
	case x.Op == All:
		return &Node{Op: None}
	case x.Op == None:
		return &Node{Op: All}
	case x.Op == Not && x.Cond == nil:
		return x.Kids[0]
	}
	return &Node{Op: Not, Kids: []*Node{x}, Bytes: x.Bytes}
}
