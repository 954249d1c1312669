package index

import (
	"cmp"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/window"
)

// MergeTimelines returns the timeline of all events of parts, given those of each:
// a day has a bitmap for every part with events on it. The timeline of one part
// is that part's own. It keeps the parts.
//
// Parts mostly have the same days. Where time-zone data changed between them some
// are shifted, and days of several parts overlap: such parts are kept apart, and a
// window is covered by the days of each.
func MergeTimelines(parts []*Timeline) *Timeline {
	if len(parts) == 1 {
		return parts[0]
	}
	var groups [][]*calendar // in one, days that overlap are the same
	var dates []int32
	for _, p := range parts {
		for i := range p.calendars {
			c := &p.calendars[i]
			dates = append(dates, c.dates...)
			at := slices.IndexFunc(groups, func(group []*calendar) bool {
				return !slices.ContainsFunc(group, c.conflicts)
			})
			if at < 0 {
				at, groups = len(groups), append(groups, nil)
			}
			groups[at] = append(groups[at], c)
		}
	}
	t := &Timeline{days: countDates(dates)}
	for _, group := range groups {
		t.calendars = append(t.calendars, merge(group))
	}
	return t
}

// conflicts reports whether days of c and d overlap that are not the same.
func (c *calendar) conflicts(d *calendar) bool {
	for i, j := 0, 0; i < len(c.days) && j < len(d.days); {
		switch x, y := c.days[i], d.days[j]; {
		case x == y && c.dates[i] == d.dates[j]:
			i, j = i+1, j+1
		case x.Hi <= y.Lo:
			i++
		case y.Hi <= x.Lo:
			j++
		default:
			return true
		}
	}
	return false
}

// merge returns the days of calendars that do not conflict.
func merge(group []*calendar) calendar {
	if len(group) == 1 {
		return *group[0]
	}
	type day struct {
		span  window.Interval
		date  int32
		views []bitmap.View
	}
	var all []day
	for _, c := range group {
		for i, span := range c.days {
			all = append(all, day{span, c.dates[i], c.bitmaps(i, i+1)})
		}
	}
	slices.SortStableFunc(all, func(x, y day) int { return cmp.Compare(x.span.Lo, y.span.Lo) })
	out := calendar{ends: []int{}}
	for _, d := range all {
		out.views = append(out.views, d.views...)
		if last := len(out.days) - 1; last >= 0 && out.days[last] == d.span {
			out.ends[last] = len(out.views)
			continue
		}
		out.dates, out.days = append(out.dates, d.date), append(out.days, d.span)
		out.ends = append(out.ends, len(out.views))
	}
	return out
}
