package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
	"github.com/rollcall-db/rollcall/engine/model"
)

// wall is every minute of some years in a zone: what the clock shows, in minutes
// as if it were UTC.
type wall struct {
	from  int64 // minute of the first instant
	shown []int64
	first []int64 // from shown[0] on, the first instant at which each is shown, 0 for none
}

func wallOf(loc *time.Location, from, to time.Time) wall {
	w := wall{from: from.Unix() / 60}
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		_, offset := at.In(loc).Zone()
		w.shown = append(w.shown, (at.Unix()+int64(offset))/60)
	}
	w.first = make([]int64, w.shown[len(w.shown)-1]-w.shown[0]+1)
	for i, shown := range w.shown {
		if at := &w.first[shown-w.shown[0]]; *at == 0 {
			*at = w.from + int64(i)
		}
	}
	return w
}

// due lists the minutes that a schedule is due, minute by minute.
func (w wall) due(matches func(time.Time) bool, everyHour bool) []int64 {
	var due []int64
	if everyHour {
		for i, shown := range w.shown {
			if matches(time.Unix(shown*60, 0).UTC()) {
				due = append(due, w.from+int64(i))
			}
		}
		return due
	}
	pending := false
	for shown := w.shown[0]; shown <= w.shown[len(w.shown)-1]; shown++ {
		pending = pending || matches(time.Unix(shown*60, 0).UTC())
		if at := w.first[shown-w.shown[0]]; at != 0 && pending { // left out until here
			due, pending = append(due, at), false
		}
	}
	return due
}

// random returns a schedule and which minutes on the wall it means.
func random(r *rand.Rand) (of model.Schedule, matches func(time.Time) bool, everyHour bool) {
	hour, minute := r.IntN(24), r.IntN(60)
	if r.IntN(2) == 0 {
		hour = r.IntN(4) // where clocks change
	}
	of.Time = fmt.Sprintf("%02d:%02d", hour, minute)
	at := func(t time.Time) bool { return t.Hour() == hour && t.Minute() == minute }
	switch r.IntN(5) {
	case 0:
		of.Type = "hourly"
		return of, func(t time.Time) bool { return t.Minute() == minute }, true
	case 1:
		of.Type = "daily"
		return of, at, false
	case 2:
		of.Type = "weekly"
		days := r.Perm(7)[:1+r.IntN(3)]
		for _, day := range days {
			of.Days = append(of.Days, []string{"sun", "1", "Tuesday", "3", "thu", "5", "SAT"}[day])
		}
		return of, func(t time.Time) bool { return at(t) && slices.Contains(days, int(t.Weekday())) }, false
	case 3:
		of.Type = "monthly"
		day := 25 + r.IntN(7)
		of.Days = []string{fmt.Sprint(day)}
		return of, func(t time.Time) bool {
			last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
			return at(t) && t.Day() == min(day, last)
		}, false
	}
	of.Type = "cron"
	minutes, minuteText := field(r, 0, 60)
	hours, hourText := field(r, 0, 24)
	monthdays, monthdayText := field(r, 1, 32)
	months, monthText := field(r, 1, 13)
	weekdays, weekdayText := field(r, 0, 7)
	of.Cron = strings.Join([]string{minuteText, hourText, monthdayText, monthText, weekdayText}, " ")
	return of, func(t time.Time) bool {
		day, weekday := monthdays[t.Day()], weekdays[int(t.Weekday())]
		of := day && weekday
		if monthdayText != "*" && weekdayText != "*" {
			of = day || weekday
		}
		return of && minutes[t.Minute()] && hours[t.Hour()] && months[int(t.Month())]
	}, hourText == "*"
}

// field returns a random field of cron and the numbers that it means.
func field(r *rand.Rand, from, to int) (map[int]bool, string) {
	numbers := map[int]bool{}
	if r.IntN(2) == 0 {
		for n := from; n < to; n++ {
			numbers[n] = true
		}
		return numbers, "*"
	}
	var texts []string
	for range 1 + r.IntN(3) {
		low := from + r.IntN(to-from)
		high, step := low+r.IntN(to-low), 1+r.IntN(4)
		for n := low; n <= high; n += step {
			numbers[n] = true
		}
		texts = append(texts, fmt.Sprintf("%d-%d/%d", low, high, step))
	}
	return numbers, strings.Join(texts, ",")
}

func TestNextByMinutes(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("ROLLCALL_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for name, year := range map[string]int{
		"Europe/Berlin": 2025, "America/Sao_Paulo": 2017, "Australia/Lord_Howe": 2025, "Pacific/Apia": 2011, "America/New_York": 2047, "UTC": 2027,
	} {
		loc := zone(t, name)
		minutes := wallOf(loc, time.Date(year, 1, 1, 0, 0, 0, 0, loc), time.Date(year+2, 1, 1, 0, 0, 0, 0, loc))
		for range 3 {
			of, matches, everyHour := random(r)
			of.Timezone = name
			s, err := schedule.New(of, nil, fmt.Sprint(r.Uint64()))
			if err != nil && strings.Contains(err.Error(), "a time that comes") {
				continue // such as 30 February
			}
			if err != nil {
				t.Fatal(err)
			}
			want := minutes.due(matches, everyHour)
			at := time.Unix(minutes.from*60-1, 0)
			for _, minute := range want {
				due, ok := nextDue(s, at)
				if !ok || due.Unix() != minute*60 || !due.After(at) {
					t.Fatalf("%+v: after %v: got %v, %t, expected %v", of, at.In(loc), due, ok, time.Unix(minute*60, 0).In(loc))
				}
				at = due
			}
			for range 100 { // from any instant, with its jitter
				after := time.Unix(minutes.from*60+r.Int64N(int64(len(minutes.shown))*60), r.Int64N(1e9))
				start, ok := s.Next(after)
				i, _ := slices.BinarySearchFunc(want, after, func(minute int64, after time.Time) int {
					return time.Unix(minute*60, 0).Add(s.Jitter()).Compare(after.Add(1))
				})
				if i < len(want) && (!ok || !start.Equal(time.Unix(want[i]*60, 0).Add(s.Jitter()))) {
					t.Fatalf("%+v: after %v: got %v, %t, expected %v and a jitter", of, after.In(loc), start, ok, time.Unix(want[i]*60, 0).In(loc))
				}
			}
		}
	}
}

func FuzzCron(f *testing.F) {
	for _, text := range []string{"30 3 * * mon-fri", "TZ=UTC", "@every 1h", "@monthly", "*/0 * * * *", ",,, 1 ? 2 0-6/2"} {
		f.Add(text, int64(1.8e9))
	}
	f.Fuzz(func(t *testing.T, text string, second int64) {
		s, err := schedule.New(model.Schedule{Type: "cron", Cron: text, Timezone: "Australia/Lord_Howe"}, nil, text)
		if err != nil {
			return
		}
		after := time.Unix(second%(1<<37), 0)
		if next, ok := s.Next(after); ok && !next.After(after) {
			t.Fatalf("%q: %v comes after %v", text, next, after)
		}
	})
}
