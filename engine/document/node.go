package document

// Kind is what a node is. The zero Kind is of a node that was refused, such as
// an alias: there is a [Problem] about it already.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota + 1
	List
	Map
)

// Style is how a scalar is written, which decides what else it may be than text.
type Style uint8

// The styles.
const (
	Plain  Style = iota + 1 // without quotes in YAML; a number, true, false or null in JSON
	Quoted                  // a string in quotes, or a block scalar of YAML
)

// Node is a part of a document. Nodes are not changed after they are made.
type Node struct {
	Kind  Kind
	Style Style  // of a Scalar
	Text  string // of a Scalar: its text as in the file, escapes of quoted ones resolved
	Items []*Node
	Pairs []Pair // of a Map, in the order of the file

	Offset int // of the first byte within the document
	Length int // in bytes; of a List or a Map, of its first character or its dash; of a block scalar, of its "|" or ">"
	Line   int // 1-based
	Column int // 1-based, in characters
}

// Pair is a key of a Map with its value. A key that is given twice, which is a
// problem, has a pair for each.
type Pair struct {
	Key   *Node // a Scalar
	Value *Node
}

// IsNull reports whether n is a null: a plain scalar that is empty, ~ or null.
func (n *Node) IsNull() bool {
	return n.Kind == Scalar && n.Style == Plain && (n.Text == "" || n.Text == "~" || n.Text == "null")
}

// Find returns the value of a key, the first if it is given twice, and nil where
// n is no Map or has no such key.
func (n *Node) Find(key string) *Node {
	if n == nil || n.Kind != Map {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key.Text == key {
			return p.Value
		}
	}
	return nil
}
