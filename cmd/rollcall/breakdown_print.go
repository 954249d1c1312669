package main

import (
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/chart"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// How long a bar beside a table is at most, and at least: a shorter one tells nothing.
const (
	barColumns    = 24
	minBarColumns = 4
)

// printBreakdown prints the table of a breakdown.
func (a *app) printBreakdown(answer *ask.CountJSON, b *ask.BreakdownJSON, bars bool) error {
	portions := chart.Portions(&answer.AnswerJSON, b)
	highest := uint64(0)
	for _, p := range portions {
		highest = max(highest, p.Count)
	}
	rows := []table.Row{{b.Attribute, "members", "share", "customers", "lift"}}
	for i := range portions {
		rows = append(rows, portionRow(&portions[i], answer.Count))
	}
	if room := min(a.columns()-tableWidth(rows)-2, barColumns); bars && (room >= minBarColumns || !a.isTerminal()) {
		rows[0] = append(rows[0], "")
		for i, p := range portions {
			rows[i+1] = append(rows[i+1], picture.TextBar(float64(p.Count), float64(highest), max(room, minBarColumns)))
		}
	}
	tw := newTable()
	tw.AppendHeader(rows[0])
	tw.AppendRows(rows[1:])
	if name := chart.OtherName(b); name != "" {
		tw.AppendRow(table.Row{name, wording.Number(b.Rest.Count), wording.Percent(b.Rest.Count, answer.Count), "", ""})
	}
	if err := a.printTable(tw, "members", "share", "customers", "lift"); err != nil {
		return err
	}
	if !b.Elements {
		return nil
	}
	return a.printf("%s is a list: a customer counts for each element it has, so shares may add up to more than 100 %%\n", b.Attribute)
}

// portionRow is a line of the table.
func portionRow(p *chart.Portion, of uint64) table.Row {
	customers := "-"
	if p.Customers != nil {
		customers = wording.Number(*p.Customers)
	}
	return table.Row{p.Name, wording.Number(p.Count), wording.Percent(p.Count, of), customers, chart.LiftText(&p.PortionJSON)}
}
