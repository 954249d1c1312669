package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
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

// funnelJSON is the object that funnel prints.
type funnelJSON struct {
	countJSON
	Steps []funnelStepJSON `json:"steps"`
}

type funnelStepJSON struct {
	Step       string  `json:"step"`
	Count      uint64  `json:"count"`
	OfFirst    float64 `json:"of_first"`
	OfPrevious float64 `json:"of_previous"` // of the first step: of all customers
}

func (a *app) funnel(ctx context.Context, q asker) error {
	answer, f, err := q.funnel(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		out := funnelJSON{countJSON: *newCountJSON(answer)}
		for i, s := range f.Steps {
			out.Steps = append(out.Steps, funnelStepJSON{s.Text, s.Count, f.OfFirst(i), f.OfPrevious(i)})
		}
		return a.printJSON(out)
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"step", "customers", "of first", "of previous"})
	previous := answer.Customers
	for _, s := range f.Steps {
		tw.AppendRow(table.Row{s.Text, groups(int64(s.Count)), percent(s.Count, f.Steps[0].Count), percent(s.Count, previous)})
		previous = s.Count
	}
	return a.printTable(tw, "customers", "of first", "of previous")
}

func (q *question) funnel(ctx context.Context) (*answered, *engine.Funnel, error) {
	f, err := q.Funnel(ctx)
	if err != nil {
		return nil, nil, err
	}
	return q.answered(&f.Answer), f, nil
}

func (q *inPlace) funnel(ctx context.Context) (*answered, *engine.Funnel, error) {
	steps, err := rule.Funnel(q.rule)
	if err != nil {
		return nil, nil, err
	}
	f := &engine.Funnel{}
	count := uint64(0)
	for _, step := range steps {
		checked, err := rule.Check(step.Rule, q.Schema, q.library)
		if err != nil {
			return nil, nil, err
		}
		if count, err = federate.Count(ctx, q.Place, checked, q.asOf); err != nil {
			return nil, nil, err
		}
		f.Steps = append(f.Steps, engine.FunnelStep{Text: step.Text, Count: count})
	}
	answer, err := q.answered(ctx, count)
	if err != nil {
		return nil, nil, err
	}
	f.Answer = answer.Answer
	return answer, f, nil
}
