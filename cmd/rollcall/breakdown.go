package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/chart"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

func (a *app) breakdownCommand() *cobra.Command {
	var where placeFlags
	f := &breakdownFlags{}
	cmd := &cobra.Command{
		Use:   "breakdown SNAP RULE --by ATTRIBUTE[,ATTRIBUTE…]",
		Short: "An audience by the values of an attribute",
		Long: `Counts the members of the audience by their value of an attribute: the values that
most members have, those of equal numbers in their own order, and who has none
(NULL) apart. Beside each stand its share of the audience and its lift: how many
times as frequent it is in the audience as among all customers. Of a list each
element is counted, for the customers who have it: shares may add up to more than 1.

Several attributes give one breakdown after the other, of one pass over the data.
--bins makes histograms of those that are numbers, --every of dates and timestamps,
and both may be given; the others are divided by value. Bins have round bounds and go from the least to the
greatest value of members; a bin [0, 5) holds 0 and not 5, the last one of numbers
both its ends. Infinite numbers are counted apart.

` + inPlaceHelp + `

With --format json the object is that of count with "attribute", "distinct" (values
that members have), "values" (each "value", "count", "share", "customers" of all
who have it, "lift"), "null" (the same without "value") and "rest" (those beyond
--limit together: "values", "count", "share"). "customers" and "lift" are null where
a source has too many values to compare. A list has "elements": true and "empty",
like "null", whose lists have no element. A histogram has "bins" in place of
"distinct", "values" and "rest": each "from", "to", "to_included" and the numbers of a
value; of floats "below" and "above", those of -Inf and +Inf; of dates and timestamps
"every", the unit. Several attributes are objects in a list "breakdowns".

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			f.draws = cmd.Flags().Changed("bars") && f.bars || !cmd.Flags().Changed("bars") && a.isTerminal()
			return a.closing(q, func() error { return a.breakdown(cmd.Context(), q, f) })
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	f.add(cmd)
	return cmd
}

// breakdownFlags are the flags of breakdown.
type breakdownFlags struct {
	by    []string
	limit int
	bins  int
	every string
	out   string
	bars  bool
	draws bool // bars beside the table
	unit  window.Unit
}

func (f *breakdownFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.by, "by", nil, "attributes whose values divide the audience, with commas between them")
	flags.IntVar(&f.limit, "limit", defaultListLimit, fmt.Sprintf("values to show, at most %d", maxListLimit))
	flags.IntVar(&f.bins, "bins", 0, fmt.Sprintf("histogram of numbers, of so many bins of equal width at most, 2 to %d", engine.MaxBins))
	flags.StringVar(&f.every, "every", "", "histogram of dates and timestamps, a bin for every day, week, month, quarter or year")
	flags.StringVarP(&f.out, "output", "o", "", "picture to write, too: FILE.svg or FILE.png")
	flags.BoolVar(&f.bars, "bars", false, "draw bars beside the table (default on a terminal)")
}

// check checks what is known without a schema.
func (f *breakdownFlags) check() error {
	switch {
	case len(f.by) == 0:
		return usagef("breakdown needs --by ATTRIBUTE")
	case len(f.by) > engine.MaxBreakdowns:
		return usagef("--by names %d attributes, expected up to %d", len(f.by), engine.MaxBreakdowns)
	case f.limit < 1 || f.limit > maxListLimit:
		return usagef("--limit is %d, expected 1 to %d", f.limit, maxListLimit)
	case f.bins != 0 && (f.bins < 2 || f.bins > engine.MaxBins):
		return usagef("--bins is %d, expected 2 to %d", f.bins, engine.MaxBins)
	case f.out != "" && len(f.by) > 1:
		return usagef("-o draws one attribute, found %d in --by", len(f.by))
	}
	if f.every != "" {
		if f.unit, _ = window.ParseUnit(f.every); f.unit < window.Day {
			return usagef("--every is %q, expected day, week, month, quarter or year", f.every)
		}
	}
	if f.out == "" {
		return nil
	}
	if err := picture.Check(f.out); err != nil {
		return usagef("-o: %w", err)
	}
	return nil
}

func (a *app) breakdown(ctx context.Context, q ask.Asker, f *breakdownFlags) error {
	by, err := ask.Divide(q.Schema(), f.by, f.bins, f.unit)
	if err != nil {
		return err
	}
	answer, parts, err := q.Breakdown(ctx, by, f.limit)
	if err != nil {
		return err
	}
	out := ask.NewBreakdownsJSON(answer, parts)
	if f.out != "" {
		if err := picture.WriteFile(f.out, chart.Breakdown(&out.CountJSON, &out.Breakdowns[0])); err != nil {
			return err
		}
		a.logf("wrote %s\n", f.out)
	}
	if a.json() {
		return a.printJSON(breakdownJSON(out))
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	for i := range out.Breakdowns {
		if i > 0 {
			if err := a.printf("\n"); err != nil {
				return err
			}
		}
		if err := a.printBreakdown(&out.CountJSON, &out.Breakdowns[i], f.draws); err != nil {
			return err
		}
	}
	return nil
}

// breakdownJSON returns the object that breakdown prints: of one attribute with the names
// of it, of several with a list of them.
func breakdownJSON(out *ask.BreakdownsJSON) any {
	if len(out.Breakdowns) > 1 {
		return out
	}
	return struct {
		ask.CountJSON
		ask.BreakdownJSON
	}{out.CountJSON, out.Breakdowns[0]}
}
