package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// tableData is the data of a table as a build finds it, before it reads any, and
// how that is to what the old version has read.
type tableData struct {
	table   source.Table
	state   *store.TableState // that the next build compares: of the whole table
	reason  string            // why what has been read cannot be gone on from, as a note; empty: it can, or never could
	skipped bool              // rows were not read, since they are taken as stored

	// from is the table in parts of which some are known; nil: what has been read
	// tells nothing of what is there.
	from    source.Parted
	found   partsFound // of from
	resumed bool       // from has the known parts as they were then, which may not be readable any more
	// removed is rows that were in the known parts, or are in the added ones, and are
	// no more, each as often as it is here; nil: none are.
	removed source.Table
}

// partsFound is how the parts of a table are to those that have been read.
type partsFound struct {
	intact  bool     // all that were read are there as they were
	added   []string // were not there
	changed []string // were other ones under the same name
	known   []string // are as they were
}

// findData returns what can be known of a table's data without reading it. It is
// asked before the table is read: what changes in between is read again by the
// next build. was is what the old version has read of the table and can be gone on
// from; nil: nothing.
func (b *builder) findData(ctx context.Context, of store.TableState, was *store.TableState, t source.Table) (*tableData, error) {
	d := &tableData{table: t, state: &of}
	if err := d.find(ctx, was, t); err != nil {
		return nil, ofTable(t.Ref().String(), err)
	}
	info := t.Info()
	of.Location, of.Version = info.Location, info.Version
	return d, nil
}

// find compares the table with what has been read.
func (d *tableData) find(ctx context.Context, was *store.TableState, t source.Table) error {
	parted, ok := t.(source.Parted)
	if !ok {
		return nil
	}
	if resumable, ok := t.(source.Resumable); ok && was != nil && was.Parts != nil {
		return d.resume(ctx, was, resumable)
	}
	parts, err := parted.Parts(ctx)
	if err != nil {
		return err
	}
	d.state.Parts = storedParts(parts)
	hasVersions := t.Info().Version != ""
	if was != nil && was.Parts != nil && d.state.Parts != nil && (was.Version != "") == hasVersions { // else of another kind of source
		d.from, d.found = parted, compareParts(was.Parts, d.state.Parts)
	}
	return nil
}

// resume asks a table what has come since it was read. The cursor of the next
// build is the whole table as it is now, so that it is always as new as can be,
// and one part however many builds there were.
func (d *tableData) resume(ctx context.Context, was *store.TableState, t source.Resumable) error {
	since, err := t.Since(ctx, sourceParts(was.Parts))
	if err != nil {
		return err
	}
	d.reason = since.Note
	parts, err := since.Table.Parts(ctx)
	if err != nil {
		return err
	}
	found := compareParts(was.Parts, storedParts(parts))
	if version := t.Info().Version; found.unchanged() && since.Removed == nil && version != "" && version == was.Version {
		d.state.Parts, d.from, d.found, d.resumed = was.Parts, since.Table, found, true
		return nil
	}
	whole, err := t.Parts(ctx)
	if err != nil {
		return err
	}
	d.state.Parts = storedParts(whole)
	if !found.intact {
		return nil
	}
	added := rowsOf(slices.DeleteFunc(slices.Clone(parts), func(p source.Part) bool { return !slices.Contains(found.added, p.Name) }))
	there, went := rowsOf(whole), int64(0)
	if since.Removed != nil {
		went = since.Removed.Info().Rows
	}
	switch {
	case added >= 0 && there >= 0 && went == 0 && was.Rows+added != there:
		d.reason = fmt.Sprintf("%d rows were read before and %d are said to have come since, but there are %d", was.Rows, added, there)
		return nil
	case added < 0 || there < 0 || went < 0 || was.Rows+added-went != there:
		d.reason = fmt.Sprintf("%d rows were read before, and %d are said to have come and %d to have gone since, but there are %d", was.Rows, added, went, there)
		return nil
	}
	d.from, d.found, d.resumed, d.removed = since.Table, found, true, since.Removed
	return nil
}

// readWhole gives up going on from what has been read. reason is a note, as that of
// [source.Since].
func (d *tableData) readWhole(reason string) {
	d.from, d.found, d.resumed, d.removed, d.reason = nil, partsFound{}, false, nil, reason
}

// rowsOf returns how many rows parts have; -1: not known.
func rowsOf(parts []source.Part) int64 {
	rows := int64(0)
	for _, p := range parts {
		if p.Rows < 0 {
			return -1
		}
		rows += p.Rows
	}
	return rows
}

// unchanged reports whether the table's data is known to be what has been read.
func (d *tableData) unchanged() bool {
	return d.from != nil && d.found.unchanged() && d.removed == nil
}

func (f *partsFound) unchanged() bool { return f.intact && len(f.added) == 0 }

// describe adds what is known of the data to the report of a scan of it that has
// ended, after the notes on its columns. A source may only know then what there is
// to note.
func (d *tableData) describe(r *store.TableReport, columns []string) {
	r.Version = d.state.Version
	var reason []string
	switch {
	case d.reason != "" && d.skipped:
		reason = []string{d.reason}
	case d.reason != "":
		reason = []string{d.reason + ": read whole"}
	}
	r.Notes = slices.Concat(columns, d.table.Info().Notes, reason, r.Notes)
}

// checkRows fails where the parts that the next build is to go on from have another
// number of rows than were read, now and before.
func (d *tableData) checkRows() error {
	rows := rowsOf(sourceParts(d.state.Parts))
	if d.state.Parts == nil || rows < 0 || rows == d.state.Rows {
		return nil
	}
	return fmt.Errorf("table %s (%s): %d rows were read, but its parts have %d", d.state.Table, d.state.Location, d.state.Rows, rows)
}

// ofTable says of an error which table it is about, unless it does.
func ofTable(name string, err error) error {
	about := "table " + name
	if text := err.Error(); strings.HasPrefix(text, about+":") || strings.HasPrefix(text, about+" ") {
		return err
	}
	return fmt.Errorf("%s: %w", about, err)
}

// storedParts returns parts as a manifest has them; nil where there are none,
// since a table that has no parts to tell of may have rows.
func storedParts(parts []source.Part) []store.TablePart {
	var stored []store.TablePart
	for _, p := range parts {
		stored = append(stored, store.TablePart{Name: p.Name, ID: p.ID, Rows: p.Rows})
	}
	return stored
}

// sourceParts is the inverse of storedParts.
func sourceParts(stored []store.TablePart) []source.Part {
	var parts []source.Part
	for _, p := range stored {
		parts = append(parts, source.Part{Name: p.Name, ID: p.ID, Rows: p.Rows})
	}
	return parts
}

// compareParts compares the parts that a table has with those that have been
// read.
func compareParts(was, now []store.TablePart) partsFound {
	ids := make(map[string]string, len(was))
	for _, p := range was {
		ids[p.Name] = p.ID
	}
	var found partsFound
	for _, p := range now {
		switch id, ok := ids[p.Name]; {
		case !ok:
			found.added = append(found.added, p.Name)
		case id != p.ID:
			found.changed = append(found.changed, p.Name)
		default:
			found.known = append(found.known, p.Name)
		}
	}
	found.intact = len(found.known) == len(was)
	return found
}
