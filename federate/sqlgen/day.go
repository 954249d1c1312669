package sqlgen

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// day returns an expression that is the same for two times of a column just
// where they lie on one local day, by [window.DayOf], and NULL where the time
// is. The times lie in an interval. The zone's changes of offset are written out:
// the engine's own time-zone data may be of another year.
func (g *generator) day(in window.Interval, x operand) string {
	lo, hi := seconds(in)
	changes, all := transitions(g.loc, lo, hi)
	if !all {
		g.fail("the time zone changes its offset more than %d times in the window: the days cannot be listed", maxTransitions)
	}
	switch x.encoding {
	case model.EncodedLocal:
		return g.localDay(g.canonical(x.sql, overMidnight(changes)), holdsCivil, "0")
	case model.EncodedDate:
		return g.skipDays(x.sql, changes)
	case model.EncodedSeconds:
		return g.localDay(x.sql, holdsSeconds, g.shift(x.sql, lo, changes, func(s int64) string { return strconv.FormatInt(s, 10) }))
	case model.EncodedUTC:
		return g.localDay(x.sql, holdsCivil, g.shift(x.sql, lo, changes, func(s int64) string { return g.civil(s * microsPerSecond) }))
	}
	return g.localDay(x.sql, holdsInstant, g.shift(x.sql, lo, changes, func(s int64) string { return g.instant(s * microsPerSecond) }))
}

// seconds returns an interval in seconds, rounded outwards, from so early on that
// a transition before it has no effect within; bounds that are none stay beyond
// all transitions.
func seconds(in window.Interval) (lo, hi int64) {
	return floorDiv(addSat(in.Lo, -around), microsPerSecond), floorDiv(addSat(in.Hi, -1), microsPerSecond) + 1
}

// shift returns the number of seconds to add to the instants of a column, from
// the second lo on, so that days of UTC are local days.
func (g *generator) shift(x string, lo int64, changes []transition, literal func(second int64) string) string {
	if len(changes) == 0 {
		return strconv.FormatInt(g.offsetAt(lo), 10)
	}
	branches := make([]string, len(changes))
	for i, t := range changes {
		branches[i] = fmt.Sprintf("WHEN %s < %s THEN %d", x, literal(dayShiftFrom(t)), t.before)
	}
	return cases(branches, strconv.FormatInt(changes[len(changes)-1].after, 10))
}

// offsetAt returns by how many seconds the zone is ahead of UTC at a second, or where
// its first offset is known.
func (g *generator) offsetAt(second int64) int64 {
	at := max(second, firstSecond) * microsPerSecond
	return int64(window.Offsets(g.loc, window.Interval{Lo: at, Hi: at + 1})[0].Seconds)
}

// cases returns a CASE, on lines of their own where there are many branches.
func cases(branches []string, otherwise string) string {
	separator := " "
	if len(branches) > 2 {
		separator = "\n        "
	}
	return "CASE" + separator + strings.Join(branches, separator) + separator + "ELSE " + otherwise + " END"
}

// dayShiftFrom returns the second from which days follow the offset after a
// transition. That is the transition, unless the clock falls back over midnight:
// the day that had begun goes on then, until the clock passes midnight anew.
func dayShiftFrom(t transition) int64 {
	begun := floorDiv(t.at-1+t.before, secondsPerDay)
	if again := begun*secondsPerDay - t.after; again > t.at {
		return again
	}
	return t.at
}

// skipDays returns a date with the days that the zone skipped put to the days
// that start when they do.
func (g *generator) skipDays(x string, changes []transition) string {
	var branches []string
	for _, s := range skippedDays(changes, g.loc) {
		branches = append(branches, "WHEN "+x+" = "+g.date(s.day)+" THEN "+g.date(s.real))
	}
	if len(branches) == 0 {
		return x
	}
	return cases(branches, x)
}

// skippedDay is a date that a zone skipped, and the one that its first instant
// lies on.
type skippedDay struct {
	day, real int64
}

func skippedDays(changes []transition, loc *time.Location) []skippedDay {
	var found []skippedDay
	for _, t := range changes {
		lo, hi := t.gap()
		for day := floorDiv(lo, secondsPerDay); day < floorDiv(hi, secondsPerDay); day++ {
			first := window.DayStart(int32(day), loc)
			if real := int64(window.DayOf(first, loc)); real != day {
				found = append(found, skippedDay{day: day, real: real})
			}
		}
	}
	return found
}

// overMidnight returns the gaps that move a local time to another date.
func overMidnight(changes []transition) []transition {
	var found []transition
	for _, t := range changes {
		lo, hi := t.gap()
		if lo < hi && floorDiv(hi-1+hi-lo, secondsPerDay) != floorDiv(lo, secondsPerDay) {
			found = append(found, t)
		}
	}
	return found
}

// gapsAtEnds returns the gaps whose hour after holds an end of one of some
// ranges of instants. Elsewhere the order of local times is that of their
// instants, as far as these ends can tell.
func gapsAtEnds(rs []rule.Range[int64], loc *time.Location) []transition {
	var found []transition
	add := func(x int64) {
		changes, _ := transitions(loc, floorDiv(x-around, microsPerSecond), floorDiv(x, microsPerSecond))
		for _, t := range changes {
			lo, hi := t.gap()
			start := t.at * microsPerSecond
			if start < x && x < start+(hi-lo)*microsPerSecond && (len(found) == 0 || found[len(found)-1] != t) {
				found = append(found, t)
			}
		}
	}
	for _, r := range rs {
		if r.Lo > math.MinInt64+around {
			add(r.Lo)
		}
		if r.Hi < math.MaxInt64-around {
			add(r.Hi + 1)
		}
	}
	return found
}

// canonical returns a local time with times in some gaps moved to where their
// instants are, later by the length of the gap.
func (g *generator) canonical(x string, gaps []transition) string {
	if len(gaps) == 0 {
		return x
	}
	branches := make([]string, len(gaps))
	for i, t := range gaps {
		lo, hi := t.gap()
		branches[i] = fmt.Sprintf("WHEN %s >= %s AND %s < %s THEN %s",
			x, g.civil(lo*microsPerSecond), x, g.civil(hi*microsPerSecond), g.addSeconds(x, hi-lo))
	}
	return cases(branches, x)
}

// distinct returns an expression that is the same for two values of a field just
// where they are equal.
func (g *generator) distinct(c *rule.BehaviorTest, x operand) string {
	if c.Aggregate.Type.IsArray() {
		g.invalid("a count of distinct lists")
	}
	in := window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}
	if c.Aggregate.Field == rule.TimeField {
		in = g.bounds(setOf(c))
	}
	return g.identity(x, c.Aggregate.Type, in)
}

// identity returns an expression that is the same for two values just where they
// are equal; times lie in an interval. A local time in a gap is equal to the one
// after it that has the same instant, and a date that the zone skipped to the next
// date.
func (g *generator) identity(x operand, t model.Type, in window.Interval) string {
	if t.Kind != model.Timestamp || x.encoding != model.EncodedLocal && x.encoding != model.EncodedDate {
		return g.cleaned(x, t).sql
	}
	lo, hi := seconds(in)
	changes, all := transitions(g.loc, lo, hi)
	if x.encoding == model.EncodedDate && !all {
		all = true // a yearly rule skips no day
	}
	if !all {
		g.fail("the time zone changes its offset more than %d times: distinct local times cannot be told for all years", maxTransitions)
	}
	if x.encoding == model.EncodedDate {
		return g.skipDays(x.sql, changes)
	}
	var gaps []transition
	for _, t := range changes {
		if lo, hi := t.gap(); lo < hi {
			gaps = append(gaps, t)
		}
	}
	return g.canonical(x.sql, gaps)
}
