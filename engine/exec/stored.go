package exec

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// bitmaps combines p with the customers who are in one of several stored bitmaps.
func (r *runner) bitmaps(p *partial, op bitmap.Op, views []bitmap.View) {
	switch {
	case len(views) == 1 || op != bitmap.And:
		r.views(p, op, views)
	case r.isFresh(p):
		p.setNone()
		r.views(p, bitmap.Or, views)
	default:
		q := partial{out: r.take()}
		r.views(&q, bitmap.Or, views)
		r.join(p, op, &q)
		r.give()
	}
}

// views combines p with every one of the views: the small ones first, which are
// worked on at once, then those that can be put off.
func (r *runner) views(p *partial, op bitmap.Op, views []bitmap.View) {
	putOff := 0
	for i := range views {
		c := views[i].At(uint16(r.block))
		rows := c.InPlace()
		switch {
		case c.Card() == 0:
			p.nobody(op)
		case c.Card() >= r.n:
			r.everybody(p, op)
			if op != bitmap.And {
				return
			}
		case rows == nil:
			r.small(p, op, &c)
		case len(views) == 1:
			r.step(p, op, rows)
		default:
			putOff++
		}
	}
	if putOff == 0 {
		return
	}
	for i := range views {
		if c := views[i].At(uint16(r.block)); c.Card() < r.n && c.InPlace() != nil {
			r.step(p, op, c.InPlace())
		}
	}
}

// small combines p with the customers of a container that is not read in place.
func (r *runner) small(p *partial, op bitmap.Op, c *bitmap.Container) {
	if op == bitmap.And && p.from != nil && p.from != p.out && p.n < maxSteps && p.commutes() {
		// It comes first: what was put off then only looks at its customers.
		if c.CopyTo(p.out); p.from != &r.all {
			p.steps[p.n] = bitmap.Step{Op: bitmap.And, Rows: p.from}
			p.n++
		}
		p.from = p.out
		return
	}
	r.work(p)
	switch {
	case p.from == nil:
		if op == bitmap.Or {
			c.CopyTo(p.out)
			p.from = p.out
		}
	case op == bitmap.And:
		if !c.AndInto(p.out) {
			p.setNone()
		}
	case op == bitmap.AndNot:
		c.AndNotInto(p.out)
	default:
		c.OrInto(p.out)
	}
}

// unite adds the customers of stored bitmaps.
func (r *runner) unite(views []bitmap.View, out *bitmap.Words) {
	for i := range views {
		views[i].OrInto(out, uint16(r.block))
	}
}

// isEmpty reports whether the stored bitmaps of n say that it selects nobody of the
// block, as far as that is quickly seen.
func (r *runner) isEmpty(n *plan.Node) bool {
	const few = 8
	switch n.Op {
	case plan.None:
		return true
	case plan.Expr, plan.Check:
		return r.isEmpty(n.Parts[0])
	case plan.Bitmaps, plan.Happened:
		if len(n.Bitmaps) > few || n.Op == plan.Happened && !isStored(n) {
			return false
		}
		for i := range n.Bitmaps {
			if n.Bitmaps[i].Card(uint16(r.block)) > 0 {
				return false
			}
		}
		return true
	case plan.And:
		for _, kid := range n.Kids {
			if r.isEmpty(kid) {
				return true
			}
		}
	case plan.Sequence:
		for _, part := range n.Parts {
			if r.isEmpty(part) {
				return true
			}
		}
	}
	return false
}

// storedCount returns the number of customers that a program selects where the
// headers of stored bitmaps say it: those of one index in which nobody is twice, or
// everybody else, while nobody has been deleted.
func storedCount(n *plan.Node, rows uint64) (count uint64, ok bool) {
	switch n.Op {
	case plan.None:
		return 0, true
	case plan.All:
		return rows, true
	case plan.Expr:
		return storedCount(n.Parts[0], rows)
	case plan.Segment, plan.Shared:
		return storedCount(n.Kids[0], rows)
	case plan.Not:
		count, ok = storedCount(n.Kids[0], rows)
		return rows - count, ok
	case plan.Happened:
		if !isStored(n) {
			return 0, false
		}
	case plan.Absent:
		if !isStored(n) || len(n.Bitmaps) > 1 {
			return 0, false
		}
		return rows - min(sumCards(n.Bitmaps), rows), true
	case plan.Bitmaps:
	default:
		return 0, false
	}
	if len(n.Bitmaps) > 1 && !n.Disjoint {
		return 0, false
	}
	return min(sumCards(n.Bitmaps), rows), true // no bytes make it more
}

func sumCards(views []bitmap.View) uint64 {
	total := uint64(0)
	for i := range views {
		total += views[i].Cardinality()
	}
	return total
}
