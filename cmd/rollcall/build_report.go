package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/store"
)

// printBuild prints what a build did and left out.
func (a *app) printBuild(out string, m *store.Manifest) error {
	refreshed := m.Load.RefreshedFrom > 0
	if a.json() {
		return a.printJSON(struct {
			Snapshot  string           `json:"path"`
			Version   uint64           `json:"version"`
			Customers uint64           `json:"customers"`
			SizeBytes int64            `json:"size_bytes"`
			Refreshed bool             `json:"refreshed"` // false: everything was read and numbered anew
			Load      store.LoadReport `json:"load"`
		}{out, m.Version, m.Customers, sizeBytes(m), refreshed, m.Load})
	}
	if err := a.printLoad(&m.Load, "now"); err != nil {
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
		if t := &m.Load.Tables[i]; t.Expired > 0 && t.Loaded == 0 && t.Known == 0 {
			a.logf("warning: all %s of %s are older than the behavior %q keeps\n", rowsText(t.Rows), t.Table, t.Names[0])
		}
	}
	verb := "built"
	if refreshed {
		verb = "refreshed"
	}
	return a.printf("%s: version %d, %s customers, %s, %s in %.2f s\n",
		out, m.Version, wording.Number(m.Customers), bytesText(sizeBytes(m)), verb, m.Load.Seconds)
}

// printLoad prints a load report: a line per table and use, with a column for
// every kind of row that occurs at all. "known" are those that earlier builds
// have read, and that this one did not read again. Versions are those of the source,
// where it has any. when is the time of the build:
// "now" or "then".
func (a *app) printLoad(load *store.LoadReport, when string) error {
	columns := []struct {
		name   string
		always bool
		value  func(*store.TableReport) int64
	}{
		{"known", false, func(t *store.TableReport) int64 { return t.Known }},
		{"rows", true, func(t *store.TableReport) int64 { return t.Rows }},
		{"loaded", true, func(t *store.TableReport) int64 { return t.Loaded }},
		{"null keys", false, func(t *store.TableReport) int64 { return t.NullKeys }},
		{"filtered", false, func(t *store.TableReport) int64 { return t.Filtered }},
		{"orphans", true, func(t *store.TableReport) int64 { return t.Orphans }},
		{"expired", false, func(t *store.TableReport) int64 { return t.Expired }},
		{"repeated", false, func(t *store.TableReport) int64 { return t.Repeated }},
		{"undated", false, func(t *store.TableReport) int64 { return t.Undated }},
		{"NaN to NULL", false, func(t *store.TableReport) int64 { return t.NaN }},
		{"times floored", false, func(t *store.TableReport) int64 { return t.SubMicros }},
		{"removed", false, func(t *store.TableReport) int64 { return t.Removed }},
		{"aged", false, func(t *store.TableReport) int64 { return t.Aged }},
	}
	tw := newTable()
	header := table.Row{"table", "gives"}
	hasVersions := slices.ContainsFunc(load.Tables, func(t store.TableReport) bool { return t.Version != "" })
	if hasVersions {
		header = append(header, "version")
	}
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
		if hasVersions {
			row = append(row, cmp.Or(t.Version, "-"))
		}
		for _, value := range shown {
			row = append(row, wording.Number(value(t)))
		}
		tw.AppendRow(row)
		notes = append(notes, loadNotes(t, when)...)
	}
	if err := a.printTable(tw, header[2:]...); err != nil {
		return err
	}
	said := map[string]bool{} // a table may be read for several things
	for _, note := range notes {
		if said[note] {
			continue
		}
		said[note] = true
		if err := a.printf("note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// loadNotes says what people should know of a scan, the first rows that it left
// out among it, where they are known: compact forgets keys. Rows are counted
// within what the build read, which is not all of a table that has known rows.
func loadNotes(t *store.TableReport, when string) []string {
	of := fmt.Sprintf("table %s (%s): ", t.Table, t.Location)
	var notes []string
	if n := t.NullKeys; n > 0 {
		note := fmt.Sprintf("%s%s left out, column %q is NULL", of, rowsText(n), t.KeyColumn)
		if len(t.NullKeyRows) > 0 {
			note += "; the first: row " + strings.ReplaceAll(strings.Trim(fmt.Sprint(t.NullKeyRows), "[]"), " ", ", ")
			if t.Known > 0 {
				note += " of those read " + when
			}
		}
		notes = append(notes, note)
	}
	if n := t.Orphans; n > 0 {
		note := fmt.Sprintf("%s%s left out, no customer has their %q", of, rowsText(n), t.KeyColumn)
		if len(t.OrphanKeys) > 0 {
			note += fmt.Sprintf("; the first: %q", t.OrphanKeys)
		}
		notes = append(notes, note)
	}
	for _, note := range t.Notes {
		notes = append(notes, of+note)
	}
	return notes
}

// rowsText writes a number of rows.
func rowsText(n int64) string {
	return wording.Plural(n, "row", "rows")
}

// gives says what came of a scan.
func gives(t *store.TableReport) string {
	switch t.Use {
	case "master":
		return "customers"
	case "behavior":
		return "behavior " + t.Names[0]
	}
	return wording.Plural(len(t.Names), "attribute", "attributes")
}

// sizeBytes returns the size of a version's files.
func sizeBytes(m *store.Manifest) int64 {
	total := int64(0)
	for _, f := range m.Files {
		total += f.Size
	}
	return total
}
