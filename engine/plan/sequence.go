package plan

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// A sequence is found by a look at the events of all its steps. How far they have to
// be looked at follows from each other: who viewed a page and bought it within two
// hours, in the last week, did not view it before that, and those alone are looked
// at who have an event of every step on some day of its window, as the timeline knows.

// Steps plans the events of the steps of a sequence of s at asOf: all of them, whatever
// the other steps leave out. The sequence is one of a rule that has been checked against
// s.Schema().
func Steps(s *store.Snapshot, c *rule.Checked, test *rule.SequenceTest, asOf time.Time) []Step {
	p := &planner{snapshot: s, checked: c, out: &Program{AsOf: floor(asOf)}}
	steps := make([]Step, len(test.Steps))
	for i := range test.Steps {
		steps[i] = p.step(&test.Steps[i]).planned()
	}
	return steps
}

// stepPlan is the plan of the events of a step on its way.
type stepPlan struct {
	*behaviorPlan
	step *rule.SequenceStep
}

// step plans the events of a step, and notes its windows.
func (p *planner) step(step *rule.SequenceStep) *stepPlan {
	test := &rule.BehaviorTest{Behavior: step.Behavior, Where: step.Where, Window: step.Window, SeesNext: step.SeesNext}
	b := &behaviorPlan{
		planner: p, test: test, reads: &fieldSet{behavior: &p.checked.Schema.Behaviors[step.Behavior]},
		node: &Node{Events: p.snapshot.Events(step.Behavior)},
	}
	b.in = p.seen(test)
	b.bounded = step.Window.Form != window.Ever
	if step.Where != nil {
		b.bounded = b.where(step.Where) || b.bounded
	}
	if step.Window.Form != window.Ever {
		p.window(step, step.Window.Resolve(p.out.AsOf, p.checked.Location))
	}
	b.reads.add(rule.TimeField)
	return &stepPlan{behaviorPlan: b, step: step}
}

// planned returns the step.
func (s *stepPlan) planned() Step {
	return Step{Events: s.node.Events, Span: s.in, Where: s.node.Where, Absent: s.step.Absent, Within: s.step.Within}
}

// sequence plans a sequence.
func (p *planner) sequence(c *rule.SequenceTest) (*Node, error) {
	steps, bounded := make([]*stepPlan, len(c.Steps)), false
	for i := range c.Steps {
		step := p.step(&c.Steps[i])
		p.warnLate(step.step.Behavior, step.step.Text(), step.in)
		steps[i], bounded = step, bounded || step.bounded
	}
	n := &Node{Op: Sequence, Cond: c}
	if at := narrow(steps); at >= 0 {
		n.Op, n.Access = None, fmt.Sprintf("nobody: no event can be one of step %d", at+1)
		return n, nil
	}
	for _, step := range steps {
		n.Steps = append(n.Steps, step.planned())
		n.Bytes += step.eventBytes(step.in, bytesPerRow+step.reads.bytes())
	}
	n.Access = fmt.Sprintf("sequence of %d steps over all events", len(steps))
	if bounded {
		n.Access = fmt.Sprintf("sequence of %d steps over the window's events", len(steps))
	}
	return n, p.doers(n, steps)
}

// narrow cuts the events that are looked at to those that the other steps leave a
// chance. It returns the position of a step without which nobody can be selected and
// that has none; -1: there is no such step.
//
// Method: the bounds of each step follow from those of the next one, and then of the
// one before. Steps are in a row, so that nothing is left to find after that.
func narrow(steps []*stepPlan) (without int) {
	present := slices.DeleteFunc(slices.Clone(steps), func(s *stepPlan) bool { return s.step.Absent })
	for i := len(present) - 1; i >= 0; i-- {
		s := present[i]
		if s.clip(); i+1 < len(present) && !s.in.Empty() {
			next := present[i+1]
			s.in.Hi = min(s.in.Hi, latest(next.in))
			s.in.Lo = max(s.in.Lo, minus(next.in.Lo, next.step.Within))
		}
		if s.in.Empty() {
			return slices.Index(steps, s)
		}
	}
	for i, s := range present[1:] {
		if s.follow(present[i]); s.in.Empty() {
			return slices.Index(steps, s)
		}
	}
	narrowAbsent(steps)
	return -1
}

// narrowAbsent cuts the events that are to be missing to those that lie between some
// of the steps around them.
func narrowAbsent(steps []*stepPlan) {
	before := steps[0]
	for i, s := range steps {
		if !s.step.Absent {
			before = s
			continue
		}
		s.follow(before)
		after := slices.IndexFunc(steps[i:], func(s *stepPlan) bool { return !s.step.Absent })
		if after >= 0 {
			s.in.Hi = min(s.in.Hi, latest(steps[i+after].in))
		}
	}
}

// clip cuts the events to the times that there are any of.
func (s *stepPlan) clip() {
	info := &s.snapshot.Manifest().Behaviors[s.step.Behavior]
	if info.First == nil {
		s.in = window.Interval{}
		return
	}
	s.in.Lo = max(s.in.Lo, *info.First)
	if *info.Last < math.MaxInt64-1 {
		s.in.Hi = min(s.in.Hi, *info.Last+1)
	}
}

// follow cuts the events to those that can be after one of another step, as long after
// as they may.
func (s *stepPlan) follow(before *stepPlan) {
	s.in.Lo = max(s.in.Lo, plus(before.in.Lo, 1))
	if s.step.Within > 0 {
		s.in.Hi = min(s.in.Hi, plus(plus(latest(before.in), s.step.Within), 1))
	}
}

// latest returns the last instant of an interval that is not empty. What ends at
// math.MaxInt64 has that instant.
func latest(in window.Interval) int64 {
	if in.Hi == math.MaxInt64 {
		return math.MaxInt64
	}
	return in.Hi - 1
}

// plus returns the instant so many microseconds after another, the last one where that
// is beyond all.
func plus(at, micros int64) int64 {
	if at > math.MaxInt64-micros {
		return math.MaxInt64
	}
	return at + micros
}

// minus returns the instant so many microseconds before another, the first one where
// that is before all, or where 0 says that there is no bound.
func minus(at, micros int64) int64 {
	if micros == 0 || at < math.MinInt64+micros {
		return math.MinInt64
	}
	return at - micros
}

// worthOfDoers is how many times longer it has to take to look at the events than at
// bitmaps of days for these to be read: they seldom leave nobody.
const worthOfDoers = 4

// allDoers is from which part of the customers on it is not worth it to leave out the
// others.
const allDoers = 0.9

// doers finds the parts of a sequence: for every step that is not absent who has an
// event on a day that its window has a part of.
func (p *planner) doers(n *Node, steps []*stepPlan) error {
	if !p.may(Timeline) {
		return nil
	}
	type days struct {
		behavior int
		in       window.Interval
	}
	known, bitmaps := map[days]bool{}, 0
	for _, s := range steps {
		d := days{s.step.Behavior, s.in}
		if s.step.Absent || known[d] {
			continue
		}
		known[d] = true
		timeline, err := p.snapshot.Timeline(d.behavior)
		if err != nil {
			return err
		}
		part, err := p.onDays(n, timeline, d.in)
		if err != nil {
			return err
		}
		if cost := p.cost(part) * worthOfDoers; p.must(Timeline) ||
			cost < p.cost(n) && p.share(part) < allDoers {
			n.Parts, n.Bytes = append(n.Parts, part), n.Bytes+part.Bytes
			bitmaps += len(part.Bitmaps)
		}
	}
	if len(n.Parts) > 0 {
		slices.SortStableFunc(n.Parts, func(x, y *Node) int { return len(x.Bitmaps) - len(y.Bitmaps) })
		n.Access += fmt.Sprintf(", of those in %d bitmaps of the timeline", bitmaps)
	}
	return nil
}

// onDays returns who is on the days of a timeline that a window has a part of.
func (p *planner) onDays(n *Node, timeline *index.Timeline, in window.Interval) (*Node, error) {
	views, err := timeline.Around(in, p.may(Levels))
	part := &Node{Op: Happened, Cond: n.Cond, Bitmaps: views}
	for i := range views {
		part.Bytes += uint64(views[i].SizeBytes())
	}
	return part, err
}
