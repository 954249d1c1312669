package plan

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Moments returns, in bytes, what the windows of a rule come to over s at asOf. At
// two times with the same moments the rule selects the same customers: those of a
// rule about attributes without windows are always the same, and windows of events
// count as far as there are events.
func Moments(s *store.Snapshot, c *rule.Checked, asOf time.Time) string {
	m := &moments{snapshot: s, location: c.Location, asOf: asOf.Truncate(0).UTC().Truncate(time.Microsecond)}
	m.cond(c.Root)
	return string(m.bytes)
}

// moments collects the bounds of windows, in the order of the rule.
type moments struct {
	snapshot *store.Snapshot
	location *time.Location
	asOf     time.Time
	named    map[*rule.Segment]bool
	bytes    []byte
}

func (m *moments) cond(c rule.Cond) {
	switch c := c.(type) {
	case *rule.And:
		m.conds(c.Conds)
	case *rule.Or:
		m.conds(c.Conds)
	case *rule.Not:
		m.cond(c.Cond)
	case *rule.AttributeTest:
		m.column(&c.ColumnTest)
	case *rule.FieldTest:
		m.column(&c.ColumnTest)
	case *rule.BehaviorTest:
		m.seen(c.Behavior, c.Window, c.SeesNext)
		if c.Aggregate.Window != nil {
			m.events(c.Behavior, c.Aggregate.Window.Resolve(m.asOf, m.location))
		}
		if c.Where != nil {
			m.cond(c.Where)
		}
	case *rule.SequenceTest:
		for i := range c.Steps {
			step := &c.Steps[i]
			m.seen(step.Behavior, step.Window, step.SeesNext)
			if step.Where != nil {
				m.cond(step.Where)
			}
		}
	case *rule.SegmentTest:
		if !m.named[c.Segment] {
			if m.named == nil {
				m.named = map[*rule.Segment]bool{}
			}
			m.named[c.Segment] = true
			m.cond(c.Segment.Root)
		}
	}
}

func (m *moments) conds(conds []rule.Cond) {
	for _, c := range conds {
		m.cond(c)
	}
}

func (m *moments) column(t *rule.ColumnTest) {
	if t.Window != nil {
		m.add(t.Window.Resolve(m.asOf, m.location))
	}
}

// seen adds the window of a test of events, or of a step, ended at as_of unless it sees
// what comes next.
func (m *moments) seen(behavior int, w window.Spec, seesNext bool) {
	in := w.Resolve(m.asOf, m.location)
	if !seesNext {
		in = intersect(in, window.Spec{}.ResolveEvents(m.asOf, m.location))
	}
	m.events(behavior, in)
}

// events adds a window of events, no wider than the time that there are events of.
func (m *moments) events(behavior int, in window.Interval) {
	info := &m.snapshot.Manifest().Behaviors[behavior]
	switch {
	case info.Last == nil || in.Empty() || in.Lo > *info.Last || in.Hi <= *info.First && in.Hi != math.MaxInt64:
		m.add(window.Interval{})
		return
	case *info.Last < in.Hi-1:
		in.Hi = *info.Last + 1
	}
	in.Lo = max(in.Lo, *info.First)
	m.add(in)
}

func (m *moments) add(in window.Interval) {
	m.bytes = binary.LittleEndian.AppendUint64(m.bytes, uint64(in.Lo))
	m.bytes = binary.LittleEndian.AppendUint64(m.bytes, uint64(in.Hi))
}
