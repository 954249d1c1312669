package main

import (
	"encoding/json"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/measure"
)

func (a *app) versionCommand() *cobra.Command {
	var format string
	var checkFormat func() error
	cmd := &cobra.Command{
		Use:   "version",
		Short: "The version of this program and the commit it was built from",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(); err != nil {
				return err
			}
			version := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			commit := measure.Commit(cmd.Context())
			if format == "json" {
				return json.NewEncoder(a.stdout).Encode(struct {
					Version string `json:"version"`
					Commit  string `json:"commit"`
					Go      string `json:"go"`
				}{version, commit, runtime.Version()})
			}
			return a.printf("rollcall-bench %s, commit %s, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
	checkFormat = formatFlag(cmd, &format, "text", "json")
	return cmd
}
