package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

func (a *app) buildCommand() *cobra.Command {
	var config, out string
	var sources []string
	var mayRemove bool
	cmd := &cobra.Command{
		Use:   "build -c parent.yml -s SOURCE -o SNAP",
		Short: "Pull a parent segment from a source and index it",
		Long: `Pulls the tables that a parent segment file names from a source and writes a
snapshot. An existing snapshot is replaced whole, once the new one is complete;
until then, and after any error, it stays as it was. What the new version adds,
renames or types otherwise is printed. A version that would lack an attribute or
a behavior that the snapshot has is refused, unless --delete allows it.

The parent segment file may be in any of the five forms. Events that are older
than a behavior keeps them ("keep") at --as-of are left out, and computed
attributes are computed at --as-of.

` + sourceHelp + `

Rows that cannot be loaded (NULL keys, keys that the master table does not have)
are left out and counted in the report. A customer that occurs twice fails the
build.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []struct {
				name  string
				given bool
			}{{"-c", config != ""}, {"-s", len(sources) > 0}, {"-o", out != ""}} {
				if !flag.given {
					return usagef("build needs -c parent.yml, -s SOURCE and -o SNAP; %s is missing", flag.name)
				}
			}
			return a.build(cmd.Context(), config, sources, out, mayRemove)
		},
	}
	cmd.Flags().StringVarP(&config, "config", "c", "", "parent segment file")
	sourceFlag(cmd, &sources)
	cmd.Flags().StringVarP(&out, "out", "o", "", "snapshot directory to write")
	cmd.Flags().BoolVar(&mayRemove, "delete", false, "allow that attributes and behaviors of the snapshot go")
	return cmd
}

func (a *app) build(ctx context.Context, config string, sources []string, out string, mayRemove bool) error {
	parent, err := readParent(config)
	if err != nil {
		return err
	}
	asOf, err := a.asOfOf(parent)
	if err != nil {
		return err
	}
	src, err := openSources(sources)
	if err != nil {
		return err
	}
	bar := a.newProgress()
	m, err := ingest.Build(ctx, parent, src, out, &ingest.Options{Progress: bar.build, AsOf: asOf, Delete: mayRemove})
	bar.done()
	if err != nil {
		return joinClose(err, src)
	}
	if err := src.Close(); err != nil {
		return err
	}
	return a.printBuild(out, m)
}

// printBuild prints what a build did and left out.
func (a *app) printBuild(out string, m *store.Manifest) error {
	if a.json() {
		return a.printJSON(struct {
			Snapshot  string           `json:"path"`
			Version   uint64           `json:"version"`
			Customers uint64           `json:"customers"`
			SizeBytes int64            `json:"size_bytes"`
			Load      store.LoadReport `json:"load"`
		}{out, m.Version, m.Customers, sizeBytes(m), m.Load})
	}
	if err := a.printLoad(&m.Load); err != nil {
		return err
	}
	for _, change := range m.Load.Changes {
		if err := a.printf("changed: %s\n", change); err != nil {
			return err
		}
	}
	if m.Customers == 0 && m.Load.Tables[0].Rows > 0 {
		a.logf("warning: none of the %s of %s is a customer: the snapshot is empty\n", rowsText(m.Load.Tables[0].Rows), m.Load.Tables[0].Table)
	}
	for i := range m.Load.Tables {
		if t := &m.Load.Tables[i]; t.Expired > 0 && t.Loaded == 0 {
			a.logf("warning: all %s of %s are older than the behavior %q keeps\n", rowsText(t.Rows), t.Table, t.Names[0])
		}
	}
	return a.printf("%s: version %d, %s customers, %s, built in %.2f s\n",
		out, m.Version, groups(int64(m.Customers)), bytesText(sizeBytes(m)), m.Load.Seconds)
}

// printLoad prints a load report: a line per scan, with a column for every kind
// of left-out row that occurs at all.
func (a *app) printLoad(load *store.LoadReport) error {
	columns := []struct {
		name   string
		always bool
		value  func(*store.TableReport) int64
	}{
		{"rows", true, func(t *store.TableReport) int64 { return t.Rows }},
		{"loaded", true, func(t *store.TableReport) int64 { return t.Loaded }},
		{"null keys", false, func(t *store.TableReport) int64 { return t.NullKeys }},
		{"filtered", false, func(t *store.TableReport) int64 { return t.Filtered }},
		{"orphans", true, func(t *store.TableReport) int64 { return t.Orphans }},
		{"expired", false, func(t *store.TableReport) int64 { return t.Expired }},
		{"undated", false, func(t *store.TableReport) int64 { return t.Undated }},
		{"NaN to NULL", false, func(t *store.TableReport) int64 { return t.NaN }},
		{"times floored", false, func(t *store.TableReport) int64 { return t.SubMicros }},
	}
	tw := newTable()
	header := table.Row{"table", "gives"}
	var shown []func(*store.TableReport) int64
	for _, c := range columns {
		occurs := c.always
		for i := range load.Tables {
			occurs = occurs || c.value(&load.Tables[i]) != 0
		}
		if occurs {
			header = append(header, c.name)
			shown = append(shown, c.value)
		}
	}
	tw.AppendHeader(header)
	var notes []string
	for i := range load.Tables {
		t := &load.Tables[i]
		row := table.Row{t.Table, gives(t)}
		for _, value := range shown {
			row = append(row, groups(value(t)))
		}
		tw.AppendRow(row)
		notes = append(notes, loadNotes(t)...)
	}
	if err := a.printTable(tw, header[2:]...); err != nil {
		return err
	}
	for _, note := range notes {
		if err := a.printf("note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// loadNotes says what people should know of a scan, the first rows that it left
// out among it.
func loadNotes(t *store.TableReport) []string {
	var notes []string
	if n := t.NullKeys; n > 0 {
		rows := strings.ReplaceAll(strings.Trim(fmt.Sprint(t.NullKeyRows), "[]"), " ", ", ")
		notes = append(notes, fmt.Sprintf("table %s (%s): %s left out, column %q is NULL; the first: row %s", t.Table, t.Location, rowsText(n), t.KeyColumn, rows))
	}
	if n := t.Orphans; n > 0 {
		notes = append(notes, fmt.Sprintf("table %s (%s): %s left out, no customer has their %q; the first: %q", t.Table, t.Location, rowsText(n), t.KeyColumn, t.OrphanKeys))
	}
	for _, note := range t.Notes {
		notes = append(notes, fmt.Sprintf("table %s (%s): %s", t.Table, t.Location, note))
	}
	return notes
}

// rowsText writes a number of rows.
func rowsText(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return groups(n) + " rows"
}

// gives says what came of a scan.
func gives(t *store.TableReport) string {
	switch t.Use {
	case "master":
		return "customers"
	case "behavior":
		return "behavior " + t.Names[0]
	}
	return fmt.Sprintf("%d attributes", len(t.Names))
}

// sizeBytes returns the size of a version's files.
func sizeBytes(m *store.Manifest) int64 {
	total := int64(0)
	for _, f := range m.Files {
		total += f.Size
	}
	return total
}
