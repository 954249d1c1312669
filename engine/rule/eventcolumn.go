package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/window"
)

// EventColumn is a column of an audience that is computed from each customer's
// events, as an attribute may be: see [Computed]. It is immutable and safe for
// concurrent use.
type EventColumn struct {
	*Computed        // with the behavior in its text; the window is the resolved one of "in rule"
	Name      string // as the column says, else its text; never empty
}

// The words of a column that are none of a rule's.
const (
	wordAs   = "as"
	wordRule = "rule"
)

// ParseEventColumn reads a column of events, an aggregate of a behavior's events
// with an optional where and window, in any order, and an optional name:
//
//	purchase count
//	purchase where (category = 'Books') sum(amount) in last 90 days as spent
//	last purchase
//	purchase count in rule
//
// and checks it against the schema of a rule. "in rule" in place of a window is the
// one window that the rule has for the behavior: of its tests, of its first and last
// events and of the steps of its sequences, those of the segments that it refers to
// included. Problems are Errors.
func ParseEventColumn(text string, of *Checked) (*EventColumn, error) {
	src := source(text)
	if err := src.readable(); err != nil {
		return nil, Errors{err}
	}
	p := &parser{source: src, lexer: lexer{text: src}}
	p.advance()
	n := p.eventColumn()
	if p.err != nil {
		p.errs = append(p.errs, p.err)
	}
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	if n.where != nil {
		n.where = flatten(n.where)
		fillText(n.where)
	}
	c := newChecker(newShared(of.Schema, of.Location, nil), &Rule{source: src})
	out := c.eventColumn(n, of)
	if len(c.errs) > 0 {
		return nil, c.errs.sorted()
	}
	return out, nil
}

// StartsWithBehavior reports whether the text of a column begins as that of a column
// of events does: with a name that a behavior of the rule's schema has, or with
// "first" or "last" before it.
func StartsWithBehavior(text string, of *Checked) bool {
	p := &parser{source: source(text), lexer: lexer{text: source(text)}}
	if p.readable() != nil {
		return false
	}
	p.advance()
	if (p.tok.is("first") || p.tok.is("last")) && p.peek().isName() {
		p.advance()
	}
	return p.tok.isName() && of.Schema.Behavior(p.tok.text) >= 0
}

// columnNode is a column of events as it is written.
type columnNode struct {
	testNode
	inRule *span // where "in rule" stands
	as     string
}

// print returns the canonical text, without the name.
func (n *columnNode) print() string {
	var text string
	if n.aggregate != nil {
		text = quoteName(n.name.text) + " " + n.printComputed()
	} else {
		text = n.testNode.print() // "last purchase where …", as a rule writes it
	}
	if n.inRule != nil {
		text += " in rule"
	}
	return text
}

// eventColumn reads: ["first" | "last"] name {where | agg | window | "in" "rule"} ["as" name].
func (p *parser) eventColumn() *columnNode {
	n := &columnNode{}
	switch {
	case p.accept("first"):
		n.edge = edgeFirst
	case p.accept("last"):
		n.edge = edgeLast
	}
	if !p.tok.isName() {
		p.fail(p.expectedBehavior(p.tok))
		return n
	}
	n.name = p.name()
	for p.err == nil && p.tok.kind != tokenEnd && !p.atPlain(wordAs) {
		p.columnPart(n)
	}
	if p.err == nil && n.aggregate == nil && n.edge == edgeNone {
		p.fail(p.expectedAggregate(n.name.text, p.tok))
	}
	if p.err == nil && p.atPlain(wordAs) {
		p.columnName(n)
	}
	return n
}

// columnPart reads a where, an aggregate, a window or "in rule".
func (p *parser) columnPart(n *columnNode) {
	start := p.tok
	if p.tok.is("in") && isPlain(p.peek(), wordRule) {
		if n.window != nil || n.inRule != nil {
			p.fail(p.repeatedPart(p.tok.span, "window"))
			return
		}
		p.advance()
		p.advance()
		at := p.since(start)
		n.inRule = &at
		return
	}
	if op, ok := p.computedAggregate(); ok {
		if n.aggregate != nil || n.edge != edgeNone {
			p.fail(p.repeatedPart(start.span, "aggregate"))
		}
		n.aggregate, n.edge = op.aggregate, op.edge
		return
	}
	if n.inRule != nil && p.atWindow() {
		p.fail(p.repeatedPart(p.tok.span, "window"))
		return
	}
	if !p.part(&n.testNode) && p.err == nil {
		p.fail(p.expectedColumn(p.tok))
	}
}

// columnName reads: "as" name.
func (p *parser) columnName(n *columnNode) {
	p.advance()
	if !p.tok.isName() || p.tok.text == "" {
		p.fail(p.expectedColumnName(p.tok))
		return
	}
	n.as = p.advance().text
	if p.tok.kind != tokenEnd {
		p.fail(p.expectedColumnEnd(p.tok))
	}
}

// atPlain reports whether a word stands here that is a keyword only of columns.
func (p *parser) atPlain(word string) bool { return isPlain(p.tok, word) }

func isPlain(t token, word string) bool { return t.kind == tokenWord && lowerASCII(t.text) == word }

// eventColumn checks what eventColumn has read, for a column of the audience of a
// rule.
func (c *checker) eventColumn(n *columnNode, of *Checked) *EventColumn {
	i := c.schema.Behavior(n.name.text)
	if i < 0 {
		c.add(c.unknownStep(n.name))
		return nil
	}
	b := &BehaviorTest{Behavior: i}
	if n.inRule == nil {
		c.eventsOf(&n.testNode, b)
	} else {
		c.where(&n.testNode, b)
		b.Window, b.SeesNext = c.windowOfRule(n, i, of)
	}
	b.Aggregate = c.columnAggregate(&n.testNode, i)
	text := n.print()
	b.text = text
	out := &EventColumn{Computed: &Computed{Test: b, Result: resultType(b.Aggregate), text: text}, Name: n.as}
	if out.Name == "" {
		out.Name = text
	}
	return out
}

// columnAggregate returns the value that is made of the events of the behavior at
// position i.
func (c *checker) columnAggregate(t *testNode, i int) Aggregate {
	a := Aggregate{Op: AggregateFirst, Field: TimeField, Type: timeType}
	if t.edge == edgeLast {
		a.Op = AggregateLast
	}
	if t.aggregate != nil {
		a, _ = c.aggregateOf(t.aggregate, &c.schema.Behaviors[i])
	}
	return a
}

// windowOfRule returns the window that a rule has for the behavior at position i.
func (c *checker) windowOfRule(n *columnNode, i int, of *Checked) (w window.Spec, seesNext bool) {
	var found []window.Spec
	windowsOf(of.Root, i, func(w window.Spec) {
		if w.Form != window.Ever && !slices.Contains(found, w) {
			found = append(found, w)
		}
	})
	if len(found) != 1 {
		c.add(c.noWindowOfRule(n, found))
		return window.Spec{}, false
	}
	return found[0], isNext(found[0])
}

// windowsOf calls use with the windows of the events of the behavior at position i
// that a condition looks at.
func windowsOf(cond Cond, i int, use func(window.Spec)) {
	switch cond := cond.(type) {
	case *And:
		for _, member := range cond.Conds {
			windowsOf(member, i, use)
		}
	case *Or:
		for _, member := range cond.Conds {
			windowsOf(member, i, use)
		}
	case *Not:
		windowsOf(cond.Cond, i, use)
	case *SegmentTest:
		windowsOf(cond.Segment.Root, i, use)
	case *SequenceTest:
		for _, s := range cond.Steps {
			if s.Behavior == i {
				use(s.Window)
			}
		}
	case *BehaviorTest:
		if cond.Behavior != i {
			return
		}
		use(cond.Window)
		if cond.Aggregate.Window != nil {
			use(*cond.Aggregate.Window)
		}
	}
}

// The messages about columns of events.

const columnHint = "a column of events is written like: purchase sum(amount) in last 90 days as spent"

func (s source) expectedBehavior(t token) *Error {
	return s.problem(Syntax, t.span, "expected the name of a behavior, found "+t.inColumn(), columnHint)
}

func (s source) expectedColumn(t token) *Error {
	return s.problem(Syntax, t.span,
		"expected an aggregate, a where, a window or a name of the column, found "+t.inColumn(), columnHint)
}

// expectedAggregate is the error of a column that says which events and not what is to
// be computed from them.
func (s source) expectedAggregate(behavior string, t token) *Error {
	name := shorten(behavior)
	return s.problem(Syntax, t.span, "expected an aggregate of the events of "+quoteDouble(name)+", found "+t.inColumn(),
		fmt.Sprintf("say what is computed from each customer's events, such as: %[1]s count, %[1]s sum(FIELD), last %[1]s", quoteName(name)))
}

func (s source) expectedColumnName(t token) *Error {
	hint := columnHint
	if t.kind == tokenWord { // a keyword, else it were a name
		hint = fmt.Sprintf("%s is a word of the language: choose another name, or write it in double quotes: as %[1]s", quoteDouble(t.text))
	}
	return s.problem(Syntax, t.span, `expected a name after "as", found `+t.inColumn(), hint)
}

func (s source) expectedColumnEnd(t token) *Error {
	return s.problem(Syntax, t.span, "expected the end of the column after its name, found "+t.inColumn(), columnHint)
}

func (c *checker) noWindowOfRule(n *columnNode, found []window.Spec) *Error {
	name := quoteDouble(shorten(n.name.text))
	if len(found) == 0 {
		return c.problem(InvalidTime, *n.inRule, "the rule has no window for behavior "+name, "write the window in place of \"in rule\"")
	}
	texts := make([]string, len(found))
	for i, w := range found {
		texts[i] = w.String()
	}
	return c.problem(InvalidTime, *n.inRule,
		"the rule has several windows for behavior "+name+": "+strings.Join(texts, "; "), "write the one that is meant in place of \"in rule\"")
}

// inColumn is describe for columns.
func (t token) inColumn() string {
	if t.kind == tokenEnd {
		return "the end of the column"
	}
	return t.describe()
}
