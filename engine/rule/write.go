package rule

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/document"
)

// AppendSegment appends the segment as a file in the shape of segment YAML:
//
//	name: Gold members
//	rule:
//	  type: And
//	  conditions:
//	    - {type: Value, attribute: loyalty_tier, operator: {type: Equal, value: Gold}}
//
// [ParseFile] reads the same rule from it, that is one of the same canonical
// text, with strings, numbers and booleans as they were. What the published shape
// has no spelling for is written in ours: timeWindow and operators of type Window,
// the aggregations First, Last and CountDistinctDays, and "not: true" on groups.
//
// The test of a bare name, or of one with a window, may be about an attribute or
// a behavior. It is written as a behavior's where isBehavior says so, else, and
// where isBehavior is nil, as an attribute's; it is read back as either.
//
// A rule that makes a file beyond what ParseFile takes is an error.
func (f *SegmentFile) AppendSegment(dst []byte, isBehavior func(name string) bool) ([]byte, error) {
	w := ruleWriter{isBehavior: isBehavior}
	text := appendYAML(nil, w.segment(f))
	return append(dst, text...), f.checkWritten("segment.yml", text)
}

// AppendWire appends the segment as a JSON file in the wire shape, with leftValue
// and rightValue. Else it is as [SegmentFile.AppendSegment].
func (f *SegmentFile) AppendWire(dst []byte, isBehavior func(name string) bool) ([]byte, error) {
	w := ruleWriter{isBehavior: isBehavior, wire: true}
	text := append(appendJSON(nil, w.segment(f), ""), '\n')
	return append(dst, text...), f.checkWritten("segment.json", text)
}

// checkWritten returns an error unless text gives the rule back.
func (f *SegmentFile) checkWritten(name string, text []byte) error {
	again, err := ParseFile(name, text)
	switch {
	case err != nil:
		return fmt.Errorf("the rule does not fit into a file: %w", err)
	case again.Rule.String() != f.Rule.String():
		return fmt.Errorf("the rule changes when it is written to a file: %.200q", again.Rule.String())
	}
	return nil
}

// ruleWriter makes the tree of a file from a rule.
type ruleWriter struct {
	isBehavior func(name string) bool
	wire       bool // the wire shape, else segment YAML
	fields     bool // within a filter
}

// segment returns the whole file.
func (w *ruleWriter) segment(f *SegmentFile) *document.Node {
	n := newMap()
	if f.Name != "" {
		n.set("name", textNode(f.Name))
	}
	if f.ID != "" {
		n.set("id", textNode(f.ID))
	}
	n.Pairs = append(n.Pairs, f.Extra...)
	n.set("rule", w.group(f.Rule.root).Node)
	return n.Node
}

// mapNode is a mapping that is being made.
type mapNode struct{ *document.Node }

func newMap() mapNode { return mapNode{&document.Node{Kind: document.Map}} }

// set adds a key.
func (m mapNode) set(key string, value *document.Node) {
	m.Pairs = append(m.Pairs, document.Pair{Key: textNode(key), Value: value})
}

// typed returns a mapping with a type.
func typedMap(typ string) mapNode {
	m := newMap()
	m.set("type", textNode(typ))
	return m
}

// textNode returns a string.
func textNode(s string) *document.Node {
	return &document.Node{Kind: document.Scalar, Style: document.Quoted, Text: s}
}

// plainNode returns a number or a boolean.
func plainNode(s string) *document.Node {
	return &document.Node{Kind: document.Scalar, Style: document.Plain, Text: s}
}

func boolNode(b bool) *document.Node {
	if b {
		return plainNode("true")
	}
	return plainNode("false")
}

func listNode(items []*document.Node) *document.Node {
	return &document.Node{Kind: document.List, Items: items}
}

// valueNode returns a literal: a string in quotes, a number as it was written.
func valueNode(l literal) *document.Node {
	switch {
	case l.kind == literalString:
		return textNode(l.str)
	case l.kind == literalNumber && l.loose:
		return plainNode(l.raw)
	}
	return plainNode(l.print())
}

func valueNodes(values []literal) []*document.Node {
	nodes := make([]*document.Node, len(values))
	for i, v := range values {
		nodes[i] = valueNode(v)
	}
	return nodes
}
