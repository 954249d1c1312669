package index

// MergeTimelines returns the timeline of all events of parts, given those of each.
// The timeline of one part is that part's own. It keeps the parts.
//
// Parts mostly have the same days. Where time-zone data changed between them some
// are shifted, so a window is covered by the days of each part.
func MergeTimelines(parts []*Timeline) *Timeline {
	if len(parts) == 1 {
		return parts[0]
	}
	t := &Timeline{}
	var dates []int32
	for _, p := range parts {
		t.calendars = append(t.calendars, p.calendars...)
		for _, c := range p.calendars {
			dates = append(dates, c.dates...)
		}
	}
	t.days = countDates(dates)
	return t
}
