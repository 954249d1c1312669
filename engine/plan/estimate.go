package plan

import (
	"cmp"
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// What is not known of a test before it is made.
const (
	shareOfValue = 0.02 // of the customers, those with one certain value
	shareOfRange = 0.3  // those with a value of a range, or a text that is like something
	shareOfFew   = 0.1  // those whose events come to something that no events come to
	shareOfMost  = 0.9
)

// share estimates which part of the customers a node selects, from 0 to 1. What
// stored bitmaps hold is known; steps are taken not to depend on each other.
func (p *planner) share(n *Node) float64 {
	switch n.Op {
	case All:
		return 1
	case And:
		share := 1.0
		for _, kid := range n.Kids {
			share *= p.share(kid)
		}
		return share
	case Or:
		others := 1.0
		for _, kid := range n.Kids {
			others *= 1 - p.share(kid)
		}
		return 1 - others
	case Not:
		return 1 - p.share(n.Kids[0])
	case Segment, Shared:
		return p.estimated(n).share
	case Expr, Check:
		return p.share(n.Parts[0])
	case Less:
		return p.share(n.Parts[0]) * (1 - p.share(n.Parts[1]))
	case Bitmaps:
		return p.shareOfBitmaps(n.Bitmaps)
	case Happened:
		return p.shareHappened(n)
	case Absent:
		return 1 - p.shareHappened(n)
	case Scan:
		return shareOfTest(n)
	case Count:
		return shareOfCounts(n.Counts)
	case Fold:
		return shareOfCounts(n.Fold.Counts)
	case Sequence:
		return p.shareOfSequence(n)
	}
	return 0
}

// shareOfBitmaps is that of bitmaps that have no customers in common.
func (p *planner) shareOfBitmaps(views []bitmap.View) float64 {
	total := uint64(0)
	for i := range views {
		total += views[i].Cardinality()
	}
	return min(1, float64(total)/float64(max(p.rows(), 1)))
}

// shareHappened is that of days, on each of which other customers are there by
// chance.
func (p *planner) shareHappened(n *Node) float64 {
	others, rows := 1.0, float64(max(p.rows(), 1))
	for i := range n.Bitmaps {
		others *= 1 - min(1, float64(n.Bitmaps[i].Cardinality())/rows)
	}
	if len(n.Spans) > 0 {
		others *= 1 - shareOfValue
	}
	return 1 - others
}

// shareOfSequence is that of those who are in all parts, few of whom did things in order.
func (p *planner) shareOfSequence(n *Node) float64 {
	share := shareOfFew
	for _, part := range n.Parts {
		share = min(share, p.share(part))
	}
	return share
}

func shareOfTest(n *Node) float64 {
	v := n.Test.Values
	switch {
	case n.Test.IsNull:
		return shareOfFew
	case v.Strings.List != nil && v.Strings.Op == rule.StringIn:
		return min(1, shareOfValue*float64(len(v.Strings.List)))
	case len(v.Bools) > 0:
		return 0.5 * float64(len(v.Bools))
	}
	return shareOfRange
}

// shareOfCounts knows that most customers have done nothing of what is asked for.
func shareOfCounts(counts []rule.Range[int64]) float64 {
	if len(counts) > 0 && counts[0].Lo == 0 {
		return shareOfMost
	}
	return shareOfFew
}

// Weights of the bytes of a step, those of stored bitmaps being 1: how long it
// takes per byte to make something of them.
const (
	weightOfValues = 2  // of a column, for a comparison of numbers
	weightOfFew    = 4  // of some values of a column
	weightOfEvents = 12 // of events looked at one by one
)

// estimate is what is thought of a node that has several places: the part of the
// customers that it selects, and how long it takes.
type estimate struct{ share, cost float64 }

// estimated returns the estimate of what a node of op Segment or Shared refers to. It
// is made once: segments that refer to segments have more places than can be visited.
func (p *planner) estimated(n *Node) estimate {
	root := n.Kids[0]
	e, ok := p.estimates[root]
	if !ok {
		e = estimate{p.share(root), p.cost(root)}
		if p.estimates == nil {
			p.estimates = map[*Node]estimate{}
		}
		p.estimates[root] = e
	}
	return e
}

// cost estimates how long a node takes, in the bytes of stored bitmaps that could
// be read meanwhile.
func (p *planner) cost(n *Node) float64 {
	switch n.Op {
	case And, Or, Not:
		return p.costOf(n.Kids)
	case Segment, Shared:
		return p.estimated(n).cost
	case Expr, Less:
		return p.costOf(n.Parts)
	case Check:
		return p.costOf(n.Parts) + weightOfFew*float64(own(n))
	case Sequence:
		return p.costOf(n.Parts) + weightOfEvents*float64(own(n))
	case Scan:
		return weightOfValues * float64(testWeight(n.Test)) * float64(n.Bytes)
	case Happened, Absent:
		stored := uint64(0)
		for i := range n.Bitmaps {
			stored += uint64(n.Bitmaps[i].SizeBytes())
		}
		return float64(stored) + weightOfEvents*float64(n.Bytes-min(stored, n.Bytes))
	case Count, Fold:
		return weightOfEvents * float64(n.Bytes)
	}
	return float64(n.Bytes)
}

func (p *planner) costOf(nodes []*Node) float64 {
	total := 0.0
	for _, n := range nodes {
		total += p.cost(n)
	}
	return total
}

// own returns the bytes of a node without those of its parts.
func own(n *Node) uint64 {
	parts := uint64(0)
	for _, part := range n.Parts {
		parts += part.Bytes
	}
	return n.Bytes - min(parts, n.Bytes)
}

// price is what a member of an "and" costs for the part of the customers that it
// takes away: the members run in its order.
func (p *planner) price(n *Node) float64 {
	away := 1 - p.share(n)
	if away <= 0 {
		return math.Inf(1)
	}
	return p.cost(n) / away
}

// sort orders the members of an "and" by their price. Ties stay in the order
// written, so that plans are stable.
func (p *planner) sort(members []*Node) {
	type priced struct {
		price float64
		node  *Node
	}
	all := make([]priced, len(members))
	for i, n := range members {
		all[i] = priced{p.price(n), n}
	}
	slices.SortStableFunc(all, func(x, y priced) int { return cmp.Compare(x.price, y.price) })
	for i := range all {
		members[i] = all[i].node
	}
}
