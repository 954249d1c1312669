package rule

import "strconv"

// test reads one condition.
func (p *parser) test() node {
	if p.fields {
		n := p.fieldTest()
		if p.tok.is("where") || p.tok.is("count") || p.atAggregate() {
			p.fail(p.aggregateInWhere(p.tok))
		}
		return n
	}
	start := p.tok
	n := p.singleTest()
	switch {
	case p.atWord("then"):
		return p.sequence(start, n)
	case p.atWord("within") && p.withinBeforeThen():
		p.fail(p.withinOfFirstStep(p.tok.span))
	}
	return n
}

// singleTest reads a condition that is no sequence.
func (p *parser) singleTest() node {
	switch next := p.peek(); {
	case p.tok.is("segment") && (next.kind == tokenString || next.kind == tokenName):
		return p.segment()
	case (p.tok.is("first") || p.tok.is("last")) && next.isName():
		return p.edgeTest()
	}
	t := &testNode{name: p.name()}
	for p.part(t) {
	}
	if t.where == nil && t.aggregate == nil && t.window == nil {
		p.attributeParts(t)
	}
	p.bare = t.where == nil && t.aggregate == nil && t.window == nil && t.op == nil
	return t
}

// segment reads: "segment" STR.
func (p *parser) segment() node {
	p.advance()
	t := p.tok
	if t.kind == tokenName {
		p.fail(p.segmentInDoubleQuotes(t))
	} else if t.text == "" {
		p.fail(p.emptySegment(t))
	}
	p.advance()
	p.bare = false
	return &segmentNode{ref: t.text, span: t.span}
}

// edgeTest reads: ("first" | "last") name [where] window.
func (p *parser) edgeTest() node {
	word := p.advance()
	t := &testNode{edge: edgeFirst, name: p.name()}
	if word.keyword == "last" {
		t.edge = edgeLast
	}
	for p.part(t) {
	}
	if t.window == nil {
		p.fail(p.expectedWindow(p.tok, word.keyword))
	}
	p.bare = false
	return t
}

// fieldTest reads a condition within a where: a field's name and what an
// attribute's may be followed by.
func (p *parser) fieldTest() node {
	t := &testNode{name: p.name()}
	if p.atWindow() {
		t.window = p.window()
	} else {
		p.attributeParts(t)
	}
	p.bare = t.window == nil && t.op == nil
	return t
}

// name reads the name of an attribute, a behavior or a field.
func (p *parser) name() nameNode {
	t := p.tok
	switch {
	case t.kind == tokenName && t.text == "":
		p.fail(p.emptyName(t.span))
	case t.isName():
		p.advance()
	default:
		p.fail(p.expectedCondition(t))
	}
	return nameNode{text: t.text, span: t.span}
}

// part reads a part of a condition that may come with others, in any order, and
// reports whether there was one: a where, an aggregate or a window.
func (p *parser) part(t *testNode) bool {
	switch {
	case p.tok.is("where"):
		if t.where != nil {
			p.fail(p.repeatedPart(p.tok.span, `"where"`))
			break
		}
		t.where, t.bareWhere = p.whereFilter()
	case p.tok.is("count"), p.atAggregate():
		switch {
		case t.edge != edgeNone:
			p.fail(p.aggregateOfEdge(p.tok, t.edge))
		case t.aggregate != nil:
			p.fail(p.repeatedPart(p.tok.span, "aggregate"))
		default:
			t.aggregate = p.aggregate()
		}
	case p.atWindow():
		if t.window != nil {
			p.fail(p.repeatedPart(p.tok.span, "window"))
			break
		}
		t.window = p.window()
	default:
		return false
	}
	return p.err == nil
}

// whereFilter reads: "where" ( "(" rule ")" | field op {"and" field op} ).
func (p *parser) whereFilter() (n node, bare bool) {
	p.advance()
	defer func() { p.fields, p.where = false, false }()
	p.fields = true
	if p.tok.isSymbol("(") {
		return p.brackets(), false
	}
	p.where = true
	first := p.bareFieldTest()
	if !p.tok.is("and") || !p.atFieldTest() {
		return first, true
	}
	nodes := []node{first}
	for p.tok.is("and") && p.atFieldTest() {
		p.advance()
		nodes = append(nodes, p.bareFieldTest())
	}
	return &logicNode{word: "and", nodes: nodes}, true
}

// bareFieldTest reads, in a where without brackets: field op.
func (p *parser) bareFieldTest() node {
	n := p.fieldTest()
	if p.err == nil && p.bare {
		p.fail(p.expectedOperator(p.tok))
	}
	return n
}

// atFieldTest reports whether an "and" in a where without brackets goes on with
// another field and its operator, or ends the where.
func (p *parser) atFieldTest() bool {
	if !p.peek().isName() {
		return false
	}
	after := p.lexer // a copy: nothing is read
	t := after.next()
	switch t.kind {
	case tokenSymbol:
		return t.text != "(" && t.text != ")" && t.text != ","
	case tokenNumber:
		return true
	}
	return operatorStarts[t.keyword]
}

// operatorStarts holds the keywords that an operator, a quantifier or a window
// starts with.
var operatorStarts = map[string]bool{
	"between": true, "in": true, "not": true, "matches": true, "is": true, "contains": true, "starts": true, "ends": true,
	"any": true, "all": true, "at": true, "exactly": true,
	"this": true, "today": true, "yesterday": true, "since": true, "before": true, "after": true, "more": true, "for": true, "ever": true,
}

// aggregates are the words of the aggregates with a field in brackets.
var aggregates = map[string]AggregateOp{
	"sum": AggregateSum, "avg": AggregateAvg, "min": AggregateMin, "max": AggregateMax,
}

// atAggregate reports whether an aggregate with a field in brackets starts here.
func (p *parser) atAggregate() bool {
	_, ok := aggregates[p.tok.keyword]
	return ok
}

// aggregate reads: agg acmp.
func (p *parser) aggregate() *aggregateNode {
	a := p.aggregateValue()
	a.test = p.aggregateTest(a)
	return a
}

// aggregateValue reads: agg.
func (p *parser) aggregateValue() *aggregateNode {
	start := p.advance()
	a := &aggregateNode{}
	switch {
	case !start.is("count"):
		a.op, a.field = aggregates[start.keyword], p.bracketedField(start)
	case p.accept("distinct"):
		a.op = AggregateDistinct
		if p.accept("days") {
			a.op = AggregateDays
			break
		}
		if !p.tok.isName() {
			p.fail(p.expectedDistinct(p.tok))
		}
		name := p.name()
		a.field = &name
	}
	a.span = p.since(start)
	return a
}

// bracketedField reads, behind sum and its like: "(" name ")".
func (p *parser) bracketedField(word token) *nameNode {
	open := p.tok
	if p.acceptSymbol("(") {
		p.inner++
	} else {
		p.fail(p.expectedField(p.tok, word.keyword))
	}
	if !p.tok.isName() {
		p.fail(p.expectedField(p.tok, word.keyword))
	}
	name := p.name()
	if !p.acceptSymbol(")") {
		if p.tok.kind == tokenEnd && p.err == nil {
			p.fail(p.unclosedBracket(open.span))
		}
		p.fail(p.expectedWord(p.tok, ")", "the field"))
	}
	if p.err == nil {
		p.inner--
	}
	return &name
}

// aggregateTest reads: acmp.
func (p *parser) aggregateTest(a *aggregateNode) *opNode {
	start := p.tok
	o := &opNode{not: p.tok.is("not") && p.peek().is("between")}
	if o.not {
		p.advance()
	}
	if !p.comparison(o) && !p.between(o) {
		p.fail(p.expectedComparison(p.tok, a))
	}
	o.span, o.whole = start.to(o.span), p.since(start)
	return o
}

// attributeParts reads: [quant] [op].
func (p *parser) attributeParts(t *testNode) {
	t.quant = p.quant()
	if t.quant != nil && p.atWindow() && !p.tok.is("between") {
		t.window = p.window()
		return
	}
	t.op = p.op()
	if t.quant != nil && t.op == nil {
		p.fail(p.expectedOperator(p.tok))
	}
}

// quant reads a quantifier, if there is one.
func (p *parser) quant() *quantNode {
	start := p.tok
	q := &quantNode{}
	switch {
	case p.accept("any"):
		q.quant.Op = QuantAny
	case p.accept("all"):
		q.quant.Op = QuantAll
	case p.accept("exactly"):
		q.quant.Op = QuantExactly
	case p.accept("at"):
		switch {
		case p.accept("least"):
			q.quant.Op = QuantAtLeast
		case p.accept("most"):
			q.quant.Op = QuantAtMost
		default:
			p.fail(p.expectedAfterAt(p.tok))
		}
	default:
		return nil
	}
	if q.quant.Op >= QuantAtLeast {
		q.quant.N = p.wholeNumber(quoteWord(q.quant.Op.words()))
	}
	q.span = p.since(start)
	return q
}

// wholeNumber reads digits, behind the words before.
func (p *parser) wholeNumber(before string) int64 {
	if p.tok.kind != tokenNumber {
		p.fail(p.expectedWholeNumber(p.tok, before))
		return 0
	}
	t := p.advance()
	d := parseDecimal(t.text)
	n, err := strconv.ParseInt(d.String(), 10, 64)
	switch {
	case d.frac != "" || d.neg:
		p.fail(p.expectedWholeNumber(t, before))
	case err != nil:
		p.fail(p.numberTooLarge(t.span))
	}
	return n
}
