package rule

import (
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// behaviorPrefix stands in front of a behavior's name where files name its
// source.
const behaviorPrefix = "behavior_"

var (
	leftValueKeys  = fileKeys{what: `"leftValue"`, keys: []string{"name", "source", "aggregation", "filter", "timeWindow"}}
	columnLeftKeys = fileKeys{what: `"leftValue"`, keys: []string{"name"}}
	sourceKeys     = fileKeys{what: `"source"`, keys: []string{"name"}}
	windowKeys     = fileKeys{what: `"timeWindow"`, keys: []string{"duration", "unit", "type", "text"}}
)

// subject is what a condition of type Value is about: its keys and those of its
// leftValue. Those not given are nil.
type subject struct {
	attribute, source, aggregation, filter, timeWindow *document.Node
}

func (r *fileReader) subject(m mapping) subject {
	left := mapping{}
	if n := m.values["leftValue"]; n != nil {
		left, _ = r.mapping(n, EmptyAttribute, leftValueKeys)
	}
	either := func(key, leftKey string) *document.Node {
		n, other := m.values[key], left.values[leftKey]
		if n != nil && n.Kind == document.Scalar && n.Text == "" {
			n = nil // attribute: "" says that the condition is about a behavior
		}
		if n != nil && other != nil {
			r.conflictingKeys(other, key, "leftValue."+leftKey)
		}
		if n == nil {
			n = other
		}
		return n
	}
	return subject{
		attribute: either("attribute", "name"), source: either("source", "source"),
		aggregation: either("aggregation", "aggregation"), filter: either("filter", "filter"),
		timeWindow: either("timeWindow", "timeWindow"),
	}
}

// value reads a condition of type Value.
func (r *fileReader) value(m mapping) node {
	s := r.subject(m)
	if n := m.values["limit"]; n != nil {
		r.limitIgnored(n)
	}
	if s.attribute != nil && s.attribute.Kind == document.Scalar && s.attribute.Text == "" {
		s.attribute = nil
	}
	switch {
	case s.source != nil && s.attribute != nil:
		r.attributeAndSource(s.source)
	case s.source != nil:
		return r.behavior(m, s)
	case s.attribute == nil:
		r.missingAttribute(m.node)
	default:
		for _, n := range []*document.Node{s.aggregation, s.filter, s.timeWindow} {
			if n != nil {
				r.partOfBehavior(n, s.attribute)
			}
		}
		return r.columnTest(m, nameNode{text: r.text(s.attribute), span: spanOf(s.attribute)})
	}
	return nil
}

// column reads a condition of type Column, which is about a field of events.
func (r *fileReader) column(m mapping) node {
	n := m.values["column"]
	if left := m.values["leftValue"]; left != nil {
		l, _ := r.mapping(left, EmptyAttribute, columnLeftKeys)
		if name := l.values["name"]; n == nil {
			n = name
		} else if name != nil {
			r.conflictingKeys(name, "column", "leftValue.name")
		}
	}
	if n == nil || n.Kind == document.Scalar && n.Text == "" {
		r.missingColumn(m.node)
		return nil
	}
	return r.columnTest(m, nameNode{text: r.text(n), span: spanOf(n)})
}

// columnTest reads what a condition says of an attribute or a field.
func (r *fileReader) columnTest(m mapping, name nameNode) node {
	t := &testNode{name: name, quant: r.quant(m.values["arrayMatching"])}
	n := m.values["operator"]
	if n == nil {
		if t.quant != nil {
			r.missingOperator(m.node)
		}
		return t
	}
	o := r.operator(n)
	t.op, t.window = o.op, o.window
	switch {
	case o.op != nil && o.op.kind == opBetween && !o.not && t.quant == nil && o.op.values[0].isTime() && o.op.values[1].isTime():
		t.window = &windowNode{spec: window.Spec{Form: window.Between}, from: o.op.values[0], to: o.op.values[1], span: o.op.span}
		t.op = nil
	case !o.not:
	case o.op != nil && t.quant != nil && o.op.kind.flipped() != o.op.kind:
		o.op.kind = o.op.kind.flipped() // an element that is no NULL passes one of the two
	case o.op != nil && o.op.kind.flipped() == o.op.kind:
		o.op.not = true
	default:
		return &notNode{node: t, each: o.op != nil}
	}
	return t
}

// flipped returns the comparison that is true where k is not, or k where there
// is none of that kind.
func (k opKind) flipped() opKind {
	switch k {
	case opLess:
		return opAtLeast
	case opAtLeast:
		return opLess
	case opGreater:
		return opAtMost
	case opAtMost:
		return opGreater
	}
	return k
}

// quant reads an arrayMatching: any, all, or {atLeast: N} and its like.
func (r *fileReader) quant(n *document.Node) *quantNode {
	if n == nil {
		return nil
	}
	q := &quantNode{span: spanOf(n)}
	if n.Kind == document.Scalar {
		switch n.Text {
		case "any":
			q.quant.Op = QuantAny
		case "all":
			q.quant.Op = QuantAll
		default:
			r.unknownArrayMatching(n)
		}
		return q
	}
	if n.Kind != document.Map || len(n.Pairs) != 1 {
		r.unknownArrayMatching(n)
		return q
	}
	switch p := n.Pairs[0]; p.Key.Text {
	case "atLeast":
		q.quant.Op = QuantAtLeast
	case "atMost":
		q.quant.Op = QuantAtMost
	case "exactly":
		q.quant.Op = QuantExactly
	default:
		r.unknownArrayMatching(p.Key)
		return q
	}
	q.quant.N = r.count(InvalidArrayMatching, n.Pairs[0].Value)
	return q
}

// behaviorName returns the name of the behavior that a source is of.
func (r *fileReader) behaviorName(n *document.Node) nameNode {
	if n.Kind == document.Map {
		m, _ := r.mapping(n, EmptyAttribute, sourceKeys)
		if m.values["name"] == nil {
			r.missingSource(n)
			return nameNode{}
		}
		n = m.values["name"]
	}
	name := nameNode{text: strings.TrimPrefix(r.text(n), behaviorPrefix), span: spanOf(n)}
	if name.text == "" && n.Kind == document.Scalar {
		r.missingSource(n)
	}
	return name
}
