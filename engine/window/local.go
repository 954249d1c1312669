package window

import "time"

// LocalToInstant returns the instant of a local time. localMicros is the civil
// date and time as microseconds since 1970-01-01 as if it were UTC. By
// java.time's rule a time in a gap is later by the length of the gap, and a time
// in an overlap has the earlier offset. It saturates.
func LocalToInstant(localMicros int64, loc *time.Location) int64 {
	local, fraction := splitMicros(localMicros)
	_, offset := locate(local, loc)
	return joinMicros(local-offset, fraction)
}

// Locals turns many local times into instants. It remembers the offset of days
// on which it does not change, so most times cost a few nanoseconds each; the
// others cost as much as LocalToInstant. It is not safe for concurrent use.
type Locals struct {
	loc   *time.Location
	slots [cacheSlots]localDay // by the low bits of the local date
}

// localDay is one local date.
type localDay struct {
	day    int64
	offset int64 // microseconds east of UTC, where the offset is one all day
	state  dayState
}

type dayState uint8

const (
	dayUnknown dayState = iota // the slot is empty
	dayPlain                   // every time of the date happens once, at one offset
	daySplit                   // the date has a transition; look each time up
)

// NewLocals returns an empty Locals for a time zone.
func NewLocals(loc *time.Location) *Locals {
	return &Locals{loc: loc}
}

// Instant returns the instant of a local time, as LocalToInstant does.
func (l *Locals) Instant(localMicros int64) int64 {
	day := floorDiv(localMicros, microsPerDay)
	slot := &l.slots[day&(cacheSlots-1)]
	if slot.day != day || slot.state == dayUnknown {
		*slot = l.compute(day)
	}
	if slot.state == daySplit {
		return LocalToInstant(localMicros, l.loc)
	}
	return addSat(localMicros, -slot.offset)
}

// compute looks at one local date. If the offset of its midnight holds for 24
// hours from its first instant, that instant is no gap and all times of the date
// happen at that offset; none happens earlier, since no earlier instant shows
// this midnight or later.
func (l *Locals) compute(day int64) localDay {
	first, offset := locate(day*secondsPerDay, l.loc)
	state := daySplit
	if steady(first, first+secondsPerDay, offset, l.loc) {
		state = dayPlain
	}
	return localDay{day: day, offset: offset * microsPerSecond, state: state}
}
