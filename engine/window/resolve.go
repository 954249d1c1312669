package window

import (
	"math"
	"time"
)

// Resolve returns the bounds of the window at an as_of in a time zone. as_of is
// floored to microseconds first. Bounds saturate. The interval may hold no
// instant, as that of a Between the wrong way round does. Specs must be valid;
// counts of others are taken as the nearest one in range.
func (s Spec) Resolve(asOf time.Time, loc *time.Location) Interval {
	at := newMoment(microsOf(asOf), loc)
	n, m := clampCount(s.N, s.Unit), clampCount(s.M, s.Unit)
	switch s.Form {
	case InLast:
		return Interval{at.move(-n, s.Unit), at.micros}
	case InLastFull:
		return Interval{at.unitStart(-n, s.Unit), at.unitStart(0, s.Unit)}
	case InNext:
		return Interval{at.micros, at.move(n, s.Unit)}
	case InNextFull:
		return Interval{at.unitStart(1, s.Unit), at.unitStart(1+n, s.Unit)}
	case This:
		return Interval{at.unitStart(0, s.Unit), at.unitStart(1, s.Unit)}
	case Today:
		return Interval{at.unitStart(0, Day), at.unitStart(1, Day)}
	case Yesterday:
		return Interval{at.unitStart(-1, Day), at.unitStart(0, Day)}
	case For:
		return s.resolveFor(at)
	case Between:
		return Interval{s.From.Instant(loc), s.To.End(loc)}
	case Since:
		return Interval{s.From.Instant(loc), math.MaxInt64}
	case After:
		return Interval{s.From.End(loc), math.MaxInt64}
	case Before:
		return Interval{math.MinInt64, s.From.Instant(loc)}
	case Ago:
		return Interval{at.move(-m, s.Unit), at.move(-n, s.Unit)}
	case MoreThanAgo:
		return Interval{math.MinInt64, at.move(-n, s.Unit)}
	}
	return Interval{math.MinInt64, math.MaxInt64}
}

// ResolveEvents returns the bounds within which events are seen: those of
// Resolve, ended at as_of unless the window is one of "in next". Events at or
// after as_of are not seen by any other window.
func (s Spec) ResolveEvents(asOf time.Time, loc *time.Location) Interval {
	in := s.Resolve(asOf, loc)
	if s.Form != InNext && s.Form != InNextFull {
		in.Hi = min(in.Hi, microsOf(asOf))
	}
	return in
}

// UndatedSeen reports whether the window sees events without a time. Only
// "ever" does.
func (s Spec) UndatedSeen() bool { return s.Form == Ever }

// resolveFor starts from the first instant of as_of's day. While both units are
// on the date, both bounds are first instants of days; a midnight in a gap does
// not shift the clock time of the other bound.
func (s Spec) resolveFor(at moment) Interval {
	n, m := clampCount(s.N, s.Unit), clampCount(s.M, s.Unit2)
	if !s.Unit2.onDate() {
		lo := newMoment(newMoment(dayStart(at.day, at.loc), at.loc).move(-m, s.Unit2), at.loc)
		return Interval{lo.micros, lo.move(n, s.Unit)}
	}
	day := moveDay(at.day, -m, s.Unit2)
	lo := dayStart(day, at.loc)
	if !s.Unit.onDate() {
		return Interval{lo, addSat(lo, n*s.Unit.micros())}
	}
	return Interval{lo, dayStart(moveDay(day, n, s.Unit), at.loc)}
}

// clampCount keeps the arithmetic of specs that nobody validated in range.
func clampCount(n int64, unit Unit) int64 {
	return min(max(n, 0), unit.maxCount())
}

// moment is an instant in a time zone.
type moment struct {
	micros int64
	day    int64 // by DayOf
	loc    *time.Location
}

func newMoment(micros int64, loc *time.Location) moment {
	second, _ := splitMicros(micros)
	return moment{micros: micros, day: dayOf(second, loc), loc: loc}
}

// move returns the instant n units later. On the date, the local clock shows
// the same time on another date, put to an instant anew; no units is no move,
// even in the second hour of an overlap.
func (t moment) move(n int64, unit Unit) int64 {
	if n == 0 {
		return t.micros
	}
	if !unit.onDate() {
		return addSat(t.micros, n*unit.micros())
	}
	second, fraction := splitMicros(t.micros)
	offset, _ := offsetAt(second, t.loc)
	date := floorDiv(second+offset, secondsPerDay)
	clock := second + offset - date*secondsPerDay
	local := moveDay(date, n, unit)*secondsPerDay + clock
	_, offset = locate(local, t.loc)
	return joinMicros(local-offset, fraction)
}

// unitStart returns the start of the unit that lies n after the one that holds
// the moment. Days and longer start at a local day; hours, minutes and seconds
// are cut from the instant, so they start at whole hours, minutes and seconds of
// UTC.
func (t moment) unitStart(n int64, unit Unit) int64 {
	if unit.onDate() {
		return dayStart(moveDay(firstDay(t.day, unit), n, unit), t.loc)
	}
	size := max(unit.micros(), 1)
	into := t.micros - floorDiv(t.micros, size)*size
	return addSat(addSat(t.micros, -into), n*size)
}
