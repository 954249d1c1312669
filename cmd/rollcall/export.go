package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/export"
)

// exportFlags is a command line of export.
type exportFlags struct {
	out, as string
	columns []string
	table   string // that the source is to write
	folder  string // that the source is to write
	mask    maskFlags
	delta   deltaFlags
}

func (a *app) exportCommand() *cobra.Command {
	var where placeFlags
	var pick pickFlags
	var given exportFlags
	cmd := &cobra.Command{
		Use:   "export SNAP RULE -o FILE",
		Short: "An audience to a Parquet, CSV or Arrow file, or to a table of the warehouse",
		Long: `Writes the members of the audience in order of their keys, with all attributes or
those named by --columns. The ending of FILE says the format: .parquet (ZSTD),
.csv or .arrow; "-" is stdout, in the format that --as names. The file appears
whole or not at all. Parquet and Arrow files carry the rule, as_of and the
snapshot's version in their metadata.

` + columnsHelp + `

` + pickHelp + `

` + maskHelp + `

` + deltaHelp + `

` + inPlaceHelp + ` The members stream into
the file. In place of -o, --into-table has the source write a table of its own,
which is made or replaced, and --into-directory Parquet files (Databricks: of a
volume, as /Volumes/CATALOG/SCHEMA/VOLUME/FOLDER), in place of all that it holds:
no customer leaves the source then.

With --format json the object is that of count with "path", "table" or
"directory", "rows", "masked" (as "email=hash, phone=redact") and "delta" ("from", "entered", "left",
"gone": those of left who exist no more, "stayed").

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := given.check(&where)
			if err != nil {
				return err
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error {
				some, err := pick.choose(q.Asker)
				if err != nil {
					return err
				}
				columns := columnsOr(q.Schema(), given.columns, cmd.Flags().Changed("columns"))
				if q, ok := q.Asker.(*ask.InPlace); ok && given.inSource() {
					return a.exportInSource(cmd.Context(), q, some, &given, columns)
				}
				return a.export(cmd.Context(), some, &given, format, columns)
			})
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	pick.add(cmd)
	given.mask.add(cmd)
	given.delta.add(cmd)
	cmd.Flags().StringVarP(&given.out, "out", "o", "", `file to write, or "-" for stdout`)
	cmd.Flags().StringVar(&given.as, "as", "", "format: parquet, csv or arrow (default by the ending of FILE)")
	columnsVar(cmd.Flags(), &given.columns, "columns to write, separated by commas (default all attributes)")
	cmd.Flags().StringVar(&given.table, "into-table", "", "with -c and -s: table that the source makes or replaces, CATALOG.SCHEMA.TABLE")
	cmd.Flags().StringVar(&given.folder, "into-directory", "", "with -c and -s: folder that the source writes Parquet files to, in place of what is there")
	return cmd
}

// inSource reports whether the source is to write the audience itself.
func (f *exportFlags) inSource() bool { return f.table != "" || f.folder != "" }

// check returns the format of the file, and refuses flags that do not go together.
func (f *exportFlags) check(where *placeFlags) (export.Format, error) {
	if err := f.delta.check(f.out); err != nil {
		return 0, err
	}
	switch {
	case !f.inSource():
		return exportFormat(f.out, f.as)
	case len(f.mask.masks) > 0 || f.mask.saltFile != "" || f.delta.from != "":
		return 0, usagef("--mask and --delta-from are done by rollcall, and the source alone writes tables and folders: give -o FILE")
	case !where.inPlace():
		return 0, usagef("--into-table and --into-directory have a source write the audience: give -c parent.yml and -s SOURCE in place of SNAP")
	case f.table != "" && f.folder != "", f.out != "", f.as != "":
		return 0, usagef("give one of -o FILE, --into-table and --into-directory")
	}
	_, err := f.target()
	return 0, err
}

// target returns what the source is to write.
func (f *exportFlags) target() (federate.Target, error) {
	if f.folder != "" {
		return federate.Target{Directory: f.folder}, nil
	}
	table, err := parseTable(f.table, nil)
	if err == nil && table.Connection != "" {
		err = usagef("--into-table is %q, expected CATALOG.SCHEMA.TABLE: the table is written by the source that is asked", f.table)
	}
	return federate.Target{Table: table}, err
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

func (a *app) export(ctx context.Context, q ask.Asker, given *exportFlags, format export.Format, columns []string) error {
	m, err := q.Members(ctx, columns)
	if err != nil {
		return err
	}
	a.warn(m.Warnings)
	delta, err := a.shaped(ctx, q, m, given, columns)
	if err != nil {
		return err
	}
	bar := a.newProgress()
	defer bar.done()
	opts := export.Options{
		Format:   format,
		Metadata: m.Metadata,
		Progress: func(rows int64) { bar.show("export", "rows", rows, m.Expected) },
	}
	if given.out == "-" {
		if _, err = export.Write(ctx, a.stdout, m.Schema, m.Batches, opts); err == nil && delta != nil {
			bar.done()
			a.logf("%s\n", deltaText(delta.json()))
		}
		return err
	}
	rows, err := export.WriteFile(ctx, given.out, m.Schema, m.Batches, opts)
	if err != nil {
		return err
	}
	bar.done()
	if !a.json() {
		return a.printExport(given.out, m, delta, rows)
	}
	answer, err := m.Answer(ctx, delta.members(rows))
	if err != nil {
		return err
	}
	shown := ask.NewExportJSON(answer, rows)
	shown.Path, shown.Masked, shown.Delta = given.out, m.Metadata[export.MaskedKey], delta.json()
	return a.printJSON(shown)
}

// printExport says what was written.
func (a *app) printExport(out string, m *ask.Audience, delta *deltaOf, rows int64) error {
	text := fmt.Sprintf("%s: %s customers, %d columns, as of %s\n", out, wording.Number(rows), m.Schema.NumFields(), ask.TimeText(m.AsOf))
	if masked := m.Metadata[export.MaskedKey]; masked != "" {
		text += "masked: " + masked + "\n"
	}
	if delta != nil {
		text += deltaText(delta.json()) + "\n"
	}
	return a.printf("%s", text)
}

// exportInSource has the source write the audience, of which some takes all or some.
func (a *app) exportInSource(ctx context.Context, q *ask.InPlace, some ask.Asker, given *exportFlags, columns []string) error {
	a.warn(q.Checked.Warnings().Lines())
	to, err := given.target()
	if err != nil {
		return err
	}
	written, ok := some.(ask.SourceWriter)
	if !ok {
		return fmt.Errorf("%T cannot be written by a source", some)
	}
	rows, err := written.Export(ctx, to, columns)
	if err != nil {
		return err
	}
	if !a.json() {
		return a.printf("%s: %s customers, %d columns, as of %s, written by %s\n", cmp.Or(given.table, given.folder),
			wording.Number(rows), len(columns)+1, ask.TimeText(q.AsOf.In(q.Location())), q.Place.Engine.URI())
	}
	answer, err := written.Answered(ctx, rows)
	if err != nil {
		return err
	}
	shown := ask.NewExportJSON(answer, int64(rows))
	shown.Table, shown.Directory = given.table, given.folder
	return a.printJSON(shown)
}
