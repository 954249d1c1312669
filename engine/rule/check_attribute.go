package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// columnTest checks a test of an attribute or a field of the type and fills ct,
// which is part of leaf; text is the leaf's. It returns the leaf, or its
// complement where the operator is negated.
func (c *checker) columnTest(t *testNode, typ model.Type, ct *ColumnTest, leaf Cond, text *string) Cond {
	if t.quant != nil && (!typ.IsArray() || t.op != nil && t.op.kind == opIsNull) {
		c.add(c.invalidQuant(t, typ))
		return nil
	}
	ct.Type = typ
	op, win := t.readFor(typ)
	switch {
	case win != nil && !isTime(typ):
		c.add(c.windowMismatch(t, typ))
	case win != nil:
		ct.Window = c.window(win)
	case op == nil && typ.Kind != model.Boolean:
		c.add(c.bareName(t, typ))
	case op == nil:
		ct.Values.Bools = []bool{true}
	case op.kind == opIsNull:
		ct.IsNull = true
	case typ.IsArray():
		ct.Quant = Quant{Op: QuantAny}
		if t.quant != nil {
			ct.Quant = t.quant.quant
		}
		ct.Values = c.values(t.name, typ, op)
		ct.Values.Except = op.not
		return leaf // the negation is part of what each element is tested for
	default:
		ct.Values = c.values(t.name, typ, op)
	}
	if t.op == nil || !t.op.not {
		return leaf
	}
	*text = (&testNode{name: t.name, quant: t.quant, op: t.op.positive()}).print()
	return &Not{Cond: leaf, text: t.text}
}

// positive returns the operator without its negation.
func (o *opNode) positive() *opNode {
	p := *o
	p.not = false
	return &p
}

// isTime reports whether windows test attributes of the type.
func isTime(typ model.Type) bool { return typ.Kind == model.Date || typ.Kind == model.Timestamp }

// readFor returns what a test says of an attribute of the type: an operator, a
// window or neither. Whether a between is one or the other is decided here.
func (n *testNode) readFor(typ model.Type) (*opNode, *windowNode) {
	switch op, win := n.op, n.window; {
	case op != nil && op.kind == opBetween && isTime(typ):
		return nil, &windowNode{
			spec: window.Spec{Form: window.Between}, from: op.values[0], to: op.values[1], span: op.whole,
		}
	case win != nil && win.spec.Form == window.Between && !isTime(typ):
		word := span{win.offset, len("between")}
		return &opNode{kind: opBetween, values: []literal{win.from, win.to}, span: word, whole: win.span}, nil
	default:
		return op, win
	}
}

// values returns the set of values that pass o, its negation aside. Of a list
// they are elements.
func (c *checker) values(name nameNode, typ model.Type, o *opNode) Values {
	elem := typ.Elem()
	switch {
	case o.kind.isText() && elem.Kind != model.String,
		elem.Kind == model.Boolean && o.kind != opEqual && o.kind != opIn:
		c.add(c.operatorMismatch(name, typ, o))
		return Values{}
	}
	switch elem.Kind {
	case model.Number:
		return c.numbers(name, typ, o)
	case model.Boolean:
		return c.bools(name, typ, o)
	case model.Date, model.Timestamp:
		return c.times(name, typ, o)
	}
	return c.strings(name, typ, o)
}

func (c *checker) bools(name nameNode, typ model.Type, o *opNode) Values {
	var v Values
	for _, l := range o.values {
		if !c.hasKind(name, typ, l, literalBool) {
			continue
		}
		if !slices.Contains(v.Bools, l.b) {
			v.Bools = append(v.Bools, l.b)
		}
	}
	if len(v.Bools) == 2 {
		v.Bools = []bool{false, true}
	}
	return v
}

// hasKind reports whether the literal is one that typ's values are compared
// with; it notes a problem if not.
func (c *checker) hasKind(name nameNode, typ model.Type, l literal, kind literalKind) bool {
	if l.kind == kind {
		return true
	}
	if !c.full() {
		c.add(c.valueMismatch(name, typ, l))
	}
	return false
}
