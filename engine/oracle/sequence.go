package oracle

import "github.com/rollcall-db/rollcall/engine/rule"

// sequence reports whether a customer passes a sequence: it tries every choice of
// an event for every step that is not absent, one after the other.
func (e *evaluation) sequence(s *rule.SequenceTest, row int) (bool, error) {
	times := make([][]int64, len(s.Steps))
	for i := range s.Steps {
		var err error
		if times[i], err = e.stepTimes(&s.Steps[i], row); err != nil {
			return false, err
		}
	}
	return follow(s.Steps, times, nil), nil
}

// stepTimes returns the times of all events of a step. Undated events are of none.
func (e *evaluation) stepTimes(s *rule.SequenceStep, row int) ([]int64, error) {
	in := s.Window.Resolve(e.asOf, e.loc)
	events := &rule.BehaviorTest{Window: s.Window, SeesNext: s.SeesNext}
	var times []int64
	for _, event := range e.table.Behaviors[s.Behavior][row] {
		if event.Time == nil || !e.seen(events, in, event) {
			continue
		}
		passes, err := e.where(s.Where, event)
		if err != nil {
			return nil, err
		}
		if passes {
			times = append(times, *event.Time)
		}
	}
	return times, nil
}

// follow reports whether the steps can follow the time of the last event chosen,
// nil where none has been. times are those of the events of each step.
func follow(steps []rule.SequenceStep, times [][]int64, last *int64) bool {
	next := 0 // the first step that is not absent
	for next < len(steps) && steps[next].Absent {
		next++
	}
	if next == len(steps) {
		return isMissing(steps, times, last, nil)
	}
	for _, t := range times[next] {
		if last != nil && (t <= *last || !isWithin(&steps[next], t, *last)) {
			continue
		}
		if isMissing(steps[:next], times, last, &t) && follow(steps[next+1:], times[next+1:], &t) {
			return true
		}
	}
	return false
}

// isMissing reports whether the absent steps have no event behind the event
// before them and in front of the one after them, if there is one.
func isMissing(absent []rule.SequenceStep, times [][]int64, before, after *int64) bool {
	for i := range absent {
		for _, t := range times[i] {
			if t > *before && (after == nil || t < *after) && isWithin(&absent[i], t, *before) {
				return false
			}
		}
	}
	return true
}

// isWithin reports whether t is as near behind the event before as the step wants.
func isWithin(s *rule.SequenceStep, t, before int64) bool {
	return s.Within == 0 || uint64(t)-uint64(before) <= uint64(s.Within) // t is the later one, so nothing overflows
}
