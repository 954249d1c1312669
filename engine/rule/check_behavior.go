package rule

import (
	"math"

	"github.com/rollcall-db/rollcall/engine/window"
)

// counts holds the numbers of events that a customer may have.
var counts = intDomain(0, math.MaxInt64)

// behavior checks a test of a behavior: purchase count >= 2 in last 30 days.
func (c *checker) behavior(t *testNode, i int) Cond {
	if t.quant != nil || t.op != nil {
		c.add(c.operatorOnBehavior(t))
		return nil
	}
	if w := t.window; t.count == nil && w != nil && w.spec.Form == window.Between && w.from.kind == literalNumber {
		c.add(c.numbersAsWindow(t))
		return nil
	}
	b := &BehaviorTest{Behavior: i, Counts: []Range[int64]{{1, math.MaxInt64}}, text: t.text}
	if t.count != nil {
		b.Counts = c.counts(t.count)
	}
	if t.window != nil {
		b.Window = *c.window(t.window)
	}
	if t.count == nil || !t.count.not {
		return b
	}
	positive := *t.count
	positive.not = false
	b.text = (&testNode{name: t.name, count: &positive, window: t.window}).print()
	return &Not{Cond: b, text: t.text}
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
