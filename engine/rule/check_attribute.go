package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// attribute checks a test of the attribute at position i.
func (c *checker) attribute(t *testNode, i int) Cond {
	typ := c.schema.Attributes[i].Type
	if t.count != nil {
		c.add(c.countOnAttribute(t))
		return nil
	}
	if t.quant != nil && (!typ.IsArray() || t.op != nil && t.op.kind == opIsNull) {
		c.add(c.invalidQuant(t, typ))
		return nil
	}
	a := &AttributeTest{Attribute: i, Type: typ, text: t.text}
	op, win := t.readFor(typ)
	switch {
	case win != nil && !isTime(typ):
		c.add(c.windowMismatch(t, typ))
	case win != nil:
		a.Window = c.window(win)
	case op == nil && typ.Kind != model.Boolean:
		c.add(c.bareAttribute(t, typ))
	case op == nil:
		a.Values.Bools = []bool{true}
	case op.kind == opIsNull:
		a.IsNull = true
	case typ.IsArray():
		a.Quant = Quant{Op: QuantAny}
		if t.quant != nil {
			a.Quant = t.quant.quant
		}
		a.Values = c.values(t.name, typ, op)
		a.Values.Except = op.not
		return a // the negation is part of what each element is tested for
	default:
		a.Values = c.values(t.name, typ, op)
	}
	return negated(t, a)
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

// negated returns the test a of t's operator, or its complement where the
// operator is negated.
func negated(t *testNode, a *AttributeTest) Cond {
	if t.op == nil || !t.op.not {
		return a
	}
	positive := *t.op
	positive.not = false
	a.text = (&testNode{name: t.name, quant: t.quant, op: &positive}).print()
	return &Not{Cond: a, text: t.text}
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
