package engine

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// planned is the program that a query, or one that shares its rule, was asked with
// last. It is of use while the same version is held open, and dead memory after.
type planned struct {
	version *version
	binding *binding
	program *plan.Program
}

// program plans the query over a version, at its as_of.
func (q *Query) program(ctx context.Context, v *version, b *binding) (*plan.Program, error) {
	return q.programAt(ctx, v, b, q.moment())
}

// programAt plans the query over a version, which the caller holds. A rule that is
// asked again gets the program that it had.
func (q *Query) programAt(ctx context.Context, v *version, b *binding, asOf time.Time) (*plan.Program, error) {
	if last := q.planned.Load(); last != nil && last.version == v && last.binding == b {
		p, asOf := last.program, floor(asOf)
		if p.AsOf.Equal(asOf) {
			return p, nil
		}
		if b.timeless {
			p := *p
			p.AsOf = asOf
			return &p, nil
		}
	}
	p, err := plan.New(ctx, v.snapshot, b.checked, asOf, q.db.options.Structures)
	if err == nil {
		q.planned.Store(&planned{version: v, binding: b, program: p})
	}
	return p, err
}

// floor returns the as_of that a program has for a time: UTC, to the microsecond.
func floor(asOf time.Time) time.Time { return asOf.Truncate(0).UTC().Truncate(time.Microsecond) }

// isTimeless reports whether a condition means the same at any as_of.
func isTimeless(c rule.Cond) bool { return timeless(c, map[*rule.Segment]bool{}) }

// timeless is isTimeless, each of the segments looked into once: seen are those that
// were met before.
func timeless(c rule.Cond, seen map[*rule.Segment]bool) bool {
	var members []rule.Cond
	switch c := c.(type) {
	case *rule.And:
		members = c.Conds
	case *rule.Or:
		members = c.Conds
	case *rule.Not:
		members = []rule.Cond{c.Cond}
	case *rule.AttributeTest:
		return c.Window == nil
	case *rule.SegmentTest:
		if seen[c.Segment] {
			return true // or the answer is known to be no
		}
		seen[c.Segment] = true
		members = []rule.Cond{c.Segment.Root}
	default:
		return false // events are those before as_of
	}
	for _, member := range members {
		if !timeless(member, seen) {
			return false
		}
	}
	return true
}
