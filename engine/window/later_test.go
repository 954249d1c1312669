package window

import (
	"testing"
	"time"
)

func TestLater(t *testing.T) {
	for _, c := range []struct {
		zone, from string
		n          int64
		unit       Unit
		want       string
	}{
		{"UTC", "2024-01-31", 1, Month, "2024-02-29T00:00:00Z"},
		{"UTC", "2024-01-31", 2, Month, "2024-03-31T00:00:00Z"}, // from the first point, not from the one before
		{"UTC", "2024-02-29T12:00:00Z", 1, Year, "2025-02-28T12:00:00Z"},
		{"UTC", "2024-02-29", 4, Quarter, "2025-02-28T00:00:00Z"},
		{"UTC", "2024-02-29", 0, Week, "2024-02-29T00:00:00Z"},
		{"UTC", "2024-02-29", 2, Week, "2024-03-14T00:00:00Z"},
		{"Europe/Berlin", "2024-03-30", 1, Day, "2024-03-31T00:00:00+01:00"},
		{"Europe/Berlin", "2024-03-30", 2, Day, "2024-04-01T00:00:00+02:00"},
		{"Europe/Berlin", "2024-03-30T02:30:00+01:00", 1, Day, "2024-03-31T03:30:00+02:00"}, // there is no 02:30 that day
		{"Europe/Berlin", "2024-03-31", 3, Hour, "2024-03-31T04:00:00+02:00"},
		{"America/Sao_Paulo", "2018-11-03", 1, Day, "2018-11-04T01:00:00-02:00"}, // the day starts at 01:00
		{"America/Sao_Paulo", "2018-11-04", 1, Day, "2018-11-05T00:00:00-02:00"}, // and the next at 00:00 again
		{"Pacific/Apia", "2011-12-28", 2, Day, "2011-12-31T00:00:00+14:00"},      // there is no 30th
		{"Pacific/Apia", "2011-12-28", 3, Day, "2011-12-31T00:00:00+14:00"},
	} {
		loc, err := LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, err := ParseAsOf(c.from, loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := Later(from, c.n, c.unit, loc).Format(time.RFC3339); got != c.want {
			t.Errorf("%d %s after %s in %s: %s, want %s", c.n, c.unit, c.from, c.zone, got, c.want)
		}
	}
}
