package rule

import (
	"slices"
	"strconv"

	"github.com/rollcall-db/rollcall/engine/document"
)

// fileKeys says which keys a mapping of a file may have.
type fileKeys struct {
	what string   // the mapping, for messages: "a condition of type Value"
	keys []string // those acted on
	kept []string // those of the published shapes that change nothing here
	null []string // those of its like, which change nothing where they are null or empty
}

// mapping is a mapping of a file whose keys are known.
type mapping struct {
	node   *document.Node
	values map[string]*document.Node // by key, without those that are null
}

// mapping reads a mapping and notes its unknown keys. It reports false where n
// is none, which code and what are noted of.
func (r *fileReader) mapping(n *document.Node, code Code, known fileKeys) (mapping, bool) {
	m := mapping{node: n, values: map[string]*document.Node{}}
	if n.Kind != document.Map {
		r.expectedMapping(code, n, known)
		return m, false
	}
	for _, p := range n.Pairs {
		switch key := p.Key.Text; {
		case slices.Contains(known.keys, key):
			if !p.Value.IsNull() {
				m.values[key] = p.Value
			}
		case slices.Contains(known.kept, key), isNothing(p.Value) && slices.Contains(known.null, key):
		default:
			r.unknownKey(p.Key, known)
		}
	}
	return m, true
}

// isNothing reports whether a value is null or the empty text, as published files
// give keys that do not matter.
func isNothing(n *document.Node) bool {
	return n.IsNull() || n.Kind == document.Scalar && n.Text == ""
}

// one returns the value of the one of some keys that is given, nil if none is.
// They mean the same, so giving two of them is a problem.
func (r *fileReader) one(m mapping, keys ...string) *document.Node {
	var found *document.Node
	var foundKey string
	for _, key := range keys {
		switch n := m.values[key]; {
		case n == nil:
		case found == nil:
			found, foundKey = n, key
		default:
			r.conflictingKeys(n, foundKey, key)
		}
	}
	return found
}

// text returns the text of a scalar.
func (r *fileReader) text(n *document.Node) string {
	if n.Kind != document.Scalar || n.IsNull() {
		r.expectedText(n)
		return ""
	}
	return n.Text
}

// flag reads true or false; nil is false.
func (r *fileReader) flag(n *document.Node) bool {
	if n == nil {
		return false
	}
	if n.Kind != document.Scalar || n.Text != "true" && n.Text != "false" {
		r.expectedFlag(n)
		return false
	}
	return n.Text == "true"
}

// count reads a whole number that is not negative, which may be in quotes.
func (r *fileReader) count(code Code, n *document.Node) int64 {
	if n.Kind == document.Scalar && jsonNumber.MatchString(n.Text) {
		d, ok := parseLooseNumber(n.Text)
		count, err := strconv.ParseInt(d.String(), 10, 64)
		if ok && err == nil && count >= 0 {
			return count
		}
	}
	r.expectedCount(code, n)
	return 0
}

// spanOf returns the place of a node.
func spanOf(n *document.Node) span { return span{n.Offset, n.Length} }
