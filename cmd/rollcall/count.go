package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
)

func (a *app) countCommand() *cobra.Command {
	var explain bool
	cmd := &cobra.Command{
		Use:   "count SNAP RULE",
		Short: "How many customers a rule selects",
		Long: `Prints the number of customers that a rule selects, the time that it was looked
at from, and what each window came to. With --explain it shows the plan: for
every condition the structure that answers it, the number of customers that it
selects alone, the number that remains together with the conditions above it, the
bytes that it was estimated to read, those that it read, and the time it took.
Conditions that one look answers are one line, and each is computed in full.

` + ruleHelp,
		Args: exactArgs("SNAP", "RULE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			q, err := a.query(args[0], args[1])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, q.Close()) }()
			if explain {
				return a.explain(cmd.Context(), q)
			}
			return a.count(cmd.Context(), q)
		},
	}
	a.segmentsFlag(cmd)
	cmd.Flags().BoolVar(&explain, "explain", false, "show the plan and what each condition selects")
	return cmd
}

// countJSON is the object that count prints.
type countJSON struct {
	Count     uint64       `json:"count"`
	Customers uint64       `json:"customers"`
	Rule      string       `json:"rule"` // canonical text
	AsOf      string       `json:"as_of"`
	Timezone  string       `json:"timezone"`
	Snapshot  snapshotJSON `json:"snapshot"`
	Windows   []windowJSON `json:"windows"`
	Warnings  []string     `json:"warnings"`
	ElapsedUS int64        `json:"elapsed_us"`
	Plan      *stepJSON    `json:"plan,omitempty"` // with --explain
}

// windowJSON is a resolved window; times are text, since years may lie beyond
// those that package time puts into JSON.
type windowJSON struct {
	Condition string  `json:"condition"`
	From      *string `json:"from"` // null: unbounded
	To        *string `json:"to"`   // null: unbounded
}

type snapshotJSON struct {
	Version   uint64    `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	Sources   []string  `json:"sources"`
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

func newCountJSON(q *question, answer *engine.Answer) *countJSON {
	m := answer.Manifest
	windows := []windowJSON{}
	for _, w := range answer.Windows {
		windows = append(windows, windowJSON{w.Condition, timeOrNil(w.From), timeOrNil(w.To)})
	}
	return &countJSON{
		Count: answer.Count, Customers: answer.Customers, Rule: q.String(),
		AsOf: timeText(answer.AsOf.In(q.snap.Location())), Timezone: q.snap.Schema().Timezone,
		Snapshot: snapshotJSON{m.Version, m.CreatedAt, []string{m.Load.Source}},
		Windows:  windows, Warnings: answer.Warnings, ElapsedUS: answer.Elapsed.Microseconds(),
	}
}

func (a *app) count(ctx context.Context, q *question) error {
	answer, err := q.Answer(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(newCountJSON(q, answer))
	}
	return a.printAnswer(q, answer)
}

// printAnswer prints the count on the first line, then where it comes from.
func (a *app) printAnswer(q *question, answer *engine.Answer) error {
	a.warn(answer.Warnings)
	if err := a.printf("%s of %s customers\n", groups(int64(answer.Count)), groups(int64(answer.Customers))); err != nil {
		return err
	}
	if err := a.printf("as of %s, in %s\n", timeText(answer.AsOf.In(q.snap.Location())), micros(answer.Elapsed)); err != nil {
		return err
	}
	for _, w := range answer.Windows {
		if err := a.printf("  %s: from %s to before %s\n", w.Condition, timeOr(w.From, "the beginning"), timeOr(w.To, "the end")); err != nil {
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
	if a.json() {
		out := newCountJSON(q, &e.Answer)
		step := newStepJSON(&e.Plan)
		out.Plan = &step
		return a.printJSON(out)
	}
	if err := a.printAnswer(q, &e.Answer); err != nil {
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
