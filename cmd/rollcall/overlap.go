package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/chart"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
)

func (a *app) overlapCommand() *cobra.Command {
	var where placeFlags
	var draw drawing
	cmd := &cobra.Command{
		Use:   "overlap SNAP RULE RULE …",
		Short: "How several audiences overlap",
		Long: fmt.Sprintf(`Counts who is in which of the audiences of %d to %d rules: how many each rule
selects, how many customers are in exactly the same of them (a region), and for
every two how many are in both, and how much alike they are (Jaccard: those in both
as a share of those in either). The rules are numbered as they are given. With -o a
picture of it is written, too.

%s A source
takes %d rules at most.

With --format json the object is that of count, of the rule that selects those in any
audience, with "rules" (each "rule", "count", "share" of all customers), "common"
(who are in all), "jaccard" (of all), "regions" (each "rules", numbered from 1, and
"count") and "pairs" (each "rules", "both", "jaccard").

%s

%s`, engine.MinOverlap, engine.MaxOverlap, inPlaceHelp, ask.MaxOverlapInPlace, ruleHelp, sourceHelp),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := draw.check(cmd, a); err != nil {
				return err
			}
			q, err := a.compare(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error { return a.overlap(cmd.Context(), q, &draw) })
		},
	}
	where.addSeveral(cmd, engine.MinOverlap, engine.MaxOverlap)
	a.segmentsFlag(cmd)
	draw.add(cmd)
	return cmd
}

func (a *app) overlap(ctx context.Context, q ask.Comparer, draw *drawing) error {
	c, o, err := q.Overlap(ctx)
	if err != nil {
		return err
	}
	out := ask.NewOverlapJSON(c, o)
	drawn := chart.Overlap(out)
	if err := draw.write(a, drawn); err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(out)
	}
	if err := a.printAnswer(c.Answer); err != nil {
		return err
	}
	return errors.Join(a.printSets(c, o), a.printRegions(o), a.printPairs(o), draw.print(a, drawn))
}

// printSets prints the size of every audience.
func (a *app) printSets(c *ask.Compared, o *engine.Overlap) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"", "rule", "members", "share"})
	for i := range o.Sets {
		tw.AppendRow(table.Row{i + 1, c.Rules[i], wording.Number(o.Sets[i].Count), wording.Percent(o.Sets[i].Count, o.Customers)})
	}
	return a.printTable(tw, "members", "share")
}

// printRegions prints who is in the same audiences.
func (a *app) printRegions(o *engine.Overlap) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"in rules", "customers", "share of any"})
	for _, r := range o.Regions {
		tw.AppendRow(table.Row{numbersText(ask.RulesOf(r)), wording.Number(r.Count), wording.Percent(r.Count, o.Union)})
	}
	return errors.Join(a.printf("\n"), a.printTable(tw, "customers", "share of any"))
}

// printPairs prints how much alike every two audiences are.
func (a *app) printPairs(o *engine.Overlap) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"rules", "in both", "alike"})
	for i := range o.Sets {
		for j := range i {
			tw.AppendRow(table.Row{numbersText([]int{j + 1, i + 1}), wording.Number(o.Both(i, j)), fmt.Sprintf("%.3f", o.Jaccard(i, j))})
		}
	}
	return errors.Join(a.printf("\n"), a.printTable(tw, "in both", "alike"))
}

// numbersText writes the numbers of rules.
func numbersText(rules []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(rules), " ", ", "), "[]")
}
