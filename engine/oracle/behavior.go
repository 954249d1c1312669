package oracle

import (
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// behavior reports whether a customer passes a test of a behavior.
func (e *evaluation) behavior(b *rule.BehaviorTest, row int) (bool, error) {
	events, err := e.events(b, row)
	if err != nil {
		return false, err
	}
	return e.aggregate(b.Aggregate, events)
}

// events returns the events of a customer that a test of a behavior is about.
func (e *evaluation) events(b *rule.BehaviorTest, row int) ([]Event, error) {
	in := b.Window.Resolve(e.asOf, e.loc)
	var events []Event
	for _, event := range e.table.Behaviors[b.Behavior][row] {
		if !e.seen(b, in, event) {
			continue
		}
		passes, err := e.where(b.Where, event)
		if err != nil {
			return nil, err
		}
		if passes {
			events = append(events, event)
		}
	}
	return events, nil
}

// seen reports whether an event is known at as_of and lies in the window, whose
// bounds are given.
func (e *evaluation) seen(b *rule.BehaviorTest, in window.Interval, event Event) bool {
	if event.Time == nil {
		return b.Window.Form == window.Ever
	}
	known := *event.Time < e.asOf.UnixMicro() || b.SeesNext
	return known && inInterval(*event.Time, in)
}

// where reports whether an event passes a condition; nil lets every event pass.
func (e *evaluation) where(c rule.Cond, event Event) (bool, error) {
	switch c := c.(type) {
	case nil:
		return true, nil
	case *rule.And:
		for _, operand := range c.Conds {
			if passes, err := e.where(operand, event); !passes || err != nil {
				return false, err
			}
		}
		return true, nil
	case *rule.Or:
		for _, operand := range c.Conds {
			if passes, err := e.where(operand, event); passes || err != nil {
				return passes, err
			}
		}
		return false, nil
	case *rule.Not:
		passes, err := e.where(c.Cond, event)
		return !passes, err
	case *rule.FieldTest:
		return columnTest(c.ColumnTest, field(event, c.Field), e.asOf, e.loc)
	}
	return false, fmt.Errorf("a %T is no condition on events", c)
}

// field returns a field of an event, which may be its time.
func field(event Event, position int) any {
	if position != rule.TimeField {
		return event.Fields[position]
	}
	if event.Time == nil {
		return nil
	}
	return *event.Time
}

// localDay returns the day of an instant: the date on the local clock, or the
// last date that has begun, where the clock was put back over midnight.
func localDay(micros int64, loc *time.Location) Day {
	return Day(window.DayOf(micros, loc))
}
