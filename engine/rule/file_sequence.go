package rule

import (
	"github.com/rollcall-db/rollcall/engine/document"
)

var (
	stepKeys = fileKeys{
		what: "a step",
		keys: []string{"source", "leftValue", "filter", "timeWindow", "operator", "within", "exclude", "not"},
		kept: []string{"id", "name", "description", "attribute", "aggregation"}, // the last two are looked at where they say something
		null: conditionKeys[typeValue],
	}
	withinKeys = fileKeys{what: `"within"`, keys: []string{"value", "unit"}}
)

// sequence reads a Sequence: steps, and a within of the later ones that have none
// of their own.
func (r *fileReader) sequence(m mapping) node {
	steps := m.values["steps"]
	switch {
	case steps == nil:
		r.missingSteps(m.node)
		return nil
	case steps.Kind != document.List:
		r.expectedSteps(steps)
		return nil
	case len(steps.Items) < 2:
		r.tooFewSteps(steps)
		return nil
	case len(steps.Items) > MaxSteps:
		r.tooManyFileSteps(steps)
		return nil
	}
	within := r.within(m.values["within"])
	s := &sequenceNode{span: spanOf(m.node)}
	for i, item := range steps.Items {
		if r.full() {
			return nil
		}
		s.steps = append(s.steps, r.step(item, i == 0, within))
	}
	return s
}

// step reads a step, with the within that it has unless it is the first or has its
// own.
func (r *fileReader) step(n *document.Node, first bool, within *withinNode) *stepNode {
	if n.Kind != document.Map {
		r.expectedFileStep(n)
		return nil
	}
	m, _ := r.mapping(n, InvalidRuleType, stepKeys)
	step := &stepNode{test: r.stepTest(m)}
	for _, key := range []string{"exclude", "not"} {
		if flag := m.values[key]; r.flag(flag) {
			if first {
				r.absentFirstStep(flag)
			}
			step.absent = !step.absent
		}
	}
	own := m.values["within"]
	switch {
	case first && own != nil:
		r.withinOfFirstFileStep(own)
	case own != nil:
		step.within = r.within(own)
	case !first:
		step.within = within
	}
	return step
}

// stepTest reads which events a step is about.
func (r *fileReader) stepTest(m mapping) *testNode {
	s := r.subject(m)
	for _, key := range []string{"attribute", "aggregation"} {
		n := m.node.Find(key)
		if n == nil || isNothing(n) {
			continue
		}
		if key == "attribute" {
			s.attribute = n
		} else {
			s.aggregation = n
		}
	}
	t := &testNode{}
	switch {
	case s.attribute != nil:
		r.attributeOfStep(s.attribute)
	case s.source == nil:
		r.stepWithoutSource(m.node)
	default:
		t.name = r.behaviorName(s.source)
	}
	if s.aggregation != nil {
		r.aggregationOfStep(s.aggregation)
	}
	if s.filter != nil {
		t.where = r.filter(s.filter)
	}
	if s.timeWindow != nil {
		t.window = r.timeWindow(s.timeWindow)
	}
	if n := m.values["operator"]; n != nil {
		r.stepWindow(t, n)
	}
	return t
}

// stepWindow reads the operator of a step, which is a window.
func (r *fileReader) stepWindow(t *testNode, n *document.Node) {
	o := r.operator(n)
	switch {
	case o.op != nil:
		r.operatorOfStep(n)
	case o.window != nil && o.not:
		r.negatedWindowOfStep(n.Find("not"))
	case o.window != nil:
		t.addWindow(o.window)
	}
}

// within reads how long after the step before an event may come; nil is not given.
func (r *fileReader) within(n *document.Node) *withinNode {
	if n == nil {
		return nil
	}
	m, ok := r.mapping(n, InvalidTime, withinKeys)
	if !ok {
		return nil
	}
	before := len(r.errs)
	w := &withinNode{}
	value, unit := m.values["value"], m.values["unit"]
	if value == nil {
		r.withinWithoutValue(n)
	} else {
		w.n = r.count(InvalidTime, value)
	}
	w.unit = r.unit(n, unit)
	switch {
	case len(r.errs) > before:
	case w.unitMicros() == 0:
		r.unevenFileUnit(unit, w.unit)
	case !w.inRange():
		r.withinFileOutOfRange(value, w)
	}
	return w
}
