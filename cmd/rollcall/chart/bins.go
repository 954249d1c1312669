package chart

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/window"
)

// binName returns what a bin is called: the day, month or the like, or its bounds.
func binName(b *ask.BreakdownJSON, bin *ask.BinJSON, loc *time.Location) string {
	first, ok := dayOf(bin.From, loc)
	unit, isUnit := window.ParseUnit(b.Every)
	if end, hasEnd := dayOf(bin.To, loc); ok && isUnit && hasEnd {
		from, to := unitName(first, unit), unitName(end-1, unit)
		if from == to {
			return from
		}
		return from + " to " + to // bins that were joined
	}
	end := ")"
	if bin.ToIncluded {
		end = "]"
	}
	return "[" + valueText(b, bin.From, loc) + ", " + valueText(b, bin.To, loc) + end
}

// edges returns where the bins of a breakdown start, and where the last one ends.
func edges(b *ask.BreakdownJSON, loc *time.Location) []string {
	unit, isUnit := window.ParseUnit(b.Every)
	name := func(bound any) string {
		if day, ok := dayOf(bound, loc); ok && isUnit {
			return unitName(day, unit)
		}
		return valueText(b, bound, loc)
	}
	var out []string
	bins := *b.Bins
	for i := range bins {
		out = append(out, name(bins[i].From))
	}
	if n := len(bins); n > 0 {
		out = append(out, name(bins[n-1].To))
	}
	return out
}

// dayOf returns the day of a bound in a zone; false where it is no date and no time.
func dayOf(bound any, loc *time.Location) (column.Day, bool) {
	text, ok := bound.(string)
	if !ok {
		return 0, false
	}
	at, err := window.ParseAsOf(text, loc)
	if err != nil {
		return 0, false
	}
	return column.Day(window.DayOf(at.UnixMicro(), loc)), true
}

// unitName names the unit of the calendar that a day is in.
func unitName(day column.Day, unit window.Unit) string {
	day = column.Day(window.UnitStart(int64(day), 0, unit))
	first := time.Unix(int64(day)*24*60*60, 0).UTC()
	switch unit {
	case window.Year:
		return first.Format("2006")
	case window.Quarter:
		return first.Format("2006") + "-Q" + strconv.Itoa((int(first.Month())+2)/3)
	case window.Month:
		return first.Format("2006-01")
	}
	return day.String()
}

// valueText writes a value of an object for people; instants in the parent segment's zone.
func valueText(b *ask.BreakdownJSON, v any, loc *time.Location) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		if !b.Instants {
			return v
		}
		if at, err := window.ParseAsOf(v, loc); err == nil {
			return ask.TimeText(at.In(loc))
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case json.RawMessage:
		return string(v)
	}
	return fmt.Sprint(v)
}
