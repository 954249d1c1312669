package window

import (
	"math"
	"testing"
	"time"
)

func TestLoadLocation(t *testing.T) {
	for _, name := range []string{"UTC", "America/Los_Angeles", "Etc/GMT+5", "Asia/Calcutta"} {
		loc, err := LoadLocation(name)
		if err != nil {
			t.Error(err)
		} else if loc.String() != name {
			t.Errorf("%q loads as %q", name, loc)
		}
	}
	for _, name := range []string{
		"", "Local", "localtime", "posixrules", "Factory", "right/UTC", "posix/UTC", "Mars/Olympus", "America", "PST", "+09:00",
		"/etc/localtime", "../UTC", "zone.tab", "Asia/Tokyo\x00",
	} {
		loc, err := LoadLocation(name)
		if err == nil {
			t.Errorf("%q loads as %v", name, loc)
			continue
		}
		if want := unknownZone(name).Error(); err.Error() != want {
			t.Errorf("got  %s\nwant %s", err, want)
		}
	}
	want := `unknown time zone "Asia/Tokio": expected an IANA name, such as "UTC" or "America/Los_Angeles"`
	if _, err := LoadLocation("Asia/Tokio"); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestOffsetAt checks the promise about end, above all on the last days of
// leap years, where package time breaks it.
func TestOffsetAt(t *testing.T) {
	for _, zone := range append(oddZones, "Local") {
		loc := time.Local
		if zone != "Local" {
			loc = mustLoad(t, zone)
		}
		for year := 1850; year <= 2150; year++ {
			second := time.Date(year, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
			for range 24 * 4 {
				second += 1800
				offset, end := offsetAt(second, loc)
				if end <= second {
					t.Fatalf("%s at %d: the offset holds until %d", zone, second, end)
				}
				if end == math.MaxInt64 {
					continue
				}
				if last, _ := offsetAt(end-1, loc); last != offset {
					t.Fatalf("%s at %d: the offset is %d, but %d at %d", zone, second, offset, last, end-1)
				}
			}
		}
	}
}

// TestFixedZone checks offsets that no IANA zone has.
func TestFixedZone(t *testing.T) {
	for _, offset := range []int{-100 * 3600, -93_601, 0, 1, 30 * 3600, 100 * 3600} {
		loc := time.FixedZone("x", offset)
		if got, want := LocalToInstant(0, loc), int64(-offset)*microsPerSecond; got != want {
			t.Errorf("offset %d: got %d, want %d", offset, got, want)
		}
		if got := DayOf(DayStart(20_000, loc), loc); got != 20_000 {
			t.Errorf("offset %d: day 20000 starts on day %d", offset, got)
		}
	}
}
