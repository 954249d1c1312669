package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
)

// types are those of a schedule.
var types = []string{"none", "hourly", "daily", "weekly", "monthly", "cron"}

// wrong says which key of a schedule is wrong.
func wrong(key string, err error) error { return fmt.Errorf("schedule.%s: %w", key, err) }

// found says what was found where something else was expected.
func found(key, text, expected string) error {
	return wrong(key, fmt.Errorf("found %s, expected %s", document.Quote(text), expected))
}

// calendarOf returns the times of a schedule, nil for none.
func calendarOf(of model.Schedule) (*calendar, error) {
	second, err := secondOf(of.Time)
	if err != nil {
		return nil, err
	}
	c := &calendar{times: []int{second}, months: all, monthdays: all, weekdays: all}
	switch of.Type {
	case "", "none":
		return nil, nil
	case "hourly":
		c.everyHour, c.times = true, nil
		for t := second % 3600; t < secondsPerDay; t += 3600 {
			c.times = append(c.times, t)
		}
	case "daily":
	case "weekly":
		c.weekdays, err = daysOf(of.Days, "a day of the week, such as mon, or from 1, Monday, to 7, Sunday", 1, weekday)
	case "monthly":
		c.lastDay = true
		c.monthdays, err = daysOf(of.Days, "a day of the month, from 1 to 31", 1, monthday)
	case "cron":
		return cronOf(of.Cron)
	default:
		err = found("type", of.Type, "one of "+strings.Join(types, ", "))
		if nearest := model.Nearest(of.Type, types); nearest != "" {
			err = fmt.Errorf("%w; did you mean %q?", err, nearest)
		}
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// secondOf returns the second of the day of a time of the day, 0 for "".
func secondOf(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil && t.Nanosecond() == 0 {
			return t.Hour()*3600 + t.Minute()*60 + t.Second(), nil
		}
	}
	return 0, found("time", text, "a time of the day, such as 03:30")
}

// daysOf returns the bits of days, that of missing where there are none.
func daysOf(days []string, expected string, missing int, parse func(string) (int, bool)) (bits uint64, err error) {
	if len(days) == 0 {
		return 1 << missing, nil
	}
	for _, text := range days {
		day, ok := parse(text)
		if !ok {
			return 0, found("repeat_sub_frequency", text, expected)
		}
		bits |= 1 << day
	}
	return bits, nil
}

// weekday returns the day that a text names, 0 for Sunday.
func weekday(text string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n % 7, n >= 0 && n <= 7
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name := day.String(); strings.EqualFold(text, name) || strings.EqualFold(text, name[:3]) {
			return int(day), true
		}
	}
	return 0, false
}

// monthday returns the day of the month that a text is.
func monthday(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 1 && n <= 31
}

const (
	// maxCronBytes is the length of the longest cron expression.
	maxCronBytes = 1024
	cronExpected = `minute, hour, day of the month, month and day of the week, such as "30 3 * * mon-fri"`
	// star is the bit of a field that says that it was *.
	star = 1 << 63
)

// cronOf returns the times of a cron expression. The library reads it; what it
// makes of changes of the clock is not what this package says.
func cronOf(text string) (*calendar, error) {
	// The parser takes a zone in front, and panics on one alone.
	if strings.Contains(text, "=") {
		return nil, found("cron", text, cronExpected+"; a time zone is the schedule's timezone")
	}
	if len(text) > maxCronBytes {
		return nil, found("cron", text, fmt.Sprintf("at most %d bytes, not %d", maxCronBytes, len(text)))
	}
	parsed, err := cron.ParseStandard(text)
	if err != nil {
		return nil, found("cron", text, cronExpected+": "+err.Error())
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok { // @every
		return nil, found("cron", text, cronExpected)
	}
	c := &calendar{
		months: spec.Month, monthdays: spec.Dom, weekdays: spec.Dow,
		either: spec.Dom&star == 0 && spec.Dow&star == 0, everyHour: spec.Hour&star != 0,
	}
	for minute := range secondsPerDay / 60 {
		if spec.Hour>>(minute/60)&1 == 1 && spec.Minute>>(minute%60)&1 == 1 {
			c.times = append(c.times, minute*60)
		}
	}
	if _, ever := c.next(0); !ever {
		return nil, found("cron", text, "a time that comes: no day of the calendar is one of these, or a field is empty")
	}
	c.times = slices.Clip(c.times)
	return c, nil
}
