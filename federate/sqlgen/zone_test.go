package sqlgen

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// zones have gaps and overlaps of all kinds: at midnight, over midnight, of half
// an hour, of a whole day, at negative summer time.
var zones = []string{
	"UTC", "America/Los_Angeles", "America/Sao_Paulo", "America/St_Johns", "America/Juneau", "America/Scoresbysund",
	"Europe/Berlin", "Europe/Dublin", "Europe/Lisbon", "Africa/Casablanca", "Africa/Monrovia", "Asia/Tokyo", "Asia/Kathmandu",
	"Asia/Manila", "Asia/Gaza", "Asia/Tehran", "Asia/Beirut", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati",
	"Australia/Lord_Howe", "Antarctica/Troll",
}

// allTransitions returns the transitions of a zone up to the year 2040.
func allTransitions(t *testing.T, loc *time.Location) []transition {
	t.Helper()
	found, all := transitions(loc, math.MinInt64, time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	if !all {
		t.Fatalf("%s: more than %d transitions", loc, maxTransitions)
	}
	return found
}

// near returns microseconds around the ends of a transition's change, from the
// second at on.
func near(at int64, t transition) []int64 {
	size := max(t.after-t.before, t.before-t.after) * microsPerSecond
	var found []int64
	for _, base := range []int64{-2 * size, -size, -size / 2, 0, size / 2, size, 3 * size / 2, 2 * size, 3 * size} {
		for _, step := range []int64{-1, 0, 1} {
			found = append(found, at*microsPerSecond+base+step)
		}
	}
	return found
}

func holds(spans []span, x int64) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return s.lo <= x && x < s.hi })
}

// moved does in Go what canonical does in SQL.
func moved(local int64, gaps []transition) int64 {
	for _, t := range gaps {
		if lo, hi := t.gap(); lo*microsPerSecond <= local && local < hi*microsPerSecond {
			return local + (hi-lo)*microsPerSecond
		}
	}
	return local
}

// TestLocalFrom compares local times with instants through their spans, in two
// ways: as stored, and moved out of the gap that the instant lies behind.
func TestLocalFrom(t *testing.T) {
	for _, zone := range zones {
		loc := location(t, zone)
		for _, change := range allTransitions(t, loc) {
			locals := append(near(change.at+change.before, change), near(change.at+change.after, change)...)
			for _, x := range near(change.at, change) {
				spans := localFrom(x, loc)
				gaps := gapsAtEnds([]rule.Range[int64]{{Lo: x, Hi: math.MaxInt64}}, loc)
				for _, local := range locals {
					want := window.LocalToInstant(local, loc) >= x
					if got := holds(spans, local); got != want {
						t.Fatalf("%s: local %d against %d: got %t, want %t (%v)", zone, local, x, got, want, spans)
					}
					if got := moved(local, gaps) >= spans[len(spans)-1].lo; got != want {
						t.Fatalf("%s: moved local %d against %d: got %t, want %t (%v)", zone, local, x, got, want, spans)
					}
				}
			}
		}
	}
}

// TestDays compares the days of instants and local times with package window.
func TestDays(t *testing.T) {
	for _, zone := range zones {
		loc := location(t, zone)
		changes := allTransitions(t, loc)
		gaps := overMidnight(changes)
		for _, change := range changes {
			for _, x := range near(change.at, change) {
				want := int64(window.DayOf(x, loc))
				if got := floorDiv(floorDiv(x, microsPerSecond)+shiftAt(x, changes), secondsPerDay); got != want {
					t.Fatalf("%s: the day of %d: got %d, want %d", zone, x, got, want)
				}
			}
			for _, local := range append(near(change.at+change.before, change), near(change.at+change.after, change)...) {
				want := int64(window.DayOf(window.LocalToInstant(local, loc), loc))
				if got := floorDiv(moved(local, gaps), microsPerDay); got != want {
					t.Fatalf("%s: the day of local %d: got %d, want %d", zone, local, got, want)
				}
			}
		}
	}
}

// shiftAt does in Go what shift does in SQL.
func shiftAt(micros int64, changes []transition) int64 {
	for _, t := range changes {
		if micros < dayShiftFrom(t)*microsPerSecond {
			return t.before
		}
	}
	if len(changes) == 0 {
		return 0
	}
	return changes[len(changes)-1].after
}

// TestSkippedDays looks at every day of two centuries.
func TestSkippedDays(t *testing.T) {
	for zone, want := range map[string]int{"UTC": 0, "Pacific/Apia": 1, "Pacific/Kwajalein": 1, "Pacific/Kiritimati": 1, "Asia/Manila": 1} {
		loc := location(t, zone)
		found := map[int64]int64{}
		for _, s := range skippedDays(allTransitions(t, loc), loc) {
			found[s.day] = s.real
		}
		if len(found) != want {
			t.Errorf("%s: %d skipped days, want %d", zone, len(found), want)
		}
		for day := int64(-50_000); day < 25_000; day++ {
			real := int64(window.DayOf(window.DayStart(int32(day), loc), loc))
			if got, skipped := found[day]; skipped != (real != day) || skipped && got != real {
				t.Errorf("%s: day %d: got %d, %t, want %d", zone, day, got, skipped, real)
			}
		}
	}
}

// TestDaysWithin compares ranges of days with the first instant of each day.
func TestDaysWithin(t *testing.T) {
	for _, zone := range zones {
		g := &generator{loc: location(t, zone)}
		for _, change := range allTransitions(t, g.loc) {
			points := near(change.at, change)
			for i, lo := range points {
				hi := points[(i+7)%len(points)]
				if lo > hi {
					continue
				}
				days := g.daysWithin([]rule.Range[int64]{{Lo: lo, Hi: hi}})
				middle := floorDiv(change.at, secondsPerDay)
				for day := middle - 4; day < middle+4; day++ {
					first := window.DayStart(int32(day), g.loc)
					got := slices.ContainsFunc(days, func(r rule.Range[int64]) bool { return r.Lo <= day && day <= r.Hi })
					if want := lo <= first && first <= hi; got != want {
						t.Fatalf("%s: day %d in [%d, %d]: got %t, want %t (%v)", zone, day, lo, hi, got, want, days)
					}
				}
			}
		}
	}
}

// TestTransitionsWithoutEnd sees that a search stops.
func TestTransitionsWithoutEnd(t *testing.T) {
	if _, all := transitions(location(t, "America/Los_Angeles"), 0, math.MaxInt64); all {
		t.Error("summer time without end: all transitions were found")
	}
	if found, all := transitions(location(t, "Asia/Tokyo"), math.MinInt64, math.MaxInt64); !all || len(found) == 0 {
		t.Errorf("Tokyo has no transitions to come: got %d, %t", len(found), all)
	}
}
