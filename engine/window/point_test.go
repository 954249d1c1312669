package window

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func TestParsePoint(t *testing.T) {
	for _, c := range []struct {
		in, text     string
		instant, end string // in America/Sao_Paulo
	}{
		{"2023-01-01", "2023-01-01", "2023-01-01T03:00:00Z", "2023-01-02T03:00:00Z"},
		{"2024-02-29", "2024-02-29", "2024-02-29T03:00:00Z", "2024-03-01T03:00:00Z"},
		{"2018-11-04", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}, // 23 hours
		{"2018-02-17", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"}, // 25 hours
		{"2023-01-01T10:20", "2023-01-01T10:20:00", "2023-01-01T13:20:00Z", "2023-01-01T13:20:00.000001Z"},
		{"2023-01-01 10:20", "2023-01-01T10:20:00", "2023-01-01T13:20:00Z", "2023-01-01T13:20:00.000001Z"},
		{"2023-01-01 10:20:30", "2023-01-01T10:20:30", "2023-01-01T13:20:30Z", "2023-01-01T13:20:30.000001Z"},
		{"2023-01-01 10:20:30.5", "2023-01-01T10:20:30.5", "2023-01-01T13:20:30.5Z", "2023-01-01T13:20:30.500001Z"},
		{"2023-01-01 10:20:30.500000", "2023-01-01T10:20:30.5", "2023-01-01T13:20:30.5Z", "2023-01-01T13:20:30.500001Z"},
		{"2023-01-01 10:20:30.999999", "2023-01-01T10:20:30.999999", "2023-01-01T13:20:30.999999Z", "2023-01-01T13:20:31Z"},
		{"2023-01-01T10:20Z", "2023-01-01T10:20:00Z", "2023-01-01T10:20:00Z", "2023-01-01T10:20:00.000001Z"},
		{"2023-01-01T10:20+00:00", "2023-01-01T10:20:00Z", "2023-01-01T10:20:00Z", "2023-01-01T10:20:00.000001Z"},
		{"2023-01-01T10:20-00:00", "2023-01-01T10:20:00Z", "2023-01-01T10:20:00Z", "2023-01-01T10:20:00.000001Z"},
		{"2023-01-01T10:20:30.25+05:30", "2023-01-01T10:20:30.25+05:30", "2023-01-01T04:50:30.25Z", "2023-01-01T04:50:30.250001Z"},
		{"2023-01-01T00:00-18:00", "2023-01-01T00:00:00-18:00", "2023-01-01T18:00:00Z", "2023-01-01T18:00:00.000001Z"},
		{"2018-11-04 00:30", "2018-11-04T00:30:00", "2018-11-04T03:30:00Z", "2018-11-04T03:30:00.000001Z"}, // gap
		{"2018-02-17 23:30", "2018-02-17T23:30:00", "2018-02-18T01:30:00Z", "2018-02-18T01:30:00.000001Z"}, // overlap
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000001Z"},
		{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", "10000"},
	} {
		p, err := ParsePoint(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if p.String() != c.text {
			t.Errorf("%q prints as %q, want %q", c.in, p, c.text)
		}
		if again := mustPoint(t, p.String()); again != p {
			t.Errorf("%q reparses to %q", p, again)
		}
		loc := mustLoad(t, "America/Sao_Paulo")
		if got := FormatInstant(p.Instant(loc), time.UTC); got != c.instant {
			t.Errorf("%q is the instant %s, want %s", c.in, got, c.instant)
		}
		if c.end == "10000" {
			c.end = "10000-01-01T00:00:00Z"
		}
		if got := FormatInstant(p.End(loc), time.UTC); got != c.end {
			t.Errorf("%q ends at %s, want %s", c.in, got, c.end)
		}
		if isDate := len(c.in) == len("2023-01-01"); p.IsDate() != isDate {
			t.Errorf("%q: is a date: %v, want %v", c.in, p.IsDate(), isDate)
		}
		if got := dayText(p.DayNumber()); got != c.in[:len("2023-01-01")] {
			t.Errorf("%q has the day %s", c.in, got)
		}
	}
}

func TestParsePointErrors(t *testing.T) {
	shape := " is not a time: expected YYYY-MM-DD, or YYYY-MM-DD HH:MM[:SS[.ffffff]][Z|±HH:MM]"
	for _, c := range []struct{ in, want string }{
		{"2023-02-30", `"2023-02-30" is not a time: 2023-02 has no day 30, its days are 01 to 28`},
		{"2023-02-29", `"2023-02-29" is not a time: 2023-02 has no day 29, its days are 01 to 28`},
		{"1900-02-29", `"1900-02-29" is not a time: 1900-02 has no day 29, its days are 01 to 28`},
		{"2024-02-30", `"2024-02-30" is not a time: 2024-02 has no day 30, its days are 01 to 29`},
		{"2023-04-31 10:00", `"2023-04-31 10:00" is not a time: 2023-04 has no day 31, its days are 01 to 30`},
		{"2023-01-00", `"2023-01-00" is not a time: 2023-01 has no day 00, its days are 01 to 31`},
		{"2023-13-01", `"2023-13-01" is not a time: month 13, expected 01 to 12`},
		{"2023-00-01", `"2023-00-01" is not a time: month 00, expected 01 to 12`},
		{"0000-01-01", `"0000-01-01" is not a time: year 0000, expected 0001 to 9999`},
		{"2023-01-01 24:00", `"2023-01-01 24:00" is not a time: hour 24, expected 00 to 23`},
		{"2023-01-01 10:60", `"2023-01-01 10:60" is not a time: minute 60, expected 00 to 59`},
		{"2023-01-01T23:59:60Z", `"2023-01-01T23:59:60Z" is not a time: second 60, expected 00 to 59`},
		{"2023-01-01 10:00:00.1234567", `"2023-01-01 10:00:00.1234567" is not a time: 7 fraction digits, expected at most 6`},
		{"2023-01-01 10:00+18:01", `"2023-01-01 10:00+18:01" is not a time: offset of 18:01, expected at most 18:00`},
		{"2023-01-01 10:00-99:00", `"2023-01-01 10:00-99:00" is not a time: offset of 99:00, expected at most 18:00`},
		{"2023-01-01 10:00+05:60", `"2023-01-01 10:00+05:60" is not a time: offset minute 60, expected 00 to 59`},
		{"", `""` + shape},
		{"yesterday", `"yesterday"` + shape},
		{"2023-1-1", `"2023-1-1"` + shape},
		{"12023-01-01", `"12023-01-01"` + shape},
		{"-2023-01-01", `"-2023-01-01"` + shape},
		{"20230101", `"20230101"` + shape},
		{" 2023-01-01", `" 2023-01-01"` + shape},
		{"2023-01-01 ", `"2023-01-01 "` + shape},
		{"2023-01-01T", `"2023-01-01T"` + shape},
		{"2023-01-01Z", `"2023-01-01Z"` + shape},
		{"2023-01-01t10:00", `"2023-01-01t10:00"` + shape},
		{"2023-01-01T10", `"2023-01-01T10"` + shape},
		{"2023-01-01T10:00:", `"2023-01-01T10:00:"` + shape},
		{"2023-01-01T10:00.5", `"2023-01-01T10:00.5"` + shape},
		{"2023-01-01T10:00:00.", `"2023-01-01T10:00:00."` + shape},
		{"2023-01-01T10:00:00,5", `"2023-01-01T10:00:00,5"` + shape},
		{"2023-01-01T10:00z", `"2023-01-01T10:00z"` + shape},
		{"2023-01-01T10:00+0530", `"2023-01-01T10:00+0530"` + shape},
		{"2023-01-01T10:00+05", `"2023-01-01T10:00+05"` + shape},
		{"2023-01-01T10:00 +05:30", `"2023-01-01T10:00 +05:30"` + shape},
		{"2023-01-01T10:00:00ZZ", `"2023-01-01T10:00:00ZZ"` + shape},
		{"２０２３-01-01", `"２０２３-01-01"` + shape},
	} {
		p, err := ParsePoint(c.in)
		if err == nil {
			t.Errorf("%q is %v, want an error", c.in, p)
		} else if err.Error() != c.want {
			t.Errorf("got  %s\nwant %s", err, c.want)
		} else if !p.IsZero() {
			t.Errorf("%q: a Point %v beside the error", c.in, p)
		}
	}
}

func TestPointFromUnix(t *testing.T) {
	for _, c := range []struct {
		seconds int64
		want    string
	}{
		{1_700_000_000, "2023-11-14T22:13:20Z"},
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{951_782_400, "2000-02-29T00:00:00Z"},
		{-62_135_596_800, "0001-01-01T00:00:00Z"},
		{253_402_300_799, "9999-12-31T23:59:59Z"},
	} {
		p, err := PointFromUnix(c.seconds)
		if err != nil {
			t.Errorf("%d: %v", c.seconds, err)
			continue
		}
		if p != mustPoint(t, c.want) || p.String() != c.want {
			t.Errorf("%d is %s, want %s", c.seconds, p, c.want)
		}
		for _, zone := range []string{"UTC", "Asia/Tokyo"} { // an instant, whatever the zone
			if got := p.Instant(mustLoad(t, zone)); got != c.seconds*microsPerSecond {
				t.Errorf("%d in %s is the instant %d", c.seconds, zone, got)
			}
		}
	}
	for _, seconds := range []int64{-62_135_596_801, 253_402_300_800, 1_700_000_000_000, math.MinInt64, math.MaxInt64} {
		want := fmt.Sprintf("%d is not a time in unix seconds: "+
			"expected -62135596800 to 253402300799, the years 0001 to 9999", seconds)
		if p, err := PointFromUnix(seconds); err == nil || err.Error() != want || !p.IsZero() {
			t.Errorf("got  %v, %v\nwant %s", p, err, want)
		}
	}
}

func FuzzParsePoint(f *testing.F) {
	for _, s := range []string{
		"2023-01-01", "2024-02-29 10:20", "2023-01-01T10:20:30.123456+05:30", "0001-01-01T00:00Z", "2023-02-30",
		"9999-12-31T23:59:59.999999-18:00", "2023-01-01T24:00", "",
	} {
		f.Add(s)
	}
	loc := mustLoad(f, "America/Sao_Paulo")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePoint(s)
		if err != nil {
			if !p.IsZero() {
				t.Errorf("%q: a Point %v beside the error %v", s, p, err)
			}
			return
		}
		again, err := ParsePoint(p.String())
		if err != nil || again != p {
			t.Errorf("%q prints as %q, which reparses to %q, %v", s, p, again, err)
		}
		if p.End(loc) < p.Instant(loc) {
			t.Errorf("%q ends before it starts", s)
		}
		asOf, err := ParseAsOf(s, loc)
		if err != nil || asOf.UnixMicro() != p.Instant(loc) {
			t.Errorf("%q as as_of is %v, %v", s, asOf, err)
		}
	})
}
