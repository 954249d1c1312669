package window

import "time"

// Offset says by how much local clocks are ahead of UTC from an instant on.
type Offset struct {
	From    int64 // microseconds since 1970-01-01 UTC
	Seconds int   // east of UTC
}

// Offsets returns the offsets that a zone has in an interval, in order of time,
// two neighbours never the same. The first is from in.Lo; each of the others is
// from an instant within the interval, at which the clocks change, until the
// next, and the last one is until in.Hi. There is at least one, but none of an
// interval that holds no instant.
//
// Changes are those of the years 1 to 9999. Zones that still change their clocks
// do so twice a year by their last rule, so an interval without an upper bound
// may have some 16,000 offsets.
func Offsets(loc *time.Location, in Interval) []Offset {
	if in.Empty() {
		return nil
	}
	at := min(max(floorDiv(in.Lo, microsPerSecond), firstPointSecond), lastPointSecond)
	current, end := offsetAt(at, loc)
	offsets := []Offset{{From: in.Lo, Seconds: int(current)}}
	for end <= lastPointSecond && end*microsPerSecond < in.Hi {
		at = end
		var next int64
		if next, end = offsetAt(at, loc); next != current {
			offsets = append(offsets, Offset{From: at * microsPerSecond, Seconds: int(next)})
			current = next
		}
	}
	return offsets
}
