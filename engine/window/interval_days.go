package window

import (
	"math"
	"time"
)

// Days returns the first and the last of the local days whose first instant lies
// in the interval, in days since 1970-01-01: those dates that lie in a window.
// Both are included. Without a lower bound first is math.MinInt64, without an
// upper bound last is math.MaxInt64. Where no day starts in the interval, first
// is after last.
//
// A date that the zone skipped starts where the next date does, as DayStart has
// it, so the two are in or out together.
func (in Interval) Days(loc *time.Location) (first, last int64) {
	if in.Empty() {
		return 1, 0
	}
	first, last = math.MinInt64, math.MaxInt64
	if in.Lo != math.MinInt64 {
		first = firstDayFrom(in.Lo, loc)
	}
	if in.Hi != math.MaxInt64 {
		second, _ := splitMicros(in.Hi - 1)
		last = dayOf(second, loc) // the last day that has started
	}
	return first, last
}

// firstDayFrom returns the first day that starts at an instant or later.
func firstDayFrom(micros int64, loc *time.Location) int64 {
	second, _ := splitMicros(micros)
	day := dayOf(second, loc)
	if dayStart(day, loc) < micros {
		return day + 1
	}
	for dayStart(day-1, loc) == micros { // a skipped day
		day--
	}
	return day
}
