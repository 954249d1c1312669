package document

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const quotedStyles = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// node makes a node of the loader's, and adds a problem for everything in it
// that is YAML, but not the plain part of it that is read here.
func (r *yamlReader) node(n *yaml.Node, path *Path) *Node {
	made := r.bare(n)
	at := placeOf(made, path)
	if n.Anchor != "" {
		r.problems.add(at.anchor(n.Anchor))
	}
	switch {
	case n.Style&yaml.TaggedStyle != 0:
		r.problems.add(at.tag(n.Tag))
	case made.Offset < len(r.data) && r.data[made.Offset] == '!': // a tag of no name, which leaves no trace in the node
		r.problems.add(at.tag("!"))
	}
	switch n.Kind {
	case yaml.AliasNode:
		at.length = min(1+len(n.Value), len(r.data)-at.offset)
		r.problems.add(at.alias(n.Value))
	case yaml.SequenceNode:
		for i, item := range n.Content {
			made.Items = append(made.Items, r.node(item, path.Item(i)))
		}
	case yaml.MappingNode:
		made.Pairs = r.pairs(n, path)
	}
	return made
}

// pairs makes the pairs of a mapping. It leaves out those whose key is none.
func (r *yamlReader) pairs(n *yaml.Node, path *Path) []Pair {
	pairs := make([]Pair, 0, len(n.Content)/2)
	lines := map[string]int{} // of the keys seen
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.problems.add(placeOf(r.bare(key), path).keyNotText(key.Kind))
			r.node(value, path)
			continue
		}
		below := path.Key(key.Value)
		first, seen := lines[key.Value]
		switch made := r.bare(key); {
		case key.Value == "<<" && key.Style&quotedStyles == 0:
			r.problems.add(placeOf(made, path).mergeKey())
			r.node(value, below)
			continue
		case seen:
			r.problems.add(placeOf(made, below).duplicateKey(first))
			pairs = append(pairs, Pair{made, r.node(value, below)})
		default:
			lines[key.Value] = key.Line
			pairs = append(pairs, Pair{r.node(key, below), r.node(value, below)})
		}
	}
	return pairs
}

// bare makes a node without what is in it.
func (r *yamlReader) bare(n *yaml.Node) *Node {
	made := &Node{Line: max(n.Line, 1), Column: max(n.Column, 1), Offset: r.locator.find(n.Line, n.Column)}
	switch n.Kind {
	case yaml.SequenceNode:
		made.Kind = List
	case yaml.MappingNode:
		made.Kind = Map
	case yaml.ScalarNode:
		made.Kind, made.Style, made.Text = Scalar, Plain, n.Value
		if n.Style&quotedStyles != 0 {
			made.Style = Quoted
		}
	}
	made.Length = sourceLength(r.data[made.Offset:], n)
	return made
}

// sourceLength returns how many bytes of source, which starts with a node, are
// its own.
func sourceLength(source []byte, n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode && len(source) > 0 && n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 {
		switch {
		case n.Style&quotedStyles == 0:
			return plainLength(source, n.Value)
		case source[0] == '"':
			return doubleQuotedLength(source)
		case source[0] == '\'':
			return singleQuotedLength(source)
		}
	}
	if len(source) == 0 {
		return 0
	}
	_, size := utf8.DecodeRune(source)
	return size
}

// plainLength returns the length of a plain scalar from its text. Over several
// lines the blanks of the source are more than those of the text.
func plainLength(source []byte, text string) int {
	if bytes.HasPrefix(source, []byte(text)) {
		return len(text)
	}
	at := 0
	for _, want := range text {
		if unicode.IsSpace(want) {
			continue
		}
		for at < len(source) {
			found, size := utf8.DecodeRune(source[at:])
			if found != want && !unicode.IsSpace(found) {
				return at
			}
			at += size
			if found == want {
				break
			}
		}
	}
	return at
}

// doubleQuotedLength returns the length of a scalar in double quotes.
func doubleQuotedLength(source []byte) int {
	for i := 1; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(source)
}

// singleQuotedLength returns the length of a scalar in single quotes, where two
// of them stand for one.
func singleQuotedLength(source []byte) int {
	for i := 1; i < len(source); i++ {
		if source[i] != '\'' {
			continue
		}
		if i+1 == len(source) || source[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return len(source)
}
