package rule

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Every message about names and types stands in this file, one method each.

func (c *checker) unknownName(t *testNode) *Error {
	code := UnknownAttribute
	if t.ofBehavior() {
		code = UnknownBehavior
	}
	return c.problem(code, t.name.span,
		"unknown attribute or behavior "+quoteDouble(shorten(t.name.text)), c.nameHint(t.name.text))
}

// nameHint suggests the names nearest to name, else lists the first there are.
func (c *checker) nameHint(name string) string {
	attributes := make([]string, len(c.schema.Attributes))
	for i := range attributes {
		attributes[i] = c.schema.Attributes[i].Name
	}
	behaviors := make([]string, len(c.schema.Behaviors))
	for i := range behaviors {
		behaviors[i] = c.schema.Behaviors[i].Name
	}
	attribute, behavior := nearestName(name, attributes), nearestName(name, behaviors)
	if attribute != "" && behavior != "" {
		return fmt.Sprintf("did you mean %s or %s?", quoteDouble(attribute), quoteDouble(behavior))
	}
	if nearest := attribute + behavior; nearest != "" {
		return didYouMean(nearest)
	}
	return listNames(attributes, behaviors)
}

// nearestName returns the name in list that is nearest to name, or "".
func nearestName(name string, list []string) string {
	if len(name) > maxNearBytes {
		return ""
	}
	return model.Nearest(name, list)
}

// listNames lists up to maxListedNames names, attributes and behaviors as evenly
// as there are enough of both.
func listNames(attributes, behaviors []string) string {
	nBehaviors := min(len(behaviors), max(maxListedNames/2, maxListedNames-len(attributes)))
	nAttributes := min(len(attributes), maxListedNames-nBehaviors)
	var parts []string
	if nAttributes > 0 {
		parts = append(parts, "attributes: "+joinNames(attributes, nAttributes))
	}
	if nBehaviors > 0 {
		parts = append(parts, "behaviors: "+joinNames(behaviors, nBehaviors))
	}
	return strings.Join(parts, "; ")
}

func joinNames(names []string, n int) string {
	quoted := make([]string, n, n+1)
	for i := range quoted {
		quoted[i] = quoteName(names[i])
	}
	if n < len(names) {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// typed names an attribute with its type, as users write it.
func typed(name nameNode, typ model.Type) string {
	return quoteDouble(shorten(name.text)) + " (" + typ.Kind.String() + ")"
}

func (c *checker) behaviorPartOnAttribute(t *testNode) *Error {
	part, at := t.edge.prefix(), t.name.span
	switch {
	case t.edge != edgeNone:
		part = strings.TrimSpace(part)
	case t.aggregate != nil:
		part, at = t.aggregate.words(), t.aggregate.to(t.aggregate.test.whole)
	default:
		part = "where"
	}
	return c.problem(InvalidOperatorType, at,
		quoteDouble(shorten(t.name.text))+" is an attribute: "+quoteWord(shorten(part))+" goes with behaviors", "")
}

func (c *checker) unknownField(name nameNode, b *model.Behavior) *Error {
	names := fieldNames(b)
	hint := didYouMean(nearestName(name.text, names))
	if hint == "" && !(c.bareWhere && c.isName(name.text)) {
		hint = "fields: " + joinNames(names, min(len(names), maxListedNames))
	}
	if c.bareWhere {
		hint = strings.TrimPrefix(hint+"; "+parenthesesHint, "; ")
	}
	return c.problem(UnknownField, name.span,
		fmt.Sprintf("unknown field %s of behavior %s", quoteDouble(shorten(name.text)), quoteDouble(shorten(b.Name))), hint)
}

const parenthesesHint = "put what belongs to the where in parentheses: where (…)"

// fieldNames returns what the fields of a behavior are called, its time included.
func fieldNames(b *model.Behavior) []string {
	names := make([]string, 0, len(b.Fields)+1)
	for i := range b.Fields {
		names = append(names, b.Fields[i].Name)
	}
	return append(names, b.TimeColumn)
}

func (c *checker) ambiguousField(t *testNode) *Error {
	what := "an attribute"
	if _, ok := c.behaviors[t.name.text]; ok {
		what = "a behavior"
	}
	name := quoteDouble(shorten(t.name.text))
	return c.problem(AmbiguousName, t.name.span,
		fmt.Sprintf("%s is a field of %s and also %s", name, quoteDouble(shorten(c.behavior.Name)), what),
		parenthesesHint)
}

func (c *checker) edgeOfField(t *testNode, b *model.Behavior) *Error {
	return c.problem(InvalidOperatorType, t.edgeField.span,
		fmt.Sprintf("a window tests the first or last time of a behavior, found the field %s", quoteDouble(shorten(t.edgeField.text))),
		"the time of "+quoteDouble(shorten(b.Name))+" is "+quoteName(b.TimeColumn))
}

func (c *checker) aggregateMismatch(n *aggregateNode, typ model.Type) *Error {
	expected := "a number"
	switch n.op {
	case AggregateMin, AggregateMax:
		expected = "a number, a date or a timestamp"
	case AggregateDistinct, AggregateMostFrequent:
		expected = "a field that is no list"
	}
	return c.problem(TypeMismatch, n.field.span,
		fmt.Sprintf("%s wants %s, found %s", quoteWord(shorten(n.words())), expected, typed(*n.field, typ)), "")
}

func (c *checker) averageTooLong(l literal) *Error {
	return c.problem(TypeMismatch, l.span,
		fmt.Sprintf("the number has %d digits, expected at most %d to compare an average with", len(l.num.whole)+len(l.num.frac), MaxAverageDigits), "")
}

func (c *checker) unknownSegment(n *segmentNode, l *Library) *Error {
	hint := "no segments were given: rollcall takes a folder of them with --segments"
	if files := l.Segments(); len(files) > 0 {
		names := make([]string, 0, 2*len(files))
		for _, f := range files {
			names = append(names, f.Path)
		}
		for _, f := range files {
			names = append(names, f.Name)
		}
		if hint = didYouMeanString(nearestName(n.ref, names)); hint == "" {
			hint = "segments: " + joinStrings(names[:len(files)])
		}
	}
	return c.problem(UnknownSegment, n.span, "unknown segment "+quoteString(shorten(n.ref)), hint)
}

func didYouMeanString(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + quoteString(name) + "?"
}

// joinStrings lists the first names, in single quotes.
func joinStrings(names []string) string {
	var quoted []string
	for i, name := range names {
		if i == maxListedNames {
			quoted = append(quoted, "…")
			break
		}
		quoted = append(quoted, quoteString(shorten(name)))
	}
	return strings.Join(quoted, ", ")
}

func (c *checker) ambiguousSegment(n *segmentNode, found []*SegmentFile) *Error {
	paths := make([]string, len(found))
	for i, f := range found {
		paths[i] = f.Path
	}
	return c.problem(AmbiguousSegment, n.span,
		fmt.Sprintf("%d segments are called %s", len(found), quoteString(shorten(n.ref))), "name one with its folder: "+joinStrings(paths))
}

func (c *checker) segmentCycle(n *segmentNode, paths []string) *Error {
	return c.problem(SegmentCycle, n.span, "a segment refers to itself: "+cycleText(paths), "")
}

func (c *checker) segmentsTooDeep(n *segmentNode) *Error {
	return c.problem(SegmentCycle, n.span, fmt.Sprintf("segments refer to each other, their brackets counted, more than %d deep", MaxDepth), "")
}

func (c *checker) operatorOnBehavior(t *testNode) *Error {
	name := quoteDouble(shorten(t.name.text))
	if t.quant != nil {
		return c.problem(InvalidArrayMatching, t.quant.span,
			fmt.Sprintf("%s is a behavior: the quantifier %q goes with lists", name, t.quant.quant), "")
	}
	hint := "a behavior is tested by its count and a window: " + shorten(quoteName(t.name.text)) + " count >= 1 in last 30 days"
	switch k := t.op.kind; {
	case k <= opAtLeast && t.op.values[0].kind == literalNumber, k == opBetween && t.op.values[0].kind == literalNumber:
		hint = "compare the number of events: " + shorten(quoteName(t.name.text)+" count "+t.op.print())
	case k == opBetween:
		hint = "windows are negated from the front: not (…)"
	case k == opIsNull:
		hint = "customers without events have the count 0: " + shorten(quoteName(t.name.text)) + " count = 0"
	}
	return c.problem(InvalidOperatorType, t.op.span,
		fmt.Sprintf("%s is a behavior: the operator %q goes with attributes", name, t.op.words()), hint)
}

func (c *checker) numbersAsWindow(t *testNode) *Error {
	return c.problem(TypeMismatch, t.window.from.span,
		fmt.Sprintf("expected a date or a time for the window of %s, found %s", quoteDouble(shorten(t.name.text)), t.window.from.describe()),
		"compare the number of events: "+shorten(quoteName(t.name.text)+" count "+t.window.print()))
}

func (c *checker) bareName(t *testNode, typ model.Type) *Error {
	return c.problem(TypeMismatch, t.name.span,
		fmt.Sprintf("expected an operator after %s: only a boolean stands alone", typed(t.name, typ)), "")
}

func (c *checker) invalidQuant(t *testNode, typ model.Type) *Error {
	quant := t.quant.quant.String()
	if typ.IsArray() {
		return c.problem(InvalidArrayMatching, t.quant.span,
			fmt.Sprintf("the quantifier %q does not go with %q, which tests the whole list", quant, t.op.words()), "leave it out")
	}
	return c.problem(InvalidArrayMatching, t.quant.span,
		fmt.Sprintf("the quantifier %q does not go with %s", quant, typed(t.name, typ)),
		"quantifiers go with attributes of type string_array and number_array")
}

func (c *checker) windowMismatch(t *testNode, typ model.Type) *Error {
	return c.problem(TypeMismatch, t.window.span,
		fmt.Sprintf("a window does not go with %s", typed(t.name, typ)),
		"windows go with behaviors and with attributes of type date and timestamp")
}

func (c *checker) operatorMismatch(name nameNode, typ model.Type, o *opNode) *Error {
	hint := `a boolean is tested with "=", "!=" or "in"`
	if o.kind.isText() {
		hint = fmt.Sprintf("%q goes with attributes of type string and string_array", opWords[o.kind])
	}
	return c.problem(TypeMismatch, o.span,
		fmt.Sprintf("the operator %q does not go with %s", o.words(), typed(name, typ)), hint)
}

func (c *checker) valueMismatch(name nameNode, typ model.Type, l literal) *Error {
	expected, hint := "", ""
	switch typ.Elem().Kind {
	case model.Number:
		expected, hint = "a number", numberHint(l)
	case model.String:
		expected, hint = "a string", "write it in single quotes: "+shorten(quoteString(l.print()))
	case model.Boolean:
		expected = "true or false"
		if word := lowerASCII(l.str); word == "true" || word == "false" {
			hint = "drop the quotes: " + word
		}
	default:
		expected, hint = "a date or a time", timeHint
	}
	return c.problem(TypeMismatch, l.span,
		fmt.Sprintf("expected %s for %s, found %s", expected, typed(name, typ), l.describe()), hint)
}

func (c *checker) countMismatch(l literal) *Error {
	return c.problem(TypeMismatch, l.span, "expected a number to compare the count with, found "+l.describe(), numberHint(l))
}

// numberPattern is what a number looks like in a rule.
var numberPattern = regexp.MustCompile(`\A-?[0-9]+(\.[0-9]+)?\z`)

// numberHint tells how to make a number of a literal that is none.
func numberHint(l literal) string {
	if l.kind == literalString && numberPattern.MatchString(l.str) {
		return "drop the quotes: " + shorten(l.str)
	}
	return ""
}

const timeHint = "times are written '2023-01-31' or '2023-01-31 18:30:00', with an optional Z or +09:00"

func (c *checker) expectedTime(l literal) *Error {
	return c.problem(TypeMismatch, l.span, "expected a date or a time, found "+l.describe(), timeHint)
}

func (c *checker) invalidTime(l literal, err error) *Error {
	if len(l.str) > maxQuoteRunes {
		return c.problem(InvalidTime, l.span, l.describe()+" is not a time", timeHint)
	}
	hint := ""
	if d, ok := parseLooseNumber(l.str); ok && len(d.whole) > len("9999999999") {
		hint = "a whole number in a file is unix seconds; milliseconds?"
	}
	return c.problem(InvalidTime, l.span, err.Error(), hint)
}

func (c *checker) invalidWindow(at span, err error) *Error {
	return c.problem(InvalidTime, at, err.Error(), "")
}

func (c *checker) invalidRegexp(l literal, err error) *Error {
	reason := err.Error()
	if e := (*syntax.Error)(nil); errors.As(err, &e) {
		reason = e.Code.String() + " in " + shorten(quoteString(e.Expr))
	}
	return c.problem(InvalidRegexp, l.span, l.describe()+" is not a regular expression: "+reason,
		"the syntax is RE2's: no back references, no look-around")
}

func (c *checker) patternsTooLarge(l literal) *Error {
	return c.problem(InvalidRegexp, l.span,
		fmt.Sprintf("the regular expressions up to here make programs of %d steps, expected at most %d", c.patternSteps, MaxPatternSteps),
		"a repetition such as {1000} counts as often as it repeats")
}
