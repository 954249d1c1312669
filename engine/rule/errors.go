package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Every message about the text of a rule stands in this file, one method each;
// those about names and types are in errors_check.go. Words of the language and
// names stand in double quotes, values as a rule writes them.

func (s source) tooLong() *Error {
	return s.problem(Syntax, span{}, fmt.Sprintf("the rule has %d bytes, expected at most %d", len(s), MaxBytes), "")
}

func (s source) tooLongCanonical(size int) *Error {
	return s.problem(Syntax, span{}, fmt.Sprintf("the rule has %d bytes when written in full, expected at most %d", size, MaxBytes), "")
}

func (s source) invalidUTF8(at span) *Error {
	return s.problem(Syntax, at, fmt.Sprintf("byte %#02x is not valid UTF-8", s[at.offset]), "")
}

func (s source) unclosedQuote(at span, quote byte) *Error {
	if quote == '"' {
		return s.problem(Syntax, at, "the name that starts here has no closing double quote", `a double quote within a name is written ""`)
	}
	return s.problem(Syntax, at, "the string that starts here has no closing single quote", "a single quote within a string is written ''")
}

func (s source) bareDate(at span) *Error {
	return s.problem(Syntax, at, "expected quotes around the date "+s.short(at), "a date is written in single quotes, as in '2023-01-31'")
}

func (s source) pointAtEnd(at span) *Error {
	return s.problem(Syntax, at, fmt.Sprintf("expected digits after the point of %s", s.short(at)), "")
}

func (s source) badNumber(at span) *Error {
	text := s.slice(at)
	digits := strings.TrimLeft(text, "-0123456789.")
	switch _, isUnit := window.ParseUnit(digits); {
	case isUnit:
		return s.problem(Syntax, at, fmt.Sprintf("expected a space between the number and %q", digits), "")
	case strings.Trim(strings.ToLower(digits), "0123456789+-") == "e":
		return s.problem(Syntax, at, s.short(at)+" is not a number: exponents are not allowed", "write all digits, as in 1000000 or 0.001")
	}
	return s.problem(Syntax, at, s.short(at)+" is not a number", "a number is written as digits with an optional point, as in 1500 or -0.5")
}

// foreignHints says what other languages' symbols are called here.
var foreignHints = map[string]string{
	"==": `equality is written "="`,
	"&&": `write "and"`, "&": `write "and"`,
	"||": `write "or"`, "|": `write "or"`,
	"!":  `write "not"`,
	"=<": `write "<="`, "=>": `write ">="`,
	";": "a rule is a single condition and ends without a mark",
	".": "a number is written with a digit before the point, as in 0.5",
	"+": "a number is written without a plus sign",
	"“": `names are written in straight double quotes "…", strings in straight single quotes '…'`,
	"”": `names are written in straight double quotes "…", strings in straight single quotes '…'`,
	"‘": "strings are written in straight single quotes '…'",
	"’": "strings are written in straight single quotes '…'",
	"`": `names are written in double quotes "…"`,
	"[": "lists are written in round brackets", "]": "lists are written in round brackets",
}

func (s source) foreignSymbol(at span, symbol string) *Error {
	found := strconv.Quote(symbol)
	if r, _ := utf8.DecodeRuneInString(symbol); printable(r) != r {
		found = fmt.Sprintf("character U+%04X", r)
	}
	return s.problem(Syntax, at, "unexpected "+found, foreignHints[symbol])
}

func (s source) tooDeep(at span) *Error {
	return s.problem(Syntax, at, fmt.Sprintf(`brackets and "not" are nested more than %d deep`, MaxDepth), "")
}

func (s source) tooDeepCanonical() *Error {
	return s.problem(Syntax, span{}, fmt.Sprintf(`brackets and "not" are nested more than %d deep when the rule is written in full`, MaxDepth), "")
}

func (s source) emptyRule() *Error {
	return s.problem(MissingConditions, span{}, "the rule is empty, expected a condition", "a condition is written like: loyalty_tier = 'Gold'")
}

func (s source) unclosedBracket(at span) *Error {
	return s.problem(Syntax, at, `the "(" that starts here has no closing ")"`, "")
}

func (s source) emptyName(at span) *Error {
	return s.problem(EmptyAttribute, at, `expected the name of an attribute or a behavior, found ""`, "strings are written in single quotes")
}

func (s source) expectedCondition(t token) *Error {
	hint := ""
	switch {
	case t.kind == tokenString:
		hint = "names are written without quotes, or in double quotes: " + shorten(quoteDouble(t.text))
	case t.keyword != "" && t.keyword != "and" && t.keyword != "or":
		hint = fmt.Sprintf(`%q is a word of the language; as a name it is written in double quotes: %s`, t.text, quoteDouble(t.text))
	}
	return s.problem(Syntax, t.span, "expected the name of an attribute or a behavior, found "+t.describe(), hint)
}

func (s source) unexpectedAfterTest(t token, end string) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf(`expected "and", "or" or %s, found %s`, end, t.describe()), operatorHint(t))
}

func (s source) unexpectedAfterName(t token, end string) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf(`expected an operator, "and", "or" or %s, found %s`, end, t.describe()), operatorHint(t))
}

func (s source) expectedOperator(t token) *Error {
	return s.problem(Syntax, t.span, `expected an operator such as "=" or "in", found `+t.describe(), operatorHint(t))
}

func (s source) expectedComparison(t token, a *aggregateNode) *Error {
	code := Syntax
	if t.endsValue() {
		code = MissingOperatorValue
	}
	return s.problem(code, t.span, fmt.Sprintf(`expected a comparison such as ">= 2" after %s, found %s`, quoteWord(shorten(a.words())), t.describe()), "")
}

// operatorHint guesses which word of the language was meant by t, found in the
// place of an operator.
func operatorHint(t token) string {
	if t.kind != tokenWord || t.keyword != "" {
		return ""
	}
	switch lowerASCII(t.text) {
	case "like", "ilike":
		return `text is tested with "contains", "starts with", "ends with" or "matches"`
	case "regexp", "rlike", "similar":
		return `regular expressions are tested with "matches"`
	case "equals":
		return `equality is written "="`
	case "has", "includes":
		return `write "contains"`
	case "then":
		return `the steps of a sequence are behaviors without brackets around them, as in: purchase then not return within 7 days`
	case "followed":
		return `one event after another is written like: purchase then return within 7 days`
	case "within", "during":
		return `windows are written like "in last 30 days" or "between '2023-01-01' and '2023-01-31'"`
	case "less", "fewer":
		return `a window that ends now is written like "in last 30 days"`
	}
	return didYouMean(nearestKeyword(t.text))
}

func (s source) repeatedPart(at span, part string) *Error {
	return s.problem(Syntax, at, fmt.Sprintf("a condition has at most one %s, found another", part), `conditions are joined with "and" or "or"`)
}

func (s source) expectedWord(t token, word, before string) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf("expected %q after %s, found %s", word, before, t.describe()), "")
}

func (s source) expectedAfterAt(t token) *Error {
	return s.problem(Syntax, t.span, `expected "least" or "most" after "at", found `+t.describe(), "")
}

func (s source) expectedAfterNot(t token) *Error {
	hint := ""
	if t.kind == tokenSymbol {
		hint = `"not equal" is written "!="; other comparisons are negated from the front: not (…)`
	}
	return s.problem(Syntax, t.span,
		`expected "in", "between", "matches", "contains", "starts with" or "ends with" after "not", found `+t.describe(), hint)
}

func (s source) expectedTo(t token, n int64) *Error {
	hint := `a window is written like "2 to 3 years ago" or "more than 2 years ago"`
	if t.endsValue() {
		hint = "a comparison needs an operator, as in: = " + strconv.FormatInt(n, 10)
	}
	return s.problem(Syntax, t.span, fmt.Sprintf(`expected "to" after %d, found %s`, n, t.describe()), hint)
}

func (s source) expectedList(t token, negated bool) *Error {
	code, hint, expected := Syntax, "", `a list in brackets, "last" or "next"`
	if negated {
		expected = "a list in brackets"
	}
	switch {
	case t.kind == tokenWord && lowerASCII(t.text) == "the":
		hint = `windows are written without it: in last 30 days`
	case t.is("last") || t.is("next"):
		hint = `windows are negated from the front: not (…)`
	case t.kind == tokenString || t.kind == tokenNumber:
		hint = fmt.Sprintf("write in (%s)", shorten(s.slice(t.span)))
	case t.endsValue():
		code = MissingOperatorValue
	}
	return s.problem(code, t.span, fmt.Sprintf(`expected %s after "in", found %s`, expected, t.describe()), hint)
}

func (s source) expectedCommaOrEnd(t token, open span) *Error {
	if t.kind == tokenEnd {
		return s.unclosedBracket(open)
	}
	return s.problem(Syntax, t.span, `expected "," or ")" in the list, found `+t.describe(), "")
}

func (s source) expectedNull(t token, negated bool) *Error {
	words, hint := `"is"`, ""
	if negated {
		words = `"is not"`
	}
	switch {
	case t.kind == tokenString, t.kind == tokenNumber, t.is("true"), t.is("false"):
		symbol := "="
		if negated {
			symbol = "!="
		}
		hint = fmt.Sprintf("values are compared with %q", symbol)
	}
	return s.problem(Syntax, t.span, fmt.Sprintf(`expected "null" after %s, found %s`, words, t.describe()), hint)
}

func (s source) missingBounds(between span, t token) *Error {
	msg := `"between" needs two values, as in "between 1 and 5", found ` + t.describe()
	if t.endsValue() {
		return s.problem(MissingBetweenBounds, between, msg, "")
	}
	return s.problem(MissingBetweenBounds, t.span, msg, "")
}

func (s source) expectedValue(t token, before string) *Error {
	code, hint := Syntax, ""
	switch {
	case t.is("null"):
		hint = `NULL is tested with "is null"`
		if before == `"!="` {
			hint = `NULL is tested with "is not null"`
		}
	case !t.endsValue() && (before == `"since"` || before == `"before"` || before == `"after"`):
		hint = timeHint
	case t.kind == tokenName, t.kind == tokenWord && !t.endsValue():
		hint = "strings are written in single quotes: " + shorten(quoteString(t.text))
	case t.endsValue():
		code = MissingOperatorValue
	}
	return s.problem(code, t.span, fmt.Sprintf("expected a value after %s, found %s", before, t.describe()), hint)
}

func (s source) expectedWholeNumber(t token, before string) *Error {
	code := Syntax
	if t.endsValue() {
		code = MissingOperatorValue
	}
	hint := ""
	if unit, isUnit := window.ParseUnit(t.text); isUnit && t.kind == tokenWord {
		hint = fmt.Sprintf("one %s is written 1 %s", unit, unit)
	}
	return s.problem(code, t.span, fmt.Sprintf("expected a whole number after %s, found %s", before, t.describe()), hint)
}

func (s source) numberTooLarge(at span) *Error {
	return s.problem(Syntax, at, fmt.Sprintf("the count %s is too large", s.short(at)), "")
}

func (s source) missingUnit(t token, before string) *Error {
	return s.problem(MissingTimeUnit, t.span,
		fmt.Sprintf("expected a unit after %s, such as %q, found %s", before, "day", t.describe()),
		"the units are "+strings.Join(window.UnitNames(), ", "))
}

func (s source) unknownUnit(t token, n int64) *Error {
	names := window.UnitNames()
	candidates := slices.Clone(names)
	if n != 1 {
		for i, name := range candidates {
			candidates[i] = name + "s"
		}
	}
	hint := didYouMean(model.Nearest(t.text, candidates))
	if hint == "" {
		hint = "the units are " + strings.Join(names, ", ")
	}
	return s.problem(InvalidTimeUnit, t.span, "unknown unit "+quoteWord(shorten(t.text)), hint)
}

func (s source) segmentInDoubleQuotes(t token) *Error {
	return s.problem(Syntax, t.span, `expected a string after "segment", found `+t.describe(),
		"segments are named in single quotes: segment "+shorten(quoteString(t.text)))
}

func (s source) emptySegment(t token) *Error {
	return s.problem(MissingSegmentReference, t.span, `expected the name of a segment after "segment", found ''`, "")
}

func (s source) expectedWindow(t token, edge string) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf("expected a window for the %s event, found %s", edge, t.describe()),
		`a window is written like "in last 30 days"; any time is "ever"`)
}

func (s source) aggregateInWhere(t token) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf("expected a test of one event within \"where\", found %q", t.keyword),
		`aggregates stand outside: purchase where (amount > 5) count >= 2`)
}

func (s source) aggregateOfEdge(t token, e edge) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf("the %sevent is tested by a window alone, found %q", e.prefix(), t.keyword), "")
}

func (s source) expectedDistinct(t token) *Error {
	return s.problem(Syntax, t.span, `expected a field or "days" after "count distinct", found `+t.describe(), "")
}

func (s source) expectedField(t token, word string) *Error {
	return s.problem(Syntax, t.span, fmt.Sprintf("expected a field in brackets after %q, found %s", word, t.describe()),
		fmt.Sprintf("write it like %s(amount) > 100", word))
}

func (s source) expectedComputed(t token) *Error {
	return s.problem(Syntax, t.span,
		"expected an aggregate, a where or a window, found "+t.describe(),
		"a computed attribute is written like: sum(amount) in last 365 days")
}

// describe returns what t is, for a message.
func (t token) describe() string {
	switch t.kind {
	case tokenEnd, tokenBad:
		return "the end of the rule"
	case tokenString:
		return "the string " + quoteString(shorten(t.text))
	case tokenNumber:
		return "the number " + shorten(t.text)
	case tokenName:
		return "the name " + quoteDouble(shorten(t.text))
	}
	return quoteWord(shorten(t.text))
}

// describe returns what the literal is, for a message.
func (l literal) describe() string {
	switch l.kind {
	case literalString:
		return "the string " + quoteString(shorten(l.str))
	case literalNumber:
		return "the number " + shorten(l.print())
	}
	return l.print()
}

// short returns the text at, shortened.
func (s source) short(at span) string { return shorten(s.slice(at)) }

// shorten cuts long text in the middle of a message, and shows characters
// without a shape as Error.Detail does.
func shorten(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxQuoteRunes {
			b.WriteString("…")
			break
		}
		b.WriteRune(printable(r))
	}
	return b.String()
}

func quoteWord(word string) string { return `"` + word + `"` }

func quoteDouble(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + quoteDouble(name) + "?"
}
