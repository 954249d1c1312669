package sqlgen

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// instantMicros returns the instant of a time of a column in microseconds since
// 1970-01-01 UTC, a whole number of 64 bits, and NULL where the time is. The
// instants lie in an interval. As for days, the zone's offsets are written out.
func (g *generator) instantMicros(in window.Interval, x operand) string {
	switch x.encoding {
	case model.EncodedInstant:
		return g.epochMicros(x.sql, holdsInstant)
	case model.EncodedUTC:
		return g.epochMicros(x.sql, holdsCivil)
	case model.EncodedSeconds:
		return g.epochMicros(x.sql, holdsSeconds)
	}
	lo, hi := seconds(in)
	changes, all := transitions(g.loc, lo, hi)
	if !all {
		g.fail("the time zone changes its offset more than %d times: the instants of its times cannot be told for all years", maxTransitions)
	}
	switch first := g.offsetAt(lo); x.encoding {
	case model.EncodedLocal:
		return g.lessOffset(g.epochMicros(x.sql, holdsCivil), x.sql, localOffsets(changes, first), g.civil)
	case model.EncodedDate:
		return g.lessOffset(g.epochMicros(x.sql, holdsDate), x.sql, dateOffsets(changes, first, g.loc), g.date)
	}
	g.invalid("the layout has a time held as %q, which is no encoding", string(x.encoding))
	return x.sql
}

// offsetFrom says how far ahead of UTC clocks are, in seconds, for local times, or
// dates, from one on.
type offsetFrom struct {
	from    int64
	seconds int64
}

// localOffsets returns the offsets of local times in microseconds by
// [window.LocalToInstant]: a change counts from where the local time is beyond
// both the time left out and the time that comes twice.
func localOffsets(changes []transition, first int64) []offsetFrom {
	offsets := []offsetFrom{{from: math.MinInt64, seconds: first}}
	for _, t := range changes {
		offsets = append(offsets, offsetFrom{from: (t.at + max(t.before, t.after)) * microsPerSecond, seconds: t.after})
	}
	return offsets
}

// dateOffsets returns the offsets of dates: by how much the first instant of a date,
// by [window.DayStart], is earlier than its midnight in UTC. The day of a change may
// have one of its own.
func dateOffsets(changes []transition, first int64, loc *time.Location) []offsetFrom {
	offsets := []offsetFrom{{from: math.MinInt64, seconds: first}}
	next := int64(math.MinInt64) // the day that has not been looked at
	for _, t := range changes {
		day := max(next, floorDiv(t.at+min(t.before, t.after), secondsPerDay)-1)
		last := floorDiv(t.at+max(t.before, t.after), secondsPerDay) + 1
		for ; day <= last; day++ {
			seconds := day*secondsPerDay - window.DayStart(int32(day), loc)/microsPerSecond
			if seconds != offsets[len(offsets)-1].seconds {
				offsets = append(offsets, offsetFrom{from: day, seconds: seconds})
			}
		}
		next = day
	}
	return offsets
}

// lessOffset returns microseconds of local time less the offset, which follows from
// x. Newer offsets come first: most events are new.
func (g *generator) lessOffset(micros, x string, offsets []offsetFrom, literal func(int64) string) string {
	if len(offsets) == 1 {
		switch seconds := offsets[0].seconds; {
		case seconds == 0:
			return micros
		case seconds < 0:
			return fmt.Sprintf("%s + %d", micros, -seconds*microsPerSecond)
		default:
			return fmt.Sprintf("%s - %d", micros, seconds*microsPerSecond)
		}
	}
	var branches []string
	for i := len(offsets) - 1; i > 0; i-- {
		branches = append(branches, fmt.Sprintf("WHEN %s >= %s THEN %d", x, literal(offsets[i].from), offsets[i].seconds*microsPerSecond))
	}
	return micros + " - " + cases(branches, strconv.FormatInt(offsets[0].seconds*microsPerSecond, 10))
}
