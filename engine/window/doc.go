// Package window gives time windows their bounds: from a window as written
// ("in last 30 days"), an as_of and a time zone to a half-open interval of
// instants.
//
// Every execution of a rule uses the bounds from here, so this package alone
// decides what a window means. The words and the table of windows are in
// docs/rules.md, "Time".
//
// The idea is three small layers:
//
//   - A time zone is a function from instants to local time that climbs second
//     by second and jumps at transitions. Only two facts are taken from package
//     time: the offset at an instant, and until when it holds. Everything else,
//     gaps and overlaps above all, is worked out here (zone.go), because
//     time.Date promises nothing there. The data is embedded (zone_data.go); what
//     the machine has is never asked.
//   - The local calendar: [LocalToInstant] and [DayStart] go from local time to
//     instants, [DayOf] goes back. Days and longer units move on the local date;
//     hours, minutes and seconds move on the instant.
//   - A [Spec] is a window as written, a [Point] is a time as written in it, and
//     [Spec.Resolve] is one case per row of the table.
//
// For executions that know no zones, [Interval.Days] gives the dates that lie in
// an interval and [Offsets] the changes of the clocks in it.
//
// Invariants:
//
//	I1  DayStart never falls as the day grows.
//	I2  Day d is [DayStart(d), DayStart(d+1)) and DayOf agrees: each instant has
//	    exactly one day. A date that a zone skipped is an empty day. The last day
//	    of all ends with the instant math.MaxInt64, which is on it.
//	I3  Results saturate: no bound overflows, and math.MinInt64 and
//	    math.MaxInt64 mean unbounded.
//
// Instants are microseconds since 1970-01-01 UTC throughout. A nil location is
// taken as UTC.
//
// The tables in testdata were made by java.time and judge all of it.
//
// The package does not parse rules, does not know events or attributes, and
// never reads the clock. Start at [Spec.Resolve].
package window
