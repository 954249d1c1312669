package rule

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
)

// What an expression may call the conditions: by their own id where they have one
// of these, else the first is 1 or A, the second 2 or B.
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
	ids, ok := r.conditionIDs(list)
	if !ok {
		return nil
	}
	x := &exprParser{parser: parser{source: source(expr.Text), lexer: lexer{text: source(expr.Text)}}, conditions: nodes, ids: ids}
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

// conditionIDs returns the positions of the conditions of a Composite by what its
// expression may call them. It reports false, and a problem, where two would be
// called alike. The id of a reference is that of a segment.
func (r *fileReader) conditionIDs(list *document.Node) (ids map[string]int, ok bool) {
	ids, ok = map[string]int{}, true
	add := func(at *document.Node, i int, names ...string) {
		for _, name := range names {
			if first, taken := ids[name]; taken {
				r.repeatedID(at, name, first, i)
				ok = false
				return
			}
			ids[name] = i
		}
	}
	for i, item := range list.Items {
		id, typ := item.Find("id"), item.Find("type")
		isReference := typ != nil && slices.Contains([]string{typeInclude, typeExclude, typeReference}, typ.Text)
		switch {
		case id != nil && !isReference && isExpressionID(id.Text):
			add(id, i, id.Text)
		case i < len(digitIDs):
			add(item, i, digitIDs[i:i+1], letterIDs[i:i+1])
		case i < len(letterIDs):
			add(item, i, letterIDs[i:i+1])
		}
	}
	return ids, ok
}

func isExpressionID(text string) bool {
	return len(text) == 1 && strings.Contains(digitIDs+letterIDs, text)
}

// exprParser reads the expression of a Composite with the words of rules.
type exprParser struct {
	parser
	conditions []node
	ids        map[string]int // positions of the conditions
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
	i, ok := x.ids[t.text]
	if !ok || t.kind != tokenNumber && t.kind != tokenWord {
		x.fail(x.unknownID(t, len(x.conditions)))
		return nil
	}
	x.advance()
	x.used[i] = true
	return x.conditions[i]
}
