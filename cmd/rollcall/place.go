package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
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

// ask opens what the flags or the first argument name, and checks the rule, which
// is the last argument.
func (a *app) ask(ctx context.Context, f *placeFlags, args []string) (asker, error) {
	given, err := readRule(args[len(args)-1])
	if err != nil {
		return nil, err
	}
	if f.inPlace() {
		p, err := a.openPlace(ctx, f)
		if err != nil {
			return nil, err
		}
		return a.askIn(p, given)
	}
	return a.query(args[0], given)
}

// place is a source that answers in SQL, with what a parent segment comes to there.
type place struct {
	*federate.Place
	src    source.Source // of Engine, or the one of several that is
	parent *model.ParentSegment
	asOf   time.Time
	loc    *time.Location
}

// Close closes the source.
func (p *place) Close() error { return p.src.Close() }

// openPlace opens the source that is to answer.
func (a *app) openPlace(ctx context.Context, f *placeFlags) (_ *place, err error) {
	for _, given := range f.sources {
		_, location := splitLocation(given)
		if _, err := openerOf(location); err != nil {
			return nil, err
		}
	}
	if areFolders(f.sources) {
		return nil, errNoSQLEngine
	}
	p := &place{}
	if p.parent, err = readParent(f.config); err != nil {
		return nil, err
	}
	if p.loc, err = window.LoadLocation(p.parent.Timezone); err != nil {
		return nil, err
	}
	if p.asOf, err = a.asOfIn(p.loc); err != nil {
		return nil, err
	}
	if p.src, err = openSources(ctx, f.sources); err != nil {
		return nil, err
	}
	schema, layout, err := ingest.Resolve(ctx, p.parent, p.src, p.asOf)
	if err == nil {
		p.Place, err = federate.At(p.src, schema, layout)
	}
	if err != nil {
		return nil, joinClose(err, p.src)
	}
	return p, nil
}

// described says which source answers, and from which state of its tables.
func (p *place) described(ctx context.Context) (*sourceJSON, error) {
	out := &sourceJSON{URI: p.Engine.URI(), Versions: map[string]string{}, Notes: []string{}}
	for _, ref := range p.tables() {
		name := ref.String()
		ref.Connection = "" // a source does not know what others call it
		table, err := p.Engine.Table(ctx, ref)
		if err != nil {
			return nil, err
		}
		info := table.Info()
		if info.Version != "" {
			out.Versions[name] = info.Version
		}
		if info.Unpinned {
			out.unpinned = append(out.unpinned, name)
		}
		for _, note := range info.Notes {
			out.Notes = append(out.Notes, fmt.Sprintf("table %s: %s", name, note))
		}
	}
	return out, nil
}

// tables returns the tables of the place, each once, the master table first.
func (p *place) tables() []model.TableRef {
	refs := []model.TableRef{p.Layout.Master}
	for i := range p.Layout.Attributes {
		refs = append(refs, p.Layout.Attributes[i].Table)
	}
	for i := range p.Layout.Behaviors {
		refs = append(refs, p.Layout.Behaviors[i].Table)
	}
	seen := map[model.TableRef]bool{{}: true} // of attributes that no table has
	return slices.DeleteFunc(refs, func(ref model.TableRef) bool {
		twice := seen[ref]
		seen[ref] = true
		return twice
	})
}

// unsupportedInPlace is the error for what only a snapshot can say.
func unsupportedInPlace(what string) error {
	return &federate.UnsupportedError{
		Code: federate.CodeUnsupported, Err: fmt.Errorf("%s", what),
		Do: "build a snapshot (rollcall build) and ask that",
	}
}

// versionsText writes the versions of a source's tables for people.
func (s *sourceJSON) versionsText() string {
	var parts []string
	for table, version := range s.Versions {
		parts = append(parts, table+" at version "+version)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
