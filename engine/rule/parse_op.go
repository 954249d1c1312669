package rule

// op reads an attribute's operator with its values. It returns nil where none
// stands.
func (p *parser) op() *opNode {
	start := p.tok
	o := &opNode{not: p.accept("not")}
	switch {
	case !o.not && p.comparison(o):
	case p.between(o), p.in(o), p.matches(o), p.textOp(o):
	case o.not:
		p.fail(p.expectedAfterNot(p.tok))
	case p.isNull(o):
	default:
		return nil
	}
	o.span, o.whole = start.to(o.span), p.since(start)
	return o
}

// comparison reads, if there is one: ("=" | "!=" | "<" | …) literal.
func (p *parser) comparison(o *opNode) bool {
	if p.tok.kind != tokenSymbol {
		return false
	}
	switch p.tok.text {
	case "=", "!=":
		o.kind, o.not = opEqual, p.tok.text == "!="
	case "<":
		o.kind = opLess
	case "<=":
		o.kind = opAtMost
	case ">":
		o.kind = opGreater
	case ">=":
		o.kind = opAtLeast
	default:
		return false
	}
	o.span = p.advance().span
	o.values = []literal{p.value(quoteWord(o.words()))}
	return true
}

// between reads, if there is one: "between" literal "and" literal.
func (p *parser) between(o *opNode) bool {
	if !p.tok.is("between") {
		return false
	}
	o.kind, o.span = opBetween, p.tok.span
	from, to := p.bounds()
	o.values = []literal{from, to}
	return true
}

// bounds reads: "between" literal "and" literal.
func (p *parser) bounds() (from, to literal) {
	between := p.advance()
	if p.tok.endsValue() {
		p.fail(p.missingBounds(between.span, p.tok))
	}
	from = p.value(`"between"`)
	if !p.tok.is("and") {
		p.fail(p.missingBounds(between.span, p.tok))
	}
	p.advance()
	if p.tok.endsValue() {
		p.fail(p.missingBounds(between.span, p.tok))
	}
	return from, p.value(`"and"`)
}

// in reads, if there is one: "in" "(" literal {"," literal} ")".
func (p *parser) in(o *opNode) bool {
	if !p.tok.is("in") {
		return false
	}
	o.kind, o.span = opIn, p.advance().span
	if !p.tok.isSymbol("(") {
		p.fail(p.expectedList(p.tok, o.not))
	}
	o.values = p.list()
	return true
}

// list reads: "(" literal {"," literal} ")".
func (p *parser) list() []literal {
	open := p.advance()
	if p.err == nil {
		p.inner++
	}
	values := []literal{p.value(`"("`)}
	for p.acceptSymbol(",") {
		values = append(values, p.value(`","`))
	}
	if !p.acceptSymbol(")") {
		p.fail(p.expectedCommaOrEnd(p.tok, open.span))
	}
	if p.err == nil {
		p.inner--
	}
	return values
}

// matches reads, if there is one: "matches" literal.
func (p *parser) matches(o *opNode) bool {
	if !p.tok.is("matches") {
		return false
	}
	o.kind, o.span = opMatches, p.advance().span
	o.values = []literal{p.value(`"matches"`)}
	return true
}

// textOp reads, if there is one: contains, starts with or ends with, and a
// literal or a list.
func (p *parser) textOp(o *opNode) bool {
	start := p.tok
	switch {
	case p.accept("contains"):
		o.kind = opContains
	case p.accept("starts"):
		o.kind = opStarts
		p.expect("with", `"starts"`)
	case p.accept("ends"):
		o.kind = opEnds
		p.expect("with", `"ends"`)
	default:
		return false
	}
	o.span = p.since(start)
	if p.tok.isSymbol("(") {
		o.values = p.list()
	} else {
		o.values = []literal{p.value(quoteWord(opWords[o.kind]))}
	}
	return true
}

// isNull reads, if there is one: "is" ["not"] "null".
func (p *parser) isNull(o *opNode) bool {
	start := p.tok
	if !p.accept("is") {
		return false
	}
	o.kind = opIsNull
	o.not = p.accept("not")
	if !p.accept("null") {
		p.fail(p.expectedNull(p.tok, o.not))
	}
	o.span = p.since(start)
	return true
}

// value reads a literal, behind the words before.
func (p *parser) value(before string) literal {
	t := p.tok
	l := literal{span: t.span}
	switch {
	case t.kind == tokenString:
		l.kind, l.str = literalString, t.text
	case t.kind == tokenNumber:
		l.kind, l.num = literalNumber, parseDecimal(t.text)
	case t.is("true"), t.is("false"):
		l.kind, l.b = literalBool, t.is("true")
	default:
		p.fail(p.expectedValue(t, before))
	}
	p.advance()
	return l
}
