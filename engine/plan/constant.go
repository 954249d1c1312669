package plan

import "slices"

// isNobody reports whether it is known, without a look, that a node selects nobody.
func (n *Node) isNobody() bool {
	switch n.Op {
	case None:
		return true
	case Bitmaps:
		return len(n.Bitmaps) == 0
	case Happened:
		return len(n.Bitmaps)+len(n.Spans) == 0 && !n.Undated
	}
	return false
}

// isEverybody reports whether it is known, without a look, that a node selects
// everybody.
func (n *Node) isEverybody() bool { return n.Op == All }

func isSomebody(n *Node) bool     { return !n.isNobody() }
func isNotEverybody(n *Node) bool { return !n.isEverybody() }

// constant returns a group in whose stead it is known who is selected, nobody or
// everybody, as one step. It keeps the members, for those who explain.
func constant(n *Node) *Node {
	c := &Node{Cond: n.Cond, Kids: n.Kids}
	switch {
	case n.Op == And && slices.ContainsFunc(n.Kids, (*Node).isNobody):
		c.Op, c.Access = None, "nobody, as one of its members"
	case n.Op == And && !slices.ContainsFunc(n.Kids, isNotEverybody):
		c.Op, c.Access = All, "everybody, as all of its members"
	case n.Op == Or && slices.ContainsFunc(n.Kids, (*Node).isEverybody):
		c.Op, c.Access = All, "everybody, as one of its members"
	case n.Op == Or && !slices.ContainsFunc(n.Kids, isSomebody):
		c.Op, c.Access = None, "nobody, as all of its members"
	case n.Op == Not && n.Kids[0].isNobody():
		c.Op, c.Access = All, "everybody else, which is everybody"
	case n.Op == Not && n.Kids[0].isEverybody():
		c.Op, c.Access = None, "everybody else, which is nobody"
	default:
		return n
	}
	return c
}
