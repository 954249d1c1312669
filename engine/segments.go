package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Segments is how many customers each segment of a library has, all in one version
// at one time.
type Segments struct {
	Customers uint64          // in the version that was asked
	Manifest  *store.Manifest // of the version that was asked; it must not be changed
	AsOf      time.Time       // the time that the segments were evaluated at, UTC
	Counts    []SegmentCount  // in the order of the library
	Warnings  []string        // of all segments, as Answer has them, equal ones once
	Elapsed   time.Duration
}

// SegmentCount is a segment of a library with its number of customers.
type SegmentCount struct {
	Path  string // as rule.SegmentFile has it
	Rule  string // canonical; empty where the rule does not fit the schema
	Count uint64 // 0 where there is an Err
	// Err is why the segment cannot be counted: rule.Errors where its rule, or that of
	// a segment it refers to, does not fit, or an *OverflowError. Others are counted
	// all the same.
	Err error
}

// Segments counts every segment of a library at asOf. References are to segments of
// the same library, whatever Options.Segments is. All are counted in one pass over the
// customers, by up to GOMAXPROCS goroutines: what several segments have in common (a
// test, a segment that they refer to, a whole rule) is worked out once for all of them.
// A library without segments, or nil, has no counts.
func (s *Snapshot) Segments(ctx context.Context, library *rule.Library, asOf time.Time) (out *Segments, err error) {
	start := time.Now()
	v, err := s.acquire()
	if err != nil {
		return nil, err
	}
	defer v.done()
	err = guard(func() error {
		out, err = v.segments(ctx, library, asOf, s.db.options.Structures)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Elapsed = time.Since(start)
	return out, nil
}

func (v *version) segments(ctx context.Context, library *rule.Library, asOf time.Time, choice plan.Choice) (*Segments, error) {
	m := v.snapshot.Manifest()
	out := &Segments{Customers: m.Customers, Manifest: m, Counts: make([]SegmentCount, len(library.Segments()))}
	var rules []*rule.Checked
	var paths []string
	var counted []*SegmentCount
	for i, f := range library.Segments() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at := &out.Counts[i]
		at.Path = f.Path
		checked, err := rule.Check(cmp.Or(f.Rule, &rule.Rule{}), v.schema, library)
		if problems := (rule.Errors)(nil); errors.As(err, &problems) {
			at.Err = err
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("segment %q: %w", f.Path, err)
		}
		at.Rule = checked.String()
		rules, paths, counted = append(rules, checked), append(paths, f.Path), append(counted, at)
	}
	p, err := plan.Together(ctx, v.snapshot, rules, paths, asOf, choice)
	if err != nil {
		return nil, err
	}
	out.AsOf, out.Warnings = p.AsOf, p.Warnings
	counts, failed, err := exec.CountAll(ctx, v.snapshot, p.Roots)
	if err != nil {
		return nil, err
	}
	for i, at := range counted {
		at.Count, at.Err = counts[i], failed[i]
	}
	return out, nil
}
