package rule

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
)

// expressionIDs holds what an expression may call the conditions: the first is 1
// or A, the second 2 or B.
const (
	digitIDs  = "123456789"
	letterIDs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// composite reads a Composite: conditions that an expression joins.
func (r *fileReader) composite(m mapping) node {
	expr, list := m.values["expr"], m.values["conditions"]
	if list == nil {
		r.missingConditions(m.node)
		return nil
	}
	before := len(r.errs)
	nodes := r.conditionList(list)
	switch {
	case expr == nil:
		r.missingExpr(m.node)
		return nil
	case expr.Kind != document.Scalar:
		r.expectedText(expr)
		return nil
	case len(nodes) == 0, len(r.errs) > before && len(nodes) != len(list.Items):
		return nil // which condition an id means is not known any more
	}
	x := &exprParser{parser: parser{source: source(expr.Text), lexer: lexer{text: source(expr.Text)}}, conditions: nodes}
	x.used = make([]bool, len(nodes))
	x.advance()
	n := x.or()
	if x.err == nil && x.tok.kind != tokenEnd {
		x.fail(x.unexpectedInExpr(x.tok))
	}
	if x.err != nil {
		r.badExpr(expr, x.err)
		return nil
	}
	if i := slices.Index(x.used, false); i >= 0 {
		r.unusedCondition(expr, list.Items[i], i)
	}
	return n
}

// exprParser reads the expression of a Composite with the words of rules.
type exprParser struct {
	parser
	conditions []node
	used       []bool
}

// or reads: and {"or" and}.
func (x *exprParser) or() node { return x.logic("or", x.and) }

// and reads: unary {"and" unary}.
func (x *exprParser) and() node { return x.logic("and", x.unary) }

// unary reads: "not" unary | "(" or ")" | id.
func (x *exprParser) unary() node {
	isNot := x.tok.is("not")
	if !isNot && !x.tok.isSymbol("(") {
		return x.id()
	}
	if !x.enter() {
		return nil
	}
	defer x.leave()
	open := x.advance()
	if isNot {
		return &notNode{node: x.unary()}
	}
	n := x.or()
	if x.err == nil && !x.acceptSymbol(")") {
		x.fail(x.unclosedBracket(open.span))
	}
	return n
}

// id reads the name of a condition: 1 to 9, or A to Z.
func (x *exprParser) id() node {
	t := x.tok
	i := -1
	if len(t.text) == 1 && (t.kind == tokenNumber || t.kind == tokenWord) {
		i = max(strings.Index(digitIDs, t.text), strings.Index(letterIDs, t.text))
	}
	if i < 0 || i >= len(x.conditions) {
		x.fail(x.unknownID(t, len(x.conditions)))
		return nil
	}
	x.advance()
	x.used[i] = true
	return x.conditions[i]
}
