package suite

import (
	"fmt"
	"time"
)

// frequency returns, for three behaviors in windows of three lengths, how often
// something happened: at least k times, never, and between 2 and 5 times.
func frequency(asOf time.Time) []question {
	var questions []question
	for _, b := range []struct{ behavior, table string }{
		{"purchase", "purchases"}, {"page_view", "page_views"}, {"email_open", "email_opens"},
	} {
		for _, days := range []int{30, 90, 365} {
			window := lastDays(days, asOf)
			add := func(id, test string, sql func(l *language) string) {
				questions = append(questions, question{
					id:   fmt.Sprintf("%s-%s-%dd", b.behavior, id, days),
					rule: fmt.Sprintf("%s count %s in last %d days", b.behavior, test, days),
					sql:  sql,
				})
			}
			add("0", "= 0", func(l *language) string { return l.unseen(b.table, window) })
			// One event is enough: nothing need be counted.
			add("1", ">= 1", func(l *language) string { return l.seen(b.table, window) })
			for _, k := range []int{2, 3, 5, 10, 20, 50} {
				add(fmt.Sprint(k), fmt.Sprintf(">= %d", k), func(l *language) string {
					return l.grouped(b.table, "", window, fmt.Sprintf("count(*) >= %d", k))
				})
			}
			add("2to5", "between 2 and 5", func(l *language) string {
				return l.grouped(b.table, "", window, "count(*) BETWEEN 2 AND 5")
			})
		}
	}
	return questions
}
