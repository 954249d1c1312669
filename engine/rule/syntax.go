package rule

import "github.com/rollcall-db/rollcall/engine/window"

// node is a part of a parsed rule that is true or false for a customer:
// *logicNode, *notNode or *testNode. Nodes are not changed after Parse.
type node interface {
	// slot returns where the canonical text of the node is kept.
	slot() *string
}

// logicNode joins two nodes or more, none of them a logicNode of the same word.
type logicNode struct {
	word  string // "and" or "or"
	nodes []node
	text  string
}

// notNode is the complement of a node.
type notNode struct {
	node node
	text string
}

// testNode is a name and what is said of it. It is neutral: whether the name is
// an attribute's or a behavior's only the checker knows.
//
//	NAME                          everything else is nil
//	NAME window                   window
//	NAME between A and B          window, of the form Between
//	NAME count … [window]         count, window: a behavior
//	NAME [quant] op               quant, op: an attribute
//	NAME quant window             quant, window: an attribute, wrongly
type testNode struct {
	name   nameNode
	count  *opNode // a comparison with numbers
	window *windowNode
	quant  *quantNode
	op     *opNode
	text   string
}

type nameNode struct {
	text string
	span
}

// opNode is an operator with its values.
type opNode struct {
	kind   opKind
	not    bool
	values []literal
	span        // of the operator's words
	whole  span // with its values
}

// opKind is an operator without its negation.
type opKind uint8

const (
	opEqual    opKind = iota // = and, negated, !=
	opLess                   // <
	opAtMost                 // <=
	opGreater                // >
	opAtLeast                // >=
	opBetween                // between A and B
	opIn                     // in (…)
	opMatches                // matches
	opContains               // contains
	opStarts                 // starts with
	opEnds                   // ends with
	opIsNull                 // is null
)

var opWords = [...]string{
	opEqual: "=", opLess: "<", opAtMost: "<=", opGreater: ">", opAtLeast: ">=",
	opBetween: "between", opIn: "in", opMatches: "matches", opContains: "contains",
	opStarts: "starts with", opEnds: "ends with", opIsNull: "is null",
}

// words returns the operator as a rule writes it.
func (o *opNode) words() string {
	switch {
	case !o.not:
		return opWords[o.kind]
	case o.kind == opEqual:
		return "!="
	case o.kind == opIsNull:
		return "is not null"
	}
	return "not " + opWords[o.kind]
}

// isText reports whether k looks into strings.
func (k opKind) isText() bool { return opMatches <= k && k <= opEnds }

// windowNode is a window. Of a form with times, spec lacks them: they are from
// and to, as written, because what they mean depends on the name.
type windowNode struct {
	spec     window.Spec
	from, to literal
	span
}

// quantNode says how many elements of a list must pass.
type quantNode struct {
	quant Quant
	span
}

// literal is a value in a rule.
type literal struct {
	kind literalKind
	str  string  // of a string
	num  decimal // of a number
	b    bool    // of a boolean
	span
}

type literalKind uint8

const (
	literalString literalKind = iota
	literalNumber
	literalBool
)

func (n *logicNode) slot() *string { return &n.text }
func (n *notNode) slot() *string   { return &n.text }
func (n *testNode) slot() *string  { return &n.text }
