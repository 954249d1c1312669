package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/report"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// generating is the command line of generate.
type generating struct {
	shape       workload.Shape
	out, format string
}

func (a *app) generateCommand() *cobra.Command {
	var g generating
	var checkFormat func() error
	standard := workload.Default(1_000_000)
	cmd := &cobra.Command{
		Use:   "generate --customers N --out DIR",
		Short: "Make a workload of any size",
		Long: `Writes a workload as a warehouse folder of Parquet files, with its parent segment
file parent.yml: customers with attributes, and their purchases, page views and
e-mail opens up to ` + workload.End.Format(time.DateOnly) + `. The same flags give the same bytes on every machine.

DIR must not exist, or be empty. After an error or an interruption nothing is
left of it. A million customers with the usual 20 events each take about 230 MB
of disk. Memory grows with the cores and the events of an hour, not with the
customers or the days.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(); err != nil {
				return err
			}
			if err := needFlags(cmd, "customers", "out"); err != nil {
				return err
			}
			if !cmd.Flags().Changed("cardinality") { // few customers have few values
				g.shape.Cardinality = workload.Default(g.shape.Customers).Cardinality
			}
			if err := g.shape.Validate(); err != nil {
				return &usageError{err}
			}
			return a.generate(cmd.Context(), &g)
		},
	}
	f := cmd.Flags()
	f.IntVar(&g.shape.Customers, "customers", 0, "number of customers")
	f.StringVar(&g.out, "out", "", "folder to write")
	f.Uint64Var(&g.shape.Seed, "seed", standard.Seed, "seed of everything random")
	f.IntVar(&g.shape.Days, "days", standard.Days, "days of events")
	f.Float64Var(&g.shape.EventsPerCustomer, "events-per-customer", standard.EventsPerCustomer, "events of a customer, on average, over all tables")
	f.Float64Var(&g.shape.Skew, "skew", standard.Skew, "exponent of the Pareto distribution of activity; the smaller, the more uneven")
	f.IntVar(&g.shape.StringAttributes, "string-attributes", standard.StringAttributes, "attributes trait_1, trait_2, …")
	f.IntVar(&g.shape.Cardinality, "cardinality", standard.Cardinality, "distinct values of each of them, at most the number of customers")
	checkFormat = formatFlag(cmd, &g.format, "text", "json")
	return cmd
}

func (a *app) generate(ctx context.Context, g *generating) error {
	start := time.Now()
	d, err := workload.Generate(ctx, g.out, g.shape, func(p workload.Progress) {
		a.show("generating rows", p.Rows, p.Total)
	})
	if err != nil {
		return err
	}
	a.show("", 0, 0)
	if g.format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	}
	return a.printDataset(d, time.Since(start))
}

// printDataset prints the tables of a data set and how fast it was made.
func (a *app) printDataset(d *workload.Dataset, took time.Duration) error {
	if err := report.DataText(a.stdout, d); err != nil {
		return err
	}
	rows, size := int64(0), int64(0)
	for _, t := range d.Tables {
		rows += t.Rows
		size += t.Bytes
	}
	seconds := max(took.Seconds(), 1e-3)
	return a.printf("%s: %s rows, %s, in %.1f s: %s rows/s\n",
		d.Dir, report.Groups(rows), report.Size(size), took.Seconds(), report.Groups(int64(float64(rows)/seconds)))
}
