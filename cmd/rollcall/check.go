package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

func (a *app) checkCommand() *cobra.Command {
	var where targetFlags
	cmd := &cobra.Command{
		Use:   "check FILE …",
		Short: "Whether configurations and rules are right; all problems with their places",
		Long: `Says of every file what it is (a configuration in one of the five forms, a segment
or a rule in one of the two shapes, or a rule in text) and either "ok" or all its
problems, with code, path, line and column. A folder stands for all .yml, .yaml
and .json files below it, and is a library: its segments may refer to each other.

A configuration is read, and with -s SOURCE its tables, columns and types are
looked up. With --snapshot too, it shows what a build would add, remove, rename
and retype in that snapshot. Rules are read, and checked against the names and
types of --snapshot, or of -c parent.yml with -s SOURCE.

Exit codes: 0 all is right, 1 there are problems, 2 the command line is wrong, 3 a
file or a source cannot be read.

` + sourceHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("check takes the FILEs to check")
			}
			return where.check()
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.check(cmd.Context(), &where, args)
		},
	}
	where.add(cmd, true)
	a.segmentsFlag(cmd)
	return cmd
}

// checker checks files one after the other.
type checker struct {
	target   *target       // nil: rules are read only
	drift    bool          // target is a snapshot, with which configurations are compared
	src      source.Source // nil: configurations are read only
	library  *rule.Library // nil: each folder is its own
	segments string        // the folder of library
	app      *app
}

func (a *app) check(ctx context.Context, where *targetFlags, paths []string) (err error) {
	c := &checker{app: a, segments: a.segments, drift: where.snapshot != ""}
	if len(where.sources) > 0 {
		if c.src, err = openSources(ctx, where.sources); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.src.Close()) }()
	}
	if c.library, err = loadSegments(a.segments); err != nil {
		return err
	}
	if c.target, err = a.target(ctx, where); err != nil {
		return err
	}
	report := &checkJSON{Files: []checkedFile{}}
	for _, path := range paths {
		files, err := c.path(ctx, path)
		if err != nil {
			return err
		}
		report.add(files)
	}
	if a.json() {
		err = a.printJSON(report)
	} else {
		err = a.printCheck(report)
	}
	if err == nil && report.Problems > 0 {
		return errNo
	}
	return err
}

// path checks a file, or the files of a folder.
func (c *checker) path(ctx context.Context, path string) ([]checkedFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return c.folder(ctx, path)
	}
	f, err := readChecked(path)
	if err != nil {
		return nil, err
	}
	return []checkedFile{*f}, c.file(ctx, f, c.library, c.segments)
}

// checkJSON is the object that check prints.
type checkJSON struct {
	Files    []checkedFile `json:"files"`
	Problems int           `json:"problem_count"` // of all files
}

func (r *checkJSON) add(files []checkedFile) {
	for _, f := range files {
		r.Files = append(r.Files, f)
		r.Problems += len(f.Problems)
	}
}

// printCheck prints a line per file, and below it its problems, the changes that
// a build would make, and warnings.
func (a *app) printCheck(r *checkJSON) error {
	for i := range r.Files {
		f := &r.Files[i]
		result := "ok"
		if n := len(f.Problems); n > 0 {
			result = wording.Plural(n, "problem", "problems")
		} else if f.Checked == checkedSyntax {
			result = "ok, " + f.unchecked()
		}
		if err := a.printf("%s: %s: %s\n", f.File, f.describe(), result); err != nil {
			return err
		}
		for _, p := range f.Problems {
			if err := a.printf("%s\n", indent(p.text)); err != nil {
				return err
			}
		}
		for _, change := range f.Changes {
			if err := a.printf("  change: %s%s\n", change, changeHint(change)); err != nil {
				return err
			}
		}
		for _, warning := range f.Warnings {
			if err := a.printf("  warning: %s\n", warning); err != nil {
				return err
			}
		}
	}
	if r.Problems == 0 && len(r.Files) == 0 {
		return usagef("there is no .yml, .yaml or .json file to check")
	}
	return nil
}

// changeHint says what a change needs, "" for nothing.
func changeHint(c ingest.Change) string {
	if c.Kind == ingest.Removed {
		return "; " + deleteHint
	}
	return ""
}

// indent sets every line of a text in by two spaces.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// describe says what a file is, for people.
func (f *checkedFile) describe() string {
	switch {
	case f.Kind == kindConfiguration:
		return "configuration, " + f.Form + " form"
	case f.Kind == kindText:
		return "rule in text"
	}
	what := f.Kind
	if f.Segment != "" {
		what += fmt.Sprintf(" %q", f.Segment)
	}
	if f.Shape != "" {
		what += ", " + f.Shape + " shape"
	}
	return what
}

// unchecked says what a file was not checked against.
func (f *checkedFile) unchecked() string {
	if f.Kind == kindConfiguration {
		return "read only: -s SOURCE looks its tables up"
	}
	return "read only: --snapshot, or -c and -s, checks names and types"
}
