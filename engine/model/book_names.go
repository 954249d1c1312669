package model

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// namedNode is a node that names an attribute or a behavior, as what says.
type namedNode struct {
	node *yaml.Node
	path *keyPath
	what string
}

// addName notes the name of an attribute or a behavior for checkNames.
func (b *bookReader) addName(m configMap, what string) {
	if n := m.values["name"]; n != nil {
		b.named = append(b.named, namedNode{n, m.path("name"), what})
	}
}

// checkNames adds a problem for every name that is taken already where it
// stands. Rules call attributes and behaviors by their names alone, so a name
// stands for one thing. Attributes that come with "attributes: all" are not
// known yet; a load checks those.
func (b *bookReader) checkNames() {
	slices.SortStableFunc(b.named, func(a, b namedNode) int {
		return cmp.Or(cmp.Compare(a.node.Line, b.node.Line), cmp.Compare(a.node.Column, b.node.Column))
	})
	first := map[string]namedNode{}
	for _, n := range b.named {
		if b.problems.full() {
			return
		}
		name := n.node.Value
		if n.node.Kind != yaml.ScalarNode || isNull(n.node) || strings.TrimSpace(name) == "" {
			continue // no name, and reported where it was read
		}
		taken, ok := first[name]
		switch at := placeOf(n.node, n.path); {
		case !ok:
			first[name] = n
		case taken.what != n.what:
			b.problems.add(at.ambiguousName(name, taken))
		case taken.path.parent != n.path.parent: // else a list of columns, which checks itself
			b.problems.add(at.duplicateName(name, taken))
		}
	}
}
