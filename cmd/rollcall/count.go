package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

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
					some, err := pick.choose(q)
					if err != nil {
						return err
					}
					return a.count(cmd.Context(), some)
				}
				switch q := q.(type) {
				case *question:
					if explain {
						return a.explain(cmd.Context(), q)
					}
				case *inPlace:
					return a.countInPlace(cmd.Context(), q, explain, verify)
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

// countJSON is the object that count prints.
type countJSON struct {
	Count     uint64 `json:"count"`
	Customers uint64 `json:"customers"`
	answerJSON
	Plan   *stepJSON     `json:"plan,omitempty"`   // with --explain, of a snapshot
	SQL    string        `json:"sql,omitempty"`    // with --explain, of a source: what it ran
	Verify *comparedJSON `json:"verify,omitempty"` // with --verify
}

// stepJSON is a node of the plan.
type stepJSON struct {
	Condition string     `json:"condition"`
	Access    string     `json:"access"`
	Estimate  uint64     `json:"estimated_bytes"`
	Bytes     uint64     `json:"bytes"`
	Alone     uint64     `json:"alone"`
	Together  uint64     `json:"together"`
	ElapsedUS int64      `json:"elapsed_us"`
	Steps     []stepJSON `json:"steps,omitempty"`
}

func newCountJSON(answer *answered) *countJSON {
	return &countJSON{Count: answer.Count, Customers: answer.Customers, answerJSON: newAnswerJSON(answer)}
}

func (a *app) count(ctx context.Context, q asker) error {
	answer, err := q.count(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(newCountJSON(answer))
	}
	return a.printAnswer(answer)
}

// printAnswer prints the count on the first line, then where it comes from.
func (a *app) printAnswer(answer *answered) error {
	a.warn(answer.Warnings)
	if err := a.printf("%s of %s customers\n", groups(int64(answer.Count)), groups(int64(answer.Customers))); err != nil {
		return err
	}
	if answer.pick != "" {
		if err := a.printf("picked: %s\n", answer.pick); err != nil {
			return err
		}
	}
	return a.printOrigin(answer)
}

// printOrigin prints from when and where an answer is.
func (a *app) printOrigin(answer *answered) error {
	if err := a.printf("as of %s, in %s\n", timeText(answer.AsOf.In(answer.location)), micros(answer.Elapsed)); err != nil {
		return err
	}
	for _, w := range answer.Windows {
		if err := a.printf("  %s: from %s to before %s\n", w.Condition, timeOr(w.From, "the beginning"), timeOr(w.To, "the end")); err != nil {
			return err
		}
	}
	if answer.source == nil {
		return nil
	}
	return a.printSource(answer.source)
}

// printSource prints which source answered, and from which state of its tables.
func (a *app) printSource(s *sourceJSON) error {
	at := ""
	if versions := s.versionsText(); versions != "" {
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

func micros(d time.Duration) string { return groups(d.Microseconds()) + " µs" }

func (a *app) explain(ctx context.Context, q *question) error {
	e, err := q.Explain(ctx)
	if err != nil {
		return err
	}
	answer := q.answered(&e.Answer)
	if a.json() {
		out := newCountJSON(answer)
		step := newStepJSON(&e.Plan)
		out.Plan = &step
		return a.printJSON(out)
	}
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"condition", "alone", "together", "estimated bytes", "bytes", "time", "by"})
	appendSteps(tw, &e.Plan, 0)
	return a.printTable(tw, "alone", "together", "estimated bytes", "bytes", "time")
}

func newStepJSON(s *engine.Step) stepJSON {
	out := stepJSON{
		Condition: s.Condition, Access: s.Access, Estimate: s.Estimate, Bytes: s.Bytes, Alone: s.Alone, Together: s.Together,
		ElapsedUS: s.Elapsed.Microseconds(),
	}
	for i := range s.Steps {
		out.Steps = append(out.Steps, newStepJSON(&s.Steps[i]))
	}
	return out
}

// appendSteps adds a row per step, those of a group indented below it.
func appendSteps(tw table.Writer, s *engine.Step, depth int) {
	tw.AppendRow(table.Row{
		strings.Repeat("  ", depth) + s.Condition, groups(int64(s.Alone)), groups(int64(s.Together)),
		groups(int64(s.Estimate)), groups(int64(s.Bytes)), micros(s.Elapsed), s.Access,
	})
	for i := range s.Steps {
		appendSteps(tw, &s.Steps[i], depth+1)
	}
}
