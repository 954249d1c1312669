package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/export"
)

func (a *app) exportCommand() *cobra.Command {
	var out, as string
	var columns []string
	cmd := &cobra.Command{
		Use:   "export SNAP RULE -o FILE",
		Short: "An audience to a Parquet, CSV or Arrow file",
		Long: `Writes the members of the audience in order of their keys, with all attributes or
those named by --columns. The ending of FILE says the format: .parquet (ZSTD),
.csv or .arrow; "-" is stdout, in the format that --as names. The file appears
whole or not at all. Parquet and Arrow files carry the rule, as_of and the
snapshot's version in their metadata.

` + ruleHelp,
		Args: exactArgs("SNAP", "RULE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			format, err := exportFormat(out, as)
			if err != nil {
				return err
			}
			q, err := a.query(args[0], args[1])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, q.Close()) }()
			return a.export(cmd.Context(), q, out, format, attributesOr(q.snap, columns, cmd.Flags().Changed("columns")))
		},
	}
	a.segmentsFlag(cmd)
	cmd.Flags().StringVarP(&out, "out", "o", "", `file to write, or "-" for stdout`)
	cmd.Flags().StringVar(&as, "as", "", "format: parquet, csv or arrow (default by the ending of FILE)")
	cmd.Flags().StringSliceVar(&columns, "columns", nil, "attributes to write, separated by commas (default all)")
	return cmd
}

// exportFormat returns the format asked for, by name or by the file's ending.
func exportFormat(out, as string) (format export.Format, err error) {
	switch {
	case out == "":
		return 0, usagef(`export needs -o FILE, or -o - for stdout`)
	case as != "":
		format, err = export.ParseFormat(as)
		if ending, eerr := export.FormatOf(out); err == nil && eerr == nil && ending != format {
			return 0, usagef("--as %s contradicts the ending of %s", as, out)
		}
	case out == "-":
		return 0, usagef("-o - needs --as parquet, csv or arrow")
	default:
		format, err = export.FormatOf(out)
	}
	if err != nil {
		return 0, &usageError{err}
	}
	return format, nil
}

func (a *app) export(ctx context.Context, q *question, out string, format export.Format, columns []string) error {
	answer, err := q.Answer(ctx)
	if err != nil {
		return err
	}
	a.warn(answer.Warnings)
	schema, err := q.BatchSchema(columns...)
	if err != nil {
		return err
	}
	bar := a.newProgress()
	defer bar.done()
	opts := export.Options{
		Format:   format,
		Metadata: exportMetadata(q, answer),
		Progress: func(rows int64) { bar.show("export", "rows", rows, int64(answer.Count)) },
	}
	members := q.At(answer.AsOf)
	if out == "-" {
		_, err = export.Write(ctx, a.stdout, schema, members.Batches(ctx, columns...), opts)
		return err
	}
	rows, err := export.WriteFile(ctx, out, schema, members.Batches(ctx, columns...), opts)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(struct {
			countJSON
			Path string `json:"path"`
			Rows int64  `json:"rows"`
		}{*newCountJSON(q, answer), out, rows})
	}
	return a.printf("%s: %s customers, %d columns, as of %s\n", out, groups(rows), schema.NumFields(), timeText(answer.AsOf.In(q.snap.Location())))
}

// exportMetadata says in the file what the audience is.
func exportMetadata(q *question, answer *engine.Answer) map[string]string {
	m := answer.Manifest
	return map[string]string{
		"rollcall.parent_segment":   m.Schema.Name,
		"rollcall.rule":             q.String(),
		"rollcall.as_of":            timeText(answer.AsOf.In(q.snap.Location())),
		"rollcall.timezone":         m.Schema.Timezone,
		"rollcall.snapshot_version": strconv.FormatUint(m.Version, 10),
		"rollcall.snapshot_created": timeText(m.CreatedAt),
	}
}
