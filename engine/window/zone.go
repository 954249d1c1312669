package window

import (
	"fmt"
	"math"
	"time"
)

// LoadLocation returns the time zone with an IANA name, such as "UTC" or
// "America/Los_Angeles", from the data in this package, whatever the machine
// has. Names are case-sensitive; links such as "US/Pacific" keep their own name.
// It refuses "" and "Local", which name a zone in Go alone, and "Factory", which
// names none. Calls with one name return one location; they may run at the same
// time.
func LoadLocation(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	if name == "Factory" {
		return nil, unknownZone(name)
	}
	loc, err := embeddedLocation(name)
	if err == nil && loc == nil {
		err = unknownZone(name)
	}
	return loc, err
}

func unknownZone(name string) error {
	return fmt.Errorf(`unknown time zone %q: expected an IANA name, such as "UTC" or "America/Los_Angeles"`, name)
}

func orUTC(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

// offsetAt returns the offset from UTC at an instant and an instant up to which
// it surely holds, all in seconds. The offset may go on after end; end is
// math.MaxInt64 if it holds forever, and always after second.
func offsetAt(second int64, loc *time.Location) (offset, end int64) {
	t := time.Unix(second, 0).In(orUTC(loc))
	_, east := t.Zone()
	_, bound := t.ZoneBounds()
	if bound.IsZero() {
		return int64(east), math.MaxInt64
	}
	end = bound.Unix()
	if end <= second {
		// Where zones go by a yearly rule, package time ends every year after
		// 365 days. On the last day of a leap year the next bound is its midnight.
		end = (floorDiv(second, secondsPerDay) + 1) * secondsPerDay
	}
	return int64(east), end
}

// steady reports whether the offset is the given one in all of [from, to).
func steady(from, to, offset int64, loc *time.Location) bool {
	for at := from; at < to; {
		found, end := offsetAt(at, loc)
		if found != offset {
			return false
		}
		at = end
	}
	return true
}

// locate finds a local time, given in seconds as if it were UTC, among the
// instants:
//
//   - first is the first instant at which the local clock shows local or later;
//   - offset makes local an instant, as local - offset, by java.time's rule.
//
// Mostly the two agree. In an overlap first is the earlier of two instants, and
// offset the earlier offset. In a gap first is the transition, and offset is the
// one before it, which puts the instant later by the length of the gap.
func locate(local int64, loc *time.Location) (first, offset int64) {
	// No instant before this one can show local, whatever its offset.
	at := local - maxOffset
	offset, end := offsetAt(at, loc)
	for local-offset >= end {
		at = end
		next, nextEnd := offsetAt(at, loc)
		if at+next > local {
			return at, offset
		}
		offset, end = next, nextEnd
	}
	return local - offset, offset
}
