package rule

import (
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/window"
)

// printer writes canonical text and notes which part of it belongs to which
// node.
type printer struct {
	b     strings.Builder
	marks []mark
}

// mark says that the bytes [lo, hi) are the text of a node.
type mark struct {
	slot   *string
	lo, hi int
}

func (p *printer) node(n node) {
	lo := p.b.Len()
	switch n := n.(type) {
	case *logicNode:
		for i, operand := range n.nodes {
			if i > 0 {
				p.b.WriteString(" " + n.word + " ")
			}
			inner, isLogic := operand.(*logicNode)
			p.operand(operand, isLogic && n.word == "and" && inner.word == "or")
		}
	case *notNode:
		p.b.WriteString("not ")
		p.operand(n.node, isJoined(n.node))
	case *testNode:
		p.test(n)
	case *sequenceNode:
		p.sequence(n)
	case *segmentNode:
		p.b.WriteString("segment " + quoteString(n.ref))
	}
	p.marks = append(p.marks, mark{n.slot(), lo, p.b.Len()})
}

// isJoined reports whether the text of n goes on behind its first test: behind a
// "not" it stands in brackets then, even where it would be read alike without.
func isJoined(n node) bool {
	switch n.(type) {
	case *logicNode, *sequenceNode:
		return true
	}
	return false
}

// sequence writes: NAME where (…) WINDOW then not NAME where (…) WINDOW within N UNIT.
func (p *printer) sequence(n *sequenceNode) {
	for i, s := range n.steps {
		if i > 0 {
			p.b.WriteString(" then ")
		}
		lo := p.b.Len()
		if s.absent {
			p.b.WriteString("not ")
		}
		p.test(s.test)
		if s.within != nil {
			p.b.WriteString(" within " + s.within.print())
		}
		p.marks = append(p.marks, mark{&s.text, lo, p.b.Len()})
	}
}

// print returns the canonical text, without "within".
func (w *withinNode) print() string {
	text := strconv.FormatInt(w.n, 10) + " " + w.unit.String()
	if w.n != 1 {
		text += "s"
	}
	return text
}

// operand writes n, in brackets where it would be read differently without.
func (p *printer) operand(n node, brackets bool) {
	if brackets {
		p.b.WriteByte('(')
	}
	p.node(n)
	if brackets {
		p.b.WriteByte(')')
	}
}

// test writes: [first] NAME where (…) AGGREGATE OP N WINDOW.
func (p *printer) test(n *testNode) {
	p.b.WriteString(n.edge.prefix() + quoteName(n.name.text))
	if n.where != nil {
		p.b.WriteString(" where ")
		p.operand(n.where, true)
	}
	if n.aggregate != nil {
		p.b.WriteString(" " + n.aggregate.print())
	}
	if n.quant != nil {
		p.b.WriteString(" " + n.quant.quant.String())
	}
	if n.window != nil {
		p.b.WriteString(" " + n.window.print())
	}
	if n.op != nil {
		p.b.WriteString(" " + n.op.print())
	}
}

// print returns the canonical text of the test.
func (n *testNode) print() string {
	var p printer
	p.test(n)
	return p.b.String()
}

// prefix returns the words in front of the name.
func (e edge) prefix() string {
	switch e {
	case edgeFirst:
		return "first "
	case edgeLast:
		return "last "
	}
	return ""
}

// print returns the canonical text of the aggregate with its comparison.
func (a *aggregateNode) print() string { return a.words() + " " + a.test.print() }

// words returns the aggregate as a rule writes it.
func (a *aggregateNode) words() string {
	switch a.op {
	case AggregateCount:
		return "count"
	case AggregateDays:
		return "count distinct days"
	case AggregateDistinct:
		return "count distinct " + quoteName(a.field.text)
	}
	word := mostFrequent
	for w, op := range aggregates {
		if op == a.op {
			word = w
		}
	}
	return word + "(" + quoteName(a.field.text) + ")"
}

// print returns the canonical text of the operator with its values.
func (o *opNode) print() string {
	var b strings.Builder
	b.WriteString(o.words())
	switch {
	case o.kind == opIsNull:
	case o.kind == opBetween:
		b.WriteString(" " + o.values[0].print() + " and " + o.values[1].print())
	case o.kind == opIn, len(o.values) > 1:
		for i, v := range o.values {
			if i == 0 {
				b.WriteString(" (")
			} else {
				b.WriteString(", ")
			}
			b.WriteString(v.print())
		}
		b.WriteByte(')')
	default:
		b.WriteString(" " + o.values[0].print())
	}
	return b.String()
}

// print returns the canonical text of the window. Times are as written.
func (w *windowNode) print() string {
	switch w.spec.Form {
	case window.Between:
		return "between " + w.from.print() + " and " + w.to.print()
	case window.Since:
		return "since " + w.from.print()
	case window.After:
		return "after " + w.from.print()
	case window.Before:
		return "before " + w.from.print()
	}
	return w.spec.String()
}

// print returns the canonical text of the literal.
func (l literal) print() string {
	switch l.kind {
	case literalString:
		return quoteString(l.str)
	case literalNumber:
		return l.num.String()
	}
	if l.b {
		return "true"
	}
	return "false"
}
