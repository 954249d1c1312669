package plan

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
)

// atLeast returns the rows whose number is x or more: everybody where x is 0 or
// less, those without a number included. A nil d has a number for nobody.
func atLeast(d *index.Digits, x int) *Node {
	switch {
	case x <= 0:
		return &Node{Op: All}
	case d == nil:
		return &Node{Op: None}
	}
	digits, ok := digitsOf(d, x)
	if !ok {
		return &Node{Op: None}
	}
	return digitsFrom(d, digits)
}

// between returns the rows whose number is lo or more and less than hi. Where lo is
// 0 or less, those without a number are among them.
func between(d *index.Digits, lo, hi int) *Node {
	if hi <= lo || hi <= 0 {
		return &Node{Op: None}
	}
	if d == nil || lo <= 0 {
		return both(atLeast(d, lo), opposite(atLeast(d, hi)))
	}
	from, ok := digitsOf(d, lo)
	if !ok {
		return &Node{Op: None}
	}
	to, ok := digitsOf(d, hi)
	if !ok {
		return digitsFrom(d, from)
	}
	return digitsBetween(d, from, to)
}

// digitsOf takes a number apart; ok is false where it is beyond those that d has.
func digitsOf(d *index.Digits, x int) (digits []int, ok bool) {
	for _, base := range d.Bases() {
		digits = append(digits, x%base)
		x /= base
	}
	return digits, x == 0
}

// digitsFrom returns the rows whose lowest len(from) digits are a number of at
// least from.
func digitsFrom(d *index.Digits, from []int) *Node {
	if isZero(from) {
		return &Node{Op: All}
	}
	place := len(from) - 1
	digit, rest := from[place], from[:place]
	if isZero(rest) {
		return digitFrom(d, place, digit)
	}
	return either(digitFrom(d, place, digit+1), both(digitFrom(d, place, digit), digitsFrom(d, rest)))
}

// digitsBetween returns the rows whose lowest digits are a number of at least from
// and less than to, which is greater.
func digitsBetween(d *index.Digits, from, to []int) *Node {
	place := len(from) - 1
	lo, hi := from[place], to[place]
	within := func() *Node { return both(digitFrom(d, place, lo), opposite(digitFrom(d, place, lo+1))) }
	switch {
	case lo == hi:
		return both(within(), digitsBetween(d, from[:place], to[:place]))
	case lo+1 == hi && isZero(to[:place]):
		return both(within(), digitsFrom(d, from[:place]))
	}
	return both(digitsFrom(d, from), opposite(digitsFrom(d, to)))
}

// digitFrom returns the rows whose digit at a place is at least value.
func digitFrom(d *index.Digits, place, value int) *Node {
	switch {
	case value <= 0:
		return &Node{Op: All}
	case value >= d.Bases()[place]:
		return &Node{Op: None}
	}
	view := d.AtLeast(place, value)
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
