package main

import (
	_ "embed"

	"github.com/spf13/cobra"
)

//go:embed rules.txt
var rulesText string

// rulesHelp is a topic of "rollcall help", not a command.
func rulesHelp() *cobra.Command {
	return &cobra.Command{Use: "rules", Short: "The language of rules", Long: rulesText}
}
