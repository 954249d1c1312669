package plan

import (
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// behavior plans a test of a customer's events in a window: the timeline where
// it only matters on which days there is one, else a scan of the window's events.
func (p *planner) behavior(c *rule.BehaviorTest) (*Node, error) {
	b := &behaviorPlan{
		planner: p, test: c, reads: &fieldSet{behavior: &p.checked.Schema.Behaviors[c.Behavior]},
		node: &Node{Cond: c, Events: p.snapshot.Events(c.Behavior), Undated: c.Window.UndatedSeen()},
	}
	b.in = p.seen(c)
	b.bounded = c.Window.Form != window.Ever
	if c.Where != nil {
		b.bounded = b.where(c.Where) || b.bounded
	}
	if c.Window.Form != window.Ever {
		p.window(c, c.Window.Resolve(p.out.AsOf, p.checked.Location))
	}
	if c.Aggregate.Window != nil {
		b.inside = c.Aggregate.Window.Resolve(p.out.AsOf, p.checked.Location)
		p.window(c, b.inside)
		p.warnLate(c.Behavior, c.Text(), intersect(b.in, b.inside))
	} else if b.bounded {
		p.warnLate(c.Behavior, c.Text(), b.in)
	}
	return b.node, b.plan()
}

// behaviorPlan is the plan of one test of events on its way.
type behaviorPlan struct {
	*planner
	test    *rule.BehaviorTest
	node    *Node
	in      window.Interval // the events looked at
	bounded bool            // by a window
	inside  window.Interval // the passing times of a first or a last
	reads   *fieldSet       // the fields that the plan reads
}

// seen returns the bounds of the events that a test sees: those of its window,
// ended at as_of unless it sees what comes next, and without those that are too
// old to be kept, though parts of earlier versions may still have them.
func (p *planner) seen(c *rule.BehaviorTest) window.Interval {
	in := c.Window.Resolve(p.out.AsOf, p.checked.Location)
	if !c.SeesNext {
		in = intersect(in, window.Spec{}.ResolveEvents(p.out.AsOf, p.checked.Location))
	}
	return since(in, p.keptFrom(c.Behavior))
}

// keptFrom returns the time from which on the snapshot keeps the events of a
// behavior; nil: it has no older ones, so that a cut would only make an edge of a
// whole day.
func (p *planner) keptFrom(behavior int) *int64 {
	if p.snapshot == nil {
		return p.kept
	}
	info := &p.snapshot.Manifest().Behaviors[behavior]
	if info.KeptFrom == nil {
		return nil
	}
	for i := range info.Parts {
		if first := info.Parts[i].First; first != nil && *first < *info.KeptFrom {
			return info.KeptFrom
		}
	}
	return nil
}

// since cuts an interval to start at a time; nil leaves it as it is.
func since(in window.Interval, from *int64) window.Interval {
	if from != nil {
		in.Lo = max(in.Lo, *from)
	}
	return in
}

func intersect(x, y window.Interval) window.Interval {
	return window.Interval{Lo: max(x.Lo, y.Lo), Hi: min(x.Hi, y.Hi)}
}

// plan chooses the structure.
func (b *behaviorPlan) plan() error {
	in := b.in // fold narrows it
	if err := b.withoutRanks(); err != nil || b.node.Op == None || b.node.Op == All {
		return err
	}
	b.in = in
	return b.byRanks()
}

// withoutRanks chooses among the other structures.
func (b *behaviorPlan) withoutRanks() error {
	n, a := b.node, &b.test.Aggregate
	switch a.Op {
	case rule.AggregateFirst, rule.AggregateLast:
		if n.Where == nil {
			return b.edge()
		}
	case rule.AggregateCount, rule.AggregateDistinct, rule.AggregateDays:
		if done, err := b.counts(); done {
			return err
		}
	}
	return b.fold()
}

// counts plans what needs no look at single events: it reports false where a
// fold has to count.
func (b *behaviorPlan) counts() (done bool, err error) {
	n, a := b.node, &b.test.Aggregate
	switch {
	case len(a.Counts) == 0:
		n.Op, n.Access = None, "nobody: no count passes"
		return true, nil
	case isRange(a.Counts, 0, math.MaxInt64):
		n.Op, n.Access = All, "everybody: every count passes"
		return true, nil
	case n.Where != nil || a.Op == rule.AggregateDistinct:
		return false, nil
	}
	n.Undated = n.Undated && a.Op != rule.AggregateDays
	switch {
	case isRange(a.Counts, 1, math.MaxInt64):
		n.Op = Happened
		return true, b.happened(n, b.in)
	case isRange(a.Counts, 0, 0):
		n.Op, n.Access = Absent, "everybody but those of the "
		return true, b.happened(n, b.in)
	case a.Op == rule.AggregateDays:
		return false, nil
	}
	n.Op, n.Spans, n.Counts = Count, []window.Interval{b.in}, a.Counts
	n.Bytes = b.eventBytes(b.in, bytesPerRow)
	n.Access = "count of " + b.events()
	return true, nil
}

func isRange(counts []rule.Range[int64], lo, hi int64) bool {
	return len(counts) == 1 && counts[0] == rule.Range[int64]{Lo: lo, Hi: hi}
}

// events names the events that the plan looks at.
func (b *behaviorPlan) events() string {
	if b.bounded {
		return "the window's events"
	}
	return "all events"
}

// happened finds where the events of an interval are, for Happened and Absent.
func (b *behaviorPlan) happened(n *Node, in window.Interval) error {
	if !b.may(Timeline) {
		n.Access += "events, one by one"
		if !in.Empty() {
			n.Spans, n.Bytes = []window.Interval{in}, b.eventBytes(in, bytesPerRow)
		}
		return nil
	}
	timeline, err := b.snapshot.Timeline(b.test.Behavior)
	if err != nil {
		return err
	}
	var days int
	days, n.Bitmaps, n.Spans, err = timeline.Cover(in, b.may(Levels))
	if err != nil {
		return err
	}
	n.Access += fmt.Sprintf("timeline, %d of %d days", days, timeline.Len())
	if len(n.Bitmaps) != days {
		n.Access += fmt.Sprintf(" in %d bitmaps", len(n.Bitmaps))
	}
	for i := range n.Bitmaps {
		n.Bytes += uint64(n.Bitmaps[i].SizeBytes())
	}
	for _, span := range n.Spans {
		n.Access += fmt.Sprintf(" and the events from %s to %s", instant(span.Lo), instant(span.Hi))
		n.Bytes += b.eventBytes(span, bytesPerRow)
	}
	if n.Undated && b.snapshot.Manifest().Behaviors[b.test.Behavior].Undated > 0 {
		n.Access += " and the undated events"
	}
	return nil
}

func instant(micros int64) string { return window.FormatInstant(micros, time.UTC) }

// edge plans whose first (or last) event lies in an interval: who has an event
// there and none before (after) it.
func (b *behaviorPlan) edge() error {
	beyond, word := b.before(), "before it"
	if b.test.Aggregate.Op == rule.AggregateLast {
		beyond, word = window.Interval{Lo: max(b.in.Lo, b.inside.Hi), Hi: b.in.Hi}, "after it"
	}
	n := b.node
	n.Op, n.Undated = Less, false
	for _, in := range []window.Interval{intersect(b.in, b.inside), beyond} {
		part := &Node{Op: Happened, Cond: b.test, Events: n.Events}
		if err := b.happened(part, in); err != nil {
			return err
		}
		n.Parts = append(n.Parts, part)
		n.Bytes += part.Bytes
	}
	n.Access = fmt.Sprintf("%s, less those %s: %s", n.Parts[0].Access, word, n.Parts[1].Access)
	return nil
}

// before returns what lies before the passing times.
func (b *behaviorPlan) before() window.Interval {
	return window.Interval{Lo: b.in.Lo, Hi: min(b.in.Hi, b.inside.Lo)}
}

// bytesPerRow is what it takes to know the customer of an event, within the
// block. Times are found by bisection.
const bytesPerRow = 2

// eventBytes estimates the bytes of the events in an interval, taking them to
// be spread evenly over the behavior's time.
func (b *behaviorPlan) eventBytes(in window.Interval, bytesPerEvent uint64) uint64 {
	info := &b.snapshot.Manifest().Behaviors[b.test.Behavior]
	if info.First == nil {
		return info.Events * bytesPerEvent
	}
	first, end := *info.First, *info.Last
	if end != math.MaxInt64 {
		end++
	}
	lo, hi := max(in.Lo, first), min(in.Hi, end)
	if lo >= hi {
		return 0
	}
	// All of time is more than an int64 counts.
	share := float64(uint64(hi)-uint64(lo)) / float64(uint64(end)-uint64(first))
	return uint64(share*float64(info.Events)) * bytesPerEvent
}

// LateHint is what the warning of a window ends with that starts after the newest
// event.
const LateHint = "use --as-of to look from another day"

// warnLate warns of a window, that of a condition, that starts after the newest event
// of a behavior: its count of nobody would mislead.
func (p *planner) warnLate(behavior int, condition string, in window.Interval) {
	name := p.checked.Schema.Behaviors[behavior].Name
	last := p.snapshot.Manifest().Behaviors[behavior].Last
	switch {
	case last == nil:
		p.warn(fmt.Sprintf("behavior %q has no event with a time", name))
	case in.Lo > *last:
		after := window.FormatInstant(*last, p.checked.Location)
		p.warn(fmt.Sprintf("%q looks at the time from %s on, but the newest %s is of %s; %s",
			condition, window.FormatInstant(in.Lo, p.checked.Location), name, after, LateHint))
	}
}

// warn notes a warning once.
func (p *planner) warn(text string) {
	for _, w := range p.out.Warnings {
		if w == text {
			return
		}
	}
	p.out.Warnings = append(p.out.Warnings, text)
}
