package ask

import (
	"context"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// Funnel counts how far customers come in the rule\'s sequence, a statement for each
// step.
func (q *InPlace) Funnel(ctx context.Context) (*Answer, *engine.Funnel, error) {
	steps, err := rule.Funnel(q.Rule)
	if err != nil {
		return nil, nil, err
	}
	f := &engine.Funnel{}
	count := uint64(0)
	for _, step := range steps {
		checked, err := rule.Check(step.Rule, q.Schema(), q.Library)
		if err != nil {
			return nil, nil, err
		}
		if count, err = federate.Count(ctx, q.Place.Place, checked, q.AsOf); err != nil {
			return nil, nil, err
		}
		f.Steps = append(f.Steps, engine.FunnelStep{Text: step.Text, Count: count})
	}
	answer, err := q.Answered(ctx, count)
	if err != nil {
		return nil, nil, err
	}
	f.Answer = answer.Answer
	return answer, f, nil
}

// FunnelJSON is the object of a funnel. Its count is that of the last step.
type FunnelJSON struct {
	CountJSON
	Steps []FunnelStepJSON `json:"steps"`
}

// FunnelStepJSON is who comes to a step; shares are from 0 to 1.
type FunnelStepJSON struct {
	Step       string  `json:"step"`
	Count      uint64  `json:"count"`
	OfFirst    float64 `json:"of_first"`
	OfPrevious float64 `json:"of_previous"` // of the first step: of all customers
}

// NewFunnelJSON returns the object of a funnel.
func NewFunnelJSON(a *Answer, f *engine.Funnel) *FunnelJSON {
	out := &FunnelJSON{CountJSON: *NewCountJSON(a)}
	for i, s := range f.Steps {
		out.Steps = append(out.Steps, FunnelStepJSON{s.Text, s.Count, f.OfFirst(i), f.OfPrevious(i)})
	}
	return out
}
