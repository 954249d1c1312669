package engine

import (
	"context"
	"sort"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// sequence works the steps of a sequence out, as ReasonStep has them.
func (j *judge) sequence(ctx context.Context, c *rule.SequenceTest) ([]Reason, error) {
	steps := plan.Steps(j.snapshot, j.checked, c, j.asOf)
	times, err := exec.StepTimes(ctx, j.snapshot, steps, j.row)
	if err != nil {
		return nil, err
	}
	reasons := make([]Reason, len(steps))
	for i := range reasons {
		step := &c.Steps[i]
		reasons[i] = Reason{Kind: ReasonStep, Condition: step.Text(), Subject: j.schema.Behaviors[step.Behavior].TimeColumn}
	}
	var longest []int64
	end := 0
	for end < len(steps) {
		next := endOfPart(steps, end)
		chain := chainOf(steps[:next], times)
		if chain == nil {
			break
		}
		for i := end; i < next; i++ {
			reasons[i].Holds = true
		}
		longest, end = chain, next
	}
	last := int64(0) // the time of the last event of the chain
	for i, at := range longest {
		if !steps[i].Absent {
			reasons[i].Value, last = time.UnixMicro(at).UTC(), at
		}
	}
	for i := end; i > 0 && i < len(steps) && steps[i].Absent; i++ {
		if at, ok := firstAfter(times[i], last); ok && steps[i].InTime(last, at) {
			reasons[i].Value = time.UnixMicro(at).UTC()
		}
	}
	return reasons, nil
}

// endOfPart returns how many steps the next longer part of a sequence has, beyond one
// of so many: those up to the next that is not absent; where there is none, one more.
func endOfPart(steps []plan.Step, part int) int {
	for i := part; i < len(steps); i++ {
		if !steps[i].Absent {
			return i + 1
		}
	}
	return part + 1
}

// chainOf returns the times of the events of a sequence that a customer has, that of an
// absent step being of no meaning: the latest first event, then for every step the
// earliest that can be; nil: the customer has no such sequence. The times of the events
// of each step are given, ascending.
func chainOf(steps []plan.Step, times [][]int64) []int64 {
	good := make([][]int64, len(steps)+1) // of each step, the times that the steps after it can follow
	for i, next := len(steps)-1, len(steps); i >= 0; i-- {
		if steps[i].Absent {
			continue
		}
		for _, at := range times[i] {
			if isFollowed(steps, times, i, next, at, good[next]) {
				good[i] = append(good[i], at)
			}
		}
		next = i
	}
	if len(good[0]) == 0 {
		return nil
	}
	chain := make([]int64, len(steps))
	at := good[0][len(good[0])-1]
	chain[0] = at
	for i := 1; i < len(steps); i++ {
		if !steps[i].Absent {
			at, _ = firstAfter(good[i], at)
			chain[i] = at
		}
	}
	return chain
}

// isFollowed reports whether an event of step i can be followed by the first after it of
// the next step that is not absent, of whose events the good ones are given. Behind the last
// such step next is the number of steps.
func isFollowed(steps []plan.Step, times [][]int64, i, next int, at int64, good []int64) bool {
	end, ok := firstAfter(good, at)
	if next < len(steps) && (!ok || !steps[next].InTime(at, end)) {
		return false
	}
	for absent := i + 1; absent < next; absent++ {
		first, ok := firstAfter(times[absent], at)
		if ok && (next == len(steps) || first < end) && steps[absent].InTime(at, first) {
			return false
		}
	}
	return true
}

// firstAfter returns the first of ascending times after another.
func firstAfter(times []int64, at int64) (first int64, ok bool) {
	i := sort.Search(len(times), func(i int) bool { return times[i] > at })
	if i == len(times) {
		return 0, false
	}
	return times[i], true
}
