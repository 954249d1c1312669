package suite

import (
	"fmt"
	"time"
)

// length is how long a window is: a number of hours, days or years.
type length struct {
	n    int
	unit string // hour, day or year
}

// lengths are those of the windows of suite recency.
var lengths = []length{
	{1, "hour"}, {6, "hour"},
	{1, "day"}, {3, "day"}, {7, "day"}, {14, "day"}, {30, "day"}, {60, "day"}, {90, "day"}, {180, "day"}, {365, "day"},
	{2, "year"}, {3, "year"},
}

// String writes the length as a rule does.
func (l length) String() string {
	if l.n == 1 {
		return "1 " + l.unit
	}
	return fmt.Sprintf("%d %ss", l.n, l.unit)
}

// id writes the length as a part of an ID.
func (l length) id() string { return fmt.Sprintf("%d%s", l.n, l.unit[:1]) }

// before returns the instant that lies so long before t. Years are counted on the
// calendar.
func (l length) before(t time.Time) time.Time {
	switch l.unit {
	case "hour":
		return t.Add(-time.Duration(l.n) * time.Hour)
	case "day":
		return t.AddDate(0, 0, -l.n)
	}
	return t.AddDate(-l.n, 0, 0)
}

const (
	agoDays      = 30  // how long before as_of the windows in the past end
	earlierAsOf  = 100 // how many days before the workload's end the other as_of is
	daysOfAYear  = 365
	hoursOfADay  = 24
	agoIDPart    = "ago"
	pastIDPart   = "past"
	recentIDPart = "last"
)

// recency returns, for two behaviors and every length, three windows: one that
// ends at as_of, one that ends 30 days before it, and the first at an as_of 100
// days earlier.
func recency(asOf time.Time) []question {
	earlier := asOf.AddDate(0, 0, -earlierAsOf)
	var questions []question
	for _, b := range []struct{ behavior, table string }{{"purchase", "purchases"}, {"page_view", "page_views"}} {
		for _, length := range lengths {
			add := func(kind, rule string, asOf time.Time, window span) {
				questions = append(questions, question{
					id:   fmt.Sprintf("%s-%s-%s", b.behavior, kind, length.id()),
					rule: b.behavior + " " + rule,
					asOf: asOf,
					sql:  func(l *language) string { return l.seen(b.table, window) },
				})
			}
			last := "in last " + length.String()
			add(recentIDPart, last, asOf, span{length.before(asOf), asOf})
			rule, window := length.ago(asOf)
			add(agoIDPart, rule, asOf, window)
			add(pastIDPart, last, earlier, span{length.before(earlier), earlier})
		}
	}
	return questions
}

// ago returns the window of this length that ends 30 days before as_of, whose two
// ends a rule gives in one unit. Years become 365 days each.
func (l length) ago(asOf time.Time) (rule string, window span) {
	window.to = asOf.AddDate(0, 0, -agoDays)
	switch l.unit {
	case "hour":
		near := agoDays * hoursOfADay
		window.from = window.to.Add(-time.Duration(l.n) * time.Hour)
		return fmt.Sprintf("%d to %d hours ago", near, near+l.n), window
	case "year":
		l.n *= daysOfAYear
	}
	window.from = window.to.AddDate(0, 0, -l.n)
	return fmt.Sprintf("%d to %d days ago", agoDays, agoDays+l.n), window
}
