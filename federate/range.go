package federate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// RangeError says that a source ended a statement since a number was out of the range
// of its type: with SQLSTATE 22003.
type RangeError struct {
	// Code is CodeOverflow where the statement adds up whole numbers or decimals: that
	// is what a *engine.OverflowError is in a snapshot. Else it is CodeOutOfRange: no
	// sum can be the reason, but a value of a view, say.
	Code string
	Err  error // in the source's words
}

// Error returns the code and the source's words.
func (e *RangeError) Error() string { return fmt.Sprintf("%s: %v", e.Code, e.Err) }

// Unwrap returns the source's error.
func (e *RangeError) Unwrap() error { return e.Err }

// stateOutOfRange is the SQLSTATE of a number out of its range.
const stateOutOfRange = "22003"

// ranged makes a *RangeError of an error of the source that is one.
func (f *found) ranged(err error) error {
	var refused interface{ SQLState() string }
	if !errors.As(err, &refused) || refused.SQLState() != stateOutOfRange {
		return err
	}
	if f.adds {
		return &RangeError{CodeOverflow, err}
	}
	return &RangeError{CodeOutOfRange, err}
}

// noteSums notes whether the statements of a rule and its columns add up numbers whose
// sum may have too many digits.
func (f *found) noteSums(checked *rule.Checked, columns ...engine.Column) {
	f.adds = f.adds || checked != nil && addsUp(checked.Root)
	for i := range columns {
		if events := columns[i].Events; events != nil {
			f.adds = f.adds || addsUp(events.Test)
		}
	}
}

// addsUp reports whether a condition is of sums of whole numbers or decimals, or of
// averages, which are made of such.
func addsUp(cond rule.Cond) bool {
	switch cond := cond.(type) {
	case *rule.And:
		return slices.ContainsFunc(cond.Conds, addsUp)
	case *rule.Or:
		return slices.ContainsFunc(cond.Conds, addsUp)
	case *rule.Not:
		return addsUp(cond.Cond)
	case *rule.SegmentTest:
		return addsUp(cond.Segment.Root)
	case *rule.BehaviorTest:
		a := &cond.Aggregate
		return (a.Op == rule.AggregateSum || a.Op == rule.AggregateAvg) && a.Type.Repr != model.Float64
	}
	return false
}
