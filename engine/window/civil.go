package window

import "time"

// A date is counted in days since 1970-01-01. These functions know the
// Gregorian calendar and no time zone.

// dayNumber returns the day of a date. Months and days outside their range
// carry over, as in time.Date.
func dayNumber(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
}

// civilDate is the inverse of dayNumber.
func civilDate(day int64) (year, month, dayOfMonth int) {
	y, m, d := time.Unix(day*secondsPerDay, 0).UTC().Date()
	return y, int(m), d
}

// daysIn returns the length of a month.
func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// moveDay returns the day that lies n units after day, for units of a day or
// longer. Months and longer move in one step, clamped once to the last day of
// the month they reach.
func moveDay(day, n int64, unit Unit) int64 {
	switch unit {
	case Week:
		return day + 7*n
	case Month:
		return moveMonths(day, int(n))
	case Quarter:
		return moveMonths(day, int(3*n))
	case Year:
		return moveMonths(day, int(12*n))
	}
	return day + n
}

func moveMonths(day int64, n int) int64 {
	year, month, dayOfMonth := civilDate(day)
	first := dayNumber(year, month+n, 1)
	year, month, _ = civilDate(first)
	return first + int64(min(dayOfMonth, daysIn(year, month))) - 1
}

// firstDay returns the first day of the unit that day lies in, for units of a
// day or longer.
func firstDay(day int64, unit Unit) int64 {
	year, month, _ := civilDate(day)
	switch unit {
	case Week:
		// 1970-01-01 was a Thursday, three days after a Monday.
		return floorDiv(day+3, 7)*7 - 3
	case Month:
		return dayNumber(year, month, 1)
	case Quarter:
		return dayNumber(year, month-(month-1)%3, 1)
	case Year:
		return dayNumber(year, 1, 1)
	}
	return day
}
