package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
)

func (a *app) breakdownCommand() *cobra.Command {
	var where placeFlags
	var by string
	var limit int
	cmd := &cobra.Command{
		Use:   "breakdown SNAP RULE --by ATTRIBUTE",
		Short: "An audience by the values of an attribute",
		Long: `Counts the members of the audience by their value of an attribute: the values that
most members have, those of equal numbers in their own order, and who has none
(NULL) apart. Beside each stand its share of the audience and its lift: how many
times as frequent it is in the audience as among all customers.

` + inPlaceHelp + `

With --format json the object is that of count with "attribute", "distinct" (values
that members have), "values" (each "value", "count", "share", "customers" of all
who have it, "lift"), "null" (the same without "value") and "rest" (those beyond
--limit together: "values", "count", "share"). "customers" and "lift" are null where
a source has too many values to compare.

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case by == "":
				return usagef("breakdown needs --by ATTRIBUTE")
			case limit < 1 || limit > maxListLimit:
				return usagef("--limit is %d, expected 1 to %d", limit, maxListLimit)
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error { return a.breakdown(cmd.Context(), q, by, limit) })
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	cmd.Flags().StringVar(&by, "by", "", "attribute whose values divide the audience")
	cmd.Flags().IntVar(&limit, "limit", defaultListLimit, fmt.Sprintf("values to show, at most %d", maxListLimit))
	return cmd
}

// breakdownParts is a breakdown with whether the numbers of all customers are known.
type breakdownParts struct {
	*engine.Breakdown
	compared bool
}

// breakdownJSON is the object that breakdown prints.
type breakdownJSON struct {
	countJSON
	Attribute string      `json:"attribute"`
	Distinct  int         `json:"distinct"`
	Values    []valueJSON `json:"values"`
	Null      portionJSON `json:"null"`
	Rest      restJSON    `json:"rest"`
}

type valueJSON struct {
	Value any `json:"value"`
	portionJSON
}

type portionJSON struct {
	Count     uint64   `json:"count"`
	Share     float64  `json:"share"`     // of the audience, from 0 to 1
	Customers *uint64  `json:"customers"` // of all; null: not known
	Lift      *float64 `json:"lift"`      // null: not known, or of nobody
}

type restJSON struct {
	Values int     `json:"values"`
	Count  uint64  `json:"count"`
	Share  float64 `json:"share"`
}

func (b *breakdownParts) portion(p engine.Portion) portionJSON {
	out := portionJSON{Count: p.Count, Share: b.Share(p)}
	if !b.compared {
		return out
	}
	out.Customers = &p.Customers
	if p.Customers > 0 && b.Count > 0 {
		lift := b.Lift(p)
		out.Lift = &lift
	}
	return out
}

func (a *app) breakdown(ctx context.Context, q asker, by string, limit int) error {
	answer, b, err := q.breakdown(ctx, by, limit)
	if err != nil {
		return err
	}
	if a.json() {
		out := breakdownJSON{
			countJSON: *newCountJSON(answer), Attribute: b.Attribute, Distinct: b.Distinct,
			Values: []valueJSON{}, Null: b.portion(b.Null),
			Rest: restJSON{b.Distinct - len(b.Values), b.Rest.Count, b.Share(b.Rest)},
		}
		for _, p := range b.Values {
			out.Values = append(out.Values, valueJSON{jsonValue(p.Value), b.portion(p)})
		}
		return a.printJSON(out)
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{b.Attribute, "members", "share", "customers", "lift"})
	for _, p := range b.Values {
		tw.AppendRow(b.row(cellText(p.Value, answer.location), p))
	}
	if b.Null.Customers > 0 || b.Null.Count > 0 {
		tw.AppendRow(b.row(cellText(nil, nil), b.Null))
	}
	if n := b.Distinct - len(b.Values); n > 0 {
		tw.AppendRow(table.Row{"(" + plural(n, "other value", "other values") + ")", groups(int64(b.Rest.Count)), percent(b.Rest.Count, b.Count), "", ""})
	}
	return a.printTable(tw, "members", "share", "customers", "lift")
}

// row is a line of the table.
func (b *breakdownParts) row(name string, p engine.Portion) table.Row {
	customers, lift := "-", "-"
	if shown := b.portion(p); shown.Customers != nil {
		customers = groups(int64(*shown.Customers))
		if shown.Lift != nil {
			lift = fmt.Sprintf("%.2f", *shown.Lift)
		}
	}
	return table.Row{name, groups(int64(p.Count)), percent(p.Count, b.Count), customers, lift}
}
