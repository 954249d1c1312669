package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// The codes of problems in files that a rule in text cannot have.
const (
	UnknownKey      Code = "UNKNOWN_KEY"      // a key that has no meaning here
	DuplicateKey    Code = "DUPLICATE_KEY"    // a key that its mapping has already
	ConflictingKeys Code = "CONFLICTING_KEYS" // two keys for one thing
	DuplicateName   Code = "DUPLICATE_NAME"   // two segments of one folder and name
)

// Every message about the files of segments stands in this file, one method
// each. Keys and words of files stand in double quotes.

// add notes a problem about a node of the file.
func (r *fileReader) add(code Code, n *document.Node, msg, hint string) {
	r.note(code, n, func() *document.Path { return pathIndex{r.root}.of(n) }, msg, hint)
}

// addMissing notes that a mapping lacks a key.
func (r *fileReader) addMissing(code Code, n *document.Node, key, msg, hint string) {
	r.note(code, n, func() *document.Path { return pathIndex{r.root}.of(n).Key(key) }, msg, hint)
}

func (r *fileReader) note(code Code, n *document.Node, path func() *document.Path, msg, hint string) {
	if r.full() {
		return
	}
	e := r.problem(code, spanOf(n), msg, hint)
	e.File, e.Path, e.Line, e.Column = r.file, path().String(), n.Line, n.Column
	r.errs = append(r.errs, e)
}

// addProblem notes a problem of the file's syntax.
func (r *fileReader) addProblem(p document.Problem) {
	code := map[document.Code]Code{document.Duplicate: DuplicateKey, document.Empty: MissingConditions}[p.Code]
	if code == "" {
		code = Syntax
	}
	// A problem at the end of a file that lacks its last line break is not on a line
	// of its own.
	line, column := r.place(p.Offset)
	r.note(code, &document.Node{Offset: p.Offset, Length: p.Length, Line: line, Column: column},
		func() *document.Path { return p.Path }, p.Message, p.Hint)
}

// found returns what a node is, for a message.
func found(n *document.Node) string {
	switch {
	case n.Kind == document.List && len(n.Items) == 0:
		return "an empty list"
	case n.Kind == document.List:
		return "a list"
	case n.Kind == document.Map:
		return "a mapping"
	case n.Kind != document.Scalar:
		return "a value that was refused"
	case n.IsNull():
		return "nothing"
	}
	return document.Quote(n.Text)
}

// oneOf lists what is allowed.
func oneOf(words []string) string {
	if len(words) == 1 {
		return "expected " + words[0]
	}
	return "expected one of " + strings.Join(words, ", ")
}

// wordHint offers the word nearest to what stands at n, else lists those allowed.
func wordHint(n *document.Node, words []string) string {
	if n.Kind == document.Scalar {
		if nearest := nearestName(n.Text, words); nearest != "" {
			return didYouMean(nearest)
		}
	}
	return oneOf(words)
}

func (r *fileReader) notARule(n *document.Node) {
	r.add(InvalidRuleType, n, "expected a segment or a rule, found "+found(n), `a segment has the key "rule"`)
}

func (r *fileReader) noRule(n *document.Node) {
	if typ := n.Find("type"); typ != nil && typ.Text != "composable_segment" {
		r.add(InvalidRuleType, typ, "unknown type of a rule: "+found(typ), wordHint(typ, ruleTypes))
		return
	}
	for _, p := range n.Pairs {
		if model.Nearest(p.Key.Text, []string{"rule"}) != "" {
			r.add(MissingConditions, p.Key, `the segment has no key "rule", found `+document.Quote(p.Key.Text), didYouMean("rule"))
			return
		}
	}
	r.addMissing(MissingConditions, n, "rule", `the segment has no key "rule"`, "")
}

func (r *fileReader) emptyFileRule(n *document.Node) {
	r.add(MissingConditions, n, "the rule is empty, expected a condition", "")
}

func (r *fileReader) tooLongInFull() {
	r.add(Syntax, r.root, fmt.Sprintf("the rule is longer than %d bytes when written in full", MaxBytes), "")
}

func (r *fileReader) tooDeepInFull() {
	r.add(Syntax, r.root, fmt.Sprintf("the rule is nested more than %d deep when written in full, each negation and bracket counted", MaxDepth), "")
}

func (r *fileReader) conditionsTooDeep(n *document.Node) {
	r.add(Syntax, n, fmt.Sprintf("conditions are nested more than %d deep", maxFileDepth), "")
}

func (r *fileReader) expectedMapping(code Code, n *document.Node, known fileKeys) {
	hint := ""
	if len(known.keys) > 0 {
		hint = "its keys are " + strings.Join(known.keys, ", ")
	}
	r.add(code, n, fmt.Sprintf("expected %s as a mapping, found %s", known.what, found(n)), hint)
}

func (r *fileReader) unknownKey(key *document.Node, known fileKeys) {
	hint := "its keys are " + strings.Join(known.keys, ", ")
	if nearest := nearestName(key.Text, known.keys); nearest != "" {
		hint = didYouMean(nearest)
	}
	r.add(UnknownKey, key, fmt.Sprintf("%s has no key %s", known.what, document.Quote(key.Text)), hint)
}

func (r *fileReader) conflictingKeys(n *document.Node, first, second string) {
	r.add(ConflictingKeys, n, fmt.Sprintf("%q and %q mean the same, found both", first, second), "leave one out")
}

func (r *fileReader) expectedText(n *document.Node) {
	r.add(TypeMismatch, n, "expected a text, found "+found(n), "")
}

func (r *fileReader) expectedFlag(n *document.Node) {
	r.add(TypeMismatch, n, "expected true or false, found "+found(n), "")
}

func (r *fileReader) expectedCount(code Code, n *document.Node) {
	r.add(code, n, "expected a whole number, found "+found(n), "")
}

func (r *fileReader) expectedScalar(n *document.Node) {
	r.add(TypeMismatch, n, "expected a value, found "+found(n), "")
}

func (r *fileReader) nullValue(n *document.Node) {
	r.add(MissingOperatorValue, n, "expected a value, found nothing", nullHint)
}

const nullHint = "NULL is tested with the operator IsNull"

func (r *fileReader) oneValueWanted(n *document.Node, operator string) {
	if len(n.Items) == 0 {
		r.emptyValues(n, operator)
		return
	}
	hint := ""
	switch operator {
	case "Equal":
		hint = `a list goes with the operator "In"`
	case "NotEqual":
		hint = `a list goes with the operator "NotIn"`
	}
	r.add(TypeMismatch, n, fmt.Sprintf("expected one value for %s, found a list of %d", operator, len(n.Items)), hint)
}

func (r *fileReader) emptyValues(n *document.Node, operator string) {
	r.add(MissingOperatorValue, n, fmt.Sprintf("expected values for %s, found an empty list", operator), "")
}

func (r *fileReader) expectedCondition(n *document.Node) {
	r.add(InvalidRuleType, n, "expected a condition as a mapping with a type, found "+found(n), "")
}

func (r *fileReader) missingType(n *document.Node, allowed []string) {
	r.addMissing(InvalidRuleType, n, "type", "the condition has no type", oneOf(allowed))
}

func (r *fileReader) unknownType(typ *document.Node, allowed []string) {
	if r.fields && typ.Kind == document.Scalar && slices.Contains(ruleTypes, typ.Text) {
		r.add(InvalidRuleType, typ, fmt.Sprintf("a condition of type %s does not go into a filter", typ.Text), oneOf(allowed))
		return
	}
	hint := wordHint(typ, allowed)
	if typ.Text == typeColumn {
		hint = "conditions of type Column stand in the filter of a behavior"
	}
	r.add(InvalidRuleType, typ, "unknown type of a condition: "+found(typ), hint)
}

func (r *fileReader) missingConditions(n *document.Node) {
	r.addMissing(MissingConditions, n, "conditions", "the group has no conditions", "")
}

func (r *fileReader) expectedConditions(n *document.Node) {
	r.add(MissingConditions, n, "expected a list of conditions, found "+found(n), "")
}

func (r *fileReader) emptyConditions(n *document.Node) {
	r.add(MissingConditions, n, "the list of conditions is empty", "")
}

func (r *fileReader) missingReference(n *document.Node, typ string) {
	key := "segment"
	if typ == typeReference {
		key = "id"
	}
	r.addMissing(MissingSegmentReference, n, key, fmt.Sprintf("the condition of type %s names no segment", typ), "expected a segment, name or id")
}

func (r *fileReader) emptyReference(n *document.Node) {
	r.add(MissingSegmentReference, n, `expected the name or id of a segment, found ""`, "")
}

func (r *fileReader) missingAttribute(n *document.Node) {
	r.addMissing(EmptyAttribute, n, "attribute", "the condition names no attribute and no behavior",
		"expected an attribute, a source or a leftValue with name or source")
}

func (r *fileReader) attributeAndSource(n *document.Node) {
	r.add(AmbiguousName, n, "the condition names an attribute and a behavior, expected one of them",
		`beside a source the attribute is ""`)
}

func (r *fileReader) partOfBehavior(n, attribute *document.Node) {
	key, _ := pathIndex{r.root}.of(n).Last()
	r.add(InvalidOperatorType, n, fmt.Sprintf("%q goes with behaviors, found it beside the attribute %s", key, found(attribute)),
		"a condition about a behavior has a source")
}

func (r *fileReader) missingColumn(n *document.Node) {
	r.addMissing(EmptyAttribute, n, "column", "the condition names no column", "")
}

func (r *fileReader) missingSource(n *document.Node) {
	r.add(EmptyAttribute, n, "expected the name of a behavior, found "+found(n), "a source is written like behavior_purchase")
}

func (r *fileReader) limitIgnored(n *document.Node) {
	r.add(UnknownKey, n, `a condition cannot have a "limit" here: it would be ignored`, "leave it out")
}

func (r *fileReader) reverseIgnored(n *document.Node) {
	r.add(UnknownKey, n, `an operator cannot have "reverse: true" here: it would be ignored`, `negate an operator with "not: true"`)
}

func (r *fileReader) unknownArrayMatching(n *document.Node) {
	hint := wordHint(n, []string{"any", "all", "atLeast", "atMost", "exactly"})
	if !strings.HasPrefix(hint, "did") {
		hint = "expected any, all, {atLeast: N}, {atMost: N} or {exactly: N}"
	}
	r.add(InvalidArrayMatching, n, "unknown arrayMatching "+found(n), hint)
}

func (r *fileReader) arrayMatchingOnBehavior(n *document.Node) {
	r.add(InvalidArrayMatching, n, "arrayMatching goes with attributes, found it beside a behavior", "")
}

func (r *fileReader) missingOperator(n *document.Node) {
	r.addMissing(InvalidOperatorType, n, "operator", "the condition has no operator", "")
}

func (r *fileReader) missingOperatorType(n *document.Node) {
	r.addMissing(InvalidOperatorType, n, "type", "the operator has no type", oneOf(operatorNames))
}

func (r *fileReader) unknownOperator(typ *document.Node, allowed []string) {
	r.add(InvalidOperatorType, typ, "unknown operator "+found(typ), wordHint(typ, allowed))
}

func (r *fileReader) missingValue(n *document.Node, key, operator string) {
	hint := ""
	for _, k := range valueKeys {
		if given := n.Find(k); given != nil && key == "value" {
			hint = nullHint
		}
	}
	r.addMissing(MissingOperatorValue, n, key, fmt.Sprintf("%s has no %s", operator, key), hint)
}

func (r *fileReader) missingFileBounds(n *document.Node) {
	r.addMissing(MissingBetweenBounds, n, "min", "Between has no bounds", "expected min, max or both")
}

func (r *fileReader) missingAggregation(n *document.Node) {
	r.addMissing(InvalidOperatorType, n, "type", "the aggregation has no type", oneOf(aggregationNames))
}

func (r *fileReader) unknownAggregation(n *document.Node) {
	r.add(InvalidOperatorType, n, "unknown aggregation "+found(n), wordHint(n, aggregationNames))
}

func (r *fileReader) aggregationWithoutColumn(n *document.Node, name string) {
	r.addMissing(EmptyAttribute, n, "column", fmt.Sprintf("the aggregation %s has no column", name), "")
}

func (r *fileReader) columnNotWanted(n *document.Node, name string) {
	hint := ""
	if name == "Count" {
		hint = "different values are counted by CountDistinct"
	}
	r.add(InvalidOperatorType, n, fmt.Sprintf("the aggregation %s takes no column, found %s", name, found(n)), hint)
}

func (r *fileReader) windowOfAggregate(n *document.Node, name string) {
	typ := n.Find("type")
	r.add(InvalidOperatorType, typ, fmt.Sprintf("the operator %s does not go with the aggregation %s, whose value is compared", typ.Text, name),
		"when events happened is told by a timeWindow or in the filter")
}

func (r *fileReader) operatorOfAggregate(n *document.Node, name string) {
	typ := n.Find("type")
	r.add(InvalidOperatorType, typ, fmt.Sprintf("the operator %s does not go with the aggregation %s", typ.Text, name),
		"expected one of Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual, Between")
}

func (r *fileReader) operatorOfEdge(n *document.Node, name string) {
	typ := n.Find("type")
	r.add(InvalidOperatorType, typ, fmt.Sprintf("the operator %s does not go with the aggregation %s, which is a time", typ.Text, name),
		"expected an operator such as TimeWithinPast, Window, GreaterEqual, Less or Between")
}

func (r *fileReader) expectedDuration(n *document.Node) {
	r.add(InvalidTime, n, "expected a duration of one unit, such as {day: 7}, found "+found(n), "")
}

func (r *fileReader) missingFileUnit(n *document.Node) {
	r.addMissing(MissingTimeUnit, n, "unit", "the unit is missing", oneOf(window.UnitNames()))
}

func (r *fileReader) unknownFileUnit(n *document.Node) {
	r.add(InvalidTimeUnit, n, "unknown unit "+found(n), wordHint(n, window.UnitNames()))
}

func (r *fileReader) badWindowText(n *document.Node, err *Error) {
	r.add(err.Code, n, "in the window "+found(n)+": "+err.Msg, err.Hint)
}

func (s source) expectedAWindow(t token) *Error {
	return s.problem(InvalidTime, t.span, "expected a window such as "+quoteWord("in last 30 days")+", found "+t.describe(), "")
}

func (s source) unexpectedAfterWindow(t token) *Error {
	return s.problem(InvalidTime, t.span, "expected the end of the window, found "+t.describe(), "")
}

func (r *fileReader) missingExpr(n *document.Node) {
	r.addMissing(Syntax, n, "expr", "the Composite has no expr", `an expr is written like "1 and (2 or 3)"`)
}

func (r *fileReader) badExpr(n *document.Node, err *Error) {
	r.add(err.Code, n, "in the expr "+found(n)+": "+err.Msg, err.Hint)
}

func (r *fileReader) unusedCondition(expr, n *document.Node, i int) {
	r.add(Syntax, n, fmt.Sprintf("the expr %s leaves out condition %d, which would be ignored", found(expr), i+1), "")
}

func (r *fileReader) repeatedID(n *document.Node, id string, first, second int) {
	r.add(ConflictingKeys, n, fmt.Sprintf("the conditions %d and %d are both called %s in the expr", first+1, second+1, quoteWord(id)),
		"a condition is called by its id, or by its position where it has none")
}

func (s source) unexpectedInExpr(t token) *Error {
	return s.problem(Syntax, t.span, `expected "and", "or" or the end, found `+t.describe(), "")
}

func (s source) unknownID(t token, count int) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf("expected one of the %d conditions, found %s", count, t.describe()),
		"the conditions are called 1 to 9, or A to Z, in their order")
}

func (r *fileReader) missingName() {
	r.addMissing(MissingName, r.root, "name", "the segment has no name", "")
}

func (r *fileReader) duplicateSegment(n *document.Node, path, other string) {
	r.add(DuplicateName, n, fmt.Sprintf("a segment %s is in the file %s already", quoteString(shorten(path)), quoteWord(other)), "names are unique per folder")
}
