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
	Elapsed  time.Duration // of computing it alone, once
	Steps    []Step
}

// Explain answers as Answer does and shows the plan, with the number of
// customers that every condition selects alone and together with those before
// it. It costs a count for each of them.
func (q *Query) Explain(ctx context.Context) (e *Explanation, err error) {
	start := time.Now()
	err = q.db.guard(func() error {
		p, err := q.program()
		if err != nil {
			return err
		}
		e = &Explanation{Answer: *q.answer(p)}
		e.Plan, err = q.step(ctx, p.Root)
		e.Count = e.Plan.Alone
		return err
	})
	if err != nil {
		return nil, err
	}
	e.Elapsed = time.Since(start)
	return e, nil
}

// step counts a node and those below it.
func (q *Query) step(ctx context.Context, n *plan.Node) (Step, error) {
	s := Step{Condition: n.Cond.Text(), Access: n.Access, Bytes: n.Bytes}
	start := time.Now()
	var err error
	if s.Alone, err = exec.Count(ctx, q.db.snapshot, n); err != nil {
		return s, err
	}
	s.Elapsed, s.Together = time.Since(start), s.Alone
	for i, kid := range n.Kids {
		below, err := q.step(ctx, kid)
		if err != nil {
			return s, err
		}
		if n.Op == plan.And || n.Op == plan.Or {
			prefix := &plan.Node{Op: n.Op, Cond: n.Cond, Kids: n.Kids[:i+1]}
			if below.Together, err = exec.Count(ctx, q.db.snapshot, prefix); err != nil {
				return s, err
			}
		}
		s.Steps = append(s.Steps, below)
	}
	return s, nil
}
