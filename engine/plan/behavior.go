package plan

import (
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// behavior plans a test of the number of events in a window: the timeline where
// it only matters whether there is one, else a count of the window's events.
func (p *planner) behavior(c *rule.BehaviorTest) (*Node, error) {
	in := c.Window.ResolveEvents(p.out.AsOf, p.checked.Location)
	if c.Window.Form != window.Ever {
		p.window(c, c.Window.Resolve(p.out.AsOf, p.checked.Location))
		p.warnLate(c, in)
	}
	n := &Node{Cond: c, Events: p.snapshot.Events(c.Behavior), Undated: c.Window.UndatedSeen()}
	switch {
	case len(c.Counts) == 0:
		n.Op, n.Access = None, "nobody: no count passes"
	case isRange(c.Counts, 0, math.MaxInt64):
		n.Op, n.Access = All, "everybody: every count passes"
	case isRange(c.Counts, 1, math.MaxInt64):
		n.Op = Happened
		return n, p.happened(n, c.Behavior, in)
	case isRange(c.Counts, 0, 0):
		n.Op, n.Access = Absent, "everybody but those of the "
		return n, p.happened(n, c.Behavior, in)
	default:
		n.Op, n.Spans, n.Counts = Count, []window.Interval{in}, c.Counts
		n.Bytes = p.eventBytes(c.Behavior, in)
		n.Access = "count of the window's events"
		if n.Undated {
			n.Access = "count of all events"
		}
	}
	return n, nil
}

func isRange(counts []rule.Range[int64], lo, hi int64) bool {
	return len(counts) == 1 && counts[0] == rule.Range[int64]{Lo: lo, Hi: hi}
}

// happened finds where the events of a window are, for Happened and Absent.
func (p *planner) happened(n *Node, behavior int, in window.Interval) error {
	timeline, err := p.snapshot.Timeline(behavior)
	if err != nil {
		return err
	}
	n.Bitmaps, n.Spans = timeline.Cover(in)
	n.Access += fmt.Sprintf("timeline, %d of %d days", len(n.Bitmaps), timeline.Len())
	for i := range n.Bitmaps {
		n.Bytes += uint64(n.Bitmaps[i].SizeBytes())
	}
	for _, span := range n.Spans {
		n.Access += fmt.Sprintf(" and the events from %s to %s", instant(span.Lo), instant(span.Hi))
		n.Bytes += p.eventBytes(behavior, span)
	}
	if n.Undated && p.snapshot.Manifest().Behaviors[behavior].Undated > 0 {
		n.Access += " and the undated events"
	}
	return nil
}

func instant(micros int64) string { return window.FormatInstant(micros, time.UTC) }

// eventBytes estimates the bytes of the events in an interval, taking them to
// be spread evenly over the behavior's time.
func (p *planner) eventBytes(behavior int, in window.Interval) uint64 {
	const bytesPerEvent = 2 // the customer within the block; times are found by bisection
	b := &p.snapshot.Manifest().Behaviors[behavior]
	if b.First == nil {
		return b.Events * bytesPerEvent
	}
	first, last := *b.First, *b.Last
	lo, hi := max(in.Lo, first), min(in.Hi, last+1)
	if lo >= hi {
		return 0
	}
	share := float64(hi-lo) / float64(last+1-first)
	return uint64(share*float64(b.Events)) * bytesPerEvent
}

// warnLate warns of a window that starts after the newest event: its count of
// nobody would mislead.
func (p *planner) warnLate(c *rule.BehaviorTest, in window.Interval) {
	name := p.checked.Schema.Behaviors[c.Behavior].Name
	last := p.snapshot.Manifest().Behaviors[c.Behavior].Last
	switch {
	case last == nil:
		p.warn(fmt.Sprintf("behavior %q has no event with a time", name))
	case in.Lo > *last:
		after := window.FormatInstant(*last, p.checked.Location)
		p.warn(fmt.Sprintf("%q looks at the time from %s on, but the newest %s is of %s; use --as-of to look from another day",
			c.Text(), window.FormatInstant(in.Lo, p.checked.Location), name, after))
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
