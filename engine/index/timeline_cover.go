package index

import (
	"cmp"
	"slices"
	"sort"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Len returns the number of days with events.
func (t *Timeline) Len() int { return len(t.days) }

// Cover splits a window into the days that lie wholly inside, given by their
// number and their bitmaps, one or more for each, and at most two spans of days
// that are cut by its bounds, whose events have to be looked at one by one. Days
// without events are in neither. The bitmaps must not be changed.
func (t *Timeline) Cover(in window.Interval) (days int, whole []bitmap.View, edges []window.Interval) {
	first := sort.Search(len(t.days), func(i int) bool { return t.days[i].Hi > in.Lo })
	end := sort.Search(len(t.days), func(i int) bool { return t.days[i].Lo >= in.Hi })
	cut := func(day window.Interval) bool { return day.Lo < in.Lo || day.Hi > in.Hi }
	edge := func(day window.Interval) {
		edges = append(edges, window.Interval{Lo: max(day.Lo, in.Lo), Hi: min(day.Hi, in.Hi)})
	}
	if first >= end || in.Lo >= in.Hi {
		return 0, nil, nil
	}
	if cut(t.days[first]) {
		edge(t.days[first])
		first++
	}
	if first < end && cut(t.days[end-1]) {
		end--
		edge(t.days[end])
	}
	lo, hi := t.start(first), t.start(end)
	return end - first, t.views[lo:hi:hi], edges
}

// start returns where the bitmaps of a day start in views, or where those of the
// last one end.
func (t *Timeline) start(day int) int {
	if t.ends == nil || day == 0 {
		return day
	}
	return t.ends[day-1]
}

// MergeTimelines returns the timeline of all events of parts, given those of each:
// a day has a bitmap for every part with events on it. The timeline of one part
// is that part's own. It keeps the parts.
//
// Where parts have days that overlap and are not the same, because time-zone data
// changed between them, they become one longer day: a window that cuts it looks
// at its events one by one, and is right.
func MergeTimelines(parts []*Timeline) *Timeline {
	if len(parts) == 1 {
		return parts[0]
	}
	type day struct {
		span  window.Interval
		views []bitmap.View
	}
	var all []day
	for _, p := range parts {
		for i, span := range p.days {
			all = append(all, day{span, p.views[p.start(i):p.start(i+1)]})
		}
	}
	slices.SortStableFunc(all, func(x, y day) int { return cmp.Compare(x.span.Lo, y.span.Lo) })
	t := &Timeline{ends: []int{}}
	for _, d := range all {
		if last := len(t.days) - 1; last >= 0 && d.span.Lo < t.days[last].Hi {
			t.days[last].Hi = max(t.days[last].Hi, d.span.Hi)
			t.views = append(t.views, d.views...)
			t.ends[last] = len(t.views)
			continue
		}
		t.days = append(t.days, d.span)
		t.views = append(t.views, d.views...)
		t.ends = append(t.ends, len(t.views))
	}
	return t
}
