package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/chart"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

func (a *app) trendCommand() *cobra.Command {
	var where placeFlags
	var span givenSpan
	var draw drawing
	cmd := &cobra.Command{
		Use:   "trend SNAP RULE --from TIME --to TIME --every UNIT",
		Short: "The size of an audience over time",
		Long: fmt.Sprintf(`Counts the members as of --from and of every day (or hour, week, month, quarter,
year) after it up to --to, both included, on the calendar of the parent segment's
time zone: a date is its local midnight, and a month after January 31 is the last of
February. All points are asked of one version. What customers did by then is told by
the times of their events; attributes have no history, and have today's values at
every point. There are %d points at most. With -o a picture is written,
too.

%s A source
takes %d points at most.

With --format json the object is that of count, as of the last point, with "points"
(each "as_of", "count"), "every" and "notes".

%s

%s`, engine.MaxTrendPoints, inPlaceHelp, ask.MaxTrendInPlace, ruleHelp, sourceHelp),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkSpan(&span, cmd.Name()); err != nil {
				return err
			}
			if err := draw.check(cmd, a); err != nil {
				return err
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error { return a.trend(cmd.Context(), q, &span, &draw) })
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	cmd.Flags().StringVar(&span.from, "from", "", "the first time to look from: RFC 3339, or a date for its local midnight")
	cmd.Flags().StringVar(&span.to, "to", "", "the time after which none is looked from")
	cmd.Flags().StringVar(&span.every, "every", "day", "from point to point: hour, day, week, month, quarter or year")
	draw.add(cmd)
	return cmd
}

// givenSpan is the times of a trend as a command line has them.
type givenSpan struct {
	from, to, every string
	unit            window.Unit
}

// checkSpan refuses times that make no sense before anything is opened.
func (a *app) checkSpan(g *givenSpan, command string) error {
	if err := a.checkTimes(command, g.from, g.to); err != nil {
		return err
	}
	if g.unit, _ = window.ParseUnit(g.every); g.unit < window.Hour {
		return usagef("--every is %q, expected hour, day, week, month, quarter or year", g.every)
	}
	return nil
}

// checkTimes refuses --from and --to that are not both times, or stand beside --as-of.
func (a *app) checkTimes(command, from, to string) error {
	switch {
	case from == "" || to == "":
		return usagef("%s needs --from and --to", command)
	case a.asOf != "":
		return usagef("%s looks from the times of --from and --to: --as-of has no place beside them", command)
	}
	for _, given := range [][2]string{{"--from", from}, {"--to", to}} {
		if _, err := window.ParseAsOf(given[1], time.UTC); err != nil {
			return usagef("%s: %w", given[0], err)
		}
	}
	return nil
}

// in returns the span in a time zone.
func (g *givenSpan) in(loc *time.Location) (engine.TrendSpan, error) {
	from, to, err := timesIn(g.from, g.to, loc)
	return engine.TrendSpan{From: from, To: to, Every: g.unit}, err
}

// timesIn reads two times that checkTimes has passed.
func timesIn(from, to string, loc *time.Location) (start, end time.Time, err error) {
	if start, err = window.ParseAsOf(from, loc); err == nil {
		end, err = window.ParseAsOf(to, loc)
	}
	return start, end, err
}

func (a *app) trend(ctx context.Context, q ask.Asker, span *givenSpan, draw *drawing) error {
	in, err := span.in(q.Location())
	if err != nil {
		return err
	}
	answer, t, err := q.Trend(ctx, in)
	if err != nil {
		return err
	}
	out := ask.NewTrendJSON(answer, t)
	drawn, err := chart.Trend(out)
	if err != nil {
		return err
	}
	if err := draw.write(a, drawn); err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(out)
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	if err := a.printNotes(t.Notes); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"as of", "members", "change"})
	for i, p := range t.Points {
		change := ""
		if i > 0 {
			change = signed(int64(p.Count) - int64(t.Points[i-1].Count))
		}
		tw.AppendRow(table.Row{ask.TimeText(p.AsOf), wording.Number(p.Count), change})
	}
	if err := a.printTable(tw, "members", "change"); err != nil {
		return err
	}
	return draw.print(a, drawn)
}

// printNotes prints what a reader has to know of an answer.
func (a *app) printNotes(notes []string) error {
	for _, note := range notes {
		if err := a.printf("note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// signed writes a change.
func signed(n int64) string {
	if n > 0 {
		return "+" + wording.Number(n)
	}
	return wording.Number(n)
}
