package engine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// checkSteps compares the reasons of a sequence with what the oracle says of its parts:
// of the part that a step stands for, and of parts whose events are of certain times.
func (j *whyJudge) checkSteps(r *engine.Reason, c *rule.SequenceTest) {
	j.t.Helper()
	if r.Kind != engine.ReasonSequence || r.Condition != c.Text() || r.Holds != j.holds(c) || len(r.Reasons) != len(c.Steps) {
		j.t.Fatalf("seed %d: customer %v: %+v, want a sequence of %d steps: %v\n%s",
			j.seed, j.c.Table.Keys[j.row], r, len(c.Steps), j.holds(c), j.c)
	}
	part := 0 // how many steps hold
	for i := range c.Steps {
		step, want := &r.Reasons[i], j.holds(&rule.SequenceTest{Steps: c.Steps[:partOf(c.Steps, i)]})
		if step.Kind != engine.ReasonStep || step.Condition != c.Steps[i].Text() || step.Holds != want ||
			step.Subject != j.checked.Schema.Behaviors[c.Steps[i].Behavior].TimeColumn {
			j.t.Fatalf("seed %d: customer %v: step %d: %+v, want %v\n%s", j.seed, j.c.Table.Keys[j.row], i, step, want, j.c)
		}
		if want {
			part = i + 1
		}
	}
	if part == 0 {
		j.noValues(r.Reasons)
		return
	}
	last := j.checkChain(r, c, part)
	for i := part; i < len(c.Steps); i++ {
		if !c.Steps[i].Absent {
			j.noValues(r.Reasons[i:])
			return
		}
		j.checkInTheWay(&r.Reasons[i], c.Steps[i], last)
	}
}

// partOf returns how many steps the part of a sequence has that step i stands for.
func partOf(steps []rule.SequenceStep, i int) int {
	present := slices.IndexFunc(steps[i:], func(s rule.SequenceStep) bool { return !s.Absent })
	if present < 0 {
		return i + 1
	}
	return i + present + 1
}

func (j *whyJudge) noValues(reasons []engine.Reason) {
	j.t.Helper()
	for _, r := range reasons {
		if r.Value != nil {
			j.t.Fatalf("seed %d: customer %v: %+v has a value\n%s", j.seed, j.c.Table.Keys[j.row], r, j.c)
		}
	}
}

// checkChain checks that the values of the first steps are a sequence, and that none has a
// later first event, or an earlier one for a later step. It returns the time of the last.
func (j *whyJudge) checkChain(r *engine.Reason, c *rule.SequenceTest, part int) (last int64) {
	j.t.Helper()
	chain := &rule.SequenceTest{Steps: slices.Clone(c.Steps[:part])}
	for i := range chain.Steps {
		if chain.Steps[i].Absent {
			j.noValues(r.Reasons[i : i+1])
			continue
		}
		at, ok := r.Reasons[i].Value.(time.Time)
		if !ok {
			j.t.Fatalf("seed %d: customer %v: step %d: %+v has no time\n%s", j.seed, j.c.Table.Keys[j.row], i, r.Reasons[i], j.c)
		}
		last = at.UnixMicro()
		better := &rule.SequenceTest{Steps: slices.Clone(chain.Steps)}
		if better.Steps[i] = from(c.Steps[i], math.MinInt64, last-1); i == 0 {
			better.Steps[i] = from(c.Steps[i], last+1, math.MaxInt64)
		}
		chain.Steps[i] = from(c.Steps[i], last, last)
		if !j.holds(chain) || j.holds(better) {
			j.t.Fatalf("seed %d: customer %v: step %d: %+v is not the one to show\n%s", j.seed, j.c.Table.Keys[j.row], i, r.Reasons[i], j.c)
		}
	}
	return last
}

// from narrows a step to events of the times lo to hi.
func from(s rule.SequenceStep, lo, hi int64) rule.SequenceStep {
	test := &rule.FieldTest{Field: rule.TimeField, ColumnTest: rule.ColumnTest{
		Type: model.Type{Kind: model.Timestamp}, Values: rule.Values{Ints: []rule.Range[int64]{{Lo: lo, Hi: hi}}},
	}}
	if s.Where == nil {
		s.Where = test
	} else {
		s.Where = rule.NewAnd([]rule.Cond{s.Where, test})
	}
	return s
}

// checkInTheWay checks the value of an absent step that comes after an event.
func (j *whyJudge) checkInTheWay(r *engine.Reason, step rule.SequenceStep, last int64) {
	j.t.Helper()
	end := int64(math.MaxInt64)
	if step.Within > 0 {
		end = last + step.Within
	}
	step.Absent, step.Within = false, 0
	one := func(lo, hi int64) bool {
		return lo <= hi && j.holds(&rule.SequenceTest{Steps: []rule.SequenceStep{from(step, lo, hi)}})
	}
	at, ok := r.Value.(time.Time)
	if !ok && one(last+1, end) || ok && (!one(at.UnixMicro(), at.UnixMicro()) || one(last+1, at.UnixMicro()-1) || at.UnixMicro() > end) {
		j.t.Fatalf("seed %d: customer %v: %+v is not what is in the way\n%s", j.seed, j.c.Table.Keys[j.row], r, j.c)
	}
}

// TestWhySequences explains sequences to a customer of CDNOW.
func TestWhySequences(t *testing.T) {
	db := open(t, snapshot)
	for text, want := range map[string][]string{
		"purchase then purchase within 5 weeks then not purchase": {
			"true", "purchase: true 1998-06-08", "purchase within 5 weeks: true 1998-06-13", "not purchase: true -",
		},
		"purchase then not purchase then purchase within 1 day": {
			"false", "purchase: true 1998-06-13", "not purchase: false -", "purchase within 1 day: false -",
		},
		"purchase between '1997-01-01' and '1997-06-30' then not purchase then not purchase within 1 day": {
			"false", "purchase between '1997-01-01' and '1997-06-30': true 1997-06-09",
			"not purchase: false 1997-07-30", "not purchase within 1 day: false -",
		},
		"purchase since '1998-06-30' then purchase": {
			"false", "purchase since '1998-06-30': false -", "purchase: false -",
		},
	} {
		w, err := ask(t, db, text).Why(t.Context(), "00048")
		if err != nil {
			t.Fatal(err)
		}
		got := []string{fmt.Sprint(w.Holds)}
		for _, r := range w.Reasons {
			at := "-"
			if v, ok := r.Value.(time.Time); ok {
				at = v.Format(time.DateOnly)
			}
			got = append(got, fmt.Sprintf("%s: %v %s", r.Condition, r.Holds, at))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", text, got, want)
		}
	}
}
