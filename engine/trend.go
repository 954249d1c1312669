package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// MaxTrendPoints is how many points a Trend has at most.
const MaxTrendPoints = 10_000

// trendBatch is how many points are planned and counted together: programs of so many
// are held at a time.
const trendBatch = 256

// TrendSpan says at which times a Trend looks: From, then every N units on the
// calendar of the parent segment's time zone, as long as To is not passed.
type TrendSpan struct {
	From, To time.Time   // both included
	Every    window.Unit // an hour or longer
	N        int         // units from point to point; 0 is 1
}

// SpanError says what is wrong with a TrendSpan.
type SpanError struct{ Problem string }

// Error is the problem.
func (e *SpanError) Error() string { return e.Problem }

// The years that the times of a TrendSpan may lie in.
const (
	minTrendYear = 1
	maxTrendYear = 9999
)

// Times returns the times of a span, ascending, of which there is one at least. Days
// and longer keep the local time of From, or start local days as it does, and months
// and longer are counted from From: those that lie a month after January 31 are
// February 29 and March 31. A day that the time zone left out has no time of its own.
// The error is a *SpanError.
func (s TrendSpan) Times(loc *time.Location) ([]time.Time, error) {
	if err := s.check(loc); err != nil {
		return nil, err
	}
	n := int64(max(s.N, 1))
	var times []time.Time
	for i := int64(0); ; i++ {
		at := window.Later(s.From, i*n, s.Every, loc)
		switch {
		case at.After(s.To):
			return times, nil
		case len(times) > 0 && !at.After(times[len(times)-1]):
			continue // the day left out starts where the next one does
		case len(times) == MaxTrendPoints:
			return nil, &SpanError{fmt.Sprintf("from %s to %s there are more than %d points, the most of a trend; look at a shorter time, or by a longer unit than %s",
				shownTime(s.From, loc), shownTime(s.To, loc), MaxTrendPoints, s.Every)}
		}
		times = append(times, at)
	}
}

// check refuses a span that makes no sense.
func (s TrendSpan) check(loc *time.Location) error {
	switch {
	case s.Every < window.Hour || s.Every > window.Year:
		return &SpanError{fmt.Sprintf("a trend goes by hour, day, week, month, quarter or year, found %q", s.Every)}
	case s.N < 0 || s.N > MaxTrendPoints:
		return &SpanError{fmt.Sprintf("a trend goes by 1 to %d units at a time, found %d", MaxTrendPoints, s.N)}
	}
	for _, at := range []time.Time{s.From, s.To} {
		if year := at.In(loc).Year(); year < minTrendYear || year > maxTrendYear {
			return &SpanError{fmt.Sprintf("a trend lies in the years %d to %d, found the year %d", minTrendYear, maxTrendYear, year)}
		}
	}
	if s.To.Before(s.From) {
		return &SpanError{fmt.Sprintf("the trend is from %s to %s, which is before", shownTime(s.From, loc), shownTime(s.To, loc))}
	}
	return nil
}

// shownTime writes a time for an error.
func shownTime(t time.Time, loc *time.Location) string {
	return window.FormatInstant(t.UnixMicro(), loc)
}

// Trend is the size of an audience over time.
type Trend struct {
	Answer // of the last point: its count, windows and warnings
	Points []TrendPoint
	// Notes say what a reader has to know to compare the points: which attributes
	// have the values of one version at all of them.
	Notes []string
}

// TrendPoint is the size of an audience at a time.
type TrendPoint struct {
	AsOf  time.Time // in the parent segment's time zone
	Count uint64
}

// Trend counts the members as of every time of a span, all in one version. The events
// that customers had by then are told by their times; attributes and the customers
// themselves are those of the version at every point. The error is a *SpanError for a
// span that makes no sense. The query's own as_of plays no part.
func (q *Query) Trend(ctx context.Context, span TrendSpan) (out *Trend, err error) {
	start := time.Now()
	err = q.ask(func(v *version, b *binding) error {
		times, err := span.Times(v.location)
		if err != nil {
			return err
		}
		t := &trend{query: q, version: v, binding: b, points: make([]TrendPoint, len(times))}
		for i, at := range times {
			t.points[i].AsOf = at
		}
		if err := t.count(ctx); err != nil {
			return err
		}
		out = &Trend{Answer: *v.answer(t.last), Points: t.points, Notes: HistoryNotes(b.checked)}
		out.Count = t.points[len(t.points)-1].Count
		hintTimes(&out.Answer)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Elapsed = time.Since(start)
	return out, nil
}

// hintTimes has the warnings of an answer that is of times given, not of an as_of, say
// so.
func hintTimes(a *Answer) {
	for i, w := range a.Warnings {
		if what, late := strings.CutSuffix(w, plan.LateHint); late {
			a.Warnings[i] = what + "look at earlier times"
		}
	}
}

// trend counts a rule at several times.
type trend struct {
	query     *Query
	version   *version
	binding   *binding
	points    []TrendPoint
	questions []question    // of the points
	last      *plan.Program // of the last point
}

// count counts every point. Points whose windows come to the same are one question,
// which is planned and counted once, unless its count is remembered.
func (t *trend) count(ctx context.Context) error {
	asked := map[question]int{} // the first point that asks it
	same := make([]int, len(t.points))
	t.questions = make([]question, len(t.points))
	var fresh []int
	for i := range t.points {
		q := question{t.binding.text, plan.Moments(t.version.snapshot, t.binding.checked, t.points[i].AsOf)}
		first, ok := asked[q]
		if !ok {
			first, asked[q] = i, i
			if t.points[i].Count, ok = t.version.results.get(q); !ok {
				fresh = append(fresh, i)
			}
		}
		same[i], t.questions[i] = first, q
	}
	for len(fresh) > 0 {
		batch := fresh[:min(len(fresh), trendBatch)]
		fresh = fresh[len(batch):]
		if err := t.countBatch(ctx, batch); err != nil {
			return err
		}
	}
	for i, first := range same {
		t.points[i].Count = t.points[first].Count
	}
	// Of the last point the header is wanted, which says its own as_of.
	var err error
	t.last, err = t.plan(ctx, t.points[len(t.points)-1].AsOf)
	return err
}

// countBatch plans and counts some of the points, side by side.
func (t *trend) countBatch(ctx context.Context, batch []int) error {
	programs := make([]*plan.Program, len(batch))
	planned := func(i int) (err error) {
		programs[i], err = t.plan(ctx, t.points[batch[i]].AsOf)
		return err
	}
	// Points are shared out as blocks are.
	err := exec.Spread(ctx, len(batch), func() (func(i int) error, error) { return planned, nil })
	if err != nil {
		return err
	}
	counts, err := exec.Counts(ctx, t.version.snapshot, roots(programs))
	if one := (*OneError)(nil); errors.As(err, &one) {
		return fmt.Errorf("as of %s: %w", shownTime(t.points[batch[one.Rule-1]].AsOf, t.version.location), one.Err)
	}
	if err != nil {
		return err
	}
	for i, point := range batch {
		t.points[point].Count = counts[i]
		t.version.results.put(t.questions[point], counts[i])
	}
	return nil
}

// plan plans the rule as of a time. What the query was asked with last stays with it.
func (t *trend) plan(ctx context.Context, asOf time.Time) (*plan.Program, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return plan.New(ctx, t.version.snapshot, t.binding.checked, asOf, t.query.db.options.Structures)
}

// HistoryNotes says of a rule which attributes it asks for: they have no history, so
// that a rule at an earlier as_of sees the values of today. It is empty for a rule that
// asks for none.
func HistoryNotes(c *rule.Checked) []string {
	seen := map[int]bool{}
	attributesOf(c.Root, seen, map[*rule.Segment]bool{})
	if len(seen) == 0 {
		return nil
	}
	var names []string
	for i := range c.Schema.Attributes {
		if seen[i] {
			names = append(names, strconv.Quote(c.Schema.Attributes[i].Name))
		}
	}
	return []string{"attributes have no history: at every time the values of " + strings.Join(names, ", ") + " are those of the version asked"}
}

// attributesOf notes the attributes that a condition tests; looked are the segments
// that it has looked into.
func attributesOf(c rule.Cond, seen map[int]bool, looked map[*rule.Segment]bool) {
	var members []rule.Cond
	switch c := c.(type) {
	case *rule.And:
		members = c.Conds
	case *rule.Or:
		members = c.Conds
	case *rule.Not:
		members = []rule.Cond{c.Cond}
	case *rule.AttributeTest:
		seen[c.Attribute] = true
	case *rule.SegmentTest:
		if !looked[c.Segment] {
			looked[c.Segment] = true
			members = []rule.Cond{c.Segment.Root}
		}
	}
	for _, m := range members {
		attributesOf(m, seen, looked)
	}
}
