package main

import (
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/load"
)

// loadName is the command by which serve starts this program to build a snapshot.
const loadName = "load"

// loadCommand is for serve alone, and not shown.
func (a *app) loadCommand() *cobra.Command {
	return &cobra.Command{
		Use:    loadName,
		Short:  "Build a snapshot for serve, which says on standard input what to do",
		Hidden: true,
		Args:   exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return load.Serve(cmd.Context(), os.Stdin, a.stdout, func() { os.Exit(exitInterrupted) })
		},
	}
}

// loader returns what builds snapshots for serve: this program, in a process of lower
// priority. Where the program cannot tell where it is, serve builds by itself.
func loader(log *slog.Logger) load.Loader {
	program, err := os.Executable()
	if err != nil {
		log.Warn("builds run in the process of the server, and slow down what is asked of it meanwhile", "error", err)
		return load.Here
	}
	return load.Process(func(said string) { log.Error("the process of a build has ended without an answer", "said", said) }, program, loadName)
}
