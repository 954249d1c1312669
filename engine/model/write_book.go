package model

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/window"
)

// AppendBook appends a parent segment in the book form, in YAML, to dst. Parsing
// the text gives the same parent segment, for all that [Parse] returns. Of
// others, a table without a connection takes that of the master table, and text
// that is not UTF-8 is replaced.
func AppendBook(dst []byte, p *ParentSegment) []byte {
	w := &bookWriter{text: dst}
	w.entry("", "name", p.Name)
	w.entry("", "timezone", p.Timezone)
	w.line("master_table:")
	w.table("  ", p.Master.Table, "")
	w.entry("  ", "key_column", p.Master.KeyColumn)
	switch {
	case len(p.Master.Columns) > 0:
		w.line("  attributes: " + flowList(p.Master.Columns))
	case !p.Master.AllColumns:
		w.line("  attributes: none")
	}
	w.heading("  ", "filters", len(p.Master.Filters))
	for _, f := range p.Master.Filters {
		w.line("    - column: " + scalar(f.Column))
		w.line("      values: " + flowList(f.Values))
	}
	w.heading("", "attributes", len(p.Attributes))
	for _, a := range p.Attributes {
		w.attribute(a, p.Master.Table.Connection)
	}
	w.heading("", "behaviors", len(p.Behaviors))
	for _, b := range p.Behaviors {
		w.behavior(b, p.Master.Table.Connection)
	}
	w.heading("", "computed", len(p.Computed))
	for _, c := range p.Computed {
		w.entry("  - ", "name", c.Name)
		w.entry("    ", "behavior", c.Behavior)
		w.entry("    ", "rule", c.Rule)
	}
	w.schedule(p.Schedule)
	return w.text
}

// bookWriter writes the lines of a file.
type bookWriter struct {
	text []byte
}

func (w *bookWriter) line(text string) {
	w.text = append(append(w.text, text...), '\n')
}

// entry writes a key with a value, unless the value is empty.
func (w *bookWriter) entry(indent, key, value string) {
	if value != "" {
		w.line(indent + key + ": " + scalar(value))
	}
}

// heading writes the key of a list, unless the list is empty.
func (w *bookWriter) heading(indent, key string, items int) {
	if items > 0 {
		w.line(indent + key + ":")
	}
}

// table writes the keys that name a table. The connection of the master table
// needs no saying in others.
func (w *bookWriter) table(indent string, t TableRef, connection string) {
	if t.Connection != connection {
		w.entry(indent, "connection", t.Connection)
	}
	w.entry(indent, "catalog", t.Catalog)
	w.entry(indent, "database", t.Schema)
	w.entry(indent, "table", t.Table)
}

func (w *bookWriter) attribute(a AttributeSource, connection string) {
	w.entry("  - ", "name", a.Name)
	w.table("    ", a.Table, connection)
	w.entry("    ", "key_column", a.KeyColumn)
	w.entry("    ", "value_column", a.ValueColumn)
	if a.Kind != 0 {
		w.entry("    ", "type", a.Kind.String())
	}
}

func (w *bookWriter) behavior(b BehaviorSource, connection string) {
	w.entry("  - ", "name", b.Name)
	w.table("    ", b.Table, connection)
	w.entry("    ", "key_column", b.KeyColumn)
	w.entry("    ", "timestamp_column", b.TimeColumn)
	switch {
	case b.AllFields:
	case slices.ContainsFunc(b.Fields, func(f FieldSource) bool { return f.Name != f.Column || f.Kind != 0 }):
		w.heading("    ", "fields", len(b.Fields))
		for _, f := range b.Fields {
			w.field(f)
		}
	default:
		names := make([]string, 0, len(b.Fields))
		for _, f := range b.Fields {
			names = append(names, f.Name)
		}
		w.line("    fields: " + flowList(names))
	}
	if b.Keep != (window.Spec{}) {
		w.line("    keep: " + strings.TrimPrefix(b.Keep.String(), "in last "))
	}
	if b.Ranks != nil {
		w.line("    ranks: " + strconv.Itoa(*b.Ranks))
	}
}

// field writes a field of which more is to be said than its column.
func (w *bookWriter) field(f FieldSource) {
	parts := []string{"column: " + scalar(f.Column)}
	if f.Name != f.Column {
		parts = append([]string{"name: " + scalar(f.Name)}, parts...)
	}
	if f.Kind != 0 {
		parts = append(parts, "type: "+f.Kind.String())
	}
	w.line("      - {" + strings.Join(parts, ", ") + "}")
}

func (w *bookWriter) schedule(s Schedule) {
	if s.Type == "" {
		return
	}
	w.line("schedule:")
	w.entry("  ", "type", s.Type)
	w.entry("  ", "time", s.Time)
	w.entry("  ", "timezone", s.Timezone)
	w.entry("  ", "cron", s.Cron)
	if len(s.Days) > 0 {
		w.line("  repeat_sub_frequency: " + flowList(s.Days))
	}
}

// flowList writes a list in brackets.
func flowList(items []string) string {
	texts := make([]string, 0, len(items))
	for _, item := range items {
		texts = append(texts, scalar(item))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// scalar writes a text as YAML, in double quotes unless it is a word that no
// reader of YAML takes for anything else. The escapes of Go are ones of YAML.
func scalar(text string) string {
	rest := strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./()=<>' ")
	first := strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
	switch {
	case rest != "" || len(first) == len(text) || strings.HasSuffix(text, " "):
	case slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(text)):
	default:
		return text
	}
	return strconv.Quote(strings.ToValidUTF8(text, "\ufffd"))
}
