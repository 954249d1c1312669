package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
)

func (a *app) countCommand() *cobra.Command {
	var where placeFlags
	var pick pickFlags
	var explain, verify bool
	cmd := &cobra.Command{
		Use:   "count SNAP RULE",
		Short: "How many customers a rule selects",
		Long: `Prints the number of customers that a rule selects, the time that it was looked
at from, and what each window came to. With --explain it shows the plan: for
every condition the structure that answers it, the number of customers that it
selects alone, the number that remains together with the conditions above it, the
bytes that it was estimated to read, those that it read, and the time it took.
Conditions that one look answers are one line, and each is computed in full.

` + pickHelp + `

` + inPlaceHelp + ` With --explain it
shows the statement that was run, over the tables at the versions that it names:
how the source carries it out is the source's. With --verify a temporary snapshot is
built from the same state of the tables, the rule is asked there, too, and the
customers are compared one by one: where they differ the exit code is 1.

With --format json the object has "count", "customers", "rule", "as_of",
"timezone", "snapshot" ("version", "created_at", "sources") or "source" ("uri",
"versions" by table, "notes"), "windows" (each "condition", "from", "to"),
"warnings", "elapsed_us"; with --top or --per "pick", what they say in words; with --explain "plan", or "sql" of a source; with --verify
"verify" ("snapshot_count", "agrees", "only_in_source" and "only_in_snapshot", each
"count" and the first "keys"; "unpinned", the tables that may have changed between
the two).

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if verify && !where.inPlace() {
				return usagef("--verify compares a source with a snapshot of it: give -c parent.yml and -s SOURCE in place of SNAP")
			}
			if pick.asked() && (explain || verify) {
				return usagef("--explain and --verify are about a whole audience: leave --top, --order-by and --per out")
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error {
				if pick.asked() {
					some, err := pick.choose(q.Asker)
					if err != nil {
						return err
					}
					return a.count(cmd.Context(), some)
				}
				if q, ok := q.Asker.(*ask.InPlace); ok {
					return a.countInPlace(cmd.Context(), q, explain, verify)
				}
				if explain {
					return a.explain(cmd.Context(), q)
				}
				return a.count(cmd.Context(), q)
			})
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	pick.add(cmd)
	cmd.Flags().BoolVar(&explain, "explain", false, "show the plan and what each condition selects; of a source the statement")
	cmd.Flags().BoolVar(&verify, "verify", false, "with -c and -s: build a temporary snapshot, too, and compare the customers")
	return cmd
}

// closing calls f and closes c, whatever becomes of f.
func (a *app) closing(c io.Closer, f func() error) (err error) {
	defer func() { err = errors.Join(err, c.Close()) }()
	return f()
}

func (a *app) count(ctx context.Context, q ask.Asker) error {
	answer, err := q.Count(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewCountJSON(answer))
	}
	return a.printAnswer(answer)
}

// printAnswer prints the count on the first line, then where it comes from.
func (a *app) printAnswer(answer *ask.Answer) error {
	a.warn(answer.Warnings)
	if err := a.printf("%s of %s customers\n", wording.Number(answer.Count), wording.Number(answer.Customers)); err != nil {
		return err
	}
	if answer.Pick != "" {
		if err := a.printf("picked: %s\n", answer.Pick); err != nil {
			return err
		}
	}
	return a.printOrigin(answer)
}

// printOrigin prints from when and where an answer is.
func (a *app) printOrigin(answer *ask.Answer) error {
	if err := a.printf("as of %s, in %s\n", ask.TimeText(answer.AsOf.In(answer.Location)), micros(answer.Elapsed)); err != nil {
		return err
	}
	for _, w := range answer.Windows {
		if err := a.printf("  %s: from %s to before %s\n", w.Condition, timeOr(w.From, "the beginning"), timeOr(w.To, "the end")); err != nil {
			return err
		}
	}
	if answer.Source == nil {
		return nil
	}
	return a.printSource(answer.Source)
}

// printSource prints which source answered, and from which state of its tables.
func (a *app) printSource(s *ask.SourceJSON) error {
	at := ""
	if versions := s.VersionsText(); versions != "" {
		at = ": " + versions
	}
	if err := a.printf("asked in %s%s\n", s.URI, at); err != nil {
		return err
	}
	for _, note := range s.Notes {
		if err := a.printf("note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

func micros(d time.Duration) string { return wording.Number(d.Microseconds()) + " µs" }

func (a *app) explain(ctx context.Context, q ask.Asker) error {
	answer, e, err := q.Explain(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewExplainJSON(answer, e))
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"condition", "alone", "together", "estimated bytes", "bytes", "time", "by"})
	appendSteps(tw, e.Plan, 0)
	return a.printTable(tw, "alone", "together", "estimated bytes", "bytes", "time")
}

// appendSteps adds a row per step, those of a group indented below it.
func appendSteps(tw table.Writer, s *engine.Step, depth int) {
	tw.AppendRow(table.Row{
		strings.Repeat("  ", depth) + s.Condition, wording.Number(s.Alone), wording.Number(s.Together),
		wording.Number(s.Estimate), wording.Number(s.Bytes), micros(s.Elapsed), s.Access,
	})
	for i := range s.Steps {
		appendSteps(tw, &s.Steps[i], depth+1)
	}
}
