package window

import (
	"math"
	"testing"
	"time"
)

func TestLocalToInstant(t *testing.T) {
	for _, c := range []struct{ zone, local, want string }{
		{"UTC", "2023-07-12T10:00:00.000001", "2023-07-12T10:00:00.000001Z"},
		{"Asia/Tokyo", "2023-07-12T10:00:00", "2023-07-12T10:00:00+09:00"},
		{"Asia/Kathmandu", "1985-12-31T23:59:59.999999", "1985-12-31T23:59:59.999999+05:30"},
		{"Asia/Kathmandu", "1986-01-01T00:00:00", "1986-01-01T00:15:00+05:45"}, // a gap of 15 minutes
		{"America/Los_Angeles", "2023-03-12T01:59:59.999999", "2023-03-12T01:59:59.999999-08:00"},
		{"America/Los_Angeles", "2023-03-12T02:00:00", "2023-03-12T03:00:00-07:00"}, // gap
		{"America/Los_Angeles", "2023-03-12T02:30:00.5", "2023-03-12T03:30:00.5-07:00"},
		{"America/Los_Angeles", "2023-03-12T03:00:00", "2023-03-12T03:00:00-07:00"},
		{"America/Los_Angeles", "2023-11-05T01:00:00", "2023-11-05T01:00:00-07:00"}, // overlap
		{"America/Los_Angeles", "2023-11-05T01:59:59.999999", "2023-11-05T01:59:59.999999-07:00"},
		{"America/Los_Angeles", "2023-11-05T02:00:00", "2023-11-05T02:00:00-08:00"},
		{"America/Los_Angeles", "2500-11-07T01:30:00", "2500-11-07T01:30:00-07:00"}, // by the yearly rule
		{"America/Los_Angeles", "1883-11-18T12:05:00", "1883-11-18T19:57:58Z"},      // overlap with local mean time, -07:52:58
		{"America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T01:00:00-02:00"},   // gap at midnight
		{"America/Sao_Paulo", "2018-11-04T00:30:00", "2018-11-04T01:30:00-02:00"},
		{"America/Sao_Paulo", "2018-02-17T23:00:00", "2018-02-17T23:00:00-02:00"}, // overlap before midnight
		{"America/Sao_Paulo", "2018-02-18T00:00:00", "2018-02-18T00:00:00-03:00"},
		{"Australia/Lord_Howe", "2023-10-01T02:15:00", "2023-10-01T02:45:00+11:00"}, // half an hour
		{"Australia/Lord_Howe", "2023-04-02T01:45:00", "2023-04-02T01:45:00+11:00"},
		{"Europe/Dublin", "2023-03-26T01:30:00", "2023-03-26T02:30:00+01:00"}, // negative DST ends
		{"Europe/Dublin", "2023-10-29T01:30:00", "2023-10-29T01:30:00+01:00"},
		{"Europe/Dublin", "1916-10-01T02:50:00", "1916-10-01T02:15:21Z"},         // overlap at 34:39
		{"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T12:00:00+14:00"},     // a gap of a day
		{"Africa/Monrovia", "1972-01-07T00:20:00", "1972-01-07T01:04:30Z"},       // a gap of 44:30
		{"America/Juneau", "1867-10-18T20:00:00", "1867-10-18T04:57:41Z"},        // an overlap of a day
		{"Africa/Casablanca", "2023-03-19T02:30:00", "2023-03-19T01:30:00Z"},     // Ramadan, overlap: +01:00 first
		{"Antarctica/Troll", "2023-03-26T02:00:00", "2023-03-26T02:00:00Z"},      // a gap of two hours
		{"Antarctica/Troll", "2023-10-29T01:30:00", "2023-10-28T23:30:00Z"},      // an overlap of two
		{"America/St_Johns", "1988-04-03T00:30:00", "1988-04-03T02:30:00-01:30"}, // double summer time
	} {
		loc := mustLoad(t, c.zone)
		local := civilMicros(t, c.local)
		want := mustMicros(t, c.want)
		if got := LocalToInstant(local, loc); got != want {
			t.Errorf("%s in %s is %s, want %s", c.local, c.zone, FormatInstant(got, loc), c.want)
		}
		locals := NewLocals(loc)
		for range 2 { // computed, then remembered
			if got := locals.Instant(local); got != want {
				t.Errorf("%s in %s by Locals is %s, want %s", c.local, c.zone, FormatInstant(got, loc), c.want)
			}
		}
	}
}

// TestLocalsAgree compares Locals with LocalToInstant on random local times,
// and both with the local time of the instant that they came from.
func TestLocalsAgree(t *testing.T) {
	rnd := newRand(t)
	for _, zone := range oddZones {
		loc := mustLoad(t, zone)
		locals := NewLocals(loc)
		for _, at := range randomInstants(rnd, loc, 3000) {
			local := localOf(at, loc)
			back := LocalToInstant(local, loc)
			if back > at || localOf(back, loc) != local {
				t.Fatalf("%s: %s comes back as %s: expected the first instant with that local time", zone,
					FormatInstant(at, loc), FormatInstant(back, loc))
			}
			// at + a random shift may be in a gap.
			for _, l := range []int64{local, at, at + rnd.Int64N(2*microsPerDay) - microsPerDay} {
				if got, want := locals.Instant(l), LocalToInstant(l, loc); got != want {
					t.Fatalf("%s: local time %s is %s by Locals, want %s", zone, FormatInstant(l, time.UTC),
						FormatInstant(got, loc), FormatInstant(want, loc))
				}
			}
		}
	}
}

func localOf(micros int64, loc *time.Location) int64 {
	_, offset := time.UnixMicro(micros).In(loc).Zone()
	return micros + int64(offset)*microsPerSecond
}

func TestLocalsSaturate(t *testing.T) {
	tokyo, losAngeles := mustLoad(t, "Asia/Tokyo"), mustLoad(t, "America/Los_Angeles")
	if got := LocalToInstant(math.MinInt64, tokyo); got != math.MinInt64 {
		t.Errorf("got %d, want the beginning of time", got)
	}
	if got := NewLocals(tokyo).Instant(math.MinInt64); got != math.MinInt64 {
		t.Errorf("got %d, want the beginning of time", got)
	}
	if got := LocalToInstant(math.MaxInt64, losAngeles); got != math.MaxInt64 {
		t.Errorf("got %d, want the end of time", got)
	}
	if got := NewLocals(losAngeles).Instant(math.MaxInt64); got != math.MaxInt64 {
		t.Errorf("got %d, want the end of time", got)
	}
}

func BenchmarkLocalsInstant(b *testing.B) {
	locals := NewLocals(mustLoad(b, "America/Los_Angeles"))
	local := civilMicros(b, "2021-01-01T00:00:00")
	for b.Loop() {
		locals.Instant(local)
		local += 60 * microsPerSecond
	}
}
