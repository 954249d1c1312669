package rule

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Computed is a value that is computed from a customer's events to be an
// attribute. It is immutable and safe for concurrent use.
type Computed struct {
	// Test says which events count and what is computed from them, as in a rule.
	// What its Aggregate is compared with is not meant.
	Test *BehaviorTest
	// Result is the type of the value: of counts a whole number, of a sum SumType,
	// of an average float64 (that of whole numbers and decimals is the exact one,
	// rounded once), of first and last a timestamp, else the field's. It is NULL
	// where the aggregate is.
	Result model.Type
	text   string
}

// String returns the canonical text.
func (c *Computed) String() string { return c.text }

// ComputedOf returns the value that a test of a behavior compares. Its text is that
// of the test.
func ComputedOf(b *BehaviorTest) *Computed {
	return &Computed{Test: b, Result: resultType(b.Aggregate), text: b.text}
}

// Words writes an aggregate over the events of a behavior as a rule does: "count",
// "sum(amount)", "last".
func (a *Aggregate) Words(b *model.Behavior) string {
	switch a.Op {
	case AggregateFirst:
		return "first"
	case AggregateLast:
		return "last"
	}
	n := aggregateNode{op: a.Op}
	switch {
	case a.Op == AggregateCount || a.Op == AggregateDays: // have no field
	case a.Field == TimeField:
		n.field = &nameNode{text: b.TimeColumn}
	default:
		n.field = &nameNode{text: b.Fields[a.Field].Name}
	}
	return n.words()
}

// mostFrequent is the word of an aggregate that only computed attributes have. It
// is no keyword: there is no other place for it.
const mostFrequent = "most_frequent"

// ParseComputed reads what an attribute is computed from, an aggregate of
// behavior's events with an optional where and window, in any order:
//
//	sum(amount) in last 365 days
//	count distinct category where (channel = 'store')
//	most_frequent(category)
//	first
//
// and checks it against the schema. Problems are Errors; any other error is about
// the schema's time zone.
func ParseComputed(text, behavior string, schema *model.Schema) (*Computed, error) {
	loc, err := window.LoadLocation(schema.Timezone)
	if err != nil {
		return nil, fmt.Errorf("parent segment %q: %w", schema.Name, err)
	}
	src := source(text)
	if err := src.readable(); err != nil {
		return nil, Errors{err}
	}
	i := schema.Behavior(behavior)
	if i < 0 {
		return nil, Errors{src.problem(UnknownBehavior, span{}, "unknown behavior "+quoteDouble(shorten(behavior)), "")}
	}
	p := &parser{source: src, lexer: lexer{text: src}}
	p.advance()
	t := p.computed()
	if p.err != nil {
		p.errs = append(p.errs, p.err)
	}
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	if t.where != nil {
		t.where = flatten(t.where)
		fillText(t.where)
	}
	c := newChecker(newShared(schema, loc, nil), &Rule{source: src})
	out := c.computed(t, i)
	if len(c.errs) > 0 {
		return nil, c.errs.sorted()
	}
	return out, nil
}

// computed reads: {where | agg | window}, with one aggregate.
func (p *parser) computed() *testNode {
	t := &testNode{}
	for p.err == nil && p.tok.kind != tokenEnd {
		if op, ok := p.computedAggregate(); ok {
			if t.aggregate != nil || t.edge != edgeNone {
				p.fail(p.repeatedPart(p.tok.span, "aggregate"))
			}
			t.aggregate, t.edge = op.aggregate, op.edge
			continue
		}
		if !p.part(t) {
			p.fail(p.expectedComputed(p.tok))
		}
	}
	if p.err == nil && t.aggregate == nil && t.edge == edgeNone {
		p.fail(p.expectedComputed(p.tok))
	}
	return t
}

// computedAggregate reads an aggregate, if one stands here.
func (p *parser) computedAggregate() (t testNode, ok bool) {
	switch {
	case p.accept("first"):
		t.edge = edgeFirst
	case p.accept("last"):
		t.edge = edgeLast
	case p.tok.is("count"), p.atAggregate():
		t.aggregate = p.aggregateValue()
	case p.tok.kind == tokenWord && lowerASCII(p.tok.text) == mostFrequent && p.peek().isSymbol("("):
		word := p.advance()
		word.keyword = mostFrequent
		t.aggregate = &aggregateNode{op: AggregateMostFrequent, field: p.bracketedField(word)}
		t.aggregate.span = p.since(word)
	default:
		return t, false
	}
	return t, true
}

// computed checks what computed has read, about the behavior at position i.
func (c *checker) computed(t *testNode, i int) *Computed {
	behavior := &c.schema.Behaviors[i]
	t.name.text = behavior.Name
	b := &BehaviorTest{Behavior: i}
	c.eventsOf(t, b)
	b.Aggregate.Op, b.Aggregate.Field, b.Aggregate.Type = AggregateFirst, TimeField, timeType
	if t.edge == edgeLast {
		b.Aggregate.Op = AggregateLast
	}
	if t.aggregate != nil {
		b.Aggregate, _ = c.aggregateOf(t.aggregate, behavior)
	}
	return &Computed{Test: b, Result: resultType(b.Aggregate), text: t.printComputed()}
}

// resultType returns the type of the value of an aggregate.
func resultType(a Aggregate) model.Type {
	switch a.Op {
	case AggregateCount, AggregateDistinct, AggregateDays:
		return model.Type{Kind: model.Number, Repr: model.Int64}
	case AggregateSum:
		return SumType(a.Type)
	case AggregateAvg:
		return model.Type{Kind: model.Number, Repr: model.Float64}
	}
	return a.Type
}

// printComputed returns the canonical text: where, aggregate, window.
func (n *testNode) printComputed() string {
	var p printer
	if n.where != nil {
		p.b.WriteString("where ")
		p.operand(n.where, true)
		p.b.WriteByte(' ')
	}
	switch {
	case n.aggregate != nil:
		p.b.WriteString(n.aggregate.words())
	case n.edge == edgeFirst:
		p.b.WriteString("first")
	default:
		p.b.WriteString("last")
	}
	if n.window != nil {
		p.b.WriteString(" " + n.window.print())
	}
	return p.b.String()
}
