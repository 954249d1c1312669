package plan

import (
	"fmt"
	"math"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/rule"
)

const (
	// lookBytes is what a look at one value of a column costs: a cache line.
	lookBytes = 64
	// maxRanges is how many ranges of values a plan looks up. A scan of the column
	// takes no longer for more of them.
	maxRanges = 64
)

// byOrder plans a test by the ordered index: the bins that lie wholly in the values
// tested for, and of those that the ends of a range cut, the rows whose value passes.
// It returns nil where there is no such index, or it has no answer: the test is none
// of ranges, or one of too many, unless the index must be read.
func (p *planner) byOrder(c *rule.AttributeTest, test column.Test) (*Node, error) {
	if !p.may(OrderedIndex) {
		return nil, nil
	}
	x, err := p.snapshot.OrderedIndex(c.Attribute)
	if err != nil || x == nil {
		return nil, err
	}
	o := &orderedPlan{planner: p, index: x, reader: digitReader{digits: x.Digits()}, full: x.Rows(x.All()) == uint64(p.rows())}
	if test.IsNull {
		n := o.leaf(c, test, opposite(o.within(x.All())), "ordered index, who is in no bin")
		return n, o.reader.err
	}
	if ranges(test.Values) > maxRanges && !p.must(OrderedIndex) {
		return nil, nil
	}
	whole, edges, ok := x.Select(test.Values)
	if !ok {
		return nil, nil
	}
	access := fmt.Sprintf("ordered index, %d of %d bins", bins(whole...), bins(x.All()))
	rows := &Node{Op: None}
	for _, n := range whole {
		rows = either(rows, o.within(n))
	}
	if len(edges) > 0 {
		looks := uint64(0)
		cut := &Node{Op: None}
		for _, n := range edges {
			cut, looks = either(cut, o.within(n)), looks+x.Rows(n)
		}
		rows = either(rows, &Node{
			Op: Check, Parts: []*Node{cut}, Column: p.snapshot.Attribute(c.Attribute), Test: test, Bytes: cut.Bytes + looks*lookBytes,
		})
		access += fmt.Sprintf(" and the values of %d customers in %d more", looks, bins(edges...))
	}
	n := o.leaf(c, test, rows, access)
	return n, o.reader.err
}

// orderedPlan is a plan with an ordered index on its way.
type orderedPlan struct {
	*planner
	index  *index.Ordered
	reader digitReader
	full   bool // no row is NULL
}

// within returns the rows in bins.
func (o *orderedPlan) within(n index.Numbers) *Node {
	all := o.index.All()
	if n.Hi == all.Hi {
		n.Hi = math.MaxInt // no number is greater
	}
	if n.Lo == all.Lo && o.full {
		n.Lo = 0 // everybody has a number
	}
	return o.reader.between(n.Lo, n.Hi)
}

// leaf makes steps the answer of a condition.
func (o *orderedPlan) leaf(c *rule.AttributeTest, test column.Test, steps *Node, access string) *Node {
	n := &Node{Op: steps.Op, Cond: c, Test: test, Access: access, Bytes: steps.Bytes}
	if n.Op != None && n.Op != All {
		n.Op, n.Parts = Expr, []*Node{steps}
	}
	return n
}

// ranges returns how many ranges or texts a set is made of.
func ranges(set *rule.Values) int {
	return len(set.Ints) + len(set.Floats) + len(set.Decimals) + len(set.Strings.List)
}

// bins returns how many bins there are in all.
func bins(some ...index.Numbers) int {
	total := 0
	for _, n := range some {
		total += n.Hi - n.Lo
	}
	return total
}
