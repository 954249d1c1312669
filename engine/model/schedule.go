package model

import (
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/document"
)

var scheduleKeys = mapKeys{
	known: []string{"type", "time", "timezone", "repeat_sub_frequency", "cron"},
	alias: map[string]string{"days": "repeat_sub_frequency", "tz": "timezone"},
}

var scheduleTypes = []string{"none", "hourly", "daily", "weekly", "monthly", "cron"}

// schedule reads when a snapshot is to be refreshed.
func (r *reader) schedule(m configMap) Schedule {
	if !m.has("schedule") {
		return Schedule{}
	}
	of, ok := m.submap("schedule", scheduleKeys)
	if !ok {
		return Schedule{}
	}
	schedule := Schedule{
		Type: r.scheduleType(of), Time: of.optionalName("time"), Timezone: r.optionalTimezone(of),
		Cron: of.optionalName("cron"), Days: r.scheduleDays(of),
	}
	if schedule.Time != "" && !clockTime(schedule.Time) {
		of.wrongKind(of.values["time"], of.path("time"), CodeInvalidValue)
	}
	if schedule.Type == "cron" && !of.has("cron") {
		of.missing("cron", CodeMissingKey)
	}
	return schedule
}

func (r *reader) scheduleType(m configMap) string {
	if !m.has("type") {
		m.missing("type", CodeMissingKey)
		return ""
	}
	name := m.optionalName("type")
	if name != "" && !slices.Contains(scheduleTypes, name) {
		r.problems.add(m.at("type").unknownSchedule(name))
	}
	return name
}

// scheduleDays reads the days of the week or of the month: a list, or one.
func (r *reader) scheduleDays(m configMap) []string {
	const key = "repeat_sub_frequency"
	if n := m.values[key]; n != nil && n.Kind == document.Scalar {
		if day := m.nameAt(n, m.path(key), CodeInvalidValue); day != "" {
			return []string{day}
		}
		return nil
	}
	var days []string
	for i, item := range m.list(key) {
		if r.problems.full() {
			break
		}
		if day := m.nameAt(item, m.path(key).Item(i), CodeInvalidValue); day != "" {
			days = append(days, day)
		}
	}
	return days
}

// clockTime reports whether a text is a time of the day.
func clockTime(text string) bool {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
