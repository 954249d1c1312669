package plan

// Reads is what computing a node reads, the most that it or a node below it does.
type Reads uint8

// What a node reads, in the order of what it costs.
const (
	readsUnknown Reads = iota
	ReadsBitmaps       // nothing but stored bitmaps
	ReadsFew           // the values of a few customers, too
	ReadsMany          // values or events of everybody whom it is asked about
)

// Reads returns what computing the node reads.
func (n *Node) Reads() Reads {
	if n.reads != readsUnknown {
		return n.reads
	}
	return n.most()
}

// most is Reads of a node that does not know it yet.
func (n *Node) most() Reads {
	most := ReadsBitmaps
	switch n.Op {
	case Check:
		most = ReadsFew
	case Scan, Count, Fold, Sequence:
		return ReadsMany
	case Happened, Absent:
		if len(n.Spans) > 0 || n.Undated {
			return ReadsMany
		}
	}
	for _, kid := range n.Kids {
		most = max(most, kid.Reads())
	}
	for _, part := range n.Parts {
		most = max(most, part.Reads())
	}
	return most
}

// settle notes what every node reads: exec asks in every block.
func (n *Node) settle() {
	if n.reads != readsUnknown {
		return // in another of its places
	}
	for _, kid := range n.Kids {
		kid.settle()
	}
	for _, part := range n.Parts {
		part.settle()
	}
	n.reads = n.most()
}
