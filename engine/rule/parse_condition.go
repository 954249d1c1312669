package rule

import "strconv"

// test reads one condition: a name and what is said of it.
func (p *parser) test() node {
	p.refuseTest()
	t := &testNode{name: p.name()}
	for p.part(t) {
	}
	if t.count == nil && t.window == nil {
		p.attributeParts(t)
	}
	p.bare = t.count == nil && t.window == nil && t.op == nil
	return t
}

// refuseTest refuses the conditions that do not start with a name.
func (p *parser) refuseTest() {
	switch next := p.peek(); {
	case p.tok.is("segment") && next.kind == tokenString:
		p.fail(p.unsupportedSegment(p.tok.span))
	case (p.tok.is("first") || p.tok.is("last")) && next.isName():
		p.fail(p.unsupportedFirstLast(p.tok))
	}
}

// name reads the name of an attribute or a behavior.
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
	return nameNode{t.text, t.span}
}

// part reads a part of a condition that may come with others, in any order, and
// reports whether there was one: a count or a window.
func (p *parser) part(t *testNode) bool {
	switch {
	case p.tok.is("where"):
		p.fail(p.unsupportedWhere(p.tok.span))
	case p.tok.is("sum"), p.tok.is("avg"), p.tok.is("min"), p.tok.is("max"):
		p.fail(p.unsupportedAggregate(p.tok))
	case p.tok.is("count"):
		if t.count != nil {
			p.fail(p.repeatedPart(p.tok.span, "count"))
			break
		}
		t.count = p.count()
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

// count reads: "count" acmp.
func (p *parser) count() *opNode {
	count := p.advance()
	if p.tok.is("distinct") {
		p.fail(p.unsupportedDistinct(count.to(p.tok.span)))
	}
	start := p.tok
	o := &opNode{not: p.tok.is("not") && p.peek().is("between")}
	if o.not {
		p.advance()
	}
	if !p.comparison(o) && !p.between(o) {
		p.fail(p.expectedComparison(p.tok))
	}
	o.span, o.whole = start.to(o.span), p.since(count)
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
