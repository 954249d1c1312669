package window

import (
	"fmt"
	"strings"
)

// ParsePoint reads a time as written, without its quotes:
//
//	YYYY-MM-DD
//	YYYY-MM-DD[T ]HH:MM[:SS[.ffffff]][Z|±HH:MM]
//
// with one to six fraction digits. It refuses dates that are not in the
// calendar, 24:00, leap seconds, the year 0 and offsets beyond 18 hours; the
// error says which.
func ParsePoint(s string) (Point, error) {
	return parsePoint(s, pointFractionDigits)
}

func parsePoint(s string, fractionDigits int) (Point, error) {
	f, ok := scanPoint(s)
	if !ok {
		return Point{}, fmt.Errorf("%q is not a time: expected YYYY-MM-DD, or YYYY-MM-DD HH:MM[:SS[.ffffff]][Z|±HH:MM]", s)
	}
	if problem := f.problem(fractionDigits); problem != "" {
		return Point{}, fmt.Errorf("%q is not a time: %s", s, problem)
	}
	return f.point(), nil
}

// pointFields is a time of the right shape, its numbers not yet checked.
type pointFields struct {
	kind                 pointKind
	year, month, day     int
	hour, minute, second int
	fraction             string // digits after the point
	sign                 int    // of the offset; 0 for Z
	offHour, offMinute   int
}

// scanPoint takes s apart. It reports false if s has another shape.
func scanPoint(s string) (pointFields, bool) {
	sc := pointScanner{rest: s, ok: true}
	f := pointFields{kind: date}
	f.year = sc.number(4)
	sc.expect("-")
	f.month = sc.number(2)
	sc.expect("-")
	f.day = sc.number(2)
	if sc.rest == "" {
		return f, sc.ok
	}

	f.kind = civil
	if !sc.accept("T") {
		sc.expect(" ")
	}
	f.hour = sc.number(2)
	sc.expect(":")
	f.minute = sc.number(2)
	if sc.accept(":") {
		f.second = sc.number(2)
		if sc.accept(".") {
			f.fraction = sc.digits()
		}
	}
	if sc.rest == "" {
		return f, sc.ok
	}

	f.kind = zoned
	if !sc.accept("Z") {
		f.sign = sc.sign()
		f.offHour = sc.number(2)
		sc.expect(":")
		f.offMinute = sc.number(2)
	}
	return f, sc.ok && sc.rest == ""
}

// problem says what is wrong with the numbers, or "".
func (f pointFields) problem(fractionDigits int) string {
	for _, part := range []struct {
		name          string
		got, from, to int
		width         int
	}{
		{"year", f.year, 1, 9999, 4},
		{"month", f.month, 1, 12, 2},
		{"hour", f.hour, 0, 23, 2},
		{"minute", f.minute, 0, 59, 2},
		{"second", f.second, 0, 59, 2},
		{"offset minute", f.offMinute, 0, 59, 2},
	} {
		if part.got < part.from || part.got > part.to {
			return fmt.Sprintf("%s %0*d, expected %0*d to %0*d",
				part.name, part.width, part.got, part.width, part.from, part.width, part.to)
		}
	}
	if last := daysIn(f.year, f.month); f.day < 1 || f.day > last {
		return fmt.Sprintf("%04d-%02d has no day %02d, its days are 01 to %d", f.year, f.month, f.day, last)
	}
	if len(f.fraction) > fractionDigits {
		return fmt.Sprintf("%d fraction digits, expected at most %d", len(f.fraction), fractionDigits)
	}
	if f.offHour*60+f.offMinute > maxPointOffset {
		return fmt.Sprintf("offset of %02d:%02d, expected at most %02d:%02d",
			f.offHour, f.offMinute, maxPointOffset/60, maxPointOffset%60)
	}
	return ""
}

// point builds the Point of checked fields.
func (f pointFields) point() Point {
	seconds := dayNumber(f.year, f.month, f.day)*secondsPerDay + int64(f.hour*3600+f.minute*60+f.second)
	micros := 0
	for i := range 6 {
		micros *= 10
		if i < len(f.fraction) {
			micros += int(f.fraction[i] - '0')
		}
	}
	return Point{
		local:  joinMicros(seconds, int64(micros)),
		offset: int16(f.sign * (f.offHour*60 + f.offMinute)),
		kind:   f.kind,
	}
}

// pointScanner reads a text from the left. After the first thing that does not
// fit, ok is false and stays so.
type pointScanner struct {
	rest string
	ok   bool
}

// accept skips text if it comes next.
func (sc *pointScanner) accept(text string) bool {
	rest, found := strings.CutPrefix(sc.rest, text)
	sc.rest = rest
	return found
}

// expect skips text, which must come next.
func (sc *pointScanner) expect(text string) {
	if !sc.accept(text) {
		sc.ok = false
	}
}

// number reads exactly width digits.
func (sc *pointScanner) number(width int) int {
	value := 0
	for i := range width {
		if i >= len(sc.rest) || !isDigit(sc.rest[i]) {
			sc.ok = false
			return 0
		}
		value = value*10 + int(sc.rest[i]-'0')
	}
	sc.rest = sc.rest[width:]
	return value
}

// digits reads one digit or more.
func (sc *pointScanner) digits() string {
	n := 0
	for n < len(sc.rest) && isDigit(sc.rest[n]) {
		n++
	}
	if n == 0 {
		sc.ok = false
	}
	digits := sc.rest[:n]
	sc.rest = sc.rest[n:]
	return digits
}

// sign reads + or - as 1 or -1.
func (sc *pointScanner) sign() int {
	if sc.accept("+") {
		return 1
	}
	sc.expect("-")
	return -1
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
