// Package schedule turns the schedule of a configuration into times.
//
// It starts nothing and reads no clock: times are arguments, and equal arguments
// have equal results. A [Schedule] does not change, so that any number of
// goroutines may use one.
//
// # Due times
//
// A schedule is a set of times that the clock on the wall shows, in its time zone.
// Left out, the time is 00:00, the day of the week Monday, the day of the month the
// first.
//
//   - hourly: every hour, at the minute and second of time;
//   - daily, weekly, monthly: at time, on the days given. Days of the week are names
//     (mon, Monday) or numbers from 1, Monday, to 7, Sunday; 0 is Sunday too. A day
//     that a month does not have is its last one;
//   - cron: minute, hour, day of the month, month, day of the week (0 is Sunday), or
//     @hourly, @daily, @weekly, @monthly, @yearly. A day matches if either of its two
//     fields does where both are given.
//
// # Where clocks change
//
// A time that the clock leaves out is due at the first instant after the gap, also
// where a zone leaves out a whole day. A time that the clock shows twice is due
// once, the first time. Times that fall on one instant are one due time.
//
// Schedules of every hour go by what the clock shows instead: hourly, and cron with
// * as its hour, are due whenever the clock shows one of their times, twice in an
// hour that comes twice and not in one that is left out.
//
// # Jitter
//
// Every name has its delay, so that a hundred parent segments that are due at the
// same time do not start together: see [Schedule.Jitter].
package schedule
