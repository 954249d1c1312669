package rule

import (
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// node is a part of a parsed rule that is true or false for a customer:
// *logicNode, *notNode, *testNode, *sequenceNode or *segmentNode. Nodes are not
// changed after Parse.
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
	// each says that a file negates the operator of node, a test with one. Of a
	// list the negation belongs to each element; typing decides.
	each bool
	text string
}

// segmentNode is a reference to another segment: by path or bare name, or, from
// a file, by id.
type segmentNode struct {
	ref  string
	byID bool // ref is the id of a segment file
	text string
	span // of ref
}

// testNode is a name and what is said of it. It is neutral: whether the name is
// an attribute's or a behavior's only the checker knows.
//
//	NAME                               everything else is nil
//	NAME window                        window
//	NAME between A and B               window, of the form Between
//	NAME [where] [aggregate] [window]  a behavior: one of where and aggregate, or both
//	first NAME [where] window          edge, window, of the time of one event
//	NAME [quant] op                    quant, op: an attribute
//	NAME quant window                  quant, window: an attribute, wrongly
//
// In a where, names are fields and only the forms of attributes occur.
type testNode struct {
	name      nameNode
	edge      edge
	edgeField *nameNode // from a file: the column whose Min or Max is meant, which must be the time
	where     node      // nil: none
	bareWhere bool      // it was written without brackets
	aggregate *aggregateNode
	window    *windowNode
	quant     *quantNode
	op        *opNode
	text      string
}

// edge says which event of a customer a window is about.
type edge uint8

const (
	edgeNone  edge = iota // any
	edgeFirst             // the earliest
	edgeLast              // the latest
)

// sequenceNode is what a customer did, step by step. It has 2 to MaxSteps steps.
type sequenceNode struct {
	steps []*stepNode
	text  string
	span
}

// stepNode is a step of a sequence. The first one is not absent and has no
// within.
type stepNode struct {
	test   *testNode   // the name, with a where and a window at most; without text
	absent bool        // "then not"
	within *withinNode // nil: none
	text   string
}

// withinNode is how long after the step before an event may come.
type withinNode struct {
	n    int64
	unit window.Unit // up to weeks
}

type nameNode struct {
	text string
	time bool // from a file: the event's time, whatever fields are called
	span
}

// of returns the name as rules about behavior b write it.
func (n nameNode) of(b *model.Behavior) nameNode {
	if n.time {
		n.text = b.TimeColumn
	}
	return n
}

// aggregateNode is a value of events and the comparison of it.
type aggregateNode struct {
	op    AggregateOp // none of AggregateFirst, AggregateLast
	field *nameNode   // of all but AggregateCount, AggregateDays
	test  *opNode     // a comparison or a between
	span              // of the aggregate's words
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
	// loose says that the literal is from a file, where a value is what its
	// column wants: raw is its text there. The kind is what it looks like.
	loose bool
	raw   string
	str   string  // of a string
	num   decimal // of a number
	b     bool    // of a boolean
	span
}

type literalKind uint8

const (
	literalString literalKind = iota
	literalNumber
	literalBool
)

func (n *logicNode) slot() *string    { return &n.text }
func (n *notNode) slot() *string      { return &n.text }
func (n *testNode) slot() *string     { return &n.text }
func (n *sequenceNode) slot() *string { return &n.text }
func (n *segmentNode) slot() *string  { return &n.text }
