package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
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
In its place -c parent.yml -s SOURCE has a database answer where the data lies.
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
		a.fieldsCommand(), a.countCommand(), a.listCommand(), a.exportCommand(), a.splitCommand(), a.profileCommand(), a.segmentsCommand(), a.whyCommand(), a.funnelCommand(), a.breakdownCommand(),
		a.overlapCommand(), a.waterfallCommand(), a.trendCommand(), a.diffCommand(),
		snapshotOnly(a.inspectCommand(), "the files of a snapshot"), snapshotOnly(a.verifyCommand(), "the files of a snapshot"),
		snapshotOnly(a.compactCommand(), "the files of a snapshot"), a.checkCommand(), a.convertCommand(), a.sqlCommand(),
		a.serveCommand(), a.mcpCommand(), a.loadCommand(), a.tokenCommand(), a.versionCommand(), rulesHelp())
	return root
}

// snapshotOnly gives a command about the files of a snapshot the flags of a source,
// to say that there is nothing to ask it.
func snapshotOnly(cmd *cobra.Command, what string) *cobra.Command {
	var where placeFlags
	args := cmd.Args
	where.add(cmd)
	for _, name := range []string{"config", "source"} {
		cmd.Flags().Lookup(name).Hidden = true
	}
	cmd.Args = func(cmd *cobra.Command, given []string) error {
		switch {
		case where.config == "" && len(where.sources) == 0:
			return args(cmd, given)
		case areFolders(where.sources):
			return ask.ErrNoSQLEngine
		}
		return ask.UnsupportedInPlace(cmd.Name() + " is about " + what)
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

// warn prints warnings for the reader of an answer.
func (a *app) warn(warnings []string) {
	for _, w := range warnings {
		a.logf("warning: %s\n", w)
	}
}

// logf prints to stderr. There is nobody to tell if that fails.
func (a *app) logf(format string, args ...any) { _, _ = fmt.Fprintf(a.stderr, format, args...) }
