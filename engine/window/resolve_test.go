package window

import (
	"math"
	"testing"
	"time"
)

type resolveCase struct {
	spec   Spec
	zone   string
	asOf   string
	lo, hi string // in the zone; "" and "∞" are unbounded
}

func checkResolve(t *testing.T, cases []resolveCase) {
	t.Helper()
	for _, c := range cases {
		loc := mustLoad(t, c.zone)
		if err := c.spec.Validate(); err != nil {
			t.Errorf("%s: %v", c.spec, err)
		}
		got := c.spec.Resolve(time.UnixMicro(mustMicros(t, c.asOf)), loc)
		want := Interval{mustMicros(t, c.lo), mustMicros(t, c.hi)}
		if got != want {
			t.Errorf("%s at %s in %s:\n got [%s, %s)\nwant [%s, %s)", c.spec, c.asOf, c.zone,
				FormatInstant(got.Lo, loc), FormatInstant(got.Hi, loc), c.lo, c.hi)
		}
	}
}

// TestResolveTable has every row of the table of windows, in its order, on an
// ordinary Wednesday.
func TestResolveTable(t *testing.T) {
	const zone, asOf = "Asia/Tokyo", "2023-07-12T15:30:45.5+09:00"
	a, b := mustPoint(t, "2023-01-01"), mustPoint(t, "2023-12-31")
	at, bt := mustPoint(t, "2023-01-01T10:00"), mustPoint(t, "2023-12-31T12:00Z")
	checkResolve(t, []resolveCase{
		{Spec{Form: InLast, N: 30, Unit: Day}, zone, asOf, "2023-06-12T15:30:45.5+09:00", asOf},
		{Spec{Form: InLast, N: 36, Unit: Hour}, zone, asOf, "2023-07-11T03:30:45.5+09:00", asOf},
		{Spec{Form: InLast, N: 2, Unit: Quarter}, zone, asOf, "2023-01-12T15:30:45.5+09:00", asOf},
		{Spec{Form: InLast, N: 1, Unit: Year}, zone, asOf, "2022-07-12T15:30:45.5+09:00", asOf},

		{Spec{Form: InLastFull, N: 1, Unit: Second}, zone, asOf, "2023-07-12T15:30:44+09:00", "2023-07-12T15:30:45+09:00"},
		{Spec{Form: InLastFull, N: 5, Unit: Minute}, zone, asOf, "2023-07-12T15:25:00+09:00", "2023-07-12T15:30:00+09:00"},
		{Spec{Form: InLastFull, N: 2, Unit: Hour}, zone, asOf, "2023-07-12T13:00:00+09:00", "2023-07-12T15:00:00+09:00"},
		{Spec{Form: InLastFull, N: 7, Unit: Day}, zone, asOf, "2023-07-05T00:00:00+09:00", "2023-07-12T00:00:00+09:00"},
		{Spec{Form: InLastFull, N: 2, Unit: Week}, zone, asOf, "2023-06-26T00:00:00+09:00", "2023-07-10T00:00:00+09:00"},
		{Spec{Form: InLastFull, N: 1, Unit: Month}, zone, asOf, "2023-06-01T00:00:00+09:00", "2023-07-01T00:00:00+09:00"},
		{Spec{Form: InLastFull, N: 1, Unit: Quarter}, zone, asOf, "2023-04-01T00:00:00+09:00", "2023-07-01T00:00:00+09:00"},
		{Spec{Form: InLastFull, N: 1, Unit: Year}, zone, asOf, "2022-01-01T00:00:00+09:00", "2023-01-01T00:00:00+09:00"},

		{Spec{Form: InNext, N: 3, Unit: Day}, zone, asOf, asOf, "2023-07-15T15:30:45.5+09:00"},
		{Spec{Form: InNext, N: 90, Unit: Second}, zone, asOf, asOf, "2023-07-12T15:32:15.5+09:00"},

		{Spec{Form: InNextFull, N: 2, Unit: Day}, zone, asOf, "2023-07-13T00:00:00+09:00", "2023-07-15T00:00:00+09:00"},
		{Spec{Form: InNextFull, N: 1, Unit: Month}, zone, asOf, "2023-08-01T00:00:00+09:00", "2023-09-01T00:00:00+09:00"},

		{Spec{Form: This, Unit: Minute}, zone, asOf, "2023-07-12T15:30:00+09:00", "2023-07-12T15:31:00+09:00"},
		{Spec{Form: This, Unit: Day}, zone, asOf, "2023-07-12T00:00:00+09:00", "2023-07-13T00:00:00+09:00"},
		{Spec{Form: This, Unit: Week}, zone, asOf, "2023-07-10T00:00:00+09:00", "2023-07-17T00:00:00+09:00"},
		{Spec{Form: This, Unit: Month}, zone, asOf, "2023-07-01T00:00:00+09:00", "2023-08-01T00:00:00+09:00"},
		{Spec{Form: This, Unit: Quarter}, zone, asOf, "2023-07-01T00:00:00+09:00", "2023-10-01T00:00:00+09:00"},
		{Spec{Form: This, Unit: Year}, zone, asOf, "2023-01-01T00:00:00+09:00", "2024-01-01T00:00:00+09:00"},

		{Spec{Form: Today}, zone, asOf, "2023-07-12T00:00:00+09:00", "2023-07-13T00:00:00+09:00"},
		{Spec{Form: Yesterday}, zone, asOf, "2023-07-11T00:00:00+09:00", "2023-07-12T00:00:00+09:00"},

		{Spec{Form: For, N: 7, Unit: Day, M: 1, Unit2: Month}, zone, asOf, "2023-06-12T00:00:00+09:00", "2023-06-19T00:00:00+09:00"},
		{Spec{Form: For, N: 6, Unit: Hour, M: 2, Unit2: Day}, zone, asOf, "2023-07-10T00:00:00+09:00", "2023-07-10T06:00:00+09:00"},
		{Spec{Form: For, N: 1, Unit: Day, M: 6, Unit2: Hour}, zone, asOf, "2023-07-11T18:00:00+09:00", "2023-07-12T18:00:00+09:00"},
		{Spec{Form: For, N: 30, Unit: Minute, M: 6, Unit2: Hour}, zone, asOf, "2023-07-11T18:00:00+09:00", "2023-07-11T18:30:00+09:00"},

		{Spec{Form: Between, From: a, To: b}, zone, asOf, "2023-01-01T00:00:00+09:00", "2024-01-01T00:00:00+09:00"},
		{Spec{Form: Between, From: a, To: a}, zone, asOf, "2023-01-01T00:00:00+09:00", "2023-01-02T00:00:00+09:00"},
		{Spec{Form: Between, From: at, To: bt}, zone, asOf, "2023-01-01T10:00:00+09:00", "2023-12-31T21:00:00.000001+09:00"},
		{Spec{Form: Between, From: at, To: at}, zone, asOf, "2023-01-01T10:00:00+09:00", "2023-01-01T10:00:00.000001+09:00"},

		{Spec{Form: Since, From: a}, zone, asOf, "2023-01-01T00:00:00+09:00", "∞"},
		{Spec{Form: Since, From: at}, zone, asOf, "2023-01-01T10:00:00+09:00", "∞"},
		{Spec{Form: After, From: a}, zone, asOf, "2023-01-02T00:00:00+09:00", "∞"},
		{Spec{Form: After, From: at}, zone, asOf, "2023-01-01T10:00:00.000001+09:00", "∞"},
		{Spec{Form: Before, From: a}, zone, asOf, "", "2023-01-01T00:00:00+09:00"},
		{Spec{Form: Before, From: bt}, zone, asOf, "", "2023-12-31T21:00:00+09:00"},

		{Spec{Form: Ago, N: 1, M: 3, Unit: Month}, zone, asOf, "2023-04-12T15:30:45.5+09:00", "2023-06-12T15:30:45.5+09:00"},
		{Spec{Form: Ago, N: 0, M: 1, Unit: Week}, zone, asOf, "2023-07-05T15:30:45.5+09:00", asOf},
		{Spec{Form: MoreThanAgo, N: 1, Unit: Year}, zone, asOf, "", "2022-07-12T15:30:45.5+09:00"},
		{Spec{Form: Ever}, zone, asOf, "", "∞"},
	})
}

// TestResolveDaylightSaving has both days of 2023 on which the clocks of Los
// Angeles change: 12 March has 23 hours, 5 November has 25.
func TestResolveDaylightSaving(t *testing.T) {
	const zone = "America/Los_Angeles"
	today, day1 := Spec{Form: Today}, Spec{Form: InLast, N: 1, Unit: Day}
	hours24 := Spec{Form: InLast, N: 24, Unit: Hour}
	checkResolve(t, []resolveCase{
		{today, zone, "2023-03-12T12:00:00-07:00", "2023-03-12T00:00:00-08:00", "2023-03-13T00:00:00-07:00"},
		{today, zone, "2023-11-05T12:00:00-08:00", "2023-11-05T00:00:00-07:00", "2023-11-06T00:00:00-08:00"},
		// A day keeps the clock, 24 hours do not.
		{day1, zone, "2023-03-12T12:00:00-07:00", "2023-03-11T12:00:00-08:00", "2023-03-12T12:00:00-07:00"},
		{hours24, zone, "2023-03-12T12:00:00-07:00", "2023-03-11T11:00:00-08:00", "2023-03-12T12:00:00-07:00"},
		{day1, zone, "2023-11-05T12:00:00-08:00", "2023-11-04T12:00:00-07:00", "2023-11-05T12:00:00-08:00"},
		{hours24, zone, "2023-11-05T12:00:00-08:00", "2023-11-04T13:00:00-07:00", "2023-11-05T12:00:00-08:00"},
		// 02:30 of 12 March is in the gap: later by its length.
		{day1, zone, "2023-03-13T02:30:00-07:00", "2023-03-12T03:30:00-07:00", "2023-03-13T02:30:00-07:00"},
		// 01:30 of 5 November happens twice: the earlier offset.
		{day1, zone, "2023-11-06T01:30:00-08:00", "2023-11-05T01:30:00-07:00", "2023-11-06T01:30:00-08:00"},
		// The second 01:30 stays itself as an end, and has the same yesterday as the first.
		{day1, zone, "2023-11-05T01:30:00-08:00", "2023-11-04T01:30:00-07:00", "2023-11-05T01:30:00-08:00"},
		{Spec{Form: Ago, N: 0, M: 1, Unit: Day}, zone, "2023-11-05T01:30:00-08:00", "2023-11-04T01:30:00-07:00", "2023-11-05T01:30:00-08:00"},
		{Spec{Form: This, Unit: Hour}, zone, "2023-11-05T01:30:00-08:00", "2023-11-05T01:00:00-08:00", "2023-11-05T02:00:00-08:00"},
	})
}

// TestResolveMidnightTransitions has clocks that change at midnight: forward on
// 4 November 2018, back on 18 February 2018.
func TestResolveMidnightTransitions(t *testing.T) {
	const zone = "America/Sao_Paulo"
	checkResolve(t, []resolveCase{
		{Spec{Form: Today}, zone, "2018-11-04T12:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		{Spec{Form: Today}, zone, "2018-02-17T23:30:00-03:00", "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00"},
		{Spec{Form: Yesterday}, zone, "2018-11-05T12:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		// From the short day, a full day back starts at midnight, not at 01:00.
		{Spec{Form: InLastFull, N: 1, Unit: Day}, zone, "2018-11-04T12:00:00-02:00", "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{Spec{Form: For, N: 1, Unit: Day, M: 1, Unit2: Day}, zone, "2018-11-05T09:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		{Spec{Form: For, N: 2, Unit: Hour, M: 1, Unit2: Day}, zone, "2018-11-05T09:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-04T03:00:00-02:00"},
		{Spec{Form: InNext, N: 1, Unit: Day}, zone, "2018-11-03T00:30:00-03:00", "2018-11-03T00:30:00-03:00", "2018-11-04T01:30:00-02:00"},
		{Spec{Form: Since, From: mustPoint(t, "2018-11-04")}, zone, "2018-12-01T00:00:00-02:00", "2018-11-04T01:00:00-02:00", "∞"},
		{Spec{Form: Before, From: mustPoint(t, "2018-02-17T23:30:00")}, zone, "2018-12-01T00:00:00-02:00", "", "2018-02-17T23:30:00-02:00"},
	})
	// Samoa skipped 30 December 2011.
	checkResolve(t, []resolveCase{
		{Spec{Form: Yesterday}, "Pacific/Apia", "2011-12-31T10:00:00+14:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{Spec{Form: InLastFull, N: 2, Unit: Day}, "Pacific/Apia", "2011-12-31T10:00:00+14:00", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"},
		{Spec{Form: InLast, N: 1, Unit: Day}, "Pacific/Apia", "2011-12-31T10:00:00+14:00", "2011-12-31T10:00:00+14:00", "2011-12-31T10:00:00+14:00"},
	})
	// St. John's went from 00:01 back to 23:01; the new day had begun.
	checkResolve(t, []resolveCase{
		{Spec{Form: Today}, "America/St_Johns", "1990-10-27T23:30:00-03:30", "1990-10-28T00:00:00-02:30", "1990-10-29T00:00:00-03:30"},
		{Spec{Form: Today}, "America/St_Johns", "1990-10-27T23:30:00-02:30", "1990-10-27T00:00:00-02:30", "1990-10-28T00:00:00-02:30"},
	})
}

// TestResolveCalendar has month ends, leap days, weeks, quarters and times
// before 1970.
func TestResolveCalendar(t *testing.T) {
	months := func(n int64) Spec { return Spec{Form: InLast, N: n, Unit: Month} }
	years := func(n int64) Spec { return Spec{Form: InLast, N: n, Unit: Year} }
	checkResolve(t, []resolveCase{
		{months(1), "UTC", "2023-03-31T10:00:00Z", "2023-02-28T10:00:00Z", "2023-03-31T10:00:00Z"},
		{months(1), "UTC", "2024-03-31T10:00:00Z", "2024-02-29T10:00:00Z", "2024-03-31T10:00:00Z"},
		// One step, clamped once: two months before 31 March are 31 January.
		{months(2), "UTC", "2023-03-31T10:00:00Z", "2023-01-31T10:00:00Z", "2023-03-31T10:00:00Z"},
		{months(13), "UTC", "2024-03-31T10:00:00Z", "2023-02-28T10:00:00Z", "2024-03-31T10:00:00Z"},
		{Spec{Form: InNext, N: 1, Unit: Month}, "UTC", "2023-01-31T10:00:00Z", "2023-01-31T10:00:00Z", "2023-02-28T10:00:00Z"},
		{Spec{Form: InLast, N: 1, Unit: Quarter}, "UTC", "2023-05-31T00:00:00Z", "2023-02-28T00:00:00Z", "2023-05-31T00:00:00Z"},
		{years(1), "UTC", "2024-02-29T10:00:00Z", "2023-02-28T10:00:00Z", "2024-02-29T10:00:00Z"},
		{years(4), "UTC", "2024-02-29T10:00:00Z", "2020-02-29T10:00:00Z", "2024-02-29T10:00:00Z"},
		{years(1), "UTC", "2025-02-28T10:00:00Z", "2024-02-28T10:00:00Z", "2025-02-28T10:00:00Z"},
		{years(124), "UTC", "2024-02-29T10:00:00Z", "1900-02-28T10:00:00Z", "2024-02-29T10:00:00Z"},
		// Two steps in "for": 31 March - 1 month, then + 1 month.
		{Spec{Form: For, N: 1, Unit: Month, M: 1, Unit2: Month}, "UTC", "2023-03-31T10:00:00Z", "2023-02-28T00:00:00Z", "2023-03-28T00:00:00Z"},

		// Sunday ends a week, Monday starts one.
		{Spec{Form: This, Unit: Week}, "UTC", "2023-07-16T23:59:59.999999Z", "2023-07-10T00:00:00Z", "2023-07-17T00:00:00Z"},
		{Spec{Form: This, Unit: Week}, "UTC", "2023-07-17T00:00:00Z", "2023-07-17T00:00:00Z", "2023-07-24T00:00:00Z"},
		{Spec{Form: This, Unit: Week}, "UTC", "1970-01-01T00:00:00Z", "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"},
		{Spec{Form: This, Unit: Week}, "UTC", "1969-12-28T12:00:00Z", "1969-12-22T00:00:00Z", "1969-12-29T00:00:00Z"},

		{Spec{Form: This, Unit: Quarter}, "UTC", "2023-03-31T23:59:59Z", "2023-01-01T00:00:00Z", "2023-04-01T00:00:00Z"},
		{Spec{Form: This, Unit: Quarter}, "UTC", "2023-12-01T00:00:00Z", "2023-10-01T00:00:00Z", "2024-01-01T00:00:00Z"},
		{Spec{Form: InLastFull, N: 5, Unit: Quarter}, "UTC", "2023-05-05T00:00:00Z", "2022-01-01T00:00:00Z", "2023-04-01T00:00:00Z"},

		// Before 1970 everything floors, nothing truncates towards zero.
		{Spec{Form: This, Unit: Hour}, "UTC", "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"},
		{Spec{Form: This, Unit: Second}, "UTC", "1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"},
		{Spec{Form: Today}, "Asia/Tokyo", "1969-12-31T12:00:00Z", "1969-12-31T00:00:00+09:00", "1970-01-01T00:00:00+09:00"},
		{months(1), "America/Los_Angeles", "1966-03-31T10:00:00-08:00", "1966-02-28T10:00:00-08:00", "1966-03-31T10:00:00-08:00"},
		{Spec{Form: This, Unit: Year}, "UTC", "0001-06-01T00:00:00Z", "0001-01-01T00:00:00Z", "0002-01-01T00:00:00Z"},

		// Hours are cut from the instant, so in India they start at half past.
		{Spec{Form: This, Unit: Hour}, "Asia/Kolkata", "2023-07-12T10:10:00+05:30", "2023-07-12T09:30:00+05:30", "2023-07-12T10:30:00+05:30"},
	})
}

// TestResolveBoundaries has an as_of exactly on the edge of its unit.
func TestResolveBoundaries(t *testing.T) {
	checkResolve(t, []resolveCase{
		{Spec{Form: Today}, "Asia/Tokyo", "2023-07-12T00:00:00+09:00", "2023-07-12T00:00:00+09:00", "2023-07-13T00:00:00+09:00"},
		{Spec{Form: Today}, "Asia/Tokyo", "2023-07-12T23:59:59.999999+09:00", "2023-07-12T00:00:00+09:00", "2023-07-13T00:00:00+09:00"},
		{Spec{Form: InLastFull, N: 1, Unit: Month}, "UTC", "2023-07-01T00:00:00Z", "2023-06-01T00:00:00Z", "2023-07-01T00:00:00Z"},
		{Spec{Form: InNextFull, N: 1, Unit: Month}, "UTC", "2023-07-01T00:00:00Z", "2023-08-01T00:00:00Z", "2023-09-01T00:00:00Z"},
		{Spec{Form: InNextFull, N: 1, Unit: Hour}, "UTC", "2023-07-01T10:00:00Z", "2023-07-01T11:00:00Z", "2023-07-01T12:00:00Z"},
	})
}

func TestResolveFloorsAsOf(t *testing.T) {
	spec := Spec{Form: InLast, N: 1, Unit: Second}
	for _, c := range []struct {
		asOf time.Time
		want int64
	}{
		{time.Unix(0, 1999), 1},
		{time.Unix(0, -1), -1},
		{time.Unix(-1, 999), -1_000_000},
	} {
		if got := spec.Resolve(c.asOf, time.UTC).Hi; got != c.want {
			t.Errorf("as_of %v is taken as %d, want %d", c.asOf, got, c.want)
		}
	}
}

func TestResolveSaturates(t *testing.T) {
	farPast, farFuture := time.Unix(-1<<50, 0), time.Unix(1<<50, 0)
	nearPast, nearFuture := time.UnixMicro(math.MinInt64+5), time.UnixMicro(math.MaxInt64-5)
	for _, c := range []struct {
		spec Spec
		asOf time.Time
		want Interval
	}{
		{Spec{Form: InLast, N: 1, Unit: Hour}, farPast, Interval{math.MinInt64, math.MinInt64}},
		{Spec{Form: InNext, N: 1, Unit: Hour}, farFuture, Interval{math.MaxInt64, math.MaxInt64}},
		{Spec{Form: InLast, N: 1, Unit: Second}, nearPast, Interval{math.MinInt64, math.MinInt64 + 5}},
		{Spec{Form: InNext, N: 10_000, Unit: Year}, nearFuture, Interval{math.MaxInt64 - 5, math.MaxInt64}},
		{Spec{Form: InLast, N: 10_000, Unit: Year}, nearPast, Interval{math.MinInt64, math.MinInt64 + 5}},
		{Spec{Form: MoreThanAgo, N: 1, Unit: Month}, nearPast, Interval{math.MinInt64, math.MinInt64}},
	} {
		for _, zone := range []string{"UTC", "Asia/Tokyo", "America/Los_Angeles"} {
			if got := c.spec.Resolve(c.asOf, mustLoad(t, zone)); got != c.want {
				t.Errorf("%s at %v in %s is %v, want %v", c.spec, c.asOf.UTC(), zone, got, c.want)
			}
		}
	}
	this := Spec{Form: This, Unit: Year}.Resolve(farFuture, time.UTC)
	if this.Lo == math.MaxInt64 || this.Hi != math.MaxInt64 {
		t.Errorf("the last year is %v: expected a start before and an end at the end of time", this)
	}
}

// TestResolveLimits checks that the largest counts neither overflow nor differ
// from the calendar.
func TestResolveLimits(t *testing.T) {
	const asOf = "2024-02-29T10:00:00Z"
	want := time.Date(2024-MaxYears, 2, 29, 10, 0, 0, 0, time.UTC).UnixMicro()
	for u := Second; u <= Year; u++ {
		spec := Spec{Form: InLast, N: u.maxCount(), Unit: u}
		if err := spec.Validate(); err != nil {
			t.Error(err)
		}
		got := spec.Resolve(time.UnixMicro(mustMicros(t, asOf)), time.UTC).Lo
		if u == Week {
			// Ten thousand years are not a whole number of weeks.
			got -= MaxYears / 400 * daysPer400Years % 7 * microsPerDay
		}
		if got != want {
			t.Errorf("%s starts at %s, want %s", spec, FormatInstant(got, time.UTC), FormatInstant(want, time.UTC))
		}
	}
}

// TestResolveInvalid checks that specs nobody validated do no harm.
func TestResolveInvalid(t *testing.T) {
	asOf := time.UnixMicro(mustMicros(t, "2023-07-12T10:00:00Z"))
	for form := Ever; form <= MoreThanAgo+1; form++ {
		for _, n := range []int64{math.MinInt64, -1, 0, math.MaxInt64} {
			for unit := Unit(0); unit <= Year+1; unit++ {
				spec := Spec{Form: form, N: n, M: n, Unit: unit, Unit2: unit}
				spec.Resolve(asOf, nil)
				if spec.String() == "" {
					t.Errorf("%#v has no text", spec)
				}
			}
		}
	}
	got := Spec{Form: InLast, N: -5, Unit: Day}.Resolve(asOf, nil)
	if want := (Interval{asOf.UnixMicro(), asOf.UnixMicro()}); got != want {
		t.Errorf("a negative count gives %v, want %v", got, want)
	}
}

func TestResolveEvents(t *testing.T) {
	const asOf = "2023-07-12T10:00:00Z"
	for _, c := range []struct {
		spec   Spec
		lo, hi string
	}{
		{Spec{Form: InLast, N: 1, Unit: Day}, "2023-07-11T10:00:00Z", asOf},
		{Spec{Form: InLastFull, N: 1, Unit: Day}, "2023-07-11T00:00:00Z", "2023-07-12T00:00:00Z"},
		{Spec{Form: InNext, N: 1, Unit: Day}, asOf, "2023-07-13T10:00:00Z"},
		{Spec{Form: InNextFull, N: 1, Unit: Day}, "2023-07-13T00:00:00Z", "2023-07-14T00:00:00Z"},
		{Spec{Form: This, Unit: Year}, "2023-01-01T00:00:00Z", asOf},
		{Spec{Form: Today}, "2023-07-12T00:00:00Z", asOf},
		{Spec{Form: Between, From: mustPoint(t, "2023-01-01"), To: mustPoint(t, "2023-12-31")}, "2023-01-01T00:00:00Z", asOf},
		{Spec{Form: Between, From: mustPoint(t, "2022-01-01"), To: mustPoint(t, "2022-12-31")}, "2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z"},
		{Spec{Form: Since, From: mustPoint(t, "2023-07-01")}, "2023-07-01T00:00:00Z", asOf},
		{Spec{Form: Since, From: mustPoint(t, "2024-01-01")}, "2024-01-01T00:00:00Z", asOf}, // holds nothing
		{Spec{Form: Before, From: mustPoint(t, "2024-01-01")}, "", asOf},
		{Spec{Form: Ever}, "", asOf},
	} {
		got := c.spec.ResolveEvents(time.UnixMicro(mustMicros(t, asOf)), time.UTC)
		if want := (Interval{mustMicros(t, c.lo), mustMicros(t, c.hi)}); got != want {
			t.Errorf("%s sees events in %v, want %v", c.spec, got, want)
		}
	}
}
