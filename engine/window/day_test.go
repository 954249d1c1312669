package window

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestDayStart(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"UTC", "1970-01-01", "1970-01-01T00:00:00Z"},
		{"UTC", "0001-01-01", "0001-01-01T00:00:00Z"},
		{"Asia/Tokyo", "2023-07-12", "2023-07-12T00:00:00+09:00"},
		{"America/Los_Angeles", "2023-03-12", "2023-03-12T00:00:00-08:00"},
		{"America/Los_Angeles", "2023-03-13", "2023-03-13T00:00:00-07:00"},
		{"America/Los_Angeles", "2300-07-01", "2300-07-01T00:00:00-07:00"},
		{"America/Los_Angeles", "2024-12-31", "2024-12-31T00:00:00-08:00"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"}, // midnight in a gap
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T00:00:00-03:00"}, // 00:00 back to 23:00
		{"America/Havana", "2023-11-05", "2023-11-05T00:00:00-04:00"},    // 01:00 back to 00:00
		{"America/St_Johns", "1990-10-28", "1990-10-28T00:00:00-02:30"},  // 00:01 back to 23:01
		{"Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00"},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"}, // skipped
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Kwajalein", "1993-08-21", "1993-08-22T00:00:00+12:00"}, // skipped
		{"America/Los_Angeles", "1883-01-01", "1883-01-01T07:52:58Z"},    // local mean time
		{"America/Juneau", "1867-10-19", "1867-10-18T08:57:41Z"},         // happened twice, so it has 48 hours
		{"America/Juneau", "1867-10-20", "1867-10-20T08:57:41Z"},
		{"Europe/Dublin", "2023-01-15", "2023-01-15T00:00:00Z"},
		{"Europe/Dublin", "2023-07-15", "2023-07-15T00:00:00+01:00"},
	} {
		got := DayStart(mustPoint(t, c.day).DayNumber(), mustLoad(t, c.zone))
		if got != mustMicros(t, c.want) {
			t.Errorf("%s in %s starts at %s, want %s", c.day, c.zone, FormatInstant(got, mustLoad(t, c.zone)), c.want)
		}
	}
}

func TestDayOf(t *testing.T) {
	for _, c := range []struct{ zone, instant, want string }{
		{"UTC", "1969-12-31T23:59:59.999999Z", "1969-12-31"},
		{"UTC", "1970-01-01T00:00:00Z", "1970-01-01"},
		{"Asia/Tokyo", "2023-07-12T14:59:59.999999Z", "2023-07-12"},
		{"Asia/Tokyo", "2023-07-12T15:00:00Z", "2023-07-13"},
		{"America/Sao_Paulo", "2018-11-04T02:59:59.999999Z", "2018-11-03"},
		{"America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04"},
		{"America/Sao_Paulo", "2018-02-18T02:00:00Z", "2018-02-17"}, // the second 23:00
		{"America/Sao_Paulo", "2018-02-18T03:00:00Z", "2018-02-18"},
		{"America/Havana", "2023-11-05T05:30:00Z", "2023-11-05"}, // the second 00:30
		{"America/St_Johns", "1990-10-28T02:29:59Z", "1990-10-27"},
		{"America/St_Johns", "1990-10-28T02:30:00Z", "1990-10-28"},
		{"America/St_Johns", "1990-10-28T02:31:00Z", "1990-10-28"}, // the clock shows 23:01 of the 27th
		{"Pacific/Apia", "2011-12-30T09:59:59.999999Z", "2011-12-29"},
		{"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"},
	} {
		got := DayOf(mustMicros(t, c.instant), mustLoad(t, c.zone))
		if dayText(got) != c.want {
			t.Errorf("%s in %s is on %s, want %s", c.instant, c.zone, dayText(got), c.want)
		}
	}
}

// TestDaysPartitionTime checks I1 and I2 and that Days agrees, in zones with
// everything in their history.
func TestDaysPartitionTime(t *testing.T) {
	rnd := newRand(t)
	for _, zone := range oddZones {
		loc := mustLoad(t, zone)
		days := NewDays(loc)
		for _, at := range randomInstants(rnd, loc, 3000) {
			day := DayOf(at, loc)
			lo, hi := DayStart(day, loc), DayStart(day+1, loc)
			if at < lo || hi <= at {
				t.Fatalf("%s: %s is on %s, which is [%s, %s)", zone, FormatInstant(at, time.UTC), dayText(day),
					FormatInstant(lo, time.UTC), FormatInstant(hi, time.UTC))
			}
			if before := DayStart(day-1, loc); before > lo {
				t.Fatalf("%s: %s starts after %s", zone, dayText(day-1), dayText(day))
			}
			// Twice: computed, then remembered.
			for range 2 {
				if d, l, h := days.Of(at); d != day || l != lo || h != hi {
					t.Fatalf("%s: Days has %s on %s [%d, %d), want %s [%d, %d)", zone, FormatInstant(at, time.UTC),
						dayText(d), l, h, dayText(day), lo, hi)
				}
			}
		}
	}
}

func TestDaysAtTheEndsOfTime(t *testing.T) {
	for _, zone := range []string{"UTC", "Asia/Tokyo", "America/Los_Angeles"} {
		loc := mustLoad(t, zone)
		days := NewDays(loc)
		for _, at := range []int64{math.MinInt64, math.MinInt64 + 1, 0, math.MaxInt64 - 1, math.MaxInt64} {
			day, lo, hi := days.Of(at)
			if day != DayOf(at, loc) || lo > at || hi < at || hi == at && at != math.MaxInt64 {
				t.Errorf("%s: %d is on %d [%d, %d)", zone, at, day, lo, hi)
			}
			if !days.current.holds(at) {
				t.Errorf("%s: the day of %d is not remembered", zone, at)
			}
		}
		if day, lo, hi := days.Of(math.MaxInt64); hi != math.MaxInt64 || lo != DayStart(day, loc) || DayStart(day+1, loc) != hi {
			t.Errorf("%s: the last day is %d [%d, %d)", zone, day, lo, hi)
		}
		if DayStart(math.MaxInt32, loc) != math.MaxInt64 || DayStart(math.MinInt32, loc) != math.MinInt64 {
			t.Errorf("%s: the last days do not saturate", zone)
		}
	}
}

func TestDaysDoesNotAllocate(t *testing.T) {
	days := NewDays(mustLoad(t, "America/Los_Angeles"))
	at := int64(0)
	if n := testing.AllocsPerRun(1000, func() {
		days.Of(at)
		at += microsPerDay / 3
	}); n != 0 {
		t.Errorf("%v allocations per call", n)
	}
}

func BenchmarkDaysOf(b *testing.B) {
	const count = 1 << 16
	year := int64(365 * microsPerDay)
	start := mustMicros(b, "2021-01-01T00:00:00Z")
	rnd := rand.New(rand.NewPCG(1, 0))
	orders := map[string]func(i int64) int64{
		"ascending":  func(i int64) int64 { return start + i*(2*year/count) },
		"random/2y":  func(int64) int64 { return start + rnd.Int64N(2*year) },
		"random/20y": func(int64) int64 { return start - rnd.Int64N(20*year) },
	}
	for _, order := range []string{"ascending", "random/2y", "random/20y"} {
		for _, zone := range []string{"UTC", "America/Los_Angeles"} {
			instants := make([]int64, count)
			for i := range instants {
				instants[i] = orders[order](int64(i))
			}
			b.Run(fmt.Sprintf("order=%s/zone=%s", order, zone), func(b *testing.B) {
				days := NewDays(mustLoad(b, zone))
				i := 0
				for b.Loop() {
					days.Of(instants[i%count])
					i++
				}
			})
		}
	}
}
