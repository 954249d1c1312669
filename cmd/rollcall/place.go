package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
)

// inPlaceHelp is what every command says about -c and -s that can do without a
// snapshot.
const inPlaceHelp = `With -c parent.yml and -s SOURCE in place of SNAP it is asked in the source, in
its own SQL, and nothing leaves it but the answer. The source must be a database;
what it cannot say exactly is an error (UNSUPPORTED_IN_PLACE).`

// placeFlags is what stands for SNAP on a command line: the first argument, or a
// parent segment file and the source that is to be asked in place.
type placeFlags struct {
	config  string
	sources []string
}

// add adds the flags, and has the command expect the named arguments, after SNAP
// where that is given.
func (f *placeFlags) add(cmd *cobra.Command, names ...string) {
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "parent segment file, with -s in place of SNAP")
	sourceFlag(cmd, &f.sources)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case (f.config == "") != (len(f.sources) == 0):
			return usagef("-c parent.yml and -s SOURCE go together, in place of SNAP")
		case f.inPlace():
			return exactArgs(names...)(cmd, args)
		}
		return exactArgs(append([]string{"SNAP"}, names...)...)(cmd, args)
	}
}

// inPlace reports whether a source is to be asked.
func (f *placeFlags) inPlace() bool { return f.config != "" }

// asked is a rule with what it is asked of, open.
type asked struct {
	ask.Asker
	io.Closer
}

// ask opens what the flags or the first argument name, and checks the rule, which
// is the last argument.
func (a *app) ask(ctx context.Context, f *placeFlags, args []string) (*asked, error) {
	given, err := a.readRule(args[len(args)-1])
	if err != nil {
		return nil, err
	}
	if f.inPlace() {
		return a.askIn(ctx, f, given)
	}
	return a.query(args[0], given)
}

// query opens a snapshot and checks a rule at the as_of asked for; without one it is
// now, so that everything a command prints is of the same instant.
func (a *app) query(name string, given *ask.Rule) (*asked, error) {
	snap, err := a.open(name)
	if err != nil {
		return nil, err
	}
	asOf, err := a.asOfIn(snap.Location())
	if err != nil {
		return nil, joinClose(err, snap)
	}
	q, err := ask.Ask(snap, given, asOf)
	if err != nil {
		return nil, joinClose(err, snap)
	}
	return &asked{q, snap}, nil
}

// askIn opens the source that is to answer, and checks a rule.
func (a *app) askIn(ctx context.Context, f *placeFlags, given *ask.Rule) (*asked, error) {
	p, err := a.openPlace(ctx, f)
	if err != nil {
		return nil, err
	}
	library, err := loadSegments(a.segments)
	if err != nil {
		return nil, joinClose(err, p)
	}
	q, err := ask.AskInPlace(p, given, library)
	if err != nil {
		return nil, joinClose(err, p)
	}
	return &asked{q, p}, nil
}

// openPlace opens the source that is to answer.
func (a *app) openPlace(ctx context.Context, f *placeFlags) (*ask.Place, error) {
	for _, given := range f.sources {
		_, location := splitLocation(given)
		if _, err := openerOf(location); err != nil {
			return nil, err
		}
	}
	if areFolders(f.sources) {
		return nil, ask.ErrNoSQLEngine
	}
	parent, err := readParent(f.config)
	if err != nil {
		return nil, err
	}
	asOf, err := a.asOfOf(parent)
	if err != nil {
		return nil, err
	}
	src, err := openSources(ctx, f.sources)
	if err != nil {
		return nil, err
	}
	p, err := ask.OpenPlace(ctx, parent, src, asOf)
	if err != nil {
		return nil, joinClose(err, src)
	}
	return p, nil
}
