package rule

import (
	"strings"
	"unicode/utf8"
)

// Rule is a parsed rule. It knows no names and no types yet: see [Check]. A Rule
// is immutable and safe for concurrent use.
type Rule struct {
	source source
	root   node
	loose  bool      // some literals are from a file and take the type they meet
	file   string    // where the rule was read, for messages; empty for text
	paths  pathIndex // of a rule from a file: the path of what stands at an offset
}

// Parse reads a rule in text; the package comment gives the language. Its
// problems are returned together, as [Errors]: after one it goes on at the next
// condition. It takes time in proportion to the length of text and never panics.
func Parse(text string) (*Rule, error) {
	src := source(text)
	if err := src.readable(); err != nil {
		return nil, Errors{err}
	}
	p := &parser{source: src, lexer: lexer{text: src}}
	p.advance()
	root := p.all()
	if p.err != nil {
		p.errs = append(p.errs, p.err)
	}
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	root = flatten(root)
	if textDepth(root) > MaxDepth { // some brackets that it lacks are written
		return nil, Errors{src.tooDeepCanonical()}
	}
	fillText(root)
	r := &Rule{source: src, root: root}
	if canonical := source(r.String()); len(canonical) > MaxBytes { // it would not parse again
		return nil, Errors{src.tooLongCanonical(len(canonical))}
	}
	return r, nil
}

// String returns the canonical text of the rule: one spelling for all rules that
// differ in spaces, comments, brackets without effect, the case of keywords, the
// form of numbers, or the order of count and window. Parsing it gives the same
// rule.
func (r *Rule) String() string {
	if r.root == nil {
		return ""
	}
	return *r.root.slot()
}

// readable returns what is wrong with the text before its first word is read, or
// nil.
func (s source) readable() *Error {
	if len(s) > MaxBytes {
		return s.tooLong()
	}
	if utf8.ValidString(string(s)) {
		return nil
	}
	i := 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(string(s[i:]))
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return s.invalidUTF8(span{i, 1})
}

// parser reads tokens by recursive descent. After a problem, err, it sees nothing
// but the end of the rule, so that every loop ends and no function needs to ask;
// what they return then is never looked at. Where a condition ends, recover may
// go on behind it.
type parser struct {
	source
	lexer  lexer
	tok    token  // the current token
	prev   token  // the one before it
	ahead  *token // the one after it, when it has been looked at
	depth  int    // of "(" and "not"
	open   int    // of "("
	fields bool   // within a where: names are fields
	bare   bool   // the last test is a name alone, so an operator may be missing
	err    *Error // the problem met, until recover takes it
	fatal  bool   // nothing is read after err
	errs   Errors // the problems behind which reading went on
	failed token  // the current token when err was met
	inner  int    // "(" open within the current test: of a list, or of a field
	where  bool   // within a where without brackets
	inAnd  bool   // err was met there: an "and" may go on with its fields
}

// fail notes a problem, unless one has been noted.
func (p *parser) fail(err *Error) {
	if p.err == nil {
		p.err, p.failed, p.inAnd = err, p.tok, p.where
	}
	p.tok = token{kind: tokenEnd, span: span{len(p.source), 0}}
}

// failForGood notes a problem behind which nothing is read.
func (p *parser) failForGood(err *Error) {
	if p.err == nil {
		p.fatal = true
	}
	p.fail(err)
}

// recover keeps the problem of a condition and goes on at what ends it: an "and"
// or "or" in front of what may be a condition, a ")", or the end. It does nothing
// where there is no problem, or there have been enough; and it gives up where
// more follows that is not of the language, since each look at its place takes
// time in proportion to the text.
func (p *parser) recover() {
	if p.err == nil || p.fatal || len(p.errs) >= MaxErrors-1 {
		return
	}
	kept := p.err
	p.tok, p.err, p.bare = p.failed, nil, false
	for open, first := p.inner, true; p.tok.kind != tokenEnd; first = false {
		switch {
		case p.tok.kind == tokenBad && !first:
			p.failForGood(kept)
			return
		case p.tok.isSymbol("("):
			open++
		case p.tok.isSymbol(")") && open > 0:
			open--
		case p.tok.isSymbol(")") && p.open > 0, open == 0 && p.atNextCondition():
			p.errs = append(p.errs, kept)
			return
		}
		p.skip()
	}
	p.errs = append(p.errs, kept)
}

// skip moves to the next token, whatever it is.
func (p *parser) skip() {
	if p.ahead != nil {
		p.tok, p.ahead = *p.ahead, nil
		return
	}
	p.tok = p.lexer.next()
}

// atNextCondition reports whether the current token joins what may be a
// condition. The "and" of a between is followed by a value.
func (p *parser) atNextCondition() bool {
	if !p.tok.is("or") && (!p.tok.is("and") || p.inAnd) {
		return false
	}
	next := p.peek()
	return next.isName() || next.isSymbol("(") || next.is("not") || next.is("segment") || next.is("first") || next.is("last")
}

// advance moves to the next token and returns the one it leaves.
func (p *parser) advance() token {
	left := p.tok
	switch {
	case p.err != nil:
		return left
	case p.ahead != nil:
		p.prev, p.tok, p.ahead = left, *p.ahead, nil
	default:
		p.prev, p.tok = left, p.lexer.next()
	}
	if p.tok.kind == tokenBad {
		p.fail(p.tok.err)
	}
	return left
}

// peek returns the token after the current one.
func (p *parser) peek() token {
	if p.err != nil {
		return p.tok
	}
	if p.ahead == nil {
		t := p.lexer.next()
		p.ahead = &t
	}
	return *p.ahead
}

// since returns the span from the start of t to the last token read.
func (p *parser) since(t token) span { return t.span.to(p.prev.span) }

// accept moves behind the current token if it is the keyword.
func (p *parser) accept(keyword string) bool {
	if !p.tok.is(keyword) {
		return false
	}
	p.advance()
	return true
}

// acceptSymbol moves behind the current token if it is the symbol.
func (p *parser) acceptSymbol(symbol string) bool {
	if !p.tok.isSymbol(symbol) {
		return false
	}
	p.advance()
	return true
}

// expect moves behind the keyword, which must follow the words before.
func (p *parser) expect(keyword, before string) {
	if !p.accept(keyword) {
		p.fail(p.expectedWord(p.tok, keyword, before))
	}
}

// all reads the whole text.
func (p *parser) all() node {
	if p.tok.kind == tokenEnd {
		p.failForGood(p.emptyRule())
	}
	n := p.rule()
	if p.tok.kind != tokenEnd {
		p.failForGood(p.unexpected("the end of the rule"))
	}
	return n
}

// unexpected returns the problem of a token where a condition is complete and
// end may come.
func (p *parser) unexpected(end string) *Error {
	if p.bare {
		return p.unexpectedAfterName(p.tok, end)
	}
	return p.unexpectedAfterTest(p.tok, end)
}

// rule reads: and {"or" and}.
func (p *parser) rule() node { return p.logic("or", p.and) }

// and reads: unary {"and" unary}.
func (p *parser) and() node { return p.logic("and", p.unary) }

func (p *parser) logic(word string, operand func() node) node {
	first := operand()
	if !p.tok.is(word) {
		return first
	}
	nodes := []node{first}
	for p.accept(word) {
		nodes = append(nodes, operand())
	}
	return &logicNode{word: word, nodes: nodes}
}

// unary reads: "not" unary | "(" rule ")" | test.
func (p *parser) unary() node {
	isNot := p.tok.is("not")
	if !isNot && !p.tok.isSymbol("(") {
		inner := p.inner
		p.inner = 0
		n := p.test()
		p.recover()
		p.inner = inner
		return n
	}
	if !isNot {
		return p.brackets()
	}
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.advance()
	return &notNode{node: p.unary()}
}

// enter notes one more level of nesting; it reports false, and a problem, where
// that is too deep.
func (p *parser) enter() bool {
	if p.depth++; p.depth > MaxDepth {
		p.failForGood(p.tooDeep(p.tok.span))
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// brackets reads: "(" rule ")".
func (p *parser) brackets() node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	open := p.advance()
	p.open++
	defer func() { p.open-- }()
	n := p.rule()
	switch {
	case p.err != nil:
	case p.tok.kind == tokenEnd:
		p.failForGood(p.unclosedBracket(open.span))
	case !p.acceptSymbol(")"):
		p.failForGood(p.unexpected(`")"`))
	}
	return n
}

// flatten returns n with every and and or that stands directly in one of its own
// kind merged into it.
func flatten(n node) node {
	switch n := n.(type) {
	case *notNode:
		n.node = flatten(n.node)
	case *testNode:
		if n.where != nil {
			n.where = flatten(n.where)
		}
	case *sequenceNode:
		for _, s := range n.steps {
			flatten(s.test)
		}
	case *logicNode:
		n.nodes = appendOperands(make([]node, 0, len(n.nodes)), n)
	}
	return n
}

// appendOperands appends what n joins, directly or through nested nodes of its
// word. Each node is appended once, however deep it stands.
func appendOperands(dst []node, n *logicNode) []node {
	for _, operand := range n.nodes {
		if inner, ok := operand.(*logicNode); ok && inner.word == n.word {
			dst = appendOperands(dst, inner)
			continue
		}
		dst = append(dst, flatten(operand))
	}
	return dst
}

// fillText gives every node its canonical text. The texts share the memory of
// the whole rule's, so that deep rules need no more than flat ones.
func fillText(root node) {
	p := printer{}
	p.node(root)
	text := strings.Clone(p.b.String())
	for _, m := range p.marks {
		*m.slot = text[m.lo:m.hi]
	}
}
