package window

import (
	"math"
	"math/bits"
	"time"
)

const (
	microsPerSecond = 1_000_000
	secondsPerDay   = 86_400
	microsPerDay    = secondsPerDay * microsPerSecond
)

// FormatInstant returns an instant in RFC 3339, in the local time of loc, with
// up to six fraction digits and no trailing zeros among them. It is exact:
// where the offset of loc is not a whole number of minutes (local mean time,
// before about 1970), which RFC 3339 cannot say, the instant is written in UTC.
// Years outside 0000 to 9999 are written with their sign or all their digits.
func FormatInstant(micros int64, loc *time.Location) string {
	t := time.UnixMicro(micros).In(orUTC(loc))
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC()
	}
	return t.Format("2006-01-02T15:04:05.999999Z07:00")
}

// ParseAsOf reads an as_of: an RFC 3339 time, a date (its first instant in
// loc), or a date-time without a zone, which is local time in loc. It takes what
// ParsePoint takes, and up to nine fraction digits; those past the microsecond
// are dropped. The result is in loc.
func ParseAsOf(s string, loc *time.Location) (time.Time, error) {
	p, err := parsePoint(s, asOfFractionDigits)
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMicro(p.Instant(loc)).In(orUTC(loc)), nil
}

// microsOf floors t to microseconds. It saturates.
func microsOf(t time.Time) int64 {
	return joinMicros(t.Unix(), int64(t.Nanosecond()/1000))
}

// joinMicros returns seconds plus a fraction of 0 to 999,999 microseconds. It
// saturates.
func joinMicros(seconds, fraction int64) int64 {
	if seconds < 0 {
		// The first second of time is cut: its start is out of range, its end is not.
		seconds, fraction = seconds+1, fraction-microsPerSecond
	}
	return addSat(mulSat(seconds, microsPerSecond), fraction)
}

// splitMicros is the inverse of joinMicros.
func splitMicros(micros int64) (seconds, fraction int64) {
	seconds = floorDiv(micros, microsPerSecond)
	return seconds, micros - seconds*microsPerSecond
}

// addSat adds and saturates.
func addSat(a, b int64) int64 {
	sum := a + b
	switch {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	}
	return sum
}

// mulSat multiplies by a positive b and saturates.
func mulSat(a, b int64) int64 {
	magnitude := uint64(a)
	if a < 0 {
		magnitude = -magnitude
	}
	hi, lo := bits.Mul64(magnitude, uint64(b))
	switch {
	case a < 0 && (hi != 0 || lo > -math.MinInt64):
		return math.MinInt64
	case a >= 0 && (hi != 0 || lo > math.MaxInt64):
		return math.MaxInt64
	}
	return a * b
}

// floorDiv divides by a positive b and rounds towards minus infinity.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
