package sqlgen

import (
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/window"
)

const (
	secondsPerDay   = 86_400
	microsPerSecond = 1_000_000
	microsPerDay    = secondsPerDay * microsPerSecond
)

// transition is a change of a zone's offset from UTC, in seconds since
// 1970-01-01 UTC and seconds east.
type transition struct {
	at, before, after int64
}

// gap returns the local times that a transition leaves out, [lo, hi) in seconds.
func (t transition) gap() (lo, hi int64) { return t.at + t.before, t.at + t.after }

// Bounds of the search for transitions, in seconds. No zone has one before the
// first of them, and years beyond the second are beyond all microseconds.
const (
	firstSecond = -200 * 366 * secondsPerDay
	lastSecond  = math.MaxInt64 / microsPerSecond
)

// maxTransitions is the greatest number of changes of offset that a statement
// lists. Zones with summer time have some 200 until now and two a year for ever.
const maxTransitions = 1000

// transitions returns the changes of offset in (from, to], in seconds. It
// reports false if there are more than maxTransitions.
func transitions(loc *time.Location, from, to int64) (found []transition, all bool) {
	in := window.Interval{Lo: max(from, firstSecond) * microsPerSecond, Hi: math.MaxInt64}
	if to < lastSecond {
		in.Hi = to*microsPerSecond + 1
	}
	offsets := window.Offsets(loc, in)
	for i := 1; i < len(offsets); i++ {
		if len(found) == maxTransitions {
			return found, false
		}
		found = append(found, transition{
			at: offsets[i].From / microsPerSecond, before: int64(offsets[i-1].Seconds), after: int64(offsets[i].Seconds),
		})
	}
	return found, true
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// span is the half-open range [lo, hi) of local microseconds.
type span struct {
	lo, hi int64
}

// A local time and its instant are less than maxOffset apart; around is what of
// local time can have to do with an instant.
const (
	maxOffset = 26 * 3600 * microsPerSecond
	around    = maxOffset + 2*3600*microsPerSecond
)

// localFrom returns the local times whose instants, by
// [window.LocalToInstant], are x or later, in order; the last span has no end.
// There is one span unless x lies in the hour after a gap: local times of the gap
// become instants of that hour, and local times after it do again.
func localFrom(x int64, loc *time.Location) []span {
	start, stop := addSat(x, -around), addSat(x, around)
	if start == math.MinInt64 || stop == math.MaxInt64 {
		return []span{{lo: x, hi: math.MaxInt64}} // beyond all times that columns hold
	}
	var spans []span
	for _, piece := range steadyPieces(start, stop, loc) {
		first := window.LocalToInstant(piece.lo, loc)
		lo := piece.lo + max(0, x-first)
		switch last := len(spans) - 1; {
		case lo >= piece.hi:
		case last >= 0 && spans[last].hi == lo:
			spans[last].hi = piece.hi
		default:
			spans = append(spans, span{lo: lo, hi: piece.hi})
		}
	}
	spans[len(spans)-1].hi = math.MaxInt64
	return spans
}

// steadyPieces cuts [start, stop) of local time where the way to instants is not
// one addition.
func steadyPieces(start, stop int64, loc *time.Location) []span {
	changes, _ := transitions(loc, floorDiv(start-around, microsPerSecond), floorDiv(stop+around, microsPerSecond))
	cuts := []int64{start}
	cut := func(second int64) {
		if at := second * microsPerSecond; start < at && at < stop {
			cuts = append(cuts, at)
		}
	}
	for _, t := range changes {
		cut(t.at + min(t.before, t.after))
		cut(t.at + max(t.before, t.after))
	}
	cuts = sortedUnique(append(cuts, stop))
	pieces := make([]span, len(cuts)-1)
	for i := range pieces {
		pieces[i] = span{lo: cuts[i], hi: cuts[i+1]}
	}
	return pieces
}

// addSat adds and saturates.
func addSat(a, b int64) int64 {
	sum := a + b
	switch {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	}
	return sum
}

// intersect returns what two lists of spans, each in order and disjoint, have in
// common.
func intersect(a, b []span) []span {
	var common []span
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if s := (span{lo: max(a[i].lo, b[j].lo), hi: min(a[i].hi, b[j].hi)}); s.lo < s.hi {
			common = append(common, s)
		}
		if a[i].hi < b[j].hi {
			i++
		} else {
			j++
		}
	}
	return common
}

// complement returns what a list of spans leaves out. The first and the last
// local time stand for no bound.
func complement(a []span) []span {
	var rest []span
	lo := int64(math.MinInt64)
	for _, s := range a {
		if lo < s.lo {
			rest = append(rest, span{lo: lo, hi: s.lo})
		}
		lo = s.hi
	}
	if lo < math.MaxInt64 {
		rest = append(rest, span{lo: lo, hi: math.MaxInt64})
	}
	return rest
}
