package window

import "time"

// Later returns the time n units after t in loc, n being 0 or more, to the
// microsecond: on the local date for days and longer, where months and longer are
// clamped once to the last day of the month that they reach. Of a t that is the first
// instant of a local day, days and longer give first instants, too, whatever time the
// clock shows then. A day that the zone left out gives the time of the next, so that
// two n may give one time. It saturates.
func Later(t time.Time, n int64, unit Unit, loc *time.Location) time.Time {
	loc = orUTC(loc)
	from := newMoment(microsOf(t), loc)
	n = clampCount(n, unit)
	if unit.onDate() && from.micros == dayStart(from.day, loc) {
		return time.UnixMicro(dayStart(moveDay(from.day, n, unit), loc)).In(loc)
	}
	return time.UnixMicro(from.move(n, unit)).In(loc)
}
