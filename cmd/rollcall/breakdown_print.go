package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/window"
)

// shownBreakdown is a breakdown that is printed or drawn.
type shownBreakdown struct{ *ask.Breakdown }

// How long a bar beside a table is at most, and at least: a shorter one tells nothing.
const (
	barColumns    = 24
	minBarColumns = 4
)

// breakdownLine is a line of a breakdown: of a value, a bin, or those apart.
type breakdownLine struct {
	name  string
	apart bool // none of the values: NULL, and the like
	engine.Portion
}

// breakdownLines returns the lines of a breakdown but that of the rest.
func (b *shownBreakdown) breakdownLines(loc *time.Location) []breakdownLine {
	var out []breakdownLine
	for _, p := range b.Values {
		out = append(out, breakdownLine{cellText(p.Value, loc), false, p})
	}
	apart := func(name string, p engine.Portion) {
		if p.Customers > 0 || p.Count > 0 {
			out = append(out, breakdownLine{name, true, p})
		}
	}
	apart("-Inf", b.Below)
	for i := range b.Bins {
		out = append(out, breakdownLine{b.binName(&b.Bins[i], loc), false, b.Bins[i].Portion})
	}
	apart("+Inf", b.Above)
	apart("[] (no element)", b.Empty)
	apart(cellText(nil, nil), b.Null)
	return out
}

// binName returns what a bin is called: the day, month or the like, or its bounds.
func (b *shownBreakdown) binName(bin *engine.Bin, loc *time.Location) string {
	if b.Every == 0 {
		end := ")"
		if bin.Closed {
			end = "]"
		}
		return "[" + cellText(bin.From, loc) + ", " + cellText(bin.To, loc) + end
	}
	day, ok := bin.From.(column.Day)
	if at, isTime := bin.From.(time.Time); isTime {
		day, ok = column.Day(window.DayOf(at.UnixMicro(), loc)), true
	}
	if !ok {
		return cellText(bin.From, loc)
	}
	return unitName(day, b.Every)
}

// unitName names the unit of the calendar that starts on a day.
func unitName(day column.Day, unit window.Unit) string {
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

// printBreakdown prints the table of a breakdown.
func (a *app) printBreakdown(b *shownBreakdown, answer *ask.Answer, bars bool) error {
	lines := b.breakdownLines(answer.Location)
	highest := uint64(0)
	for _, line := range lines {
		highest = max(highest, line.Count)
	}
	rows := []table.Row{{b.Attribute, "members", "share", "customers", "lift"}}
	for _, line := range lines {
		rows = append(rows, b.row(line.name, line.Portion))
	}
	if room := min(a.columns()-tableWidth(rows)-2, barColumns); bars && (room >= minBarColumns || !a.isTerminal()) {
		rows[0] = append(rows[0], "")
		for i, line := range lines {
			rows[i+1] = append(rows[i+1], picture.TextBar(float64(line.Count), float64(highest), max(room, minBarColumns)))
		}
	}
	tw := newTable()
	tw.AppendHeader(rows[0])
	tw.AppendRows(rows[1:])
	if n := b.Distinct - len(b.Values); n > 0 {
		tw.AppendRow(table.Row{"(" + plural(n, "other value", "other values") + ")", groups(int64(b.Rest.Count)), percent(b.Rest.Count, b.Count), "", ""})
	}
	if err := a.printTable(tw, "members", "share", "customers", "lift"); err != nil {
		return err
	}
	if !b.OfElements {
		return nil
	}
	return a.printf("%s is a list: a customer counts for each element it has, so shares may add up to more than 100 %%\n", b.Attribute)
}

// row is a line of the table.
func (b *shownBreakdown) row(name string, p engine.Portion) table.Row {
	customers := "-"
	if b.Compared {
		customers = groups(int64(p.Customers))
	}
	return table.Row{name, groups(int64(p.Count)), percent(p.Count, b.Count), customers, b.liftText(p)}
}

// liftText writes the lift of a portion, "-" where it is not known.
func (b *shownBreakdown) liftText(p engine.Portion) string {
	if shown := b.Portion(p); shown.Lift != nil {
		return fmt.Sprintf("%.2f", *shown.Lift)
	}
	return "-"
}
