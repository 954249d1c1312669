package main

import (
	_ "embed"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed rules.txt
var rulesText string

// helpCommand is cobra's, save that a topic which is not there is an error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command, or about rules",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("no help on %q; see %q", strings.Join(args, " "), "rollcall --help")
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// rulesHelp is a topic of "rollcall help", not a command.
func rulesHelp() *cobra.Command {
	return &cobra.Command{Use: "rules", Short: "The language of rules", Long: rulesText}
}
