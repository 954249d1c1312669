package sqlgen

import (
	"math"
	"testing"

	"github.com/rollcall-db/rollcall/engine/window"
)

// offsetOf does in Go what lessOffset does in SQL.
func offsetOf(x int64, offsets []offsetFrom) int64 {
	for i := len(offsets) - 1; i > 0; i-- {
		if x >= offsets[i].from {
			return offsets[i].seconds
		}
	}
	return offsets[0].seconds
}

// TestLocalOffsets compares the instants of local times with package window.
func TestLocalOffsets(t *testing.T) {
	for _, zone := range zones {
		g := &generator{loc: location(t, zone)}
		changes := allTransitions(t, g.loc)
		offsets := localOffsets(changes, g.offsetAt(math.MinInt64))
		for _, change := range changes {
			for _, local := range append(near(change.at+change.before, change), near(change.at+change.after, change)...) {
				got := local - offsetOf(local, offsets)*microsPerSecond
				if want := window.LocalToInstant(local, g.loc); got != want {
					t.Fatalf("%s: the instant of local %d: got %d, want %d", zone, local, got, want)
				}
			}
		}
	}
}

// TestDateOffsets compares the first instants of the days of two centuries with
// package window.
func TestDateOffsets(t *testing.T) {
	for _, zone := range zones {
		g := &generator{loc: location(t, zone)}
		offsets := dateOffsets(allTransitions(t, g.loc), g.offsetAt(math.MinInt64), g.loc)
		for day := int64(-50_000); day < 25_000; day++ {
			got := (day*secondsPerDay - offsetOf(day, offsets)) * microsPerSecond
			if want := window.DayStart(int32(day), g.loc); got != want {
				t.Fatalf("%s: the first instant of day %d: got %d, want %d", zone, day, got, want)
			}
		}
	}
}

// TestAfter sees that a time after the last instants does not overflow.
func TestAfter(t *testing.T) {
	for _, c := range []struct {
		latest, within int64
		want           string
	}{
		{0, 5, "micros + 5"},
		{math.MaxInt64 - 5, 5, "micros + 5"},
		{math.MaxInt64 - 4, 5, "least(micros, 9223372036854775802) + 5"},
	} {
		if got := (&stage{latest: c.latest}).after(c.within); got != c.want {
			t.Errorf("%d after %d: got %s, want %s", c.within, c.latest, got, c.want)
		}
	}
}
