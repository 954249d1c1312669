package oracle

import (
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Lengths in microseconds.
const (
	microsPerSecond = int64(1_000_000)
	microsPerHour   = 3600 * microsPerSecond
	microsPerDay    = 24 * microsPerHour
)

// zones have gaps and overlaps at 2 and at 3 o'clock, at midnight and of half an
// hour, a day that was skipped, or nothing of the kind.
var zones = []string{
	"UTC", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Tokyo", "Europe/London",
	"Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Santiago",
}

func isTime(typ model.Type) bool { return typ.Kind == model.Date || typ.Kind == model.Timestamp }

// reference returns an instant that a table's times may lie around: half of them
// a change of the local clock, some the end of a month.
func (r random) reference(loc *time.Location) int64 {
	year := pickOf(r, []int{1968, 1969, 1970, 1999, 2000, 2011, 2011, 2012, 2016, 2017, 2018, 2023, 2024, 2026})
	at := time.Date(year, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1_000_000)*1000, time.UTC)
	switch r.IntN(5) {
	case 0, 1:
		if _, end := at.In(loc).ZoneBounds(); !end.IsZero() {
			return end.UnixMicro()
		}
	case 2:
		monthEnd := time.Date(year, at.Month()+1, 0, at.Hour(), 0, 0, 0, time.UTC)
		return monthEnd.UnixMicro()
	}
	return at.UnixMicro()
}

// near returns an instant at or around another.
func (r random) near(at int64, loc *time.Location) int64 {
	switch r.IntN(10) {
	case 0:
		return at + 1
	case 1:
		return at - 1
	case 2, 3:
		return r.midnight(at, loc)
	case 4:
		return at + r.between(-2, 2)*microsPerHour
	case 5:
		return at + r.between(-40, 40)*microsPerDay
	case 6:
		return at - at%microsPerSecond
	}
	return at
}

// midnight returns the first instant of a day around an instant, or the last
// microsecond of the day before.
func (r random) midnight(at int64, loc *time.Location) int64 {
	day := window.DayOf(at, loc) + int32(r.between(-1, 1))
	start := window.DayStart(day, loc)
	if r.chance(4) {
		start--
	}
	return start
}

// instant returns a timestamp of a table whose times lie around base.
func (r random) instant(base int64, loc *time.Location) int64 {
	switch r.IntN(20) {
	case 0:
		return r.between(-2_000_000_000, 4_200_000_000)*microsPerSecond + r.between(0, 999_999)
	case 1:
		return -r.between(1, 3)
	case 2:
		return r.near(base, loc)
	case 3:
		return r.midnight(base+r.between(-60, 60)*microsPerDay, loc)
	case 4, 5, 6, 7, 8:
		return r.near(base+r.between(-3*24, 3*24)*microsPerHour, loc)
	case 9, 10:
		return base + r.between(-800, 400)*microsPerDay
	}
	return base + r.between(-45*24*3600, 10*24*3600)*microsPerSecond + r.between(0, 1)*r.between(0, 999_999)
}

// timeText writes an instant as a literal: exactly, in the form of UTC, of
// another offset or of the local clock, or as its local date.
func (r random) timeText(at int64, loc *time.Location) string {
	t := time.UnixMicro(at).UTC()
	const local, zoned = "2006-01-02 15:04:05.999999", "2006-01-02T15:04:05.999999Z07:00"
	switch r.IntN(6) {
	case 0:
		return quote(t.Format(zoned))
	case 1:
		return quote(t.In(time.FixedZone("", 5*3600+30*60)).Format(zoned))
	case 2:
		return quote(t.In(loc).Format(local))
	case 3:
		return quote(t.In(loc).Format("2006-01-02 15:04"))
	}
	return quote(t.In(loc).Format(time.DateOnly))
}
