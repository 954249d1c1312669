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

// Step is one node of a plan: a condition, or "and", "or", "not" of Steps. The plan
// need not have the shape of the rule: conditions that one look answers are one
// step, and what is negated or in brackets may have been taken apart.
type Step struct {
	Condition string // canonical text
	Access    string // the structure that answers it
	Estimate  uint64 // of Bytes, by which the plan was chosen
	Bytes     uint64 // of stored bitmaps, columns and events that computing it read, those below it included
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
	shown map[*plan.Node]bool // the roots of the segments and the shared tests shown so far
}

// sharedAccess says how a node is answered that has been shown before.
var sharedAccess = map[plan.Op]string{plan.Segment: "segment, as above", plan.Shared: "as above"}

// step returns the step of a node and those below it. Of a segment or a test that
// has been shown it says only that.
func (s *shower) step(n *plan.Node, grouped bool) Step {
	step := Step{Condition: n.Cond.Text(), Access: n.Access, Estimate: n.Bytes}
	if found := s.stats[n]; found != nil { // none where there are no customers
		step.Alone, step.Together, step.Elapsed, step.Bytes = found.Alone, found.Alone, found.Elapsed, found.Bytes
		if grouped {
			step.Together = found.Together
		}
	}
	if n.Op == plan.Segment || n.Op == plan.Shared {
		if s.shown[n.Kids[0]] {
			step.Access = sharedAccess[n.Op]
			return step
		}
		s.shown[n.Kids[0]] = true
	}
	if n.Op == plan.Shared {
		return step // what is below it is the same condition
	}
	for _, kid := range n.Kids {
		step.Steps = append(step.Steps, s.step(kid, n.Op == plan.And || n.Op == plan.Or))
	}
	return step
}
