package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/docs"
)

// tokenVariable is the variable of the environment with the token for --server.
const tokenVariable = "ROLLCALL_TOKEN"

func (a *app) mcpCommand() *cobra.Command {
	var server string
	var personal bool
	cmd := &cobra.Command{
		Use:   "mcp SNAP | --server URL",
		Short: "A door for AI assistants: the Model Context Protocol over stdio",
		Long: `Speaks the Model Context Protocol over stdin and stdout, for an assistant that
starts it: tools to list attributes and behaviors, to check and explain rules, to
count, break down, compare and follow audiences, and the language of rules as a
resource. docs/assistants.md has the lines for common clients.

SNAP is asked on this machine, always in its newest version, as of --as-of where the
assistant names no time. With --segments DIR rules
can refer to the segment files of DIR, and the assistant can save segments there.

With --server URL a server that "rollcall serve" runs is asked, with the token in the
variable ` + tokenVariable + ` of the environment, whose roles say what is allowed; the
assistant then also sees the tables of the source, and how to add a column as an
attribute. http:// is for servers of this machine. The same tools are at URL/mcp, for
assistants that speak HTTP.

Customers are not shown to the assistant, only numbers, unless --personal offers the
tools list_members and profile.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case server != "" && len(args) > 0:
				return usagef("mcp asks either a snapshot or --server, found %q beside --server", args[0])
			case server != "" && a.segments != "":
				return usagef("--segments is for a snapshot; a server has its own segments")
			case server != "" && a.asOf != "":
				return usagef("--as-of is for a snapshot; of a server the assistant says itself as of when it asks")
			case server == "" && len(args) != 1:
				return usagef("mcp takes SNAP, or --server URL, found %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			backend, err := a.mcpBackend(server, args)
			if err != nil {
				return err
			}
			options := assistant.Options{Personal: personal, Language: rulesText, Manual: docs.Rules, Version: programVersion(), Log: a.newLog("text")}
			return a.serveMCP(cmd.Context(), backend, options, os.Stdin)
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "ask the server at this URL, with the token in "+tokenVariable)
	cmd.Flags().BoolVar(&personal, "personal", false, "also offer the tools that show customers")
	a.segmentsFlag(cmd)
	return cmd
}

// mcpBackend returns what the assistant asks. A snapshot is opened once, so that what is
// wrong with it is told at once.
func (a *app) mcpBackend(server string, args []string) (assistant.Backend, error) {
	if server != "" {
		backend, err := assistant.NewServerBackend(server, os.Getenv(tokenVariable))
		if wrong := (*assistant.ServerURLError)(nil); errors.As(err, &wrong) {
			return nil, &usageError{err}
		}
		return backend, err
	}
	open := func() (*ask.Snapshot, error) { return a.open(args[0]) }
	snap, err := open()
	if err != nil {
		return nil, err
	}
	if err := snap.Close(); err != nil {
		return nil, err
	}
	return assistant.NewSnapshotBackend(assistant.SnapshotOptions{Open: open, Segments: a.segments, AsOf: a.asOf}), nil
}

// serveMCP answers an assistant until it goes away. Stdout has nothing but the protocol.
func (a *app) serveMCP(ctx context.Context, backend assistant.Backend, options assistant.Options, in io.Reader) error {
	err := assistant.ServeStdio(ctx, assistant.NewServer(backend, options), in, a.stdout)
	return cmp.Or(ctx.Err(), err)
}
