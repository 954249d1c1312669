package exec

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// scan combines p with those whose value passes, unless the zone map knows the
// answer. Only the values of those are looked at who are left.
func (r *runner) scan(p *partial, op bitmap.Op, n *plan.Node) error {
	if n.Zones != nil {
		switch n.Zones.Decide(r.block, r.n, n.Test) {
		case index.Nobody:
			p.nobody(op)
			return nil
		case index.Everybody:
			r.everybody(p, op)
			return nil
		}
	}
	if op != bitmap.And {
		return r.aside(p, op, bitmap.And, n)
	}
	if err := r.keepLikely(p, n); err != nil {
		return err
	}
	return r.keepValues(p, n.Column, n.Test)
}

// keepLikely keeps those whose string may pass by the gram index, where it knows.
func (r *runner) keepLikely(p *partial, n *plan.Node) error {
	if n.Grams == nil {
		return nil
	}
	if r.work(p); p.isNone() {
		return nil
	}
	r.read += n.Clues.Bytes()
	return n.Grams.Keep(r.block, n.Clues, p.out)
}

// check combines p with those of a few whose value passes.
func (r *runner) check(p *partial, op bitmap.Op, n *plan.Node) error {
	if op != bitmap.And {
		return r.aside(p, op, bitmap.And, n)
	}
	if err := r.combine(p, op, n.Parts[0]); err != nil {
		return err
	}
	if p.within != nil && !p.isNone() {
		r.step(p, bitmap.And, p.within) // stored bitmaps do not ask who matters
	}
	return r.keepValues(p, n.Column, n.Test)
}

// keepValues keeps those whose value passes.
func (r *runner) keepValues(p *partial, c *column.Column, t column.Test) error {
	if r.work(p); p.isNone() {
		return nil
	}
	if r.n < bitmap.BlockRows {
		p.out.KeepFirst(r.n) // bad bytes may name others, who have no value
	}
	if p.out.IsEmpty() {
		p.setNone()
		return nil
	}
	values, err := c.Block(r.block)
	if err != nil {
		return err
	}
	if r.profiled {
		r.read += uint64(values.SizeBytes()) * uint64(p.out.Count()) / uint64(r.n)
	}
	if err := values.Keep(r.ctx, p.out, 0, t); err != nil {
		return err
	}
	if p.out.IsEmpty() {
		p.setNone()
	}
	return nil
}

// alone combines p with whom n selects where that is found for everybody at once,
// unless p has nobody any more.
func (r *runner) alone(p *partial, op bitmap.Op, n *plan.Node) error {
	if r.isAll(p) && op == bitmap.And {
		p.from = p.out
		return r.whole(n, p.out)
	}
	if op != bitmap.Or {
		if r.work(p); p.isNone() || p.out.IsEmpty() {
			p.setNone()
			return nil
		}
	}
	out := r.take()
	defer r.give()
	if err := r.whole(n, out); err != nil {
		return err
	}
	r.step(p, op, out)
	r.work(p)
	return nil
}

// whole sets out to whom n selects.
func (r *runner) whole(n *plan.Node, out *bitmap.Words) error {
	switch n.Op {
	case plan.Happened:
		return r.happened(n, out)
	case plan.Absent:
		if err := r.happened(n, out); err != nil {
			return err
		}
		out.Not(r.n)
		return nil
	case plan.Count:
		return r.count(n, out)
	case plan.Fold:
		return r.fold(n, out)
	}
	return fmt.Errorf("exec: unknown operation %d", n.Op)
}

// shared combines p with the answer of a segment or a shared test, which is found
// once a block. What goes straight into the words of p is not kept.
func (r *runner) shared(p *partial, op bitmap.Op, n *plan.Node) error {
	if isSimple(n.Kids[0]) {
		return r.combine(p, op, n.Kids[0])
	}
	s := r.slot(n)
	if !s.known {
		rows := s.rows // s may move: the segments within have slots of their own
		if err := r.run(n.Kids[0], rows); err != nil {
			return err
		}
		s = r.slot(n)
		s.known = true
	}
	r.step(p, op, s.rows)
	return nil
}

// slot returns where the answer of a segment or a shared test is kept.
func (r *runner) slot(n *plan.Node) *segment {
	for len(r.segments) <= n.Slot {
		r.segments = append(r.segments, segment{rows: new(bitmap.Words)})
	}
	return &r.segments[n.Slot]
}

// segment sets out to the answer of a segment or a shared test, which run computes
// where it is not known yet.
func (r *runner) segment(n *plan.Node, out *bitmap.Words, run func(*plan.Node, *bitmap.Words) error) error {
	if s := r.slot(n); s.known {
		*out = *s.rows
		return nil
	}
	if err := run(n.Kids[0], out); err != nil {
		return err
	}
	s := r.slot(n)
	s.known, *s.rows = true, *out
	return nil
}
