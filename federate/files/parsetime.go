package files

import (
	"strings"
	"time"
)

// parseTime reads YYYY-MM-DD, or that with T or a space and HH:MM[:SS[.f]], up
// to nine digits f, and then nothing, Z, ±HH:MM, ±HHMM or ±HH. Without an offset
// the time is UTC. Years are 0001 to 9999; days and times must exist.
func parseTime(s string) (instant, bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return instant{}, false
	}
	year, ok1 := number(s[0:4], 1, 9999)
	month, ok2 := number(s[5:7], 1, 12)
	day, ok3 := number(s[8:10], 1, 31)
	if !ok1 || !ok2 || !ok3 {
		return instant{}, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Day() != day { // 30 February became March
		return instant{}, false
	}
	t := instant{seconds: date.Unix(), dateOnly: len(s) == 10}
	if t.dateOnly {
		return t, true
	}
	if s[10] != 'T' && s[10] != 't' && s[10] != ' ' {
		return instant{}, false
	}
	rest, ok := t.clock(s[11:])
	t.local = rest == ""
	return t, ok && t.offset(rest)
}

// clock reads the time of day at the start of s and returns the rest.
func (t *instant) clock(s string) (string, bool) {
	if len(s) < 5 || s[2] != ':' {
		return "", false
	}
	hour, ok1 := number(s[0:2], 0, 23)
	minute, ok2 := number(s[3:5], 0, 59)
	if !ok1 || !ok2 {
		return "", false
	}
	t.seconds += int64(hour*3600 + minute*60)
	s = s[5:]
	if !strings.HasPrefix(s, ":") {
		return s, true
	}
	if len(s) < 3 {
		return "", false
	}
	second, ok := number(s[1:3], 0, 59)
	if !ok {
		return "", false
	}
	t.seconds += int64(second)
	s = s[3:]
	if !strings.HasPrefix(s, ".") {
		return s, true
	}
	n := digits(s[1:])
	if n < 1 || n > 9 {
		return "", false
	}
	fraction, _ := number(s[1:1+n], 0, 999_999_999)
	t.nanos, t.digits = int64(fraction), n
	for ; n < 9; n++ {
		t.nanos *= 10
	}
	return s[1+t.digits:], true
}

// offset reads all of s as an offset from UTC and takes it off.
func (t *instant) offset(s string) bool {
	if s == "" || s == "Z" || s == "z" {
		return true
	}
	sign := int64(1)
	switch s[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return false
	}
	hh, mm := s[1:], "00"
	switch {
	case len(hh) == 5 && hh[2] == ':':
		hh, mm = hh[:2], hh[3:]
	case len(hh) == 4:
		hh, mm = hh[:2], hh[2:]
	}
	if len(hh) != 2 {
		return false
	}
	hours, ok1 := number(hh, 0, 23)
	minutes, ok2 := number(mm, 0, 59)
	t.seconds -= sign * int64(hours*3600+minutes*60)
	return ok1 && ok2
}

// number reads s, all digits and not empty, as a number from lo to hi.
func number(s string, lo, hi int) (int, bool) {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, lo <= n && n <= hi
}
