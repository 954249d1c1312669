package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
)

// pickHelp is what every command says about the flags of a pickFlags.
const pickHelp = `--top N takes the first N members, --top P% that share of them, rounded up; in the
order of their keys, or with --order-by by an attribute, the greatest value first
("ATTRIBUTE asc": the least). Who has no value comes last; keys decide between equal
values. --per ATTRIBUTE=N takes N members at most of each of its values, and of those
who have none: who comes later is passed over. In place a source takes the same ones.`

// pickFlags says on a command line which members of an audience to take.
type pickFlags struct{ top, orderBy, per string }

func (f *pickFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.top, "top", "", "members to take: a number, or a percentage as in 10%")
	cmd.Flags().StringVar(&f.orderBy, "order-by", "", `attribute that orders the members for --top and --per, "ATTRIBUTE" or "ATTRIBUTE asc" (default by key)`)
	cmd.Flags().StringVar(&f.per, "per", "", "members to take at most of each value of an attribute, ATTRIBUTE=N")
}

// asked reports whether any flag is there.
func (f *pickFlags) asked() bool { return *f != pickFlags{} }

// pick returns what the flags say.
func (f *pickFlags) pick() (p engine.Pick, err error) {
	if f.top == "" && f.per == "" {
		return p, usagef("--order-by %q needs --top or --per: it says who comes first", f.orderBy)
	}
	switch {
	case strings.HasSuffix(strings.TrimSpace(f.top), "%"):
		if p.Percent, err = engine.ParsePercent(f.top); err != nil || p.Percent == 0 {
			return p, usagef("--top is %q, expected a share above 0%% and at most 100%%, with up to 9 digits after the point", f.top)
		}
	case f.top != "":
		if p.Top, err = strconv.ParseUint(f.top, 10, 64); err != nil || p.Top == 0 {
			return p, usagef("--top is %q, expected a number from 1 on, or a percentage as in 10%%", f.top)
		}
	}
	if f.per != "" {
		at := strings.LastIndexByte(f.per, '=')
		if at > 0 {
			p.Per = strings.TrimSpace(f.per[:at])
			p.PerTop, err = strconv.ParseUint(f.per[at+1:], 10, 64)
		}
		if at <= 0 || err != nil || p.PerTop == 0 {
			return p, usagef("--per is %q, expected ATTRIBUTE=N, N from 1 on", f.per)
		}
	}
	p.OrderBy = strings.TrimSpace(f.orderBy)
	if at := strings.LastIndexByte(p.OrderBy, ' '); at > 0 {
		switch strings.ToLower(p.OrderBy[at+1:]) {
		case "asc":
			p.Ascending, p.OrderBy = true, strings.TrimSpace(p.OrderBy[:at])
		case "desc":
			p.OrderBy = strings.TrimSpace(p.OrderBy[:at])
		}
	}
	return p, nil
}

// choose returns what asks for the members that the flags take; q itself where there
// are none of the flags.
func (f *pickFlags) choose(q asker) (asker, error) {
	if !f.asked() {
		return q, nil
	}
	p, err := f.pick()
	if err != nil {
		return nil, err
	}
	switch q := q.(type) {
	case *question:
		picked, err := q.Pick(p)
		if err != nil {
			return nil, err
		}
		return &choice{q, picked}, nil
	case *inPlace:
		return q.choose(p)
	}
	return nil, fmt.Errorf("%T cannot be asked for some of its members", q)
}

// choice is some members of an audience, whom count, list and members are about. It
// is an [asker].
type choice struct {
	*question
	picked *engine.Selection
}

// pickText returns what is taken in words.
func (q *choice) pickText() string {
	p, _ := q.picked.Picked()
	return p.String()
}

func (q *choice) count(ctx context.Context) (*answered, error) {
	answer, err := q.picked.Answer(ctx)
	if err != nil {
		return nil, err
	}
	out := q.answered(answer)
	out.pick = q.pickText()
	return out, nil
}

// list returns the first of those picked, in the order in which they are.
func (q *choice) list(ctx context.Context, limit int, columns []string) (*answered, *page, error) {
	answer, err := q.count(ctx)
	if err != nil {
		return nil, nil, err
	}
	schema, err := q.picked.BatchSchema(columns...)
	if err != nil {
		return nil, nil, err
	}
	shown := newPage(schema)
	shown.rows, err = q.picked.First(ctx, limit, columns...)
	return answer, shown, err
}

func (q *choice) members(ctx context.Context, columns []string) (*audience, error) {
	m, err := q.question.members(ctx, columns)
	if err != nil {
		return nil, err
	}
	answer, err := q.count(ctx)
	if err != nil {
		return nil, err
	}
	m.batches, m.expected = q.picked.Batches(ctx, columns...), int64(answer.Count)
	m.metadata["rollcall.pick"] = answer.pick
	m.answer = func(context.Context, int64) (*answered, error) { return answer, nil }
	return m, nil
}
