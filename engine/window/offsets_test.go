package window

import (
	"math"
	"sort"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOffsets(t *testing.T) {
	for _, c := range []struct {
		zone, lo, hi string
		want         []Offset
	}{
		{"UTC", "", "∞", []Offset{{math.MinInt64, 0}}},
		{"Asia/Tokyo", "2000-01-01T00:00:00Z", "∞", []Offset{{mustMicros(t, "2000-01-01T00:00:00Z"), 9 * 3600}}},
		{"America/Los_Angeles", "2023-01-01T00:00:00.5Z", "2024-01-01T00:00:00Z", []Offset{
			{mustMicros(t, "2023-01-01T00:00:00.5Z"), -8 * 3600},
			{mustMicros(t, "2023-03-12T10:00:00Z"), -7 * 3600},
			{mustMicros(t, "2023-11-05T09:00:00Z"), -8 * 3600},
		}},
		// A change at lo is the first offset, one at hi is out.
		{"America/Los_Angeles", "2023-03-12T10:00:00Z", "2023-11-05T09:00:00Z", []Offset{
			{mustMicros(t, "2023-03-12T10:00:00Z"), -7 * 3600},
		}},
		{"America/Los_Angeles", "2023-03-12T09:59:59.999999Z", "2023-11-05T09:00:00.000001Z", []Offset{
			{mustMicros(t, "2023-03-12T09:59:59.999999Z"), -8 * 3600},
			{mustMicros(t, "2023-03-12T10:00:00Z"), -7 * 3600},
			{mustMicros(t, "2023-11-05T09:00:00Z"), -8 * 3600},
		}},
		{"Pacific/Apia", "2011-12-01T00:00:00Z", "2012-01-01T00:00:00Z", []Offset{
			{mustMicros(t, "2011-12-01T00:00:00Z"), -10 * 3600},
			{mustMicros(t, "2011-12-30T10:00:00Z"), 14 * 3600},
		}},
		{"Asia/Kathmandu", "", "∞", []Offset{
			{math.MinInt64, 20_476}, // local mean time
			{mustMicros(t, "1919-12-31T18:18:44Z"), 19_800},
			{mustMicros(t, "1985-12-31T18:30:00Z"), 20_700},
		}},
		// The name of the offset changed here, from war time to peace time, but no clock did.
		{"America/Los_Angeles", "1945-08-14T00:00:00Z", "1945-08-16T00:00:00Z", []Offset{
			{mustMicros(t, "1945-08-14T00:00:00Z"), -7 * 3600},
		}},
		{"UTC", "2023-01-01T00:00:00Z", "2023-01-01T00:00:00Z", nil},
		{"UTC", "2023-01-02T00:00:00Z", "2023-01-01T00:00:00Z", nil},
	} {
		got := Offsets(mustLoad(t, c.zone), Interval{mustMicros(t, c.lo), mustMicros(t, c.hi)})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s in [%s, %s) (-want +got):\n%s", c.zone, c.lo, c.hi, diff)
		}
	}
}

// TestOffsetsBySecond looks at every second around changes, with nothing but
// the offset at an instant.
func TestOffsetsBySecond(t *testing.T) {
	rnd := newRand(t)
	for _, zone := range oddZones {
		loc := mustLoad(t, zone)
		for range 20 {
			_, change := offsetAt(mustMicros(t, "1850-01-01T00:00:00Z")/microsPerSecond+rnd.Int64N(300*365*secondsPerDay), loc)
			if change == math.MaxInt64 {
				continue
			}
			lo, hi := change-rnd.Int64N(3000), change+rnd.Int64N(3000)
			var want []Offset
			for second := lo; second < hi; second++ {
				east := offsetOf(second, loc)
				if len(want) == 0 || want[len(want)-1].Seconds != east {
					want = append(want, Offset{second * microsPerSecond, east})
				}
			}
			in := Interval{lo * microsPerSecond, hi * microsPerSecond}
			if diff := cmp.Diff(want, Offsets(loc, in)); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", zone, intervalText(in), diff)
			}
		}
	}
}

// TestOffsetsOfAllTime checks that every offset of the years 1 to 9999 starts
// where it should, and that random instants between have no other. A quarter of
// them are on the last days of leap years, where package time is at odds with
// itself.
func TestOffsetsOfAllTime(t *testing.T) {
	rnd := newRand(t)
	for _, zone := range []string{"America/Los_Angeles", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca"} {
		loc := mustLoad(t, zone)
		offsets := Offsets(loc, Interval{math.MinInt64, math.MaxInt64})
		if offsets[0].From != math.MinInt64 || len(offsets) > 17_000 {
			t.Errorf("%s: %d offsets, the first from %d", zone, len(offsets), offsets[0].From)
		}
		for i := 1; i < len(offsets); i++ {
			from := offsets[i].From / microsPerSecond
			if offsetOf(from, loc) != offsets[i].Seconds || offsetOf(from-1, loc) != offsets[i-1].Seconds ||
				offsets[i].Seconds == offsets[i-1].Seconds {
				t.Fatalf("%s: %d after %d from %s", zone, offsets[i].Seconds, offsets[i-1].Seconds, utcText(offsets[i].From))
			}
		}
		for i := range 10_000 {
			second := firstPointSecond + rnd.Int64N(lastPointSecond-firstPointSecond)
			if i%4 == 0 {
				second = dayNumber(4*(1+rnd.IntN(2499)), 12, 31)*secondsPerDay + rnd.Int64N(secondsPerDay)
			}
			at := sort.Search(len(offsets), func(j int) bool { return offsets[j].From > second*microsPerSecond })
			if got, want := offsets[at-1].Seconds, offsetOf(second, loc); got != want {
				t.Fatalf("%s: %d at %s, want %d", zone, got, utcText(second*microsPerSecond), want)
			}
		}
	}
}

// offsetOf asks package time for the offset at an instant.
func offsetOf(second int64, loc *time.Location) int {
	_, east := time.Unix(second, 0).In(loc).Zone()
	return east
}
