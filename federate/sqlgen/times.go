package sqlgen

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// window returns the test that an instant, or of a date the first one, lies in
// an interval.
func (g *generator) window(x operand, t model.Type, in window.Interval) *predicate {
	rs := rangesOf(in)
	if t.Kind == model.Date {
		return g.dates(x, g.daysWithin(rs))
	}
	return g.timestamps(x, rs)
}

// rangesOf returns the instants of an interval as ranges.
func rangesOf(in window.Interval) []rule.Range[int64] {
	switch {
	case in.Empty():
		return nil
	case in.Hi == math.MaxInt64:
		return []rule.Range[int64]{{Lo: in.Lo, Hi: math.MaxInt64}}
	}
	return []rule.Range[int64]{{Lo: in.Lo, Hi: in.Hi - 1}}
}

// dates returns the test that a date is one of some days since 1970-01-01.
func (g *generator) dates(x operand, rs []rule.Range[int64]) *predicate {
	_, _, lo, hi := g.limits()
	return ranges(x, clamp(rs, lo, hi), full, g.date, func(r rule.Range[int64]) *predicate {
		var in interval
		if r.Lo != full.Lo {
			in.lo = g.date(r.Lo)
		}
		if r.Hi != full.Hi {
			in.hi = g.date(r.Hi)
		}
		return between(x.sql, in, !x.present)
	})
}

// timestamps returns the test that an instant is in some ranges of microseconds,
// for a value as its column holds it.
func (g *generator) timestamps(x operand, rs []rule.Range[int64]) *predicate {
	switch x.encoding {
	case model.EncodedSeconds:
		return g.ints(x, secondsWithin(rs), full)
	case model.EncodedDate:
		return g.dates(x, g.daysWithin(rs))
	case model.EncodedUTC:
		return g.micros(x, rs, g.civil)
	case model.EncodedLocal:
		return g.micros(x, g.localWithin(x, rs), g.civil)
	case model.EncodedInstant:
		return g.micros(x, rs, g.instant)
	}
	g.invalid("the layout has a time held as %q, which is no encoding", string(x.encoding))
	return never
}

// micros returns the test that a value of a time type is in some ranges of
// microseconds. Ranges are printed half-open, as windows are, unless an end is
// the rounder one.
func (g *generator) micros(x operand, rs []rule.Range[int64], literal func(int64) string) *predicate {
	lo, hi, _, _ := g.limits()
	return ranges(x, clamp(rs, lo, hi), full, literal, func(r rule.Range[int64]) *predicate {
		var in interval
		if r.Lo != full.Lo {
			in.lo = literal(r.Lo)
			if r.Lo%microsPerSecond != 0 && (r.Lo-1)%microsPerSecond == 0 {
				in.lo, in.loOpen = literal(r.Lo-1), true
			}
		}
		if r.Hi != full.Hi {
			in.hi, in.hiOpen = literal(r.Hi+1), true
			if r.Hi%microsPerSecond == 0 {
				in.hi, in.hiOpen = literal(r.Hi), false
			}
		}
		return between(x.sql, in, !x.present)
	})
}

// clamp makes ends open where a column has nothing beyond them, and drops ranges
// of which it has nothing.
func clamp(rs []rule.Range[int64], lo, hi int64) []rule.Range[int64] {
	var kept []rule.Range[int64]
	for _, r := range rs {
		if r.Hi < lo || r.Lo > hi {
			continue
		}
		if r.Lo <= lo {
			r.Lo = math.MinInt64
		}
		if r.Hi >= hi {
			r.Hi = math.MaxInt64
		}
		kept = append(kept, r)
	}
	return kept
}

// secondsWithin returns the whole seconds in ranges of microseconds.
func secondsWithin(rs []rule.Range[int64]) []rule.Range[int64] {
	var seconds []rule.Range[int64]
	for _, r := range rs {
		s := full
		if r.Lo != full.Lo {
			s.Lo = -floorDiv(-r.Lo, microsPerSecond)
		}
		if r.Hi != full.Hi {
			s.Hi = floorDiv(r.Hi, microsPerSecond)
		}
		if s.Lo <= s.Hi {
			seconds = append(seconds, s)
		}
	}
	return seconds
}

// daysWithin returns the days whose first instants lie in ranges of instants.
// First instants never fall as days grow, so the days of a range are a range.
func (g *generator) daysWithin(rs []rule.Range[int64]) []rule.Range[int64] {
	var days []rule.Range[int64]
	for _, r := range rs {
		in := window.Interval{Lo: r.Lo, Hi: math.MaxInt64}
		if r.Hi != full.Hi {
			in.Hi = r.Hi + 1
		}
		var d rule.Range[int64]
		d.Lo, d.Hi = in.Days(g.loc)
		if d.Lo <= d.Hi {
			days = append(days, d)
		}
	}
	return days
}

// localWithin returns the local times whose instants lie in ranges. Every set of
// instants has an exact answer: where an end lies in the hour after a gap, local
// times of the gap count too and the answer is in pieces.
func (g *generator) localWithin(x operand, rs []rule.Range[int64]) []rule.Range[int64] {
	var local []rule.Range[int64]
	for _, r := range rs {
		spans := []span{{lo: math.MinInt64, hi: math.MaxInt64}}
		if r.Lo != full.Lo {
			spans = g.localFrom(x, r.Lo)
		}
		if r.Hi != full.Hi {
			spans = intersect(spans, complement(g.localFrom(x, r.Hi+1)))
		}
		for _, s := range spans {
			if s.hi != math.MaxInt64 {
				s.hi--
			}
			local = append(local, rule.Range[int64]{Lo: s.lo, Hi: s.hi})
		}
	}
	return joined(local)
}

// localFrom returns the local times of an operand whose instants are x or later.
func (g *generator) localFrom(x operand, instant int64) []span {
	spans := localFrom(instant, g.loc)
	if x.canonical {
		spans = spans[len(spans)-1:] // what lies before is within gaps
	}
	return spans
}

// joined merges ranges that touch or overlap and puts them in order.
func joined(rs []rule.Range[int64]) []rule.Range[int64] {
	slices.SortFunc(rs, func(a, b rule.Range[int64]) int {
		switch {
		case a.Lo < b.Lo:
			return -1
		case a.Lo > b.Lo:
			return 1
		}
		return 0
	})
	var merged []rule.Range[int64]
	for _, r := range rs {
		last := len(merged) - 1
		if last >= 0 && (merged[last].Hi == math.MaxInt64 || r.Lo <= merged[last].Hi+1) {
			merged[last].Hi = max(merged[last].Hi, r.Hi)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

func sortedUnique(values []int64) []int64 {
	slices.Sort(values)
	return slices.Compact(values)
}

// firstDay is the first day of the year 1.
const firstDay = -719_162

// formatCivil returns a date and time in UTC as ISO 8601 has it, with a space in
// the middle and six fraction digits where they are not zero. date writes the
// date.
func formatCivil(micros int64, date func(day int64) string) string {
	t := time.UnixMicro(micros).UTC()
	layout := " 15:04:05"
	if t.Nanosecond() != 0 {
		layout += ".000000"
	}
	return date(floorDiv(micros, microsPerDay)) + t.Format(layout)
}

// formatDate returns a date as ISO 8601 has it; year writes the year.
func formatDate(day int64, year func(int) string) string {
	t := time.Unix(day*secondsPerDay, 0).UTC()
	return year(t.Year()) + t.Format("-01-02")
}

// commonDate writes a date without its era: the year 0 is 1 BC.
func commonDate(day int64) string {
	return formatDate(day, func(year int) string {
		if year <= 0 {
			year = 1 - year
		}
		return fmt.Sprintf("%04d", year)
	})
}
