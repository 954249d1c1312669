package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

const layout = "2006-01-02 15:04:05 -0700"

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := window.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func made(t testing.TB, of model.Schedule) *schedule.Schedule {
	t.Helper()
	s, err := schedule.New(of, nil, "customers")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nextDue is Next without the jitter.
func nextDue(s *schedule.Schedule, after time.Time) (time.Time, bool) {
	start, ok := s.Next(after.Add(s.Jitter()))
	return start.Add(-s.Jitter()), ok
}

func TestNextWhereClocksChange(t *testing.T) {
	tests := []struct {
		name, zone string
		of         model.Schedule
		after      string // local
		want       []string
	}{
		{"daily, left out", "Europe/Berlin", model.Schedule{Type: "daily", Time: "02:30"}, "2026-03-28 00:00:00 +0100",
			[]string{"2026-03-28 02:30:00 +0100", "2026-03-29 03:00:00 +0200", "2026-03-30 02:30:00 +0200"}},
		{"daily, twice", "Europe/Berlin", model.Schedule{Type: "daily", Time: "02:30"}, "2026-10-25 00:00:00 +0200",
			[]string{"2026-10-25 02:30:00 +0200", "2026-10-26 02:30:00 +0100"}},
		{"daily, between the two", "Europe/Berlin", model.Schedule{Type: "daily", Time: "02:30"}, "2026-10-25 02:10:00 +0100",
			[]string{"2026-10-26 02:30:00 +0100"}},
		{"hourly, left out", "Europe/Berlin", model.Schedule{Type: "hourly", Time: "00:15"}, "2026-03-29 01:00:00 +0100",
			[]string{"2026-03-29 01:15:00 +0100", "2026-03-29 03:15:00 +0200"}},
		{"hourly, twice", "Europe/Berlin", model.Schedule{Type: "hourly", Time: "00:15"}, "2026-10-25 02:00:00 +0200",
			[]string{"2026-10-25 02:15:00 +0200", "2026-10-25 02:15:00 +0100", "2026-10-25 03:15:00 +0100"}},
		{"minutes of an hour that is left out are one", "Europe/Berlin", model.Schedule{Type: "cron", Cron: "*/20 2 * * *"}, "2026-03-29 00:00:00 +0100",
			[]string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:00:00 +0200", "2026-03-30 02:20:00 +0200"}},
		{"midnight, left out", "America/Sao_Paulo", model.Schedule{Type: "daily"}, "2018-11-03 00:00:00 -0300",
			[]string{"2018-11-04 01:00:00 -0200", "2018-11-05 00:00:00 -0200"}},
		{"before midnight, twice", "America/Sao_Paulo", model.Schedule{Type: "daily", Time: "23:30"}, "2018-02-17 00:00:00 -0200",
			[]string{"2018-02-17 23:30:00 -0200", "2018-02-18 23:30:00 -0300"}},
		{"half an hour, left out", "Australia/Lord_Howe", model.Schedule{Type: "daily", Time: "02:15"}, "2026-10-04 00:00:00 +1030",
			[]string{"2026-10-04 02:30:00 +1100", "2026-10-05 02:15:00 +1100"}},
		{"half an hour, twice", "Australia/Lord_Howe", model.Schedule{Type: "daily", Time: "01:45"}, "2026-04-05 00:00:00 +1100",
			[]string{"2026-04-05 01:45:00 +1100", "2026-04-06 01:45:00 +1030"}},
		{"half an hour, hourly", "Australia/Lord_Howe", model.Schedule{Type: "hourly", Time: "00:45"}, "2026-04-05 01:00:00 +1100",
			[]string{"2026-04-05 01:45:00 +1100", "2026-04-05 01:45:00 +1030", "2026-04-05 02:45:00 +1030"}},
		{"a day left out", "Pacific/Apia", model.Schedule{Type: "daily", Time: "02:30"}, "2011-12-29 00:00:00 -1000",
			[]string{"2011-12-29 02:30:00 -1000", "2011-12-31 00:00:00 +1400", "2011-12-31 02:30:00 +1400"}},
		{"a Friday left out", "Pacific/Apia", model.Schedule{Type: "weekly", Days: []string{"fri"}}, "2011-12-24 00:00:00 -1000",
			[]string{"2011-12-31 00:00:00 +1400", "2012-01-06 00:00:00 +1400"}},
		{"monthly, on the last day", "UTC", model.Schedule{Type: "monthly", Days: []string{"1", "30", "31"}}, "2028-02-01 00:00:00 +0000",
			[]string{"2028-02-29 00:00:00 +0000", "2028-03-01 00:00:00 +0000", "2028-03-30 00:00:00 +0000", "2028-03-31 00:00:00 +0000"}},
		{"weekly", "UTC", model.Schedule{Type: "weekly", Time: "03:30:15", Days: []string{"0", "3", "Thursday"}}, "2026-11-23 00:00:00 +0000",
			[]string{"2026-11-25 03:30:15 +0000", "2026-11-26 03:30:15 +0000", "2026-11-29 03:30:15 +0000"}},
		{"weekly and monthly without days", "UTC", model.Schedule{Type: "weekly"}, "2026-11-23 00:00:00 +0000",
			[]string{"2026-11-30 00:00:00 +0000"}},
		{"29 February over a century", "UTC", model.Schedule{Type: "cron", Cron: "0 0 29 2 *"}, "2096-03-01 00:00:00 +0000",
			[]string{"2104-02-29 00:00:00 +0000"}},
		{"the last day of a leap year", "America/New_York", model.Schedule{Type: "hourly"}, "2048-12-31 17:30:00 -0500",
			[]string{"2048-12-31 18:00:00 -0500", "2048-12-31 19:00:00 -0500"}},
		{"either day of cron", "UTC", model.Schedule{Type: "cron", Cron: "0 6 13 * fri"}, "2026-11-09 00:00:00 +0000",
			[]string{"2026-11-13 06:00:00 +0000", "2026-11-20 06:00:00 +0000", "2026-11-27 06:00:00 +0000", "2026-12-04 06:00:00 +0000", "2026-12-11 06:00:00 +0000", "2026-12-13 06:00:00 +0000"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.of.Timezone = test.zone
			s := made(t, test.of)
			at, err := time.Parse(layout, test.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				due, ok := nextDue(s, at)
				if got := due.Format(layout); got != want || !ok {
					t.Fatalf("after %v: got %s, %t, expected %s", at, got, ok, want)
				}
				at = due
			}
		})
	}
}

func TestNextNever(t *testing.T) {
	var zero schedule.Schedule
	for _, s := range []*schedule.Schedule{&zero, made(t, model.Schedule{}), made(t, model.Schedule{Type: "none", Time: "03:30"})} {
		if at, ok := s.Next(time.Unix(0, 0)); ok || !at.IsZero() {
			t.Errorf("none: Next is %v, %t", at, ok)
		}
		if s.Due(time.Time{}, time.Unix(1<<40, 0)) {
			t.Error("none: a run is due")
		}
	}
	daily := made(t, model.Schedule{Type: "daily", Time: "03:30"})
	for _, after := range []string{"9999-12-31 04:30:00 +0000", "9999-12-31 04:30:00 -2300"} {
		at, err := time.Parse(layout, after)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := daily.Next(at); ok || !got.IsZero() {
			t.Errorf("after %s: Next is %v, %t", after, got, ok)
		}
	}
	for _, after := range []time.Time{{}, time.Unix(-1<<62, 0), time.Unix(1<<62, 0)} {
		if got, ok := daily.Next(after); ok && !got.After(after) {
			t.Errorf("after %v: Next is %v", after, got)
		}
	}
}

func TestTimezoneOf(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for want, of := range map[string]model.Schedule{
		"2026-01-01 03:30:00 +0100": {Type: "daily", Time: "03:30"},
		"2026-01-01 03:30:00 +0000": {Type: "daily", Time: "03:30", Timezone: "UTC"},
	} {
		s, err := schedule.New(of, berlin, "customers")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := nextDue(s, at); got.Format(layout) != want {
			t.Errorf("got %s, expected %s", got.Format(layout), want)
		}
	}
}

func TestDue(t *testing.T) {
	s := made(t, model.Schedule{Type: "daily", Time: "03:30"})
	due := time.Date(2026, 11, 23, 3, 30, 0, 0, time.UTC)
	start := due.Add(s.Jitter())
	if s.Jitter() == 0 {
		t.Fatal("the name has no jitter: take another one for this test")
	}
	tests := []struct {
		name      string
		last, now time.Time
		want      bool
	}{
		{"never run", time.Time{}, start, true},
		{"before the start", due.Add(-time.Hour), start.Add(-1), false},
		{"at the start", due.Add(-time.Hour), start, true},
		{"days were missed", due.AddDate(0, 0, -5), start.Add(time.Hour), true},
		{"run after days were missed", start.Add(time.Hour), start.Add(2 * time.Hour), false},
		{"run by hand between due time and start", due.Add(1), start, false},
		{"run by hand at the due time", due, start, false},
		{"the last success is to come", start.AddDate(1, 0, 0), start, false},
	}
	for _, test := range tests {
		if got := s.Due(test.last, test.now); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

func TestJitter(t *testing.T) {
	bounds := map[string]time.Duration{
		"hourly": 5 * time.Minute, "daily": 30 * time.Minute, "* * * * *": 5 * time.Second, "0,10 3 * * *": 50 * time.Second, "0 22,23 * * *": 5 * time.Minute,
	}
	for text, bound := range bounds {
		of := model.Schedule{Type: text}
		if strings.Contains(text, "*") {
			of = model.Schedule{Type: "cron", Cron: text}
		}
		seen := map[time.Duration]bool{}
		least, most := bound, time.Duration(0)
		for i := range 100 {
			name := fmt.Sprint("parent ", i)
			s, err := schedule.New(of, nil, name)
			if err != nil {
				t.Fatal(err)
			}
			again, err := schedule.New(of, time.UTC, name)
			if err != nil || again.Jitter() != s.Jitter() {
				t.Fatalf("%s: jitters of one name are %v and %v, error %v", text, s.Jitter(), again.Jitter(), err)
			}
			least, most = min(least, s.Jitter()), max(most, s.Jitter())
			seen[s.Jitter()] = true
		}
		if least < 0 || most >= bound || most < bound*9/10 || least > bound/10 || len(seen) < 100 {
			t.Errorf("%s: %d jitters from %v to %v, expected 100 of less than %v", text, len(seen), least, most, bound)
		}
	}
}

func TestBackoff(t *testing.T) {
	s := made(t, model.Schedule{Type: "daily"})
	waits := map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 60, 8: 60, 1000: 60, int(^uint(0) >> 1): 60}
	for failures, minutes := range waits {
		wait := minutes * time.Minute
		if got := s.Backoff(failures); got < wait || got >= wait+wait/10 || got != s.Backoff(failures) {
			t.Errorf("after %d failures: %v, expected %v and less than a tenth", failures, got, wait)
		}
	}
	for _, failures := range []int{0, -1} {
		if got := s.Backoff(failures); got != 0 {
			t.Errorf("after %d failures: %v", failures, got)
		}
	}
}

func TestBadSchedules(t *testing.T) {
	const fields = `expected minute, hour, day of the month, month and day of the week, such as "30 3 * * mon-fri"`
	tests := []struct {
		of   model.Schedule
		want string
	}{
		{model.Schedule{Type: "dayly"}, `schedule.type: found "dayly", expected one of none, hourly, daily, weekly, monthly, cron; did you mean "daily"?`},
		{model.Schedule{Type: "often"}, `schedule.type: found "often", expected one of none, hourly, daily, weekly, monthly, cron`},
		{model.Schedule{Type: "daily", Time: "3h"}, `schedule.time: found "3h", expected a time of the day, such as 03:30`},
		{model.Schedule{Type: "daily", Time: "03:30:00.5"}, `schedule.time: found "03:30:00.5", expected a time of the day, such as 03:30`},
		{model.Schedule{Type: "daily", Timezone: "Berlin"}, `schedule.timezone: unknown time zone "Berlin": expected an IANA name, such as "UTC" or "America/Los_Angeles"`},
		{model.Schedule{Type: "weekly", Days: []string{"mon", "8"}}, `schedule.repeat_sub_frequency: found "8", expected a day of the week, such as mon, or from 1, Monday, to 7, Sunday`},
		{model.Schedule{Type: "monthly", Days: []string{"0"}}, `schedule.repeat_sub_frequency: found "0", expected a day of the month, from 1 to 31`},
		{model.Schedule{Type: "cron"}, `schedule.cron: found "", ` + fields + `: empty spec string`},
		{model.Schedule{Type: "cron", Cron: "30 3 * *"}, `schedule.cron: found "30 3 * *", ` + fields + `: expected exactly 5 fields, found 4: [30 3 * *]`},
		{model.Schedule{Type: "cron", Cron: "60 3 * * *"}, `schedule.cron: found "60 3 * * *", ` + fields + `: end of range (60) above maximum (59): 60`},
		{model.Schedule{Type: "cron", Cron: "TZ=UTC"}, `schedule.cron: found "TZ=UTC", ` + fields + `; a time zone is the schedule's timezone`},
		{model.Schedule{Type: "cron", Cron: "@every 1h"}, `schedule.cron: found "@every 1h", ` + fields},
		{model.Schedule{Type: "cron", Cron: "0 0 30 2 *"}, `schedule.cron: found "0 0 30 2 *", expected a time that comes: no day of the calendar is one of these, or a field is empty`},
		{model.Schedule{Type: "cron", Cron: ", 3 * * *"}, `schedule.cron: found ", 3 * * *", expected a time that comes: no day of the calendar is one of these, or a field is empty`},
		{model.Schedule{Type: "cron", Cron: strings.Repeat("1", 1025)}, `schedule.cron: found "` + strings.Repeat("1", 40) + `"…, expected at most 1024 bytes, not 1025`},
	}
	for _, test := range tests {
		if s, err := schedule.New(test.of, nil, "customers"); err == nil || err.Error() != test.want || s != nil {
			t.Errorf("%+v:\ngot      %v\nexpected %s", test.of, err, test.want)
		}
	}
}
