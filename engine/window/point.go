package window

import (
	"fmt"
	"time"
)

// Point is a time as written: a date, or a civil date and time with or without
// an offset from UTC. The year is 1 to 9999. Points are comparable with ==: two
// are equal if they say the same date, time and offset, however they were
// written. The zero Point is no time; nothing parses to it.
type Point struct {
	local  int64 // the civil time in microseconds since 1970-01-01, as if it were UTC
	offset int16 // minutes east of UTC, where kind is zoned
	kind   pointKind
}

type pointKind uint8

const (
	noPoint pointKind = iota
	date              // local is midnight
	civil             // a date and time in the local time of a zone yet to be named
	zoned             // a date and time with an offset
)

// PointFromUnix returns the time of whole seconds since 1970-01-01 UTC, as rule
// files write it: zoned, in UTC, '2023-11-14T22:13:20Z'. It refuses seconds
// outside the years 1 to 9999 of UTC, with the zero Point; milliseconds of any
// time after 1978 are among them.
func PointFromUnix(seconds int64) (Point, error) {
	if seconds < firstPointSecond || seconds > lastPointSecond {
		return Point{}, fmt.Errorf("%d is not a time in unix seconds: expected %d to %d, the years 0001 to 9999",
			seconds, firstPointSecond, lastPointSecond)
	}
	return Point{local: seconds * microsPerSecond, kind: zoned}, nil
}

// IsZero reports whether p is no time at all.
func (p Point) IsZero() bool { return p.kind == noPoint }

// IsDate reports whether p is a date, which stands for its whole local day.
func (p Point) IsDate() bool { return p.kind == date }

// DayNumber returns a date as days since 1970-01-01; of a date and time, it is
// the date as written.
func (p Point) DayNumber() int32 {
	return int32(floorDiv(p.local, microsPerDay))
}

// Instant returns the instant of p in microseconds: of a date the first instant
// of its local day, of a time without an offset the instant at which the clock
// in loc shows it, as LocalToInstant has it.
func (p Point) Instant(loc *time.Location) int64 {
	switch p.kind {
	case date:
		return DayStart(p.DayNumber(), loc)
	case zoned:
		return p.local - int64(p.offset)*60*microsPerSecond
	}
	return LocalToInstant(p.local, loc)
}

// End returns the instant just after p in microseconds: of a date the first
// instant of the next local day, else one microsecond after p.
func (p Point) End(loc *time.Location) int64 {
	if p.kind == date {
		return dayStart(int64(p.DayNumber())+1, loc)
	}
	return p.Instant(loc) + 1
}

// String returns the canonical text: 'YYYY-MM-DD' without the quotes, or
// RFC 3339's form with a T, seconds, a fraction without trailing zeros where
// there is one, and the offset where there is one, Z for zero. ParsePoint reads
// it back to the same Point. The zero Point is "".
func (p Point) String() string {
	if p.kind == noPoint {
		return ""
	}
	t := time.UnixMicro(p.local).UTC()
	switch p.kind {
	case date:
		return t.Format("2006-01-02")
	case civil:
		return t.Format("2006-01-02T15:04:05.999999")
	}
	return t.Format("2006-01-02T15:04:05.999999") + offsetText(int(p.offset))
}

func offsetText(minutes int) string {
	if minutes == 0 {
		return "Z"
	}
	sign := "+"
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	return fmt.Sprintf("%s%02d:%02d", sign, minutes/60, minutes%60)
}

// quoted returns the canonical text as it stands in a rule.
func (p Point) quoted() string {
	return "'" + p.String() + "'"
}
