package rule

import (
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Typed returns the rule with every value that a file gave in the form that its
// column wants, so that its text means the same: the text 1500 of a file is a
// number beside a number, and whole numbers beside a time are unix seconds. A
// value that is not of its column's type, and one whose name the schema does not
// have, stays what it looks like. A rule in text is returned as it is. The error
// is one of a rule that is too long then, as Errors.
func (r *Rule) Typed(schema *model.Schema) (*Rule, error) {
	if !r.loose || r.root == nil {
		return r, nil
	}
	c := newChecker(newShared(schema, nil, nil), r)
	typed := *r
	typed.root, typed.loose = c.typedTree(r.root), false
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return &typed, nil
}

// ElementNegations returns how many negated operators of a file the rule has whose
// meaning depends on their column: of a list they negate for each element, which
// Typed decides. The text of the rule has them as of single values.
func (r *Rule) ElementNegations() int {
	count := 0
	var walk func(n node)
	walk = func(n node) {
		switch n := n.(type) {
		case *logicNode:
			for _, operand := range n.nodes {
				walk(operand)
			}
		case *notNode:
			if n.each {
				count++
			}
			walk(n.node)
		case *testNode:
			if n.where != nil {
				walk(n.where)
			}
		case *sequenceNode:
			for _, s := range n.steps {
				walk(s.test)
			}
		}
	}
	if r.loose && r.root != nil {
		walk(r.root)
	}
	return count
}

// typedTree returns a copy of a tree from a file with its values typed, and with
// its canonical text; nil, with a problem, where that would be too long.
func (c *checker) typedTree(root node) node {
	root = c.typedNode(root, nil)
	size := textSize(root, map[node]int{})
	if size <= MaxBytes {
		fillText(root)
		size = len(*root.slot())
	}
	if size > MaxBytes {
		c.add(c.tooLongCanonical(size))
		return nil
	}
	return root
}

// typedNode copies a node; b is the behavior whose fields names are, or nil.
func (c *checker) typedNode(n node, b *model.Behavior) node {
	switch n := n.(type) {
	case *logicNode:
		out := *n
		out.nodes = make([]node, len(n.nodes))
		for i, operand := range n.nodes {
			out.nodes[i] = c.typedNode(operand, b)
		}
		return &out
	case *notNode:
		inner := c.typedNode(n.node, b)
		if t, ok := inner.(*testNode); ok && n.each && c.testsList(t, b) {
			op := *t.op
			op.kind = op.kind.flipped()
			t.op = &op
			return t
		}
		return &notNode{node: inner}
	case *testNode:
		return c.typedTest(n, b)
	case *sequenceNode:
		out := *n
		out.steps = make([]*stepNode, len(n.steps))
		for i, s := range n.steps {
			step := *s
			step.test = c.typedTest(s.test, nil)
			out.steps[i] = &step
		}
		return &out
	case *segmentNode:
		out := *n
		return &out
	}
	return n
}

// testsList reports whether the test is of a list; b is as in typedNode.
func (c *checker) testsList(t *testNode, b *model.Behavior) bool {
	if b != nil {
		typ, _, ok := c.findField(b, t.name)
		return ok && typ.IsArray()
	}
	i, ok := c.attributes[t.name.text]
	return ok && c.schema.Attributes[i].Type.IsArray()
}

func (c *checker) typedTest(n *testNode, b *model.Behavior) *testNode {
	out := *n
	if b != nil {
		if typ, _, ok := c.findField(b, n.name); ok {
			out.op = typedOp(n.op, typ)
		}
		out.name = n.name.of(b)
		return &out
	}
	if i, ok := c.attributes[n.name.text]; ok {
		out.op = typedOp(n.op, c.schema.Attributes[i].Type)
		return &out
	}
	i, ok := c.behaviors[n.name.text]
	if !ok {
		return &out
	}
	behavior := &c.schema.Behaviors[i]
	if n.where != nil {
		out.where = c.typedNode(n.where, behavior)
	}
	if n.aggregate != nil {
		aggregate := *n.aggregate
		if aggregate.field != nil {
			field := aggregate.field.of(behavior)
			aggregate.field = &field
		}
		aggregate.test = typedOp(aggregate.test, c.testedType(&aggregate, behavior))
		out.aggregate = &aggregate
	}
	return &out
}

// testedType returns the type of the values that an aggregate is compared with.
func (c *checker) testedType(a *aggregateNode, b *model.Behavior) model.Type {
	if a.op == AggregateMin || a.op == AggregateMax {
		if typ, _, ok := c.findField(b, *a.field); ok {
			return typ
		}
	}
	return model.Type{Kind: model.Number, Repr: model.Int64}
}

// typedOp returns a copy of the operator whose values are typed.
func typedOp(o *opNode, typ model.Type) *opNode {
	if o == nil || o.kind == opIsNull {
		return o
	}
	out := *o
	out.values = make([]literal, len(o.values))
	for i, l := range o.values {
		out.values[i] = l.typed(typ.Elem().Kind)
	}
	return &out
}

// typed returns what a value of a file is beside a column of the kind.
func (l literal) typed(kind model.Kind) literal {
	if !l.loose {
		return l
	}
	out := literal{kind: literalString, str: l.raw, span: l.span}
	switch kind {
	case model.Number:
		if d, ok := parseLooseNumber(l.raw); ok {
			return literal{kind: literalNumber, num: d, span: l.span}
		}
	case model.Boolean:
		if l.raw == "true" || l.raw == "false" {
			return literal{kind: literalBool, b: l.raw == "true", span: l.span}
		}
	case model.Date, model.Timestamp:
		if d, ok := parseLooseNumber(l.raw); ok {
			out.str = secondsText(d, l.raw)
		}
	}
	return out
}

// parseLooseNumber reads a number as files write them: as in a rule, or with a
// plus sign or an exponent.
func parseLooseNumber(text string) (decimal, bool) {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	mantissa = strings.TrimPrefix(mantissa, "+")
	if !numberPattern.MatchString(mantissa) {
		return decimal{}, false
	}
	d := parseDecimal(mantissa)
	if !hasExponent {
		return d, true
	}
	return d.shifted(exponent)
}

// secondsText returns the time that a whole number of unix seconds stands for, or
// raw where it stands for none.
func secondsText(d decimal, raw string) string {
	n, exact := d.floor(0)
	if !exact || !n.IsInt64() {
		return raw
	}
	p, err := window.PointFromUnix(n.Int64())
	if err != nil {
		return raw
	}
	return p.String()
}
