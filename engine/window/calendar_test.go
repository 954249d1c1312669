package window

import (
	"testing"
	"time"
)

func TestUnitStart(t *testing.T) {
	day := func(text string) int64 {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at.Unix() / secondsPerDay
	}
	for _, c := range []struct {
		day  string
		n    int64
		unit Unit
		want string
	}{
		{"2024-02-29", 0, Day, "2024-02-29"},
		{"2024-02-29", 1, Day, "2024-03-01"},
		{"2024-03-03", 0, Week, "2024-02-26"},
		{"2024-03-04", -1, Week, "2024-02-26"},
		{"2024-01-31", 1, Month, "2024-02-01"},
		{"2024-12-31", 1, Quarter, "2025-01-01"},
		{"1969-06-15", 0, Year, "1969-01-01"},
	} {
		if got := UnitStart(day(c.day), c.n, c.unit); got != day(c.want) {
			t.Errorf("%d %s after that of %s: day %d, want %s", c.n, c.unit, c.day, got, c.want)
		}
	}
}
