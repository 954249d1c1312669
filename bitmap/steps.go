package bitmap

import "math/bits"

// Op is what a step does with the rows that it starts from.
type Op uint8

// The operations of a step.
const (
	And    Op = iota // keeps those that are also in Rows
	AndNot           // removes those of Rows
	Or               // adds Rows
)

// Two operations, one after the other: the first times nOps plus the second.
const (
	pairAndAnd Op = iota
	pairAndAndNot
	pairAndOr
	pairAndNotAnd
	pairAndNotAndNot
	pairAndNotOr
	pairOrAnd
	pairOrAndNot
	pairOrOr

	nOps = 3
)

// Step combines rows with others.
type Step struct {
	Op   Op
	Rows *Words // not changed
}

// Apply makes w what steps make of x, one after the other, and reports whether it
// has any rows. x may be w; the Rows of the steps may not. All steps are one pass over
// the rows where the machine has wide instructions; elsewhere every two are.
func (w *Words) Apply(x *Words, steps []Step) bool {
	if wide {
		return applyWide(w, x, steps)
	}
	if len(steps) == 0 {
		if w != x {
			*w = *x
		}
		return !w.IsEmpty()
	}
	found := false
	for len(steps) >= 2 {
		found = w.setTwo(x, steps[0], steps[1])
		x, steps = w, steps[2:]
	}
	if len(steps) == 0 {
		return found
	}
	switch s := steps[0]; s.Op {
	case And:
		return w.SetAnd(x, s.Rows)
	case AndNot:
		return w.SetAndNot(x, s.Rows)
	default:
		return w.SetOr(x, s.Rows)
	}
}

// ApplyCount returns the number of rows that steps make of x. w is where it works: it
// may be x, and holds anything afterwards.
func (w *Words) ApplyCount(x *Words, steps []Step) int {
	if wide {
		return countWide(x, steps)
	}
	for len(steps) > 3 || len(steps) == 3 && !allAnd(steps) {
		w.setTwo(x, steps[0], steps[1])
		x, steps = w, steps[2:]
	}
	switch len(steps) {
	case 0:
		return x.Count()
	case 2:
		return countTwo(x, steps[0], steps[1])
	case 3:
		return countAndAndAnd(x, steps[0].Rows, steps[1].Rows, steps[2].Rows)
	}
	switch s := steps[0]; s.Op {
	case And:
		return x.AndCount(s.Rows)
	case AndNot:
		return x.AndNotCount(s.Rows)
	default:
		return x.OrCount(s.Rows)
	}
}

func allAnd(steps []Step) bool {
	for _, s := range steps {
		if s.Op != And {
			return false
		}
	}
	return true
}

func countAndAndAnd(x, a, b, c *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64(x[i] & a[i] & b[i] & c[i])
		m += bits.OnesCount64(x[i+1] & a[i+1] & b[i+1] & c[i+1])
	}
	return n + m
}

// setTwo makes w what two steps make of x. The switch is no table of functions:
// what is passed to one of those is moved to the heap.
func (w *Words) setTwo(x *Words, s, t Step) bool {
	a, b := s.Rows, t.Rows
	switch s.Op*nOps + t.Op {
	case pairAndAnd:
		return w.setAndAnd(x, a, b)
	case pairAndAndNot:
		return w.setAndAndNot(x, a, b)
	case pairAndOr:
		return w.setAndOr(x, a, b)
	case pairAndNotAnd:
		return w.setAndNotAnd(x, a, b)
	case pairAndNotAndNot:
		return w.setAndNotAndNot(x, a, b)
	case pairAndNotOr:
		return w.setAndNotOr(x, a, b)
	case pairOrAnd:
		return w.setOrAnd(x, a, b)
	case pairOrAndNot:
		return w.setOrAndNot(x, a, b)
	case pairOrOr:
		return w.setOrOr(x, a, b)
	}
	panic("bitmap: unknown operation")
}

// countTwo returns the number of rows that two steps make of x.
func countTwo(x *Words, s, t Step) int {
	a, b := s.Rows, t.Rows
	switch s.Op*nOps + t.Op {
	case pairAndAnd:
		return countAndAnd(x, a, b)
	case pairAndAndNot:
		return countAndAndNot(x, a, b)
	case pairAndOr:
		return countAndOr(x, a, b)
	case pairAndNotAnd:
		return countAndNotAnd(x, a, b)
	case pairAndNotAndNot:
		return countAndNotAndNot(x, a, b)
	case pairAndNotOr:
		return countAndNotOr(x, a, b)
	case pairOrAnd:
		return countOrAnd(x, a, b)
	case pairOrAndNot:
		return countOrAndNot(x, a, b)
	case pairOrOr:
		return countOrOr(x, a, b)
	}
	panic("bitmap: unknown operation")
}
