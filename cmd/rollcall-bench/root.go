package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// app is one invocation: its arguments and where it reads and writes.
type app struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	// show is told about long work: what is being done, and how much of it is done; a
	// total of -1 is unknown. Work that is over ends with an empty what.
	show func(what string, done, total int64)
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	bar := newProgress(stderr)
	a := &app{args: args, stdin: stdin, stdout: stdout, stderr: stderr, show: bar.show}
	return a.execute(ctx)
}

// execute runs the command and prints its error.
func (a *app) execute(ctx context.Context) int {
	root := a.root()
	root.SetArgs(a.args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	a.show("", 0, 0)
	if err == nil {
		return exitDone
	}
	return a.fail(ctx, err)
}

// root returns the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rollcall-bench",
		Short: "Measure rollcall against other engines over the same data",
		Long: `rollcall-bench generates a workload of any size, loads it into rollcall and other
engines, makes sure that all of them select the same customers, times them
against each other, and writes the figures as a page with pictures. It also serves
a folder of tables as a Databricks SQL warehouse, to try that way on a laptop, and
times how fast a table comes out of a source.

  rollcall-bench generate --customers 1000000 --out data
  rollcall-bench run --data data --engines rollcall,duckdb --format json --out run.json
  rollcall-bench report run.json --out docs

Exit codes: 0 done; 1 engines differ; 2 usage error; 3 data, engines or
environment; 130 interrupted.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(a.generateCommand(), a.runCommand(), a.reportCommand(), a.warehouseCommand(), a.pullCommand(), a.versionCommand(), a.firstCountCommand(), a.snapshotStepCommand())
	return root
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, found %q; see %q", cmd.CommandPath(), args, cmd.CommandPath()+" --help")
	}
	return nil
}

// formatFlag adds --format with the forms that a command knows, the first of
// which is what it prints by itself. The function returned checks it.
func formatFlag(cmd *cobra.Command, format *string, forms ...string) (check func() error) {
	known := strings.Join(forms[:len(forms)-1], ", ") + " or " + forms[len(forms)-1]
	cmd.Flags().StringVar(format, "format", forms[0], "how to print the result: "+known)
	return func() error {
		if !slices.Contains(forms, *format) {
			return usagef("--format is %q, expected %s", *format, known)
		}
		return nil
	}
}

// needFlags refuses a command line without flags that a command cannot do
// without.
func needFlags(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); !f.Changed || f.Value.String() == "" {
			return usagef("%s needs --%s; see %q", cmd.CommandPath(), strings.Join(names, " and --"), cmd.CommandPath()+" --help")
		}
	}
	return nil
}

// printf prints a result.
func (a *app) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(a.stdout, format, args...)
	return err
}

// logf prints to stderr. There is nobody to tell if that fails.
func (a *app) logf(format string, args ...any) {
	a.show("", 0, 0)
	_, _ = fmt.Fprintf(a.stderr, format, args...)
}
