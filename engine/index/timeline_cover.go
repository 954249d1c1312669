package index

import (
	"cmp"
	"slices"
	"sort"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Len returns the number of days with events.
func (t *Timeline) Len() int { return t.days }

// Cover splits a window into the days that lie wholly inside, given by their
// number and the bitmaps that have their customers, and at most two disjoint spans of
// days that are cut by its bounds, whose events have to be looked at one by one. Days
// without events are in neither. The bitmaps are of days or, with levels, of groups
// of them, as few as there can be. They must not be changed. The error is that of
// reading one of them.
//
// Every event of the window is on one of the days or in one of the spans, and these
// have no others. Where time-zone data changed between parts it may be in both.
func (t *Timeline) Cover(in window.Interval, levels bool) (days int, whole []bitmap.View, edges []window.Interval, err error) {
	if in.Empty() {
		return 0, nil, nil, nil
	}
	if len(t.calendars) == 1 {
		c := t.calendars[0]
		first, end, edges := c.cover(in)
		whole, err := c.bitmaps(nil, first, end, levels)
		return end - first, whole, edges, err
	}
	var dates []int32
	for _, c := range t.calendars {
		first, end, cut := c.cover(in)
		dates = append(dates, c.dates[first:end]...)
		if whole, err = c.bitmaps(whole, first, end, levels); err != nil {
			return 0, nil, nil, err
		}
		edges = append(edges, cut...)
	}
	return countDates(dates), whole, joined(edges), nil
}

// Around returns the bitmaps of the days that a window has a part of: every customer
// with an event in it is in one of them, and others are who have one on a day that its
// bounds cut. They are of days or, with levels, of groups of them, as those of Cover.
func (t *Timeline) Around(in window.Interval, levels bool) (around []bitmap.View, err error) {
	if in.Empty() {
		return nil, nil
	}
	for _, c := range t.calendars {
		first, end := c.around(in)
		if around, err = c.bitmaps(around, first, end, levels); err != nil {
			return nil, err
		}
	}
	return around, nil
}

// around returns the days first to end-1 that a window has a part of.
func (c *calendar) around(in window.Interval) (first, end int) {
	first = sort.Search(len(c.days), func(i int) bool { return c.days[i].Hi > in.Lo })
	end = sort.Search(len(c.days), func(i int) bool { return c.days[i].Lo >= in.Hi })
	return first, end
}

// cover returns the days first to end-1 that lie wholly in a window, which is not
// empty, and what of it lies on days that it cuts.
func (c *calendar) cover(in window.Interval) (first, end int, edges []window.Interval) {
	first, end = c.around(in)
	cut := func(day window.Interval) bool { return day.Lo < in.Lo || day.Hi > in.Hi }
	edge := func(day window.Interval) {
		edges = append(edges, window.Interval{Lo: max(day.Lo, in.Lo), Hi: min(day.Hi, in.Hi)})
	}
	if first < end && cut(c.days[first]) {
		edge(c.days[first])
		first++
	}
	if first < end && cut(c.days[end-1]) {
		end--
		edge(c.days[end])
	}
	return first, end, edges
}

// bitmaps appends those of the days first to end-1 to dst: of the largest groups
// that lie wholly among them, then of the days that are left. Groups lie within each
// other or apart, so that there is no cover of fewer.
func (c *calendar) bitmaps(dst []bitmap.View, first, end int, levels bool) ([]bitmap.View, error) {
	for day := first; day < end; {
		views, i, next := c.views, day, day+1
		if g := c.groupAt(day, end); levels && g >= 0 {
			views, i, next = c.groupViews, g, c.groups[g].end
		}
		view, err := views.At(i)
		if err != nil {
			return nil, err
		}
		dst, day = append(dst, *view), next
	}
	return dst, nil
}

// countDates returns how many distinct dates there are, which it puts in order.
func countDates(dates []int32) int {
	slices.Sort(dates)
	return len(slices.Compact(dates))
}

// joined returns the spans, which it puts in order, those that overlap as one.
func joined(spans []window.Interval) []window.Interval {
	slices.SortFunc(spans, func(x, y window.Interval) int { return cmp.Compare(x.Lo, y.Lo) })
	out := spans[:0]
	for _, span := range spans {
		if last := len(out) - 1; last >= 0 && span.Lo < out[last].Hi {
			out[last].Hi = max(out[last].Hi, span.Hi)
			continue
		}
		out = append(out, span)
	}
	return out
}
