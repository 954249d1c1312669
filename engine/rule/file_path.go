package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// pathIndex tells the paths of what stands in a file. The zero pathIndex, of a
// rule in text, knows none. It looks a path up in time in proportion to the file
// and keeps none: deep files have long paths, and only problems need them.
type pathIndex struct {
	root *document.Node
}

// at returns the path of the value that starts at an offset, such as
// "rule.conditions[2].operator.unit", or "".
func (x pathIndex) at(offset int) string {
	return x.find(func(n *document.Node) bool { return n.Offset == offset && !n.IsNull() }).String()
}

// of returns the path of a node of the file; that of a key is its value's.
func (x pathIndex) of(node *document.Node) *document.Path {
	return x.find(func(n *document.Node) bool { return n == node })
}

// find returns the path of the first node that is wanted; nil is the top of the
// file, or of none.
func (x pathIndex) find(wanted func(*document.Node) bool) *document.Path {
	var steps []pathStep // from the node up
	if x.root == nil || !walkTo(x.root, wanted, &steps) {
		return nil
	}
	var path *document.Path
	for _, s := range slices.Backward(steps) {
		if s.key != nil {
			path = path.Key(s.key.Text)
		} else {
			path = path.Item(s.index)
		}
	}
	return path
}

// pathStep is a key of a mapping, or else a position in a list.
type pathStep struct {
	key   *document.Node
	index int
}

// walkTo looks for the first wanted node below n and appends the steps to it,
// the last one first.
func walkTo(n *document.Node, wanted func(*document.Node) bool, steps *[]pathStep) bool {
	if wanted(n) {
		return true
	}
	for i, item := range n.Items {
		if item != nil && walkTo(item, wanted, steps) {
			*steps = append(*steps, pathStep{index: i})
			return true
		}
	}
	for _, p := range n.Pairs {
		if p.Value != nil && walkTo(p.Value, wanted, steps) || wanted(p.Key) {
			*steps = append(*steps, pathStep{key: p.Key})
			return true
		}
	}
	return false
}
