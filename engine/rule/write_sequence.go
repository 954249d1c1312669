package rule

import "github.com/rollcall-db/rollcall/engine/document"

// sequence returns a sequence. Every step has the within that it has in text: the
// key of the whole sequence is not written.
func (w *ruleWriter) sequence(n *sequenceNode) mapNode {
	m := typedMap(typeSequence)
	steps := make([]*document.Node, len(n.steps))
	for i, s := range n.steps {
		steps[i] = w.step(s).Node
	}
	m.set("steps", listNode(steps))
	w.exclude(m)
	return m
}

// step returns a step.
func (w *ruleWriter) step(s *stepNode) mapNode {
	m := newMap()
	subject, source := m, textNode(behaviorPrefix+s.test.name.text)
	if w.wire {
		subject = newMap()
		name := newMap()
		name.set("name", source)
		source = name.Node
	}
	subject.set("source", source)
	w.subject(subject, s.test)
	if w.wire {
		m.set("leftValue", subject.Node)
	}
	if s.absent || w.wire {
		m.set("exclude", boolNode(s.absent))
	}
	if s.within != nil {
		within := newMap()
		within.set("value", countNode(s.within.n))
		within.set("unit", textNode(s.within.unit.String()))
		m.set("within", within.Node)
	}
	return m
}
