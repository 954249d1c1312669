package window

import "fmt"

// String returns the canonical text of the window, as rules are printed:
// "in last 30 days", "between '2023-01-01' and '2023-12-31'", "ever". Keywords
// are in lower case and a unit is singular after 1.
func (s Spec) String() string {
	switch s.Form {
	case Ever:
		return "ever"
	case InLast:
		return "in last " + countText(s.N, s.Unit)
	case InLastFull:
		return "in last " + fullText(s.N, s.Unit)
	case InNext:
		return "in next " + countText(s.N, s.Unit)
	case InNextFull:
		return "in next " + fullText(s.N, s.Unit)
	case This:
		return "this " + s.Unit.String()
	case Today:
		return "today"
	case Yesterday:
		return "yesterday"
	case For:
		return "for " + countText(s.N, s.Unit) + " from " + countText(s.M, s.Unit2) + " ago"
	case Between:
		return "between " + s.From.quoted() + " and " + s.To.quoted()
	case Since:
		return "since " + s.From.quoted()
	case After:
		return "after " + s.From.quoted()
	case Before:
		return "before " + s.From.quoted()
	case Ago:
		return fmt.Sprintf("%d to %s ago", s.N, countText(s.M, s.Unit))
	case MoreThanAgo:
		return "more than " + countText(s.N, s.Unit) + " ago"
	}
	return fmt.Sprintf("Form(%d)", s.Form)
}

func countText(n int64, unit Unit) string {
	return fmt.Sprintf("%d %s", n, unit.after(n))
}

func fullText(n int64, unit Unit) string {
	return fmt.Sprintf("%d full %s", n, unit.after(n))
}

// after returns the unit's name as it follows a count.
func (u Unit) after(n int64) string {
	if n == 1 {
		return u.String()
	}
	return u.String() + "s"
}
