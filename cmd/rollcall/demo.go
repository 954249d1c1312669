package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// demoAsOf is the day after the last of the bundled purchases.
const demoAsOf = "1998-07-01"

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo [DIR]",
		Short: "The whole flow on real data: build, fields, count, explain, list, export",
		Long: `Unpacks the purchases of 23,570 real customers of an online CD shop (CDNOW,
1997-98) as a warehouse folder of Parquet files, builds a snapshot of it, and asks
it questions, printing each command before it runs. Everything is left in DIR,
which must be new or empty (default: a new temporary folder), to go on from.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("demo takes at most one folder, found %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.json() {
				return usagef("demo prints text; run its commands with --format json")
			}
			dir := ""
			if len(args) == 1 {
				dir = args[0]
			} else {
				var err error
				if dir, err = os.MkdirTemp("", "rollcall-demo-"); err != nil {
					return err
				}
			}
			return a.demo(cmd.Context(), dir)
		},
	}
}

// demo runs the commands of the demonstration in dir.
func (a *app) demo(ctx context.Context, dir string) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return usagef("%s holds %q; the demo wants a new or empty folder", dir, entries[0].Name())
	}
	warehouse := filepath.Join(dir, "warehouse")
	if err := cdnow.WriteWarehouse(ctx, warehouse); err != nil {
		return err
	}
	parent := filepath.Join(dir, "parent.yml")
	if err := os.WriteFile(parent, cdnow.ParentYAML(), 0o644); err != nil {
		return err
	}
	if err := a.printf("CDNOW: 23,570 real customers and their 69,659 purchases, as Parquet in %s\n", warehouse); err != nil {
		return err
	}
	snap := filepath.Join(dir, "cdnow.rollcall")
	at := []string{"--as-of", demoAsOf}
	for _, command := range [][]string{
		{"build", "-c", parent, "-s", warehouse, "-o", snap},
		{"fields", snap, "--stats"},
		{"count", snap, "lifetime_value > 1000"},
		{"count", snap, "loyalty_tier = 'Gold'"},
		slices.Concat([]string{"count", snap, "purchase in last 30 days"}, at),
		slices.Concat([]string{"count", snap, "purchase count > 3 this month"}, []string{"--as-of", "1998-06-30"}),
		slices.Concat([]string{"count", snap, "loyalty_tier = 'Gold' and purchase in last 30 days and not cohort = '1997-01'", "--explain"}, at),
		slices.Concat([]string{"list", snap, "loyalty_tier = 'Gold' and purchase in last 30 days", "--limit", "5"}, at),
		slices.Concat([]string{"export", snap, "loyalty_tier = 'Gold' and purchase in last 30 days", "-o", filepath.Join(dir, "gold.parquet")}, at),
		{"inspect", snap},
	} {
		if err := a.demoStep(ctx, command); err != nil {
			return err
		}
	}
	return a.printf("\nEverything is in %s. Go on with: rollcall count %s \"cohort = '1997-02' and orders >= 5\"\n", dir, snap)
}

// demoStep prints a command line and runs it.
func (a *app) demoStep(ctx context.Context, args []string) error {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if strings.ContainsAny(arg, " '<>") {
			quoted[i] = `"` + arg + `"`
		}
	}
	if err := a.printf("\n$ rollcall %s\n", strings.Join(quoted, " ")); err != nil {
		return err
	}
	root := (&app{stdout: a.stdout, stderr: a.stderr}).root()
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}
