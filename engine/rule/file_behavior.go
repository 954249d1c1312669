package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// aggregations holds what files call the aggregates; the edges are apart.
var aggregations = map[string]AggregateOp{
	"Count": AggregateCount, "CountDistinct": AggregateDistinct, "CountDistinctDays": AggregateDays,
	"Sum": AggregateSum, "Average": AggregateAvg, "Min": AggregateMin, "Max": AggregateMax,
	"First": AggregateFirst, "Last": AggregateLast,
}

// aggregationNames holds the names in the order that messages list them.
var aggregationNames = []string{
	"Count", "CountDistinct", "CountDistinctDays", "Sum", "Average", "Min", "Max", "First", "Last",
}

var aggregationKeys = fileKeys{what: `"aggregation"`, keys: []string{"type", "column"}}

// aggregation is an aggregate as a file gives it.
type aggregation struct {
	given bool
	name  string
	op    AggregateOp
	field *nameNode
	span  // of its type
}

// aggregation reads an aggregation; nil counts.
func (r *fileReader) aggregation(n *document.Node) (aggregation, bool) {
	if n == nil {
		return aggregation{name: "Count"}, true
	}
	m, ok := r.mapping(n, InvalidOperatorType, aggregationKeys)
	if !ok {
		return aggregation{}, false
	}
	typ, column := m.values["type"], m.values["column"]
	if typ == nil || typ.Kind != document.Scalar {
		r.missingAggregation(n)
		return aggregation{}, false
	}
	op, ok := aggregations[typ.Text]
	if !ok {
		r.unknownAggregation(typ)
		return aggregation{}, false
	}
	a := aggregation{given: true, name: typ.Text, op: op, span: spanOf(typ)}
	if column != nil && column.Kind == document.Scalar && column.Text == "" {
		column = nil
	}
	if column != nil {
		a.field = &nameNode{text: r.text(column), span: spanOf(column)}
	}
	switch noField := op == AggregateCount || op == AggregateDays; {
	case noField && column != nil:
		r.columnNotWanted(column, a.name)
	case !noField && column == nil && op != AggregateFirst && op != AggregateLast:
		r.aggregationWithoutColumn(n, a.name)
	}
	return a, true
}

// behavior reads a condition about a behavior. Without an aggregation, what its
// operator compares is the number of events; an operator that is a window, and a
// condition without an operator, ask for an event.
func (r *fileReader) behavior(m mapping, s subject) node {
	t := &testNode{name: r.behaviorName(s.source)}
	if n := m.values["arrayMatching"]; n != nil {
		r.arrayMatchingOnBehavior(n)
	}
	if s.filter != nil {
		t.where = r.filter(s.filter)
	}
	if s.timeWindow != nil {
		t.window = r.timeWindow(s.timeWindow)
	}
	a, ok := r.aggregation(s.aggregation)
	n := m.values["operator"]
	if n == nil {
		if a.given {
			r.missingOperator(m.node)
		}
		return t
	}
	o := r.operator(n)
	if !ok || o.op == nil && o.window == nil {
		return nil
	}
	switch edge := a.edge(o); {
	case edge != edgeNone:
		r.edge(t, a, edge, o, n)
	case o.window != nil && !a.given:
		t.addWindow(o.window)
	case o.window != nil:
		r.windowOfAggregate(n, a.name)
	case o.op.kind > opBetween:
		r.operatorOfAggregate(n, a.name)
	default:
		t.aggregate = &aggregateNode{op: a.op, field: a.field, test: o.op, span: a.span}
		if o.not && o.op.kind.flipped() == o.op.kind {
			o.op.not = true
			return t
		}
	}
	if o.not {
		return &notNode{node: t}
	}
	return t
}

// edge returns the event that a condition is about, if it is about one: the
// first or the last, or that of the least or greatest time.
func (a aggregation) edge(o operator) edge {
	switch {
	case a.op == AggregateFirst, a.op == AggregateMin && o.window != nil:
		return edgeFirst
	case a.op == AggregateLast, a.op == AggregateMax && o.window != nil:
		return edgeLast
	}
	return edgeNone
}

// edge makes t a test of the time of one event: the operator at n says what it
// is to be, and a timeWindow which events are looked at.
func (r *fileReader) edge(t *testNode, a aggregation, e edge, o operator, n *document.Node) {
	if o.window == nil && o.op.kind == opAtMost {
		// No window ends with an instant included; the least time says the same.
		t.aggregate = &aggregateNode{op: AggregateMin, field: &nameNode{text: timeAlias, time: true, span: a.span}, test: o.op, span: a.span}
		if e == edgeLast {
			t.aggregate.op = AggregateMax
		}
		return
	}
	t.edge, t.edgeField = e, a.field
	if o.window == nil {
		if o.window = o.op.asWindow(); o.window == nil {
			r.operatorOfEdge(n, a.name)
			return
		}
	}
	t.addWindow(o.window)
}

// asWindow returns the window of the times that pass a comparison, nil where no
// window says it.
func (o *opNode) asWindow() *windowNode {
	w := &windowNode{span: o.span}
	switch {
	case o.kind == opGreater:
		w.spec.Form = window.After
	case o.kind == opAtLeast:
		w.spec.Form = window.Since
	case o.kind == opLess:
		w.spec.Form = window.Before
	case o.kind == opEqual, o.kind == opBetween:
		w.spec.Form, w.to = window.Between, o.values[len(o.values)-1].time()
	default:
		return nil
	}
	w.from = o.values[0].time()
	return w
}

// addWindow makes w the window of the test. A window that it has already becomes
// a filter of the events' time.
func (n *testNode) addWindow(w *windowNode) {
	if n.window != nil {
		at := &testNode{name: nameNode{text: timeAlias, time: true, span: n.window.span}, window: n.window}
		if n.where == nil {
			n.where = at
		} else {
			n.where = &logicNode{word: "and", nodes: []node{n.where, at}}
		}
	}
	n.window = w
}

// filter reads a filter of events: a group, or a list of conditions that all
// hold. One without conditions filters nothing.
func (r *fileReader) filter(n *document.Node) node {
	r.fields = true
	defer func() { r.fields = false }()
	switch {
	case n.Kind == document.List && len(n.Items) > 0:
		return r.conditions(n, "and")
	case n.Kind == document.List, n.Kind == document.Map && len(n.Pairs) == 0:
		return nil
	case n.Kind == document.Map && isEmptyGroup(n):
		return nil
	}
	return r.condition(n)
}

// isEmptyGroup reports whether a filter is a group without conditions, and nothing
// else: it then lets every event pass.
func isEmptyGroup(n *document.Node) bool {
	typ, list := n.Find("type"), n.Find("conditions")
	return len(n.Pairs) == 2 && typ != nil && slices.Contains([]string{typeAnd, typeOr}, typ.Text) &&
		list != nil && (list.IsNull() || list.Kind == document.List && len(list.Items) == 0)
}

// timeWindow reads a timeWindow: a duration and its unit, or the text of a window.
func (r *fileReader) timeWindow(n *document.Node) *windowNode {
	m, ok := r.mapping(n, InvalidTime, windowKeys)
	if !ok {
		return nil
	}
	duration, unit := m.values["duration"], m.values["unit"]
	if m.values["text"] != nil {
		if duration != nil {
			r.conflictingKeys(m.values["text"], "duration", "text")
		}
		if typ := m.values["type"]; typ != nil && typ.Text != typeWindow {
			r.unknownOperator(typ, []string{typeWindow})
		}
		return r.windowText(m)
	}
	w := &windowNode{spec: window.Spec{Form: window.InLastFull}, span: spanOf(n)}
	if duration == nil {
		r.missingValue(n, "duration", "timeWindow")
	} else {
		w.spec.N = r.count(InvalidTime, duration)
	}
	w.spec.Unit = r.unit(n, unit)
	return w
}
