package schedule

import (
	"math"
	"time"
)

// A time on the wall is counted in seconds since 1970-01-01 00:00 as the wall shows
// it: an instant's second plus the offset from UTC.

// maxOffset is more than any zone has been off UTC, in seconds.
const maxOffset = 16 * 60 * 60

// offsetAt returns the offset from UTC at an instant, and an instant after it up to
// which the offset surely holds; it may hold longer.
func offsetAt(second int64, loc *time.Location) (offset, end int64) {
	t := time.Unix(second, 0).In(loc)
	_, east := t.Zone()
	_, bound := t.ZoneBounds()
	if bound.IsZero() {
		return int64(east), math.MaxInt64
	}
	// On the last day of a leap year package time may return its midnight as the
	// bound, which is past: it ends years after 365 days.
	if end = bound.Unix(); end <= second {
		end = second + 1
	}
	return int64(east), end
}

// nextOnce returns the first instant after one at which a time of the calendar is
// due, where every time on the wall counts once: at the first instant at which the
// wall shows it or a later one.
func nextOnce(days *calendar, after int64, loc *time.Location) (int64, bool) {
	wall, ok := days.next(highest(after, loc) + 1)
	if !ok {
		return 0, false
	}
	return firstAt(wall, loc), true
}

// highest returns the latest time that the wall has shown up to an instant. It is
// not what it shows then where the clock was set back shortly before.
func highest(at int64, loc *time.Location) int64 {
	shown := int64(math.MinInt64)
	for t := at - 2*maxOffset; t <= at; {
		offset, end := offsetAt(t, loc)
		last := min(end-1, at)
		shown = max(shown, last+offset)
		t = last + 1
	}
	return shown
}

// firstAt returns the first instant at which the wall shows a time or a later one.
func firstAt(wall int64, loc *time.Location) int64 {
	for t := wall - maxOffset; ; {
		offset, end := offsetAt(t, loc)
		if at := max(t, wall-offset); at < end {
			return at
		}
		t = end
	}
}

// nextShown returns the first instant after one at which the wall shows a time of
// the calendar.
func nextShown(days *calendar, after int64, loc *time.Location) (int64, bool) {
	for t := after + 1; ; {
		offset, end := offsetAt(t, loc)
		wall, ok := days.next(t + offset)
		if !ok {
			return 0, false
		}
		if at := wall - offset; at < end {
			return at, true
		}
		t = end
	}
}
