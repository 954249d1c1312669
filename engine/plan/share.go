package plan

// A test that a rule names more than once is planned once. Where it takes more to
// compute it than to keep it, it is computed once a block, too.

// sharing finds the nodes that have several places in a program.
type sharing struct {
	*planner
	places map[*Node]int
	placed map[*Node]*Node // what is at the first of several places
	inside map[int]bool    // segments that have been looked at, by slot
}

// shared returns the program of root with every node in one place only, but for
// those below nodes of op Segment and Shared.
func (p *planner) shared(root *Node) *Node {
	if !p.repeated {
		return root
	}
	s := &sharing{planner: p, places: map[*Node]int{}, placed: map[*Node]*Node{}, inside: map[int]bool{}}
	s.count(root)
	clear(s.inside)
	return s.place(root)
}

// count counts the places of the nodes.
func (s *sharing) count(n *Node) {
	if s.places[n]++; s.places[n] > 1 || s.isKnown(n) {
		return
	}
	for _, kid := range n.Kids {
		s.count(kid)
	}
}

// isKnown reports whether n refers to a segment that has been looked at, and notes
// that it has been.
func (s *sharing) isKnown(n *Node) bool {
	if n.Op != Segment {
		return false
	}
	known := s.inside[n.Slot]
	s.inside[n.Slot] = true
	return known
}

// place returns the node for one of the places of n.
func (s *sharing) place(n *Node) *Node {
	if s.places[n] < 2 {
		if !s.isKnown(n) {
			// The references to a segment have these members in common.
			for i, kid := range n.Kids {
				n.Kids[i] = s.place(kid)
			}
		}
		return n
	}
	first := s.placed[n]
	switch {
	case first == nil && pays(n):
		first = &Node{Op: Shared, Cond: n.Cond, Kids: []*Node{n}, Slot: s.slots, Bytes: n.Bytes, Access: n.Access + ", computed once"}
		s.slots++
	case first == nil:
		first = n
	default:
		again := *first
		return &again
	}
	s.placed[n] = first
	return first
}

// keptBitmaps is how many bitmaps it takes as long to read as to keep and copy
// their union.
const keptBitmaps = 2

// pays reports whether the answer of a test is worth keeping for its next place in
// the block.
func pays(n *Node) bool { return n.bitmaps() > keptBitmaps }

// bitmaps counts the stored bitmaps that a node reads; what looks at values or
// events counts for many.
func (n *Node) bitmaps() int {
	switch n.Op {
	case Scan, Check, Count, Fold, Sequence:
		return keptBitmaps + 1
	}
	total := len(n.Bitmaps)
	if len(n.Spans) > 0 {
		total += keptBitmaps + 1
	}
	for _, part := range n.Parts {
		total += part.bitmaps()
	}
	for _, kid := range n.Kids {
		total += kid.bitmaps()
	}
	return total
}
