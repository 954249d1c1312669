package engine

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// Explanation is an answer with the plan behind it.
type Explanation struct {
	Answer
	Plan Step
}

// Step is one node of a plan: a condition, or "and", "or", "not" of Steps.
type Step struct {
	Condition string // canonical text
	Access    string // the structure that answers it
	Bytes     uint64 // estimate of the bytes read
	Alone     uint64 // customers that it selects by itself
	// Together is the number of customers left once it is combined with the
	// steps above it of the same group, in the order in which they run: those
	// that pass all of an "and", or any of an "or". For a step outside of a
	// group it is Alone.
	Together uint64
	Elapsed  time.Duration // of computing it, those below it included
	Steps    []Step
}

// Explain answers as Answer does and shows the plan, with the number of
// customers that every condition selects alone and together with those before
// it. It costs a count in which every condition is computed in full.
func (q *Query) Explain(ctx context.Context) (e *Explanation, err error) {
	start := time.Now()
	err = q.ask(func(v *version, b *binding) error {
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		stats, err := exec.Profile(ctx, v.snapshot, p.Root)
		if err != nil {
			return err
		}
		e = &Explanation{Answer: *v.answer(p), Plan: (&shower{stats: stats, shown: map[*plan.Node]bool{}}).step(p.Root, false)}
		e.Count = e.Plan.Alone
		return nil
	})
	if err != nil {
		return nil, err
	}
	e.Elapsed = time.Since(start)
	return e, nil
}

// shower shows the nodes of a program as steps.
type shower struct {
	stats map[*plan.Node]*exec.Stats
	shown map[*plan.Node]bool // the roots of the segments shown so far
}

// step returns the step of a node and those below it. Of a segment that has been
// shown it says only that.
func (s *shower) step(n *plan.Node, grouped bool) Step {
	step := Step{Condition: n.Cond.Text(), Access: n.Access, Bytes: n.Bytes}
	if found := s.stats[n]; found != nil { // none where there are no customers
		step.Alone, step.Together, step.Elapsed = found.Alone, found.Alone, found.Elapsed
		if grouped {
			step.Together = found.Together
		}
	}
	if n.Op == plan.Segment {
		if s.shown[n.Kids[0]] {
			step.Access = "segment, as above"
			return step
		}
		s.shown[n.Kids[0]] = true
	}
	for _, kid := range n.Kids {
		step.Steps = append(step.Steps, s.step(kid, n.Op == plan.And || n.Op == plan.Or))
	}
	return step
}
