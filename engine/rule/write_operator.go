package rule

import (
	"strconv"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// writtenOps holds what files call the operators; negated, some have a name of
// their own.
var writtenOps = [...]struct{ name, negated string }{
	opEqual: {"Equal", "NotEqual"}, opLess: {"Less", ""}, opAtMost: {"LessEqual", ""}, opGreater: {"Greater", ""},
	opAtLeast: {"GreaterEqual", ""}, opBetween: {"Between", ""}, opIn: {"In", "NotIn"}, opMatches: {"Regexp", ""},
	opContains: {"Contain", ""}, opStarts: {"StartWith", ""}, opEnds: {"EndWith", ""}, opIsNull: {"IsNull", ""},
}

// operator returns an operator with its values.
func (w *ruleWriter) operator(o *opNode) mapNode {
	names, not := writtenOps[o.kind], o.not
	if not && names.negated != "" && !w.wire {
		names.name, not = names.negated, false
	}
	m := typedMap(names.name)
	w.negation(m, not)
	switch {
	case o.kind == opBetween:
		w.bounds(m, o.values[0], o.values[1])
	case o.kind == opIn, o.kind == opContains, o.kind == opStarts, o.kind == opEnds:
		m.set(w.valueKey(), listNode(valueNodes(o.values)))
	case o.kind != opIsNull:
		m.set(w.valueKey(), valueNode(o.values[0]))
	}
	return m
}

// negation adds the key "not", which operators of the wire shape always have.
func (w *ruleWriter) negation(m mapNode, not bool) {
	if not || w.wire {
		m.set("not", boolNode(not))
	}
}

// valueKey returns the key of an operator's value.
func (w *ruleWriter) valueKey() string {
	if w.wire && !w.fields {
		return "rightValue"
	}
	return "value"
}

// bounds adds the bounds of a Between.
func (w *ruleWriter) bounds(m mapNode, lo, hi literal) {
	if w.wire {
		m.set("minValue", valueNode(lo))
		m.set("maxValue", valueNode(hi))
		return
	}
	m.set("min", valueNode(lo))
	m.set("max", valueNode(hi))
}

// windowOperator returns a window as an operator.
func (w *ruleWriter) windowOperator(n *windowNode) mapNode {
	var m mapNode
	switch spec := n.spec; spec.Form {
	case window.InLastFull, window.InNextFull:
		m = typedMap("TimeWithinPast")
		if spec.Form == window.InNextFull {
			m = typedMap("TimeWithinNext")
		}
		m.set("value", countNode(spec.N))
		m.set("unit", textNode(spec.Unit.String()))
	case window.For:
		m = typedMap("TimeRange")
		duration, from := newMap(), newMap()
		duration.set(spec.Unit.String(), countNode(spec.N))
		m.set("duration", duration.Node)
		from.set("last", countNode(spec.M))
		from.set("unit", textNode(spec.Unit2.String()))
		m.set("from", from.Node)
	case window.Today:
		m = typedMap("TimeToday")
	case window.This:
		m = typedMap("TimeThis")
		m.set("unit", textNode(spec.Unit.String()))
	case window.Between:
		m = typedMap("Between")
		w.bounds(m, n.from, n.to)
	default:
		m = windowText(n)
	}
	w.negation(m, false)
	return m
}

// edgeOperator returns the operator for the time of a first or last event.
func (w *ruleWriter) edgeOperator(n *windowNode) mapNode {
	name := map[window.Form]string{window.After: "Greater", window.Since: "GreaterEqual", window.Before: "Less"}[n.spec.Form]
	if name == "" {
		return w.windowOperator(n)
	}
	m := typedMap(name)
	w.negation(m, false)
	m.set(w.valueKey(), valueNode(n.from))
	return m
}

// windowText returns a window in the words of rules.
func windowText(n *windowNode) mapNode {
	m := typedMap(typeWindow)
	m.set("text", textNode(n.print()))
	return m
}

func countNode(n int64) *document.Node { return plainNode(strconv.FormatInt(n, 10)) }
