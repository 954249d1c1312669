package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/store"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "The version of this program and of the format it writes",
		Args:  exactArgs(),
		RunE: func(*cobra.Command, []string) error {
			version := programVersion()
			if a.json() {
				return a.printJSON(struct {
					Version string `json:"version"`
					Format  int    `json:"snapshot_format"`
					Go      string `json:"go"`
				}{version, store.FormatVersion, runtime.Version()})
			}
			return a.printf("rollcall %s, snapshot format %d, %s %s/%s\n", version, store.FormatVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// programVersion returns the version that this program was built as.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
