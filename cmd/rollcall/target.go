package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/ingest"
)

// target is the names and types that rules are checked against.
type target struct {
	schema *model.Schema
	layout *model.Layout // nil: of a snapshot that does not say where its tables are
}

// targetFlags says on a command line where a target comes from: a snapshot, or a
// parent segment file with its source.
type targetFlags struct {
	snapshot string
	config   string
	sources  []string
}

// add adds the flags of a parent segment file and its source, and where it is a
// flag that of the snapshot.
func (f *targetFlags) add(cmd *cobra.Command, snapshot bool) {
	if snapshot {
		cmd.Flags().StringVar(&f.snapshot, "snapshot", "", "snapshot whose names and types rules are checked against")
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "parent segment file to check against, with -s in place of a snapshot")
	sourceFlag(cmd, &f.sources)
}

// inPlace reports whether a parent segment file is asked for.
func (f *targetFlags) inPlace() bool { return f.config != "" }

// check refuses flags that do not go together.
func (f *targetFlags) check() error {
	switch {
	case f.config != "" && len(f.sources) == 0:
		return usagef("-c parent.yml needs -s SOURCE: a configuration has no types of its own")
	case f.config != "" && f.snapshot != "":
		return usagef("-c parent.yml and --snapshot are two answers to one question; give one")
	}
	return nil
}

// target opens what the flags name, nil where they name nothing.
func (a *app) target(ctx context.Context, f *targetFlags) (*target, error) {
	switch {
	case f.config != "":
		return a.resolveTarget(ctx, f)
	case f.snapshot != "":
		return a.snapshotTarget(f.snapshot)
	}
	return nil, nil
}

func (a *app) snapshotTarget(snap string) (_ *target, err error) {
	opened, err := a.open(snap)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	return &target{schema: opened.Schema(), layout: opened.Manifest().Layout}, nil
}

func (a *app) resolveTarget(ctx context.Context, f *targetFlags) (_ *target, err error) {
	parent, err := readParent(f.config)
	if err != nil {
		return nil, err
	}
	src, err := openSources(ctx, f.sources)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	asOf, err := a.asOfOf(parent)
	if err != nil {
		return nil, err
	}
	t := &target{}
	if t.schema, t.layout, err = ingest.Resolve(ctx, parent, src, asOf); err != nil {
		return nil, err
	}
	return t, nil
}

// checkRule checks a rule of a command line against a target.
func (a *app) checkRule(given *ask.Rule, t *target) (*rule.Checked, error) {
	library, err := loadSegments(a.segments)
	if err != nil {
		return nil, err
	}
	checked, err := rule.Check(given.Parsed, t.schema, library)
	return checked, given.Locate(err)
}
