package rule

import (
	"math"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/window"
)

// counts holds the numbers of events that a customer may have.
var counts = intDomain(0, math.MaxInt64)

// behaviorTest checks a test of a behavior:
//
//	purchase where (category = 'Books') count >= 2 in last 30 days
func (c *checker) behaviorTest(t *testNode, i int) Cond {
	if t.quant != nil || t.op != nil {
		c.add(c.operatorOnBehavior(t))
		return nil
	}
	if w := t.window; !t.ofBehavior() && w != nil && w.spec.Form == window.Between && w.from.kind == literalNumber {
		c.add(c.numbersAsWindow(t))
		return nil
	}
	b := &BehaviorTest{Behavior: i, text: t.text}
	if t.edge != edgeNone {
		c.edge(t, b)
		return b
	}
	b.Aggregate = c.aggregate(t.aggregate, &c.schema.Behaviors[i])
	c.eventsOf(t, b)
	if t.aggregate == nil || !t.aggregate.test.not {
		return b
	}
	positive := *t
	aggregate := *t.aggregate
	aggregate.test = aggregate.test.positive()
	positive.aggregate = &aggregate
	b.text = positive.print()
	return &Not{Cond: b, text: t.text}
}

// where checks the filter of the events of b.
func (c *checker) where(t *testNode, b *BehaviorTest) {
	if t.where == nil {
		return
	}
	c.behavior, c.bareWhere = &c.schema.Behaviors[b.Behavior], t.bareWhere
	b.Where = c.node(t.where)
	c.behavior, c.bareWhere = nil, false
}

// eventsOf fills b with which events are meant.
func (c *checker) eventsOf(t *testNode, b *BehaviorTest) {
	c.where(t, b)
	if t.window != nil {
		b.Window = *c.window(t.window)
	}
	if b.Window.Form == window.Ever {
		b.liftWindow()
	}
	b.SeesNext = isNext(b.Window)
}

// edge fills b with the test of the time of a customer's first or last event.
func (c *checker) edge(t *testNode, b *BehaviorTest) {
	c.where(t, b)
	if t.edgeField != nil {
		if _, i, ok := c.findField(&c.schema.Behaviors[b.Behavior], *t.edgeField); !ok || i != TimeField {
			c.add(c.edgeOfField(t, &c.schema.Behaviors[b.Behavior]))
		}
	}
	b.Aggregate = Aggregate{Op: AggregateFirst, Field: TimeField, Type: timeType, Window: c.window(t.window)}
	if t.edge == edgeLast {
		b.Aggregate.Op = AggregateLast
	}
	b.SeesNext = isNext(*b.Aggregate.Window)
}

func isNext(s window.Spec) bool { return s.Form == window.InNext || s.Form == window.InNextFull }

// liftWindow makes a window that all events must lie in by Where the test's
// window, if that is Ever: files write windows as filters of the time. Of several,
// one of "in next" is taken, which sees the events at as_of and later wherever it
// is written, else the first. Ever stays: an event without a time does not pass it
// as a filter.
func (c *BehaviorTest) liftWindow() {
	if isTimeWindow(c.Where) {
		c.Window, c.Where = *c.Where.(*FieldTest).Window, nil
		return
	}
	and, ok := c.Where.(*And)
	if !ok {
		return
	}
	i := slices.IndexFunc(and.Conds, func(m Cond) bool { return isTimeWindow(m) && isNext(*m.(*FieldTest).Window) })
	if i < 0 {
		i = slices.IndexFunc(and.Conds, isTimeWindow)
	}
	if i < 0 {
		return
	}
	c.Window = *and.Conds[i].(*FieldTest).Window
	rest := slices.Concat(and.Conds[:i], and.Conds[i+1:])
	c.Where = rest[0]
	if len(rest) > 1 {
		c.Where = &And{Conds: rest, text: joinTexts(rest)}
	}
}

// isTimeWindow reports whether c is a window of the event's time other than Ever.
func isTimeWindow(c Cond) bool {
	f, ok := c.(*FieldTest)
	return ok && f.Field == TimeField && f.Window != nil && f.Window.Form != window.Ever
}

// joinTexts returns the canonical text of the conditions joined by "and".
func joinTexts(conds []Cond) string {
	texts := make([]string, len(conds))
	for i, c := range conds {
		texts[i] = c.Text()
		if _, ok := c.(*Or); ok {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, " and ")
}

// counts returns the counts that pass o, its negation aside.
func (c *checker) counts(o *opNode) []Range[int64] {
	cuts, ok := cutsOf(c, o.values, func(l literal) (cut[int64], bool) {
		if l.kind != literalNumber {
			c.add(c.countMismatch(l))
			return cut[int64]{}, false
		}
		return cutInt(counts, l.num), true
	})
	if !ok {
		return nil
	}
	c.checkBounds(o)
	return counts.ranges(o.kind, cuts)
}

// cutsOf places all literals; it reports false if one of them does not fit, for
// which place has noted a problem.
func cutsOf[T any](c *checker, literals []literal, place func(literal) (cut[T], bool)) ([]cut[T], bool) {
	cuts := make([]cut[T], len(literals))
	all := true
	for i, l := range literals {
		var ok bool
		if cuts[i], ok = place(l); !ok {
			all = false
			if c.full() {
				break
			}
		}
	}
	return cuts, all
}

// checkBounds warns of a between whose first number or string is greater than
// the second.
func (c *checker) checkBounds(o *opNode) {
	if o.kind != opBetween {
		return
	}
	a, b := o.values[0], o.values[1]
	if a.kind == literalNumber && a.num.compare(b.num) > 0 || a.kind == literalString && a.str > b.str {
		c.warnEmpty(a, b, "greater")
	}
}
