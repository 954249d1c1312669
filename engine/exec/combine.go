package exec

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// run sets out to the customers of the block that n selects.
func (r *runner) run(n *plan.Node, out *bitmap.Words) error {
	p := partial{out: out}
	r.setAll(&p)
	if err := r.combine(&p, bitmap.And, n); err != nil {
		return err
	}
	r.finish(&p)
	return nil
}

// combine keeps in p, removes from it, or adds to it, the customers whom n selects.
// Steps that want words of their own get them from take; the others work in those
// of p.
func (r *runner) combine(p *partial, op bitmap.Op, n *plan.Node) error {
	if p.isNone() {
		if op != bitmap.Or {
			return nil
		}
		op = bitmap.And
		if p.within != nil && cost(n) > nothing {
			p.from = p.within
		} else {
			r.setAll(p)
		}
	}
	switch n.Op {
	case plan.None:
		p.nobody(op)
		return nil
	case plan.All:
		r.everybody(p, op)
		return nil
	case plan.Expr:
		return r.combine(p, op, n.Parts[0])
	case plan.Not:
		return r.not(p, op, n.Kids[0])
	case plan.And:
		return r.and(p, op, n)
	case plan.Or:
		return r.or(p, op, n)
	case plan.Bitmaps:
		r.bitmaps(p, op, n.Bitmaps)
		return nil
	case plan.Less:
		return r.less(p, op, n)
	case plan.Scan:
		return r.scan(p, op, n)
	case plan.Check:
		return r.check(p, op, n)
	case plan.Sequence:
		return r.sequence(p, op, n)
	case plan.Segment, plan.Shared:
		return r.shared(p, op, n)
	case plan.Happened:
		if isStored(n) {
			r.bitmaps(p, op, n.Bitmaps)
			return nil
		}
	case plan.Absent:
		if isStored(n) {
			return r.absent(p, op, n)
		}
	}
	return r.alone(p, op, n)
}

// isStored reports whether a Happened or an Absent is stored bitmaps and nothing
// else.
func isStored(n *plan.Node) bool { return len(n.Spans) == 0 && !n.Undated }

// cost returns the most that n, or a node below it, reads.
func cost(n *plan.Node) plan.Reads { return n.Reads() }

// What a node reads.
const (
	nothing = plan.ReadsBitmaps
	few     = plan.ReadsFew
	many    = plan.ReadsMany
)

// isSimple reports whether n goes into any words without words of its own.
func isSimple(n *plan.Node) bool {
	switch n.Op {
	case plan.Not:
		return isSimple(n.Kids[0])
	case plan.Expr:
		return isSimple(n.Parts[0])
	case plan.Bitmaps:
		return len(n.Bitmaps) <= 1
	case plan.Happened, plan.Absent:
		return isStored(n) && len(n.Bitmaps) <= 1
	case plan.None, plan.All, plan.Segment, plan.Shared:
		return true
	}
	return false
}

// not combines p with everybody whom n does not select.
func (r *runner) not(p *partial, op bitmap.Op, n *plan.Node) error {
	switch op {
	case bitmap.And:
		return r.combine(p, bitmap.AndNot, n)
	case bitmap.AndNot:
		return r.combine(p, bitmap.And, n)
	}
	return r.aside(p, op, bitmap.AndNot, n)
}

// absent combines p with everybody who is in none of a node's stored bitmaps.
func (r *runner) absent(p *partial, op bitmap.Op, n *plan.Node) error {
	switch op {
	case bitmap.And:
		r.bitmaps(p, bitmap.AndNot, n.Bitmaps)
	case bitmap.AndNot:
		r.bitmaps(p, bitmap.And, n.Bitmaps)
	default:
		return r.aside(p, op, bitmap.And, n)
	}
	return nil
}

// aside combines p with what way makes of n: And whom it selects, AndNot everybody
// else. That is found in words of its own, among those alone who matter to p where
// it spares a look at their values or events.
func (r *runner) aside(p *partial, op, way bitmap.Op, n *plan.Node) error {
	q := partial{out: r.take(), within: p.within}
	defer r.give()
	r.setAll(&q)
	switch c := cost(n); {
	case c == nothing || r.isAll(p):
	case op != bitmap.Or:
		if r.work(p); p.isNone() {
			return nil
		}
		q.from, q.within = p.out, p.out
	default:
		if p.within != nil {
			q.from = p.within
		}
		if r.work(p); c == many && !p.isNone() {
			r.step(&q, bitmap.AndNot, p.out)
		}
	}
	if err := r.combine(&q, way, n); err != nil {
		return err
	}
	r.join(p, op, &q)
	return nil
}

// join combines two partials. It is done with the words of q.
func (r *runner) join(p *partial, op bitmap.Op, q *partial) {
	if q.n > 0 {
		r.work(q)
	}
	switch {
	case q.isNone():
		p.nobody(op)
	case r.isAll(q):
		r.everybody(p, op)
	case q.from == p.out: // all of them
		if op == bitmap.AndNot {
			p.setNone()
		}
	default:
		r.step(p, op, q.from)
		if q.from == q.out {
			r.work(p)
		}
	}
}

// and combines p with those whom all members of an And select.
func (r *runner) and(p *partial, op bitmap.Op, n *plan.Node) error {
	if op != bitmap.And {
		return r.aside(p, op, bitmap.And, n)
	}
	first := complexMember(n.Kids)
	if first == simple {
		return r.members(p, op, n.Kids, first)
	}
	for _, kid := range n.Kids {
		if r.isEmpty(kid) {
			p.setNone()
			return nil
		}
	}
	// What would need words of its own has those of p, as long as they are free.
	if first >= 0 && r.isFresh(p) {
		if err := r.combine(p, op, n.Kids[first]); err != nil {
			return err
		}
	} else {
		first = costly
	}
	return r.members(p, op, n.Kids, first)
}

// or combines p with those whom any member of an Or selects.
func (r *runner) or(p *partial, op bitmap.Op, n *plan.Node) error {
	if op == bitmap.And {
		if !r.isFresh(p) {
			return r.aside(p, op, bitmap.And, n)
		}
		p.setNone()
		op = bitmap.Or
	}
	first := complexMember(n.Kids)
	switch {
	case first >= 0 && p.isNone():
		if err := r.combine(p, op, n.Kids[first]); err != nil {
			return err
		}
	case first >= 0:
		first = costly
	}
	return r.members(p, op, n.Kids, first)
}

// What complexMember returns instead of a position.
const (
	simple = -1 - iota // all members are simple
	costly             // some are not, but those read more than stored bitmaps
)

// complexMember returns the position of the first member that needs words of its own
// and reads only stored bitmaps.
func complexMember(kids []*plan.Node) int {
	found := simple
	for i, kid := range kids {
		if isSimple(kid) {
			continue
		}
		if cost(kid) == nothing {
			return i
		}
		found = costly
	}
	return found
}

// members combines p with every member of a group, but for the one at position
// done: those that cost least first, until p is decided.
func (r *runner) members(p *partial, op bitmap.Op, kids []*plan.Node, done int) error {
	for c := nothing; c <= many; c++ {
		for i, kid := range kids {
			if i == done || done != simple && cost(kid) != c {
				continue
			}
			if err := r.combine(p, op, kid); err != nil {
				return err
			}
			if op == bitmap.Or && r.isAll(p) || op != bitmap.Or && p.isNone() {
				return nil
			}
		}
		if done == simple {
			return nil
		}
	}
	return nil
}

// less combines p with those of the first part who are not of the second.
func (r *runner) less(p *partial, op bitmap.Op, n *plan.Node) error {
	if op != bitmap.And {
		return r.aside(p, op, bitmap.And, n)
	}
	if err := r.combine(p, bitmap.And, n.Parts[0]); err != nil {
		return err
	}
	return r.combine(p, bitmap.AndNot, n.Parts[1])
}
