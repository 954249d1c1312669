package window

import (
	"math"
	"time"
)

// DayStart returns the first instant of a local day, given in days since
// 1970-01-01. By the rule of java.time's LocalDate.atStartOfDay:
//
//   - where midnight falls in a gap, it is the transition, and the local clock
//     may show 01:00;
//   - where midnight happens twice, it is the first of the two;
//   - a date that the zone skipped starts where the next date does, and is empty.
//
// It saturates: the days before the first one that an instant lies on start at
// math.MinInt64, those after the last one at math.MaxInt64.
func DayStart(day int32, loc *time.Location) int64 {
	return dayStart(int64(day), loc)
}

// DayOf returns the local day of an instant, in days since 1970-01-01: the last
// day that has started. Mostly that is the date on the local clock. It is not
// where the clock falls back over midnight: in America/St_Johns in 1990 the
// minute after midnight of 28 October was followed by 23:01 of 27 October, and
// that hour belongs to the 28th, which had begun. So I2 holds.
func DayOf(micros int64, loc *time.Location) int32 {
	second, _ := splitMicros(micros)
	return int32(dayOf(second, loc))
}

func dayStart(day int64, loc *time.Location) int64 {
	return joinMicros(dayStartSecond(day, loc), 0)
}

func dayStartSecond(day int64, loc *time.Location) int64 {
	first, _ := locate(day*secondsPerDay, loc)
	return first
}

func dayOf(second int64, loc *time.Location) int64 {
	offset, _ := offsetAt(second, loc)
	day := floorDiv(second+offset, secondsPerDay)
	for dayStartSecond(day+1, loc) <= second {
		day++
	}
	return day
}

// Days finds the local days of many instants. It remembers the days it has
// found, so instants in any order that stay within some three years cost a few
// nanoseconds each. It is not safe for concurrent use.
type Days struct {
	loc     *time.Location
	current daySpan             // the day found last
	offset  int64               // microseconds east of UTC at the start of the day computed last; a guess for others
	slots   [cacheSlots]daySpan // by the low bits of the day
}

// daySpan is one day, [lo, hi) in microseconds, hi included where it is
// math.MaxInt64. The zero value holds no instant.
type daySpan struct {
	lo, hi int64
	day    int32
}

func (s *daySpan) holds(micros int64) bool {
	return s.lo <= micros && (micros < s.hi || s.hi == math.MaxInt64)
}

// NewDays returns an empty Days for a time zone.
func NewDays(loc *time.Location) *Days {
	return &Days{loc: loc}
}

// Of returns the local day of an instant, as DayOf does, and the bounds
// [lo, hi) of that day, as DayStart gives them. The last day of all ends at
// math.MaxInt64, and that instant is on it.
func (d *Days) Of(micros int64) (day int32, lo, hi int64) {
	if d.current.holds(micros) {
		return d.current.day, d.current.lo, d.current.hi
	}
	return d.find(micros)
}

func (d *Days) find(micros int64) (day int32, lo, hi int64) {
	// A wrong guess, even an overflow, only leads to a slot that does not match.
	guess := floorDiv(micros+d.offset, microsPerDay)
	span := d.slots[guess&(cacheSlots-1)]
	if !span.holds(micros) {
		span = d.compute(micros)
	}
	d.current = span
	return span.day, span.lo, span.hi
}

func (d *Days) compute(micros int64) daySpan {
	second, _ := splitMicros(micros)
	day := dayOf(second, d.loc)
	span := daySpan{
		lo:  dayStart(day, d.loc),
		hi:  dayStart(day+1, d.loc),
		day: int32(day),
	}
	d.offset = day*microsPerDay - span.lo
	d.slots[day&(cacheSlots-1)] = span
	return span
}
