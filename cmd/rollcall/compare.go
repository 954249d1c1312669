package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// addSeveral adds the flags of a place, and has the command expect that many rules,
// after SNAP where that is given.
func (f *placeFlags) addSeveral(cmd *cobra.Command, least, most int) {
	f.add(cmd)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		found, before := len(args), ""
		switch {
		case (f.config == "") != (len(f.sources) == 0):
			return usagef("-c parent.yml and -s SOURCE go together, in place of SNAP")
		case !f.inPlace():
			found--
			before = "SNAP and "
		}
		if found < least || found > most {
			return usagef("%s takes %s%d to %d rules, found %s; see %q", cmd.CommandPath(), before, least, most, wording.Plural(max(found, 0), "rule", "rules"), cmd.CommandPath()+" --help")
		}
		return nil
	}
}

// comparing is what several rules are asked of, open.
type comparing struct {
	ask.Comparer
	io.Closer
}

// compare opens what the flags or the first argument name, and checks the rules, which
// are the others.
func (a *app) compare(ctx context.Context, f *placeFlags, args []string) (*comparing, error) {
	rules := args
	if !f.inPlace() {
		rules = args[1:]
	}
	given := make([]*ask.Rule, len(rules))
	for i, text := range rules {
		var err error
		if given[i], err = a.readRule(text); err != nil {
			return nil, ask.OfRule(i, err)
		}
	}
	if f.inPlace() {
		return a.compareIn(ctx, f, given)
	}
	snap, err := a.open(args[0])
	if err != nil {
		return nil, err
	}
	asOf, err := a.asOfIn(snap.Location())
	if err != nil {
		return nil, joinClose(err, snap)
	}
	compared, err := ask.Compare(snap, given, asOf)
	if err != nil {
		return nil, joinClose(err, snap)
	}
	return &comparing{compared, snap}, nil
}

// compareIn opens the source that is to answer, and checks the rules.
func (a *app) compareIn(ctx context.Context, f *placeFlags, given []*ask.Rule) (*comparing, error) {
	p, err := a.openPlace(ctx, f)
	if err != nil {
		return nil, err
	}
	library, err := loadSegments(a.segments) // one: a segment that rules share is then looked into once
	if err != nil {
		return nil, joinClose(err, p)
	}
	compared, err := ask.CompareInPlace(p, given, library)
	if err != nil {
		return nil, joinClose(err, p)
	}
	return &comparing{compared, p}, nil
}

// drawing is whether and where a command draws its answer.
type drawing struct {
	file  string // empty: none
	bars  bool
	draws bool // in text, below the table
}

func (d *drawing) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&d.file, "output", "o", "", "picture to write, too: FILE.svg or FILE.png")
	cmd.Flags().BoolVar(&d.bars, "bars", false, "draw bars below the table (default on a terminal)")
}

// check refuses a file that cannot hold a picture, and settles whether bars are drawn.
func (d *drawing) check(cmd *cobra.Command, a *app) error {
	d.draws = d.bars || !cmd.Flags().Changed("bars") && a.isTerminal()
	if d.file == "" {
		return nil
	}
	if err := picture.Check(d.file); err != nil {
		return usagef("-o: %w", err)
	}
	return nil
}

// write writes the picture to its file, if there is one.
func (d *drawing) write(a *app, c picture.Chart) error {
	if d.file == "" {
		return nil
	}
	if err := picture.WriteFile(d.file, c); err != nil {
		return err
	}
	a.logf("wrote %s\n", d.file)
	return nil
}

// print draws in text, where that is wanted.
func (d *drawing) print(a *app, c picture.Chart) error {
	if !d.draws {
		return nil
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return picture.WriteText(a.stdout, c, a.columns())
}
