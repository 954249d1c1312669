package rule

import (
	"strconv"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// group returns n as a group: an And of one condition where it is none.
func (w *ruleWriter) group(n node) mapNode {
	l, ok := n.(*logicNode)
	if !ok {
		m := typedMap(typeAnd)
		m.set("conditions", listNode([]*document.Node{w.condition(n).Node}))
		return m
	}
	m := typedMap(typeAnd)
	if l.word == "or" {
		m = typedMap(typeOr)
	}
	conditions := make([]*document.Node, len(l.nodes))
	for i, operand := range l.nodes {
		conditions[i] = w.condition(operand).Node
	}
	m.set("conditions", listNode(conditions))
	return m
}

// condition returns n as a condition.
func (w *ruleWriter) condition(n node) mapNode {
	switch n := n.(type) {
	case *notNode:
		if n.each {
			return w.condition(n.node).withNegatedOperator()
		}
		return w.not(n.node)
	case *segmentNode:
		return w.reference(n, typeInclude)
	case *testNode:
		return w.test(n)
	case *sequenceNode:
		return w.sequence(n)
	}
	return w.group(n)
}

// not returns the complement of n. The wire shape has "exclude" on every
// condition, where it stands already.
func (w *ruleWriter) not(n node) mapNode {
	if ref, ok := n.(*segmentNode); ok && !w.wire {
		return w.reference(ref, typeExclude)
	}
	if _, again := n.(*notNode); w.wire && !again {
		m := w.condition(n)
		for i, p := range m.Pairs {
			if p.Key.Text == "exclude" {
				m.Pairs[i].Value = boolNode(true)
				return m
			}
		}
		return m.withFlag("exclude")
	}
	if w.wire {
		return w.group(n).withFlag("exclude")
	}
	return w.group(n).withFlag("not")
}

// withFlag returns a condition with a key that is true, behind its type.
func (m mapNode) withFlag(key string) mapNode {
	out := newMap()
	out.Pairs = append(out.Pairs, m.Pairs[0])
	out.set(key, boolNode(true))
	out.Pairs = append(out.Pairs, m.Pairs[1:]...)
	return out
}

// withNegatedOperator returns a condition whose operator is negated.
func (m mapNode) withNegatedOperator() mapNode {
	operator := m.Find("operator")
	for i, p := range operator.Pairs {
		if p.Key.Text == "not" {
			operator.Pairs[i].Value = boolNode(true)
			return m
		}
	}
	mapNode{operator}.set("not", boolNode(true))
	return m
}

// reference returns a reference to another segment.
func (w *ruleWriter) reference(n *segmentNode, typ string) mapNode {
	if !w.wire && !n.byID {
		m := typedMap(typ)
		m.set("segment", textNode(n.ref))
		return m
	}
	m := typedMap(typeReference)
	key := "name"
	if n.byID {
		key = "id"
	}
	m.set(key, textNode(n.ref))
	if w.wire || typ == typeExclude {
		m.set("exclude", boolNode(typ == typeExclude))
	}
	return m
}

// test returns the test of an attribute, a behavior or a field.
func (w *ruleWriter) test(n *testNode) mapNode {
	isBehavior := n.edge != edgeNone || n.where != nil || n.aggregate != nil ||
		n.op == nil && n.quant == nil && w.isBehavior != nil && w.isBehavior(n.name.text)
	if isBehavior && !w.fields {
		return w.behavior(n)
	}
	m := typedMap(typeValue)
	switch {
	case w.fields:
		m = typedMap(typeColumn)
		m.set("column", textNode(n.name.text))
	case w.wire:
		left := newMap()
		left.set("name", textNode(n.name.text))
		m.set("leftValue", left.Node)
	default:
		m.set("attribute", textNode(n.name.text))
	}
	if n.quant != nil {
		m.set("arrayMatching", quantNodeOf(n.quant.quant))
	}
	switch {
	case n.op != nil:
		m.set("operator", w.operator(n.op).Node)
	case n.window != nil:
		m.set("operator", w.windowOperator(n.window).Node)
	}
	w.exclude(m)
	return m
}

// exclude adds the key that conditions of the wire shape have.
func (w *ruleWriter) exclude(m mapNode) {
	if w.wire && !w.fields {
		m.set("exclude", boolNode(false))
	}
}

// quantNodeOf returns an arrayMatching.
func quantNodeOf(q Quant) *document.Node {
	key := map[QuantOp]string{QuantAtLeast: "atLeast", QuantAtMost: "atMost", QuantExactly: "exactly"}[q.Op]
	if key == "" {
		return textNode(q.String())
	}
	m := newMap()
	m.set(key, plainNode(strconv.FormatInt(q.N, 10)))
	return m.Node
}

// behavior returns the test of a behavior.
func (w *ruleWriter) behavior(n *testNode) mapNode {
	m := typedMap(typeValue)
	subject, source := m, textNode(behaviorPrefix+n.name.text)
	if w.wire {
		subject = newMap()
		name := newMap()
		name.set("name", source)
		source = name.Node
	} else {
		m.set("attribute", textNode(""))
	}
	subject.set("source", source)
	w.subject(subject, n)
	if w.wire {
		m.set("leftValue", subject.Node)
	}
	switch {
	case n.edge != edgeNone:
		m.set("operator", w.edgeOperator(n.window).Node)
	case n.aggregate != nil:
		m.set("operator", w.operator(n.aggregate.test).Node)
	}
	w.exclude(m)
	return m
}

// subject adds the aggregation, the filter and the timeWindow of a behavior's
// test.
func (w *ruleWriter) subject(m mapNode, n *testNode) {
	if a := aggregationOf(n); a.Node != nil {
		m.set("aggregation", a.Node)
	}
	if n.where != nil {
		w.fields = true
		m.set("filter", w.group(n.where).Node)
		w.fields = false
	}
	switch {
	case n.edge != edgeNone || n.window == nil:
	case n.window.spec.Form == window.InLastFull:
		t := newMap()
		t.set("duration", plainNode(strconv.FormatInt(n.window.spec.N, 10)))
		t.set("unit", textNode(n.window.spec.Unit.String()))
		m.set("timeWindow", t.Node)
	default:
		m.set("timeWindow", windowText(n.window).Node)
	}
}

// aggregationOf returns the aggregation of a behavior's test, without a Node
// where it has none.
func aggregationOf(n *testNode) mapNode {
	var m mapNode
	var field *nameNode
	switch {
	case n.edge == edgeFirst:
		m, field = typedMap("First"), n.edgeField
	case n.edge == edgeLast:
		m, field = typedMap("Last"), n.edgeField
	case n.aggregate == nil:
		return mapNode{}
	default:
		for name, op := range aggregations {
			if op == n.aggregate.op {
				m = typedMap(name)
			}
		}
		field = n.aggregate.field
	}
	if field != nil {
		m.set("column", textNode(field.text))
	}
	return m
}
