package exec

import (
	"context"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// StepTimes returns, for every step, the distinct times of the events of the customer at
// row, who is live, that are one of it, ascending. The steps are those of plan.Steps.
func StepTimes(ctx context.Context, s *store.Snapshot, steps []plan.Step, row uint32) ([][]int64, error) {
	r := scratch.Get().(*runner)
	if err := r.start(ctx, s, int(row/bitmap.BlockRows)); err != nil {
		return nil, err
	}
	q := &r.sequencer
	q.start(steps, 0)
	q.open = r.take()
	q.open.Clear()
	q.open.Add(uint16(row % bitmap.BlockRows))
	if err := r.openStreams(q); err != nil {
		return nil, err
	}
	times := make([][]int64, len(steps))
	for {
		ok, err := r.nextSpan(q)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		for _, e := range q.span {
			step := int(e.rank) % len(steps)
			times[step] = append(times[step], e.at)
		}
	}
	put(r)
	for i := range times {
		slices.Sort(times[i])
		times[i] = slices.Compact(times[i])
	}
	return times, nil
}
