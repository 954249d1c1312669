package exec

import "github.com/rollcall-db/rollcall/bitmap"

// maxSteps is how many steps are put off at most.
const maxSteps = 14

// partial is the customers of a block that the part of a rule selects which has
// been looked at: what steps make of from. Steps are put off, because several go
// in one pass over memory and the last of them need only be counted.
type partial struct {
	out  *bitmap.Words // where the customers are worked out
	from *bitmap.Words // nil: nobody. It may be out; the rows of steps never are
	// within is whom anybody will ask about; nil: all. What partial says of others
	// does not matter.
	within *bitmap.Words
	steps  [maxSteps]bitmap.Step
	n      int // steps put off
}

// step puts a step off: the customers of rows are kept, removed or added. The rows
// stay as they are until the next call of work.
func (r *runner) step(p *partial, op bitmap.Op, rows *bitmap.Words) {
	switch {
	case p.from == nil:
		if op == bitmap.Or {
			p.from = rows
		}
		return
	case r.isAll(p) && op == bitmap.And:
		p.from = rows
		return
	case r.isAll(p) && op == bitmap.Or:
		return
	case p.n == maxSteps:
		if r.work(p); p.from == nil {
			r.step(p, op, rows)
			return
		}
	}
	p.steps[p.n] = bitmap.Step{Op: op, Rows: rows}
	p.n++
}

// isAll reports whether p is known to be everybody.
func (r *runner) isAll(p *partial) bool { return p.from == &r.all && p.n == 0 }

// isFresh reports whether nothing has been asked of p yet but within whom to look.
func (r *runner) isFresh(p *partial) bool {
	return p.n == 0 && (p.from == &r.all || p.from == p.within)
}

// setAll makes p everybody.
func (r *runner) setAll(p *partial) { p.from, p.n = r.everyRow(), 0 }

// everyRow returns the rows of the block.
func (r *runner) everyRow() *bitmap.Words {
	if r.allRows != r.n {
		r.all.Fill(r.n)
		r.allRows = r.n
	}
	return &r.all
}

// setNone makes p nobody.
func (p *partial) setNone() { p.from, p.n = nil, 0 }

// isNone reports whether p is known to be nobody.
func (p *partial) isNone() bool { return p.from == nil }

// work does what was put off: p is nobody, or its customers are in out.
func (r *runner) work(p *partial) {
	if p.from == nil || p.from == p.out && p.n == 0 {
		return
	}
	if !p.out.Apply(p.from, p.steps[:p.n]) {
		p.setNone()
		return
	}
	p.from, p.n = p.out, 0
}

// finish is work for who wants the customers in out, even if there are none.
func (r *runner) finish(p *partial) {
	if r.work(p); p.from == nil {
		p.out.Clear()
	}
}

// everybody combines p with everybody.
func (r *runner) everybody(p *partial, op bitmap.Op) {
	switch op {
	case bitmap.AndNot:
		p.setNone()
	case bitmap.Or:
		r.setAll(p)
	}
}

// nobody combines p with nobody.
func (p *partial) nobody(op bitmap.Op) {
	if op == bitmap.And {
		p.setNone()
	}
}

// commutes reports whether a step of And may be taken before those put off.
func (p *partial) commutes() bool {
	for _, s := range p.steps[:p.n] {
		if s.Op != bitmap.And {
			return false
		}
	}
	return true
}
