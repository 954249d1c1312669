package schedule

import (
	"slices"
	"time"
)

const secondsPerDay = 24 * 60 * 60

// maxDays is how many days are searched for a due one: the longest wait is that for
// 29 February, eight years where a century has none.
const maxDays = 8*366 + 1

// calendar is a set of times on the wall: some times of the day, on some days.
type calendar struct {
	times     []int  // seconds of the day, ascending
	months    uint64 // bit 1 is January
	monthdays uint64 // bit 1 is the first
	weekdays  uint64 // bit 0 is Sunday
	either    bool   // a day is of the monthdays or of the weekdays, else of both
	lastDay   bool   // a day that the month does not have is its last one
	everyHour bool   // due whenever the wall shows one of the times
}

// all has every bit that is asked for.
const all = ^uint64(0)

// next returns the first time at or after wall, false where no day has one.
func (c *calendar) next(wall int64) (int64, bool) {
	t := time.Unix(wall, 0).UTC()
	second := t.Hour()*3600 + t.Minute()*60 + t.Second()
	day := t.Add(-time.Duration(second) * time.Second)
	for range maxDays {
		if c.has(day) {
			if i, _ := slices.BinarySearch(c.times, second); i < len(c.times) {
				return day.Unix() + int64(c.times[i]), true
			}
		}
		day, second = day.AddDate(0, 0, 1), 0
	}
	return 0, false
}

// has reports whether a day is one of the calendar's.
func (c *calendar) has(day time.Time) bool {
	if c.months>>day.Month()&1 == 0 {
		return false
	}
	monthdays := c.monthdays
	if c.lastDay && day.AddDate(0, 0, 1).Day() == 1 && monthdays>>day.Day() != 0 {
		return true
	}
	ofMonth, ofWeek := monthdays>>day.Day()&1 == 1, c.weekdays>>day.Weekday()&1 == 1
	if c.either {
		return ofMonth || ofWeek
	}
	return ofMonth && ofWeek
}

// shortest returns the shortest time between two of the times, as if every day were
// one of the calendar's.
func (c *calendar) shortest() time.Duration {
	least := c.times[0] + secondsPerDay - c.times[len(c.times)-1]
	for i, t := range c.times[1:] {
		least = min(least, t-c.times[i])
	}
	return time.Duration(least) * time.Second
}
