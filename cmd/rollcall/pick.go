package main

import (
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
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
func (f *pickFlags) pick() (engine.Pick, error) {
	if f.top == "" && f.per == "" {
		return engine.Pick{}, usagef("--order-by %q needs --top or --per: it says who comes first", f.orderBy)
	}
	p, err := ask.ParsePick(f.top, f.orderBy, f.per)
	if err != nil {
		return p, usagef("--%w", err)
	}
	return p, nil
}

// choose returns what asks for the members that the flags take; q itself where there
// are none of the flags.
func (f *pickFlags) choose(q ask.Asker) (ask.Asker, error) {
	if !f.asked() {
		return q, nil
	}
	p, err := f.pick()
	if err != nil {
		return nil, err
	}
	return ask.Choose(q, p)
}
