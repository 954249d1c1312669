package model

import "go.yaml.in/yaml/v4"

// checkNodes adds a problem for everything in a tree that is YAML, but not the
// plain part of it that configurations are written in: anchors, aliases, merge
// keys, tags, keys that are no text, and keys given twice. None of these is
// needed, and each lets a file mean something else than it shows.
func checkNodes(n *yaml.Node, path *keyPath, problems *problemList) {
	if problems.full() {
		return
	}
	at := placeOf(n, path)
	if n.Anchor != "" {
		problems.add(at.anchor(n.Anchor))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		problems.add(at.tag(n.Tag))
	}
	switch n.Kind {
	case yaml.AliasNode:
		problems.add(at.alias(n.Value))
	case yaml.SequenceNode:
		for i, item := range n.Content {
			checkNodes(item, path.item(i), problems)
		}
	case yaml.MappingNode:
		checkKeys(n, path, problems)
	}
}

// checkKeys does the work of checkNodes for a mapping.
func checkKeys(n *yaml.Node, path *keyPath, problems *problemList) {
	lines := map[string]int{} // of the keys seen
	for key, value := range pairs(n) {
		if problems.full() {
			return
		}
		if key.Kind != yaml.ScalarNode {
			problems.add(placeOf(key, path).keyNotText(key))
			checkNodes(value, path, problems)
			continue
		}
		below := path.child(key.Value)
		first, seen := lines[key.Value]
		switch {
		case isMergeKey(key):
			problems.add(placeOf(key, path).mergeKey())
		case seen:
			problems.add(placeOf(key, below).duplicateKey(first))
		default:
			lines[key.Value] = key.Line
			checkNodes(key, below, problems)
		}
		checkNodes(value, below, problems)
	}
}

// pairs iterates over the keys and values of a mapping, in the file's order.
func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// isMergeKey reports whether a key is YAML's "<<", which takes keys over from
// another mapping. In quotes it is a key like others.
func isMergeKey(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge"
}

// isNull reports whether a node is YAML's null: nothing at all, or ~ or null
// without quotes.
func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}
