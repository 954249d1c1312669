package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/store"
)

// printInspect prints what was found in a snapshot, the files where they are
// asked for.
func (a *app) printInspect(out *inspectJSON, files bool) error {
	if err := a.printHeader(out); err != nil {
		return err
	}
	tables := []func(*inspectJSON) error{
		func(out *inspectJSON) error { return a.printLoad(&out.Load, "then") }, a.printTables, a.printColumns,
	}
	if len(out.Schema.Behaviors) > 0 {
		tables = append(tables, a.printBehaviors, a.printParts, a.printEventColumns)
	}
	if files {
		tables = append(tables, a.printFiles)
	}
	for _, print := range tables {
		if err := a.printf("\n"); err != nil {
			return err
		}
		if err := print(out); err != nil {
			return err
		}
	}
	return nil
}

// printHeader prints what the version is.
func (a *app) printHeader(out *inspectJSON) error {
	if err := a.printf("%s: version %d of %q, format %d, created %s, %s\n", out.Path, out.Version, out.Schema.Name, out.Format,
		ask.TimeText(out.CreatedAt), agoText(out.AgeSeconds)); err != nil {
		return err
	}
	if err := a.printf("versions kept: %s; %s on disk in all\nsource %s\n", versionsText(out.Versions), bytesText(out.DiskBytes), out.Load.Source); err != nil {
		return err
	}
	deleted := ""
	if out.DeletedRows > 0 {
		deleted = fmt.Sprintf(" and %s of deleted ones", wording.Plural(out.DeletedRows, "row", "rows"))
	}
	return a.printf("%s%s, %s in %s, %s bytes a row\n", wording.Plural(out.Customers, "customer", "customers"), deleted,
		bytesText(out.SizeBytes), wording.Plural(len(out.Files), "file", "files"), perText(ratio(out.SizeBytes, out.Rows)))
}

// printTables prints what the version knows of the source's tables: what a refresh
// compares.
func (a *app) printTables(out *inspectJSON) error {
	tw := newTable()
	header := table.Row{"table", "read for", "rows known", "orphans", "parts"}
	hasVersions := slices.ContainsFunc(out.Tables, func(t store.TableState) bool { return t.Version != "" })
	if hasVersions {
		header = append(header, "version")
	}
	tw.AppendHeader(header)
	for _, t := range out.Tables {
		use := t.Use
		switch {
		case t.Behavior != "":
			use = "behavior " + t.Behavior
		case use == "master":
			use = "customers"
		}
		parts := "-" // the source cannot tell
		if t.Parts != nil {
			parts = wording.Number(len(t.Parts))
		}
		row := table.Row{t.Table, use, wording.Number(t.Rows), wording.Number(t.Orphans), parts}
		if hasVersions {
			row = append(row, cmp.Or(t.Version, "-"))
		}
		tw.AppendRow(row)
	}
	return a.printTable(tw, header[2:]...)
}

// printColumns prints how keys and attributes are stored.
func (a *app) printColumns(out *inspectJSON) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"column", "type", "stored as", "values", "index", "ordered", "grams", "zones", "bytes a row"})
	k := out.Storage.Keys
	tw.AppendRow(table.Row{
		k.Name + " (key)", out.Schema.KeyType, storedText(k.StoredAs), bytesText(k.ValuesBytes), bytesText(k.TableBytes), "-", "-", "-",
		perText(ratio(k.ValuesBytes+k.TableBytes, out.Rows)),
	})
	for i, at := range out.Storage.Attributes {
		tw.AppendRow(table.Row{
			at.Name, out.Schema.Attributes[i].Type, storedText(at.StoredAs), bytesText(at.ValuesBytes),
			sizeOr(at.IndexBytes), sizeOr(at.OrderedBytes), sizeOr(at.GramsBytes), sizeOr(at.ZonesBytes), perText(at.BytesPerRow),
		})
	}
	if err := a.printTable(tw, "values", "index", "ordered", "grams", "zones", "bytes a row"); err != nil || k.LiveBytes == 0 {
		return err
	}
	return a.printf("which rows are customers: %s\n", bytesText(k.LiveBytes))
}

// printBehaviors prints how fresh behaviors are and what they take.
func (a *app) printBehaviors(out *inspectJSON) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"behavior", "events", "newest", "age", "parts", "size", "timeline", "postings", "ranks", "bytes an event"})
	for i, b := range out.Storage.Behaviors {
		newest, age := out.Newest[i], "-"
		if newest.AgeSeconds != nil {
			age = ageText(*newest.AgeSeconds)
		}
		tw.AppendRow(table.Row{
			b.Name, wording.Number(out.Behaviors[i].Events), textOr(newest.Last), age, wording.Number(len(b.Parts)),
			bytesText(b.EventsBytes), bytesText(b.TimelineBytes), sizeOr(b.PostingsBytes), sizeOr(b.RanksBytes), perText(b.BytesPerEvent),
		})
	}
	return a.printTable(tw, "events", "age", "parts", "size", "timeline", "postings", "ranks", "bytes an event")
}

// printParts prints the parts of the behaviors.
func (a *app) printParts(out *inspectJSON) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"part", "of version", "events", "undated", "size", "first", "last"})
	for _, b := range out.Storage.Behaviors {
		for i, p := range b.Parts {
			tw.AppendRow(table.Row{
				fmt.Sprintf("%s %d", b.Name, i), p.Version, wording.Number(p.Events), wording.Number(p.Undated),
				bytesText(p.EventsBytes + p.TimelineBytes + p.PostingsBytes), textOr(p.First), textOr(p.Last),
			})
		}
	}
	return a.printTable(tw, "of version", "events", "undated", "size")
}

// printEventColumns prints how the columns of events are stored.
func (a *app) printEventColumns(out *inspectJSON) error {
	tw := newTable()
	tw.AppendHeader(table.Row{"event column", "type", "size", "bytes an event", "stored as"})
	for i, b := range out.Storage.Behaviors {
		described := out.Schema.Behaviors[i]
		for c, stored := range b.Columns {
			name, typ := "customers", "row"
			switch {
			case stored.Field:
				name, typ = stored.Name, described.Fields[c-2].Type.String()
			case c == 1:
				name, typ = described.TimeColumn, "timestamp"
			}
			tw.AppendRow(table.Row{b.Name + " " + name, typ, bytesText(stored.Bytes), perText(stored.BytesPerEvent), encodingsText(stored.Encodings)})
		}
		if b.OtherBytes > 0 {
			tw.AppendRow(table.Row{b.Name + " (others)", "-", bytesText(b.OtherBytes), perText(b.OtherPerEvent), "dictionaries, tables of contents"})
		}
	}
	return a.printTable(tw, "size", "bytes an event")
}

// printFiles prints the files of the version.
func (a *app) printFiles(out *inspectJSON) error {
	uses := fileUses(out.Manifest)
	tw := newTable()
	tw.AppendHeader(table.Row{"file", "at", "size", "holds"})
	for _, f := range out.Files {
		tw.AppendRow(table.Row{f.Name, f.Path, bytesText(f.Size), uses[f.Name]})
	}
	return a.printTable(tw, "size")
}

// fileUses returns what the files of a version are for, by name.
func fileUses(m *store.Manifest) map[string]string {
	uses := map[string]string{
		store.KeysFile: "keys", store.KeyTableFile: "rows by key", store.LiveFile: "which rows are customers",
	}
	for i, at := range m.Schema.Attributes {
		name := "attribute " + at.Name
		directory, bitmaps := store.AttributeIndexFiles(i)
		uses[store.AttributeFile(i)] = name + ", values"
		uses[store.AttributeZonesFile(i)] = name + ", zone map"
		uses[store.AttributeOrderedFile(i)] = name + ", ordered index"
		uses[store.AttributeGramsFile(i)] = name + ", gram index"
		uses[directory] = name + ", directory of the value index"
		uses[bitmaps] = name + ", bitmaps of the value index"
	}
	for i, b := range m.Schema.Behaviors {
		uses[store.RanksFile(i)] = "behavior " + b.Name + ", ranks"
		for p := range m.Behaviors[i].Parts {
			name := fmt.Sprintf("behavior %s, part %d", b.Name, p)
			directory, bitmaps := store.PartIndexFiles(i, p)
			uses[store.PartFile(i, p)] = name + ", events"
			uses[directory] = name + ", directory of the timeline"
			uses[bitmaps] = name + ", bitmaps of the timeline"
			uses[store.PostingsFile(i, p)] = name + ", postings"
			uses[store.PartLevelsFile(i, p)] = name + ", levels of the timeline"
		}
	}
	return uses
}

// storedText writes an Arrow type for people: a dictionary by what it saves.
func storedText(arrowType string) string {
	values, rest, ok := strings.Cut(strings.TrimPrefix(arrowType, "dictionary<values="), ", indices=")
	if !ok || !strings.HasPrefix(arrowType, "dictionary<") {
		return cmp.Or(arrowType, "-")
	}
	codes, _, _ := strings.Cut(rest, ",")
	return values + " by " + codes + " codes"
}

// encodingsText writes the encodings of a column, those of most blocks first. Of
// encodings that differ in their bits alone it gives the range.
func encodingsText(encodings []encodingJSON) string {
	type kind struct {
		name        string
		least, most int // bits; -1: it has none
		blocks      int
	}
	var kinds []kind
	for _, e := range encodings {
		name, bits := splitBits(e.Encoding)
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name && (k.least < 0) == (bits < 0) })
		if i < 0 {
			kinds = append(kinds, kind{name: name, least: bits, most: bits, blocks: e.Blocks})
			continue
		}
		k := &kinds[i]
		k.least, k.most, k.blocks = min(k.least, bits), max(k.most, bits), k.blocks+e.Blocks
	}
	slices.SortStableFunc(kinds, func(x, y kind) int { return cmp.Compare(y.blocks, x.blocks) })
	texts := make([]string, len(kinds))
	for i, k := range kinds {
		texts[i] = k.name
		switch {
		case k.least < 0:
		case k.least == k.most:
			texts[i] += fmt.Sprintf(", %d bits", k.least)
		default:
			texts[i] += fmt.Sprintf(", %d to %d bits", k.least, k.most)
		}
		if len(kinds) > 1 {
			texts[i] += fmt.Sprintf(" (%s)", wording.Plural(k.blocks, "block", "blocks"))
		}
	}
	return cmp.Or(strings.Join(texts, "; "), "-")
}

// splitBits returns an encoding without the bits of its codes at the end, and
// these; -1 where there are none.
func splitBits(encoding string) (name string, bits int) {
	at := strings.LastIndex(encoding, ", ")
	number, ok := strings.CutSuffix(encoding[at+1:], " bits")
	if at < 0 || !ok {
		return encoding, -1
	}
	bits, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil {
		return encoding, -1
	}
	return encoding[:at], bits
}

// agoText says how long ago something was.
func agoText(seconds int64) string {
	if seconds < 0 {
		return ageText(-seconds) + " ahead"
	}
	return ageText(seconds) + " ago"
}

// ageText writes seconds in the largest unit that gives two of it or more.
func ageText(seconds int64) string {
	sign := ""
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	for _, unit := range []struct {
		name string
		time.Duration
	}{{"days", day}, {"hours", time.Hour}, {"minutes", time.Minute}} {
		if n := seconds / int64(unit.Duration/time.Second); n >= 2 {
			return fmt.Sprintf("%s%s %s", sign, wording.Number(n), unit.name)
		}
	}
	return sign + wording.Plural(seconds, "second", "seconds")
}

// perText writes how many bytes each of many takes.
func perText(bytes float64) string {
	if bytes >= 100 {
		return wording.Number(int64(math.Round(bytes)))
	}
	return strconv.FormatFloat(bytes, 'f', 2, 64)
}

// sizeOr writes a size, or "-" where there is nothing.
func sizeOr(size int64) string {
	if size == 0 {
		return "-"
	}
	return bytesText(size)
}

// textOr writes a text, or "-" where there is none.
func textOr(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}
