package rule

import (
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Every message about sequences stands in this file, one method each: those about
// the text first, then those about names, then those about files.

const (
	stepShape    = "a step of a sequence is a behavior with a where and a window at most"
	joinStepHint = `other conditions are joined to a sequence with "and", as in: purchase count > 3 and purchase then not return`
)

func (s source) stepOfAggregate(at span, words string) *Error {
	return s.problem(InvalidOperatorType, at, stepShape+", found "+quoteWord(shorten(words)), joinStepHint)
}

func (s source) stepOfOperator(at span, words string) *Error {
	return s.problem(InvalidOperatorType, at, stepShape+", found the operator "+quoteWord(words), joinStepHint)
}

func (s source) stepOfSegment(at span) *Error {
	return s.problem(InvalidOperatorType, at, stepShape+", found a segment", joinStepHint)
}

func (s source) expectedStep(t token, before string) *Error {
	hint := ""
	switch {
	case t.isSymbol("("):
		hint = "a step has no brackets around it; conditions on its events stand in its where"
	case t.kind == tokenString:
		hint = "names are written without quotes, or in double quotes: " + shorten(quoteDouble(t.text))
	case t.keyword != "" && t.keyword != "and" && t.keyword != "or" && t.keyword != "not":
		hint = fmt.Sprintf(`%q is a word of the language; as a name it is written in double quotes: %s`, t.text, quoteDouble(t.text))
	}
	return s.problem(Syntax, t.span, fmt.Sprintf("expected the name of a behavior after %s, found %s", before, t.describe()), hint)
}

func (s source) withinOfFirstStep(at span) *Error {
	return s.problem(Syntax, at, `the first step of a sequence has no "within", which counts from the step before`,
		`when its events happened is told by a window, as in: purchase in last 30 days then return`)
}

func (s source) tooManySteps(at span) *Error {
	return s.problem(Syntax, at, fmt.Sprintf("a sequence has at most %d steps, found another", MaxSteps), "")
}

const unevenUnitHint = "a sequence counts elapsed time: the units are second, minute, hour, day (24 hours) and week"

func (s source) unevenUnit(at span, u window.Unit) *Error {
	return s.problem(InvalidTimeUnit, at, fmt.Sprintf(`"within" has no unit %q, whose length varies`, u), unevenUnitHint)
}

func (w *withinNode) outOfRange() string {
	return fmt.Sprintf(`"within" counts %s: expected 1 to %d`, w.print(), w.most())
}

func (s source) withinOutOfRange(at span, w *withinNode) *Error {
	return s.problem(InvalidTime, at, w.outOfRange(), "")
}

func (s source) noSequence() *Error {
	return s.problem(InvalidRuleType, span{}, `a funnel wants a sequence, alone or joined to other conditions with "and", found none`,
		"a sequence is written like: page_view then purchase within 2 days")
}

func (s source) secondSequence(at span) *Error {
	return s.problem(InvalidRuleType, at, "a funnel wants one sequence, found another", "")
}

func (c *checker) attributeAsStep(name nameNode) *Error {
	return c.problem(InvalidOperatorType, name.span,
		quoteDouble(shorten(name.text))+" is an attribute: the steps of a sequence are behaviors",
		strings.TrimSuffix(c.behaviorHint(name.text)+"; "+`conditions on attributes are joined with "and"`, "; "))
}

func (c *checker) unknownStep(name nameNode) *Error {
	return c.problem(UnknownBehavior, name.span, "unknown behavior "+quoteDouble(shorten(name.text)), c.behaviorHint(name.text))
}

// behaviorHint suggests the behavior nearest to name, else lists the first there
// are.
func (c *checker) behaviorHint(name string) string {
	behaviors := make([]string, len(c.schema.Behaviors))
	for i := range behaviors {
		behaviors[i] = c.schema.Behaviors[i].Name
	}
	switch nearest := nearestName(name, behaviors); {
	case nearest != "":
		return didYouMean(nearest)
	case len(behaviors) == 0:
		return "there are no behaviors"
	}
	return listNames(nil, behaviors)
}

func (r *fileReader) missingSteps(n *document.Node) {
	r.addMissing(MissingConditions, n, "steps", "the sequence has no steps", "")
}

func (r *fileReader) expectedSteps(n *document.Node) {
	r.add(MissingConditions, n, "expected a list of two steps or more, found "+found(n), "")
}

func (r *fileReader) tooFewSteps(n *document.Node) {
	r.add(MissingConditions, n, fmt.Sprintf("expected two steps or more, found %d", len(n.Items)), "")
}

func (r *fileReader) tooManyFileSteps(n *document.Node) {
	r.add(Syntax, n, fmt.Sprintf("a sequence has at most %d steps, found %d", MaxSteps, len(n.Items)), "")
}

func (r *fileReader) expectedFileStep(n *document.Node) {
	r.add(InvalidRuleType, n, "expected a step as a mapping with a source, found "+found(n), "")
}

func (r *fileReader) stepWithoutSource(n *document.Node) {
	r.addMissing(EmptyAttribute, n, "source", "the step names no behavior", "a source is written like behavior_purchase")
}

func (r *fileReader) attributeOfStep(n *document.Node) {
	r.add(InvalidOperatorType, n, stepShape+", found the attribute "+found(n), `conditions on attributes stand beside the sequence in an And`)
}

func (r *fileReader) aggregationOfStep(n *document.Node) {
	r.add(InvalidOperatorType, n, stepShape+", found an aggregation", "a condition of type Value beside the sequence may have one")
}

func (r *fileReader) operatorOfStep(n *document.Node) {
	typ := n.Find("type")
	r.add(InvalidOperatorType, typ, fmt.Sprintf("the operator %s does not go with a step, whose events are told by a window and a filter", typ.Text),
		"expected an operator such as TimeWithinPast, TimeThis or Window")
}

func (r *fileReader) negatedWindowOfStep(n *document.Node) {
	r.add(InvalidOperatorType, n, "the window of a step is not negated", `that there is no such event is said by "exclude: true" on the step`)
}

func (r *fileReader) absentFirstStep(n *document.Node) {
	r.add(Syntax, n, "the first step of a sequence is an event, found one that is excluded", `"exclude: true" goes with later steps`)
}

func (r *fileReader) withinOfFirstFileStep(n *document.Node) {
	r.add(Syntax, n, `the first step of a sequence has no "within", which counts from the step before`, "when its events happened is told by a timeWindow")
}

func (r *fileReader) withinWithoutValue(n *document.Node) {
	r.addMissing(MissingOperatorValue, n, "value", `"within" has no value`, "it is written like {value: 2, unit: hour}")
}

func (r *fileReader) unevenFileUnit(n *document.Node, u window.Unit) {
	r.add(InvalidTimeUnit, n, fmt.Sprintf(`"within" has no unit %q, whose length varies`, u), unevenUnitHint)
}

func (r *fileReader) withinFileOutOfRange(n *document.Node, w *withinNode) {
	r.add(InvalidTime, n, w.outOfRange(), "")
}
