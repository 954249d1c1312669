package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

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

%s`, engine.MaxWaterfall, inPlaceHelp, maxWaterfallInPlace, ruleHelp, sourceHelp),
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

// waterfallJSON is the object that waterfall prints.
type waterfallJSON struct {
	countJSON
	Rules []stepOfJSON `json:"rules"`
	Rest  uint64       `json:"rest"`
}

type stepOfJSON struct {
	ruleJSON
	Taken uint64 `json:"taken"`
	Lost  uint64 `json:"lost"`
}

func (a *app) waterfall(ctx context.Context, q comparer) error {
	c, w, err := q.waterfall(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		out := waterfallJSON{countJSON: *newCountJSON(c.answered), Rules: []stepOfJSON{}, Rest: w.Rest}
		for i := range w.Steps {
			step := &w.Steps[i]
			out.Rules = append(out.Rules, stepOfJSON{newRuleJSON(c, i, step.Alone()), step.Taken, step.Lost()})
		}
		return a.printJSON(out)
	}
	if err := a.printAnswer(c.answered); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"", "rule", "taken", "share", "alone", "lost"})
	for i := range w.Steps {
		step := &w.Steps[i]
		tw.AppendRow(table.Row{
			i + 1, c.rules[i], groups(int64(step.Taken)), percent(step.Taken, w.Customers), groups(int64(step.Alone())), groups(int64(step.Lost())),
		})
	}
	tw.AppendRow(table.Row{"", "(no rule)", groups(int64(w.Rest)), percent(w.Rest, w.Customers), "", ""})
	return a.printTable(tw, "taken", "share", "alone", "lost")
}
