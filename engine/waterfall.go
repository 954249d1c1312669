package engine

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// MaxWaterfall is how many rules a Waterfall has at most.
const MaxWaterfall = 64

// Waterfall gives every customer to the first of several rules that takes them, as
// campaigns of falling priority do.
type Waterfall struct {
	Steps     []WaterfallStep // in the order given; all are of one version
	Customers uint64          // in the version that was asked
	Rest      uint64          // whom no rule takes
	Elapsed   time.Duration
}

// WaterfallStep is one rule of a waterfall.
type WaterfallStep struct {
	Answer        // its Count is of those whom the rule selects by itself
	Taken  uint64 // of these, whom no rule before it selects
}

// Alone returns how many customers the rule selects by itself.
func (s *WaterfallStep) Alone() uint64 { return s.Count }

// Lost returns how many of these the rules before it have taken.
func (s *WaterfallStep) Lost() uint64 { return s.Count - s.Taken }

// Waterfall gives every customer to the first query that selects them, of one to
// MaxWaterfall queries, in one pass over the customers. The queries are of this
// Snapshot, or of its DB; each is asked at its own as_of, and all of this version. The
// error is a *QueriesError for another number of them, a *OneError for what is wrong
// with one.
func (s *Snapshot) Waterfall(ctx context.Context, queries ...*Query) (*Waterfall, error) {
	start := time.Now()
	if n := len(queries); n < 1 || n > MaxWaterfall {
		return nil, &QueriesError{"a waterfall", n, 1, MaxWaterfall}
	}
	out := &Waterfall{}
	err := s.askAll(ctx, queries, func(v *version, programs []*plan.Program) error {
		alone, taken, err := exec.Firsts(ctx, v.snapshot, roots(programs))
		if err != nil {
			return err
		}
		out.Customers = v.snapshot.Manifest().Customers
		out.Rest = out.Customers
		for i, p := range programs {
			step := WaterfallStep{Answer: *v.answer(p), Taken: taken[i]}
			step.Count = alone[i]
			out.Steps = append(out.Steps, step)
			out.Rest -= taken[i]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Elapsed = time.Since(start)
	return out, nil
}
