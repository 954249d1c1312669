package window

// MaxYears is the longest span that one count may name, in years of the
// Gregorian calendar. Validate refuses a longer one.
const MaxYears = 10_000

// daysPer400Years is exact: the Gregorian calendar repeats after 400 years.
const daysPer400Years = 146_097

// maxDays is MaxYears in days; MaxYears is a multiple of 400.
const maxDays = MaxYears / 400 * daysPer400Years

// maxOffset is the largest distance of a local time from UTC, in seconds.
// RFC 8536 asks time-zone data to stay within -25 and +26 hours. Zones with
// larger offsets are understood only where they have no transitions.
const maxOffset = 26 * 3600

// maxPointOffset is the largest offset that a time as written may carry, in
// minutes. It is java.time's limit; no zone has ever gone beyond 16 hours.
const maxPointOffset = 18 * 60

// firstPointSecond and lastPointSecond are the first second of the year 1 and
// the last of the year 9999 in UTC, in seconds since 1970-01-01 UTC.
const (
	firstPointSecond = -62_135_596_800
	lastPointSecond  = 253_402_300_799
)

// pointFractionDigits and asOfFractionDigits are how many digits may follow
// the second. Digits of an as_of past the microsecond are dropped.
const (
	pointFractionDigits = 6
	asOfFractionDigits  = 9
)

// cacheSlots is the number of days that Days and Locals remember. It is a power
// of two; 1,024 days keep about three years of events in cache.
const cacheSlots = 1024
