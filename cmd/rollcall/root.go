package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

// app is one invocation: where it writes, and the flags that all commands take.
type app struct {
	stdout, stderr io.Writer
	format         string
	asOf           string
	segments       string // folder of the library that rules refer to; empty: none
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	if asksJSON(args) { // for errors that come before the flags are read
		a.format = "json"
	}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	return a.fail(ctx, err)
}

// root returns the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rollcall",
		Short: "Who is in the audience? Exact counts over customers, attributes and behaviors",
		Long: `rollcall pulls customers, attributes and behavior events from where they live
into a snapshot with bitmap indexes, and tells how many customers a rule selects,
who they are, and by which structure it knows.

SNAP is a snapshot directory, SNAP@VERSION a version of it that build has kept.
RULE is a rule in text: "loyalty_tier = 'Gold' and purchase in last 30 days", or
a file: @rule.yml, @rule.json. See "rollcall help rules".`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.format != "text" && a.format != "json" {
				return usagef("--format is %q, expected text or json", a.format)
			}
			if a.asOf != "" {
				if _, err := window.ParseAsOf(a.asOf, time.UTC); err != nil {
					return usagef("--as-of: %w", err)
				}
			}
			return nil
		},
	}
	root.PersistentFlags().StringVar(&a.format, "format", cmp.Or(a.format, "text"), "how to print results: text or json")
	root.PersistentFlags().StringVar(&a.asOf, "as-of", "", "the time to look from: RFC 3339, or a date for its local midnight (default now)")
	root.PersistentFlags().Lookup("format").DefValue = "text"
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if strings.HasPrefix(err.Error(), "unknown flag: -- ") {
			return usagef(`a rule that starts with a comment stands behind "--", as in: rollcall count SNAP -- RULE`)
		}
		return &usageError{err}
	})
	root.SetHelpCommand(helpCommand(root))
	root.AddCommand(a.demoCommand(), a.initCommand(), a.buildCommand(),
		askCommand(a.fieldsCommand()), askCommand(a.countCommand()), askCommand(a.listCommand()),
		askCommand(a.exportCommand()), askCommand(a.inspectCommand()),
		a.verifyCommand(), a.compactCommand(), a.checkCommand(), a.convertCommand(), a.sqlCommand(), a.versionCommand(), rulesHelp())
	return root
}

// errNoSQLEngine is what the commands that ask a snapshot say when they are
// given a source to ask in place.
var errNoSQLEngine = errors.New("a folder of files has no SQL engine in this program: build a snapshot of it and ask that [NO_SQL_ENGINE]")

// askCommand gives a command that asks a snapshot the flags that stand for SNAP
// when a source is to be asked in place, to say that none can be.
func askCommand(cmd *cobra.Command) *cobra.Command {
	var config string
	var sources []string
	cmd.Flags().StringVarP(&config, "config", "c", "", "")
	sourceFlag(cmd, &sources)
	for _, name := range []string{"config", "source"} {
		cmd.Flags().Lookup(name).Hidden = true // no source of this version can be asked in place
	}
	args := cmd.Args
	cmd.Args = func(cmd *cobra.Command, given []string) error {
		switch {
		case config == "" && len(sources) == 0:
		case config == "" || len(sources) == 0:
			return usagef("-c parent.yml and -s SOURCE go together, in place of SNAP")
		default:
			for _, given := range sources {
				if err := checkScheme(given); err != nil {
					return err
				}
			}
			return errNoSQLEngine
		}
		return args(cmd, given)
	}
	return cmd
}

// exactArgs refuses any other number of arguments, naming those expected.
func exactArgs(names ...string) cobra.PositionalArgs {
	expected := cmp.Or(strings.Join(names, " "), "no arguments")
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return usagef("%s takes %s, found %q; see %q", cmd.CommandPath(), expected, args, cmd.CommandPath()+" --help")
		}
		return nil
	}
}

// asksJSON reports whether a command line has --format json.
func asksJSON(args []string) bool {
	i := slices.Index(args, "--format")
	return slices.Contains(args, "--format=json") || i >= 0 && i+1 < len(args) && args[i+1] == "json"
}

// json reports whether results are to be JSON.
func (a *app) json() bool { return a.format == "json" }

// question is a rule that a command asks of one version of a snapshot.
type question struct {
	*engine.Query
	snap *snapshot
}

// Close releases the version.
func (q *question) Close() error { return q.snap.Close() }

// query opens a snapshot and checks a rule at the as_of asked for. The caller
// closes the question.
func (a *app) query(name, arg string) (*question, error) {
	given, err := readRule(arg)
	if err != nil {
		return nil, err
	}
	snap, err := a.open(name)
	if err != nil {
		return nil, err
	}
	q, err := snap.QueryRule(given.rule)
	if err = given.locate(err, a.segments); err == nil {
		q, err = a.at(snap, q)
	}
	if err != nil {
		return nil, joinClose(err, snap)
	}
	return &question{Query: q, snap: snap}, nil
}

// at moves a query to the as_of asked for; without one, to now, so that
// everything a command prints is of the same instant.
func (a *app) at(snap *snapshot, q *engine.Query) (*engine.Query, error) {
	asOf, err := a.asOfIn(snap.Location())
	if err != nil {
		return nil, err
	}
	return q.At(asOf), nil
}

// warn prints warnings for the reader of an answer.
func (a *app) warn(warnings []string) {
	for _, w := range warnings {
		a.logf("warning: %s\n", w)
	}
}

// logf prints to stderr. There is nobody to tell if that fails.
func (a *app) logf(format string, args ...any) { _, _ = fmt.Fprintf(a.stderr, format, args...) }
