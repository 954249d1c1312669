package main

import (
	"context"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/export"
)

// splitFlags is a command line of split.
type splitFlags struct {
	parts, salt string
	out, as     string
	columns     []string
}

func (a *app) splitCommand() *cobra.Command {
	var where placeFlags
	var pick pickFlags
	var given splitFlags
	cmd := &cobra.Command{
		Use:   "split SNAP RULE --parts NAME=SHARE,… -o DIR",
		Short: "An audience in parts, for holdouts and variants, a file for each",
		Long: `Divides the audience at random and for good: which part a customer is in depends
on the salt, the shares and the key alone, so it is the same after a refresh, as of
another day, for another rule. --parts holdout=10,a=45,b=45 names the parts with
their shares in percent, which add up to 100, of up to nine digits after the point.

A split of another salt has nothing to do with this one. Take one for every
campaign: customers of one split's holdout would else be the holdout of all.

It writes a file for each part to the folder DIR, which is made where it is not
there: holdout.parquet, a.parquet, …, or what --as says. All are written whole before
the first takes its place. After an error or an interrupt none has, what they would
replace is as it was, and no temporary file is left; only where the process is killed
or the machine stops while they are renamed may some be in place, the files before
them in a folder .rollcall-….tmp in DIR. What they hold is what export writes; Parquet and Arrow files carry the
part and the salt in their metadata, too.

How to work the part out elsewhere: XXH64, seed 0, of the salt, a zero byte and the
key (whole numbers in decimal digits), times 10^11, divided by 2^64 and rounded
down, is a number of billionths of a percent: below the first share it is the
first part, from there to below the sum of two the second, and so on.

` + columnsHelp + `

` + pickHelp + `

` + inPlaceHelp + ` The members stream into
the files, and are divided here.

With --format json the object is that of count with "salt" and "parts", each "part",
"share" (in percent, as given), "customers", "actual_share" (from 0 to 1) and "path".

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			split, format, err := given.check()
			if err != nil {
				return err
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error {
				some, err := pick.choose(q.Asker)
				if err != nil {
					return err
				}
				if !cmd.Flags().Changed("salt") {
					a.logf("note: the salt is %q, as it is of every split that names none: its customers are in the same part of each\n", given.salt)
				}
				return a.split(cmd.Context(), some, split, given.out, format, columnsOr(q.Schema(), given.columns, cmd.Flags().Changed("columns")))
			})
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	pick.add(cmd)
	cmd.Flags().StringVar(&given.parts, "parts", "", "parts with their shares in percent, as in holdout=10,a=45,b=45")
	cmd.Flags().StringVar(&given.salt, "salt", ask.DefaultSalt, "what tells this split from others, such as the campaign's name")
	cmd.Flags().StringVarP(&given.out, "out", "o", "", "folder to write a file for each part to")
	cmd.Flags().StringVar(&given.as, "as", "parquet", "format: parquet, csv or arrow")
	columnsVar(cmd.Flags(), &given.columns, "columns to write, separated by commas (default all attributes)")
	return cmd
}

// check returns the split and the format of the files.
func (f *splitFlags) check() (*engine.Split, export.Format, error) {
	switch {
	case f.parts == "":
		return nil, 0, usagef("split needs --parts NAME=SHARE,…, as in --parts holdout=10,a=45,b=45")
	case f.out == "":
		return nil, 0, usagef("split needs -o DIR, the folder for a file of each part")
	}
	format, err := export.ParseFormat(f.as)
	if err != nil {
		return nil, 0, &usageError{err}
	}
	s, err := ask.ParseSplit(f.parts, f.salt)
	if err != nil {
		return nil, 0, usagef("--%w", err)
	}
	return s, format, nil
}

func (a *app) split(ctx context.Context, q ask.Asker, split *engine.Split, dir string, format export.Format, columns []string) error {
	m, err := q.Members(ctx, columns)
	if err != nil {
		return err
	}
	a.warn(m.Warnings)
	bar := a.newProgress()
	defer bar.done()
	files := &partFiles{split: split, dir: dir, format: format, rename: os.Rename}
	answer, err := files.write(ctx, m, func(rows int64) { bar.show("split", "rows", rows, m.Expected) })
	if err != nil {
		return err
	}
	bar.done()
	out := ask.NewSplitJSON(answer, split, files.rows)
	for i := range out.Parts {
		out.Parts[i].Path = files.path(i)
	}
	if a.json() {
		return a.printJSON(out)
	}
	return a.printSplit(answer, out)
}

func (a *app) printSplit(answer *ask.Answer, out *ask.SplitJSON) error {
	answer.Warnings = nil // they are printed
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"part", "asked", "customers", "share", "file"})
	for _, p := range out.Parts {
		tw.AppendRow(table.Row{p.Part, p.Share.String() + " %", wording.Number(p.Customers), wording.Percent(uint64(p.Customers), answer.Count), p.Path})
	}
	return a.printTable(tw, "asked", "customers", "share")
}
