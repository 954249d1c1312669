package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// operator is an operator of a file: of op and window, one is set, both nil where
// there was a problem. The negation stands apart, because a rule in text has no
// negated form of every operator; op.not is not set.
type operator struct {
	op     *opNode
	window *windowNode
	not    bool
}

// operatorForm says how an operator of a file is read.
type operatorForm struct {
	kind opKind
	not  bool // of NotEqual and NotIn
	read func(r *fileReader, m mapping, f operatorForm) operator
	keys []string // besides type and not
}

// operatorNames holds the operators in the order that messages list them.
var operatorNames = []string{
	"Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual", "Between", "In", "NotIn", "Contain", "StartWith",
	"EndWith", "Regexp", "IsNull", "TimeWithinPast", "TimeWithinNext", "TimeRange", "TimeToday", "TimeThis", typeWindow,
}

// typeWindow is the operator for the windows that have no operator of their own.
const typeWindow = "Window"

var (
	valueKeys = []string{"value", "rightValue", "rightValues"}
	boundKeys = []string{"min", "max", "minValue", "maxValue"}
	agoKeys   = append([]string{"unit"}, valueKeys...)
)

// operatorKeys holds the keys that some operator has.
var operatorKeys = slices.Concat(agoKeys, boundKeys, []string{"duration", "from", "text"})

// operatorForms holds the operators by name.
var operatorForms = map[string]operatorForm{
	"Equal":          {kind: opEqual, read: (*fileReader).comparison, keys: valueKeys},
	"NotEqual":       {kind: opEqual, not: true, read: (*fileReader).comparison, keys: valueKeys},
	"Greater":        {kind: opGreater, read: (*fileReader).comparison, keys: valueKeys},
	"GreaterEqual":   {kind: opAtLeast, read: (*fileReader).comparison, keys: valueKeys},
	"Less":           {kind: opLess, read: (*fileReader).comparison, keys: valueKeys},
	"LessEqual":      {kind: opAtMost, read: (*fileReader).comparison, keys: valueKeys},
	"Regexp":         {kind: opMatches, read: (*fileReader).comparison, keys: valueKeys},
	"Between":        {kind: opBetween, read: (*fileReader).between, keys: boundKeys},
	"In":             {kind: opIn, read: (*fileReader).listed, keys: valueKeys},
	"NotIn":          {kind: opIn, not: true, read: (*fileReader).listed, keys: valueKeys},
	"Contain":        {kind: opContains, read: (*fileReader).listed, keys: valueKeys},
	"StartWith":      {kind: opStarts, read: (*fileReader).listed, keys: valueKeys},
	"EndWith":        {kind: opEnds, read: (*fileReader).listed, keys: valueKeys},
	"IsNull":         {kind: opIsNull, read: (*fileReader).isNull},
	"TimeWithinPast": {read: (*fileReader).timeWithinPast, keys: agoKeys},
	"TimeWithinNext": {read: (*fileReader).timeWithinNext, keys: agoKeys},
	"TimeRange":      {read: (*fileReader).timeRange, keys: []string{"duration", "from"}},
	"TimeToday":      {read: (*fileReader).timeToday},
	"TimeThis":       {read: (*fileReader).timeThis, keys: []string{"unit"}},
	typeWindow:       {read: (*fileReader).windowOperator, keys: []string{"text"}},
}

// operator reads an operator.
func (r *fileReader) operator(n *document.Node) operator {
	if n.Kind != document.Map {
		r.expectedMapping(InvalidOperatorType, n, fileKeys{what: "an operator"})
		return operator{}
	}
	typ := n.Find("type")
	if typ == nil || typ.IsNull() {
		r.missingOperatorType(n)
		return operator{}
	}
	form, ok := operatorForms[typ.Text]
	if !ok || typ.Kind != document.Scalar {
		r.unknownOperator(typ, operatorNames)
		return operator{}
	}
	known := fileKeys{
		what: "an operator of type " + typ.Text, keys: append([]string{"type", "not", "reverse"}, form.keys...), null: operatorKeys,
	}
	m, _ := r.mapping(n, InvalidOperatorType, known)
	if reverse := m.values["reverse"]; r.flag(reverse) {
		r.reverseIgnored(reverse)
	}
	o := form.read(r, m, form)
	o.not = form.not != r.flag(m.values["not"])
	return o
}

// valueOf returns the value of an operator; it notes a problem if there is none.
func (r *fileReader) valueOf(m mapping) *document.Node {
	n := r.one(m, valueKeys...)
	if n == nil {
		r.missingValue(m.node, "value", m.values["type"].Text)
	}
	return n
}

// op returns an operator with its values, nothing where there are none.
func (m mapping) op(kind opKind, values []literal) operator {
	if len(values) == 0 && kind != opIsNull {
		return operator{}
	}
	at := spanOf(m.values["type"])
	return operator{op: &opNode{kind: kind, values: values, span: at, whole: at}}
}

// comparison reads an operator with one value.
func (r *fileReader) comparison(m mapping, f operatorForm) operator {
	n := r.valueOf(m)
	if n == nil {
		return operator{}
	}
	return m.op(f.kind, r.scalar(n, m.values["type"].Text))
}

// listed reads an operator with a list of values.
func (r *fileReader) listed(m mapping, f operatorForm) operator {
	n := r.valueOf(m)
	if n == nil {
		return operator{}
	}
	return m.op(f.kind, r.list(n, m.values["type"].Text))
}

// between reads a Between; with one bound it is a comparison.
func (r *fileReader) between(m mapping, _ operatorForm) operator {
	lo, hi := r.one(m, "min", "minValue"), r.one(m, "max", "maxValue")
	switch {
	case lo == nil && hi == nil:
		r.missingFileBounds(m.node)
		return operator{}
	case hi == nil:
		return m.op(opAtLeast, r.scalar(lo, "Between"))
	case lo == nil:
		return m.op(opAtMost, r.scalar(hi, "Between"))
	}
	from, to := r.scalar(lo, "Between"), r.scalar(hi, "Between")
	if from == nil || to == nil {
		return operator{}
	}
	return m.op(opBetween, []literal{from[0], to[0]})
}

func (r *fileReader) isNull(m mapping, _ operatorForm) operator { return m.op(opIsNull, nil) }
