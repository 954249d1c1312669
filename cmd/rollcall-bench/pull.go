package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/report"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/postgres"
	"github.com/rollcall-db/rollcall/federate/source"
)

// pulling is the command line of pull.
type pulling struct {
	source, table, format string
	columns               []string
}

// pulled is what pull prints.
type pulled struct {
	Source         string   `json:"source"`
	Table          string   `json:"table"`
	Version        string   `json:"version,omitempty"`
	Columns        []string `json:"columns"`
	Notes          []string `json:"notes,omitempty"`
	Rows           int64    `json:"rows"`
	Bytes          int64    `json:"bytes"` // of values as Arrow has them
	Seconds        float64  `json:"seconds"`
	RowsPerSecond  float64  `json:"rows_per_second"`
	BytesPerSecond float64  `json:"bytes_per_second"`
	PeakMemory     int64    `json:"peak_memory"` // bytes of anonymous memory of this process; 0: not known
}

func (a *app) pullCommand() *cobra.Command {
	var p pulling
	var checkFormat func() error
	cmd := &cobra.Command{
		Use:   "pull -s SOURCE --table NAME",
		Short: "Pull a table out of a source, and time it",
		Long: `Pulls columns of a table as a build does, counts the rows and lets go of them. It
prints how many came, how fast, and the most memory that this process held, without
that of mapped files.

  rollcall-bench pull -s databricks:// --table shop.orders
  rollcall-bench pull -s 'databricks://?parts=8&parallel=2' --table main.shop.orders --columns customer_id,ordered_at

SOURCE is a folder of <schema>/<table>.parquet, .csv or .ndjson, databricks://… or
postgres://…, as "rollcall build --help" describes them. NAME has one to three parts,
divided by dots. Without --columns all columns are pulled that can be read.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(); err != nil {
				return err
			}
			if err := needFlags(cmd, "source", "table"); err != nil {
				return err
			}
			return a.pull(cmd.Context(), &p)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&p.source, "source", "s", "", "source that has the table")
	f.StringVar(&p.table, "table", "", "name of the table")
	f.StringSliceVar(&p.columns, "columns", nil, "names of columns, with commas between; empty: all")
	checkFormat = formatFlag(cmd, &p.format, "text", "json")
	return cmd
}

// openSource opens the source at a location.
func openSource(ctx context.Context, location string) (source.Source, error) {
	scheme, _, found := strings.Cut(location, "://")
	switch {
	case scheme == databricks.Scheme && found:
		return databricks.Open(ctx, location)
	case (scheme == "postgres" || scheme == "postgresql") && found:
		return postgres.Open(ctx, location)
	case scheme != "file" && found:
		return nil, usagef("--source is of kind %q, expected a folder, databricks:// or postgres://", scheme)
	}
	return files.Open(location)
}

// tableRef reads a name of one to three parts.
func tableRef(name string) (model.TableRef, error) {
	const most = 3
	parts := strings.Split(name, ".")
	for _, part := range parts {
		if part == "" || len(parts) > most {
			return model.TableRef{}, usagef("--table is %q, expected TABLE, SCHEMA.TABLE or CATALOG.SCHEMA.TABLE", name)
		}
	}
	parts = append(make([]string, most-len(parts)), parts...)
	return model.TableRef{Catalog: parts[0], Schema: parts[1], Table: parts[2]}, nil
}

// pull pulls the table and prints what came of it.
func (a *app) pull(ctx context.Context, p *pulling) (err error) {
	ref, err := tableRef(p.table)
	if err != nil {
		return err
	}
	src, err := openSource(ctx, p.source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	table, err := src.Table(ctx, ref)
	if err != nil {
		return err
	}
	if p.columns == nil {
		p.columns = readable(table.Schema())
	}
	result := pulled{Source: src.URI(), Table: table.Ref().String(), Columns: p.columns}
	watch := resident.WatchProcess(os.Getpid())
	err = a.drain(ctx, table, &result)
	result.PeakMemory = watch.Stop()
	if err != nil {
		return err
	}
	a.show("", 0, 0)
	info := table.Info()
	result.Version, result.Notes = info.Version, info.Notes
	if p.format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(&result)
	}
	return a.printPulled(&result)
}

// readable names the columns that can be read.
func readable(schema *arrow.Schema) []string {
	var names []string
	for _, f := range schema.Fields() {
		if _, ok := f.Metadata.GetValue(source.UnsupportedKey); !ok {
			names = append(names, f.Name)
		}
	}
	return names
}

// drain reads the columns of the result out of a table, and counts.
func (a *app) drain(ctx context.Context, table source.Table, result *pulled) error {
	const what = "pulling rows"
	start := time.Now()
	a.show(what, 0, table.Info().Rows)
	for batch, err := range table.Scan(ctx, result.Columns) {
		if err != nil {
			return err
		}
		result.Rows += batch.NumRows()
		for _, column := range batch.Columns() {
			result.Bytes += valueBytes(column)
		}
		a.show(what, result.Rows, table.Info().Rows) // which may have been counted meanwhile
	}
	result.Seconds = time.Since(start).Seconds()
	seconds := max(result.Seconds, 1e-6)
	result.RowsPerSecond, result.BytesPerSecond = float64(result.Rows)/seconds, float64(result.Bytes)/seconds
	return nil
}

// offsetBytes is the size of the offset of a text or a list.
const offsetBytes = 4

// valueBytes returns the size of the values of an array, without the bits that tell
// which are NULL.
func valueBytes(a arrow.Array) int64 {
	n := int64(a.Len())
	switch a := a.(type) {
	case *array.String:
		return int64(len(a.ValueBytes())) + n*offsetBytes
	case *array.Binary:
		return int64(len(a.ValueBytes())) + n*offsetBytes
	case *array.List:
		if n == 0 {
			return 0
		}
		from, _ := a.ValueOffsets(0)
		_, to := a.ValueOffsets(a.Len() - 1)
		part := array.NewSlice(a.ListValues(), from, to)
		defer part.Release()
		return valueBytes(part) + n*offsetBytes
	}
	const bits = 8
	if fixed, ok := a.DataType().(arrow.FixedWidthDataType); ok {
		return n * int64(fixed.BitWidth()) / bits
	}
	return 0
}

// printPulled prints the result for people.
func (a *app) printPulled(r *pulled) error {
	name := r.Table
	if r.Version != "" {
		name += " at version " + r.Version
	}
	if err := a.printf("%s of %s: %s rows of %d columns, %s, in %.1f s: %s rows/s, %s/s\n", name, r.Source, report.Groups(r.Rows), len(r.Columns),
		report.Size(r.Bytes), r.Seconds, report.Groups(int64(r.RowsPerSecond)), report.Size(int64(r.BytesPerSecond))); err != nil {
		return err
	}
	for _, note := range r.Notes {
		if err := a.printf("note: %s\n", note); err != nil {
			return err
		}
	}
	if r.PeakMemory == 0 {
		return nil
	}
	return a.printf("peak memory: %s\n", report.Size(r.PeakMemory))
}
