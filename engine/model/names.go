package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
)

// namedNode is a node that names an attribute or a behavior, as what says.
type namedNode struct {
	node *document.Node
	path *document.Path
	what string
	list *document.Path // of the columns it is one of, a list that checks itself; else nil
}

// addName notes the name of an attribute or a behavior, which stands under a
// key, for checkNames.
func (r *reader) addName(m configMap, key, what string) {
	if n := m.values[key]; n != nil {
		r.named = append(r.named, namedNode{node: n, path: m.path(key), what: what})
	}
}

// checkNames adds a problem for every name that is taken already where it
// stands. Rules call attributes and behaviors by their names alone, so a name
// stands for one thing. Attributes that come with "attributes: all" are not
// known yet; a load checks those.
func (r *reader) checkNames() {
	slices.SortStableFunc(r.named, func(a, b namedNode) int {
		return cmp.Or(cmp.Compare(a.node.Line, b.node.Line), cmp.Compare(a.node.Column, b.node.Column))
	})
	first := map[string]namedNode{}
	for _, n := range r.named {
		if r.problems.full() {
			return
		}
		name := n.node.Text
		if n.node.Kind != document.Scalar || n.node.IsNull() || strings.TrimSpace(name) == "" {
			continue // no name, and reported where it was read
		}
		taken, ok := first[name]
		switch at := placeOf(n.node, n.path); {
		case !ok:
			first[name] = n
		case taken.what != n.what:
			r.problems.add(at.ambiguousName(name, taken))
		case n.list == nil || taken.list != n.list:
			r.problems.add(at.duplicateName(name, taken))
		}
	}
}
