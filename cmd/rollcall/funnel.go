package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

func (a *app) funnelCommand() *cobra.Command {
	var where placeFlags
	cmd := &cobra.Command{
		Use:   "funnel SNAP RULE",
		Short: "How far customers come in a sequence",
		Long: `Counts how many customers come to each step of a sequence: "page_view then
cart_event within 2 hours then purchase". RULE is a sequence, or joins one with other
conditions by "and", which then hold for all that are counted. A "not" belongs to the
step after it; at the end of the sequence it is a step of its own. Beside each count
stand its share of those of the first step, and of the step before; of the first step
the latter is the share of all customers.

` + inPlaceHelp + `

With --format json the object is that of count with "steps", each "step" (its text),
"count", "of_first" and "of_previous" (from 0 to 1); "count" of the object is that of
the last step.

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error { return a.funnel(cmd.Context(), q) })
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	return cmd
}

func (a *app) funnel(ctx context.Context, q ask.Asker) error {
	answer, f, err := q.Funnel(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewFunnelJSON(answer, f))
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"step", "customers", "of first", "of previous"})
	previous := answer.Customers
	for _, s := range f.Steps {
		tw.AppendRow(table.Row{s.Text, wording.Number(s.Count), wording.Percent(s.Count, f.Steps[0].Count), wording.Percent(s.Count, previous)})
		previous = s.Count
	}
	return a.printTable(tw, "customers", "of first", "of previous")
}
