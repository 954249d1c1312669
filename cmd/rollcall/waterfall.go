package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
)

func (a *app) waterfallCommand() *cobra.Command {
	var where placeFlags
	cmd := &cobra.Command{
		Use:   "waterfall SNAP RULE …",
		Short: "Each customer in the first of several audiences",
		Long: fmt.Sprintf(`Gives every customer to the first rule that selects them, of up to %d rules in
order of priority, as campaigns do that nobody is to get twice. For each rule it
prints how many it takes, how many it selects by itself, and how many of these the
rules before it have taken; last, whom no rule takes.

%s A source
takes %d rules at most.

With --format json the object is that of count, of the rule that selects those whom
any rule takes, with "rules" (each "rule", "count" and "share" of those it selects
by itself, "taken", "lost") and "rest".

%s

%s`, engine.MaxWaterfall, inPlaceHelp, ask.MaxWaterfallInPlace, ruleHelp, sourceHelp),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := a.compare(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error { return a.waterfall(cmd.Context(), q) })
		},
	}
	where.addSeveral(cmd, 1, engine.MaxWaterfall)
	a.segmentsFlag(cmd)
	return cmd
}

func (a *app) waterfall(ctx context.Context, q ask.Comparer) error {
	c, w, err := q.Waterfall(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewWaterfallJSON(c, w))
	}
	if err := a.printAnswer(c.Answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"", "rule", "taken", "share", "alone", "lost"})
	for i := range w.Steps {
		step := &w.Steps[i]
		tw.AppendRow(table.Row{
			i + 1, c.Rules[i], wording.Number(step.Taken), wording.Percent(step.Taken, w.Customers), wording.Number(step.Alone()), wording.Number(step.Lost()),
		})
	}
	tw.AppendRow(table.Row{"", "(no rule)", wording.Number(w.Rest), wording.Percent(w.Rest, w.Customers), "", ""})
	return a.printTable(tw, "taken", "share", "alone", "lost")
}
