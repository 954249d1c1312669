package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
)

func (a *app) whyCommand() *cobra.Command {
	var where placeFlags
	cmd := &cobra.Command{
		Use:   "why SNAP KEY RULE",
		Short: "Why a rule selects a customer, or does not",
		Long: `Prints whether a rule selects the customer with a key, and the rule's tree: for
every condition whether it holds for this customer, and what decided it, the value
of the attribute or what the customer's events come to (their count, sum(amount),
last, …). Every condition is worked out, those too that others have decided. A
segment that the rule comes to more than once is explained where it comes first.

Of a sequence every step is shown with whether the customer gets so far, and with
the time of its event: of those that get farthest, the chain of events is shown that
begins latest. A "not" holds where the customer gets past it; the time of a "not" that
does not is that of the event that may be in the way.

` + inPlaceHelp + `

With --format json the object has "key", "holds", then what count has from "rule"
on, and "reason": "kind" (and, or, not, attribute, behavior, segment, sequence,
step), "condition", "holds", of an attribute, a behavior or a step "subject" and
"value" (null is NULL, or no event of a step), and "reasons" of the conditions below, of
a sequence its steps; a segment that was explained before has none.

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error { return a.why(cmd.Context(), q, args[len(args)-2]) })
		},
	}
	where.add(cmd, "KEY", "RULE")
	a.segmentsFlag(cmd)
	return cmd
}

func (a *app) why(ctx context.Context, q ask.Asker, key string) error {
	answer, reason, err := q.Why(ctx, key)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewWhyJSON(key, answer, reason))
	}
	a.warn(answer.Warnings)
	verdict := "is no member"
	if reason.Holds {
		verdict = "is a member"
	}
	if err := a.printf("customer %s %s\n", key, verdict); err != nil {
		return err
	}
	if err := a.printOrigin(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"condition", "holds", "because of", "value"})
	appendReasons(tw, answer, reason, 0)
	return a.printTable(tw)
}

// appendReasons adds a row per condition, those of a group indented below it.
func appendReasons(tw table.Writer, answer *ask.Answer, r *engine.Reason, depth int) {
	holds, because, value := "no", r.Subject, ""
	if r.Holds {
		holds = "yes"
	}
	switch {
	case r.Kind == engine.ReasonStep && r.Value == nil: // there is no event to show
		because = ""
	case r.Subject != "":
		value = cellText(r.Value, answer.Location)
	case r.Repeats():
		because = "explained above"
	}
	tw.AppendRow(table.Row{strings.Repeat("  ", depth) + r.Condition, holds, because, value})
	for i := range r.Reasons {
		appendReasons(tw, answer, &r.Reasons[i], depth+1)
	}
}
