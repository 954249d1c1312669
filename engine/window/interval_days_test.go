package window

import (
	"math"
	"testing"
)

func TestIntervalDays(t *testing.T) {
	for _, c := range []struct{ zone, lo, hi, first, last string }{
		{"UTC", "2023-01-01T00:00:00Z", "2023-01-03T00:00:00Z", "2023-01-01", "2023-01-02"},
		{"UTC", "2023-01-01T00:00:00Z", "2023-01-03T00:00:00.000001Z", "2023-01-01", "2023-01-03"},
		{"UTC", "2023-01-01T00:00:00.000001Z", "2023-01-03T00:00:00Z", "2023-01-02", "2023-01-02"},
		{"UTC", "2023-01-01T12:00:00Z", "2023-01-01T18:00:00Z", "none", "none"},
		{"UTC", "2023-01-01T12:00:00Z", "2023-01-02T00:00:00Z", "none", "none"},
		{"UTC", "2023-01-01T00:00:00Z", "2023-01-01T00:00:00.000001Z", "2023-01-01", "2023-01-01"},
		{"UTC", "2023-01-01T00:00:00Z", "2023-01-01T00:00:00Z", "none", "none"}, // empty
		{"UTC", "2023-01-02T00:00:00Z", "2023-01-01T00:00:00Z", "none", "none"}, // the wrong way round
		{"UTC", "", "2023-01-03T00:00:00Z", "-inf", "2023-01-02"},
		{"UTC", "2023-01-01T00:00:00Z", "∞", "2023-01-01", "+inf"},
		{"UTC", "", "∞", "-inf", "+inf"},
		{"UTC", "1969-12-30T00:00:00Z", "1970-01-01T00:00:00.000001Z", "1969-12-30", "1970-01-01"},
		{"Asia/Tokyo", "2023-01-01T00:00:00Z", "2023-01-02T00:00:00Z", "2023-01-02", "2023-01-02"},
		{"America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", "2018-11-04", "2018-11-04"}, // 01:00 is its first
		{"America/Havana", "2023-11-05T04:00:00.000001Z", "2023-11-05T06:00:00Z", "none", "none"},         // the second midnight starts no day
		{"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", "2011-12-30", "2011-12-31"},      // 30 was skipped
		{"Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-29", "2011-12-29"},
		{"Pacific/Apia", "", "2011-12-30T10:00:00Z", "-inf", "2011-12-29"},
		{"Pacific/Apia", "2011-12-30T10:00:00.000001Z", "∞", "2012-01-01", "+inf"},
	} {
		first, last := Interval{mustMicros(t, c.lo), mustMicros(t, c.hi)}.Days(mustLoad(t, c.zone))
		gotFirst, gotLast := "none", "none"
		if first <= last {
			gotFirst, gotLast = dayBoundText(first), dayBoundText(last)
		}
		if gotFirst != c.first || gotLast != c.last {
			t.Errorf("[%s, %s) in %s has %s to %s, want %s to %s", c.lo, c.hi, c.zone, gotFirst, gotLast, c.first, c.last)
		}
	}
}

// dayBoundText writes a day that may be none at all.
func dayBoundText(day int64) string {
	switch day {
	case math.MinInt64:
		return "-inf"
	case math.MaxInt64:
		return "+inf"
	}
	return dayText(int32(day))
}

// TestIntervalDaysAgree tries every day around random intervals, many of them
// from the start of one day to the start of another.
func TestIntervalDaysAgree(t *testing.T) {
	rnd := newRand(t)
	for _, zone := range oddZones {
		loc := mustLoad(t, zone)
		for _, lo := range randomInstants(rnd, loc, 1000) {
			hi := lo + rnd.Int64N(4*microsPerDay)
			if rnd.IntN(2) == 0 {
				lo = DayStart(DayOf(lo, loc), loc) + rnd.Int64N(3) - 1
				hi = DayStart(DayOf(hi, loc), loc) + rnd.Int64N(3) - 1
			}
			in := Interval{lo, hi}
			first, last := in.Days(loc)
			for day := DayOf(lo, loc) - 3; day <= DayOf(hi, loc)+3; day++ {
				start := DayStart(day, loc)
				got := first <= int64(day) && int64(day) <= last
				if want := lo <= start && start < hi; got != want {
					t.Fatalf("%s: %s is in %s: %v, want %v", zone, dayText(day), intervalText(in), got, want)
				}
			}
		}
	}
}

func TestIntervalDaysAtTheEndsOfTime(t *testing.T) {
	for _, zone := range []string{"UTC", "Asia/Tokyo", "America/Los_Angeles"} {
		loc := mustLoad(t, zone)
		// Some 292,000 years to either side of 1970.
		const farthest = math.MaxInt64 / microsPerDay
		first, last := Interval{math.MinInt64 + 1, math.MaxInt64 - 1}.Days(loc)
		if first < -farthest-1 || first > -farthest+1 || last < farthest-1 || last > farthest+1 {
			t.Errorf("%s: all of time has the days %d to %d", zone, first, last)
		}
		for _, in := range []Interval{
			{math.MinInt64, math.MinInt64}, {math.MaxInt64, math.MaxInt64}, {math.MaxInt64, math.MinInt64},
		} {
			if first, last := in.Days(loc); first <= last {
				t.Errorf("%s: [%d, %d) has the days %d to %d", zone, in.Lo, in.Hi, first, last)
			}
		}
	}
	if first, last := (Interval{0, microsPerDay}).Days(nil); first != 0 || last != 0 {
		t.Errorf("a nil location has the days %d to %d, want those of UTC", first, last)
	}
}
