package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
)

// dump writes down all that can be seen of a version, ordered by key: a line for
// every customer with the attributes, and one for each of their events. Two
// snapshots of the same data have the same dump, whatever their rows and parts.
func dump(t *testing.T, fsys store.FS, dir string, version uint64) string {
	t.Helper()
	s, err := store.OpenAt(fsys, dir, version)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	d := &dumper{t: t, s: s, keys: cells(t, s, s.Keys())}
	live, err := s.Live()
	if err != nil {
		t.Fatal(err)
	}
	d.live = func(uint32) bool { return true }
	if live != nil {
		d.live = func(row uint32) bool {
			var words bitmap.Words
			live.OrInto(&words, uint16(row/bitmap.BlockRows))
			return words.Has(uint16(row % bitmap.BlockRows))
		}
	}
	d.attributes()
	for i := range s.Schema().Behaviors {
		d.behavior(i)
	}
	slices.Sort(d.lines)
	m := s.Manifest()
	head := fmt.Sprintf("%d customers", m.Customers)
	for i, b := range m.Behaviors {
		head += fmt.Sprintf("\n%s: %d events, %d undated, of %d customers", m.Schema.Behaviors[i].Name, b.Events, b.Undated, b.Customers)
		if b.First != nil {
			head += fmt.Sprintf(", from %d to %d", *b.First, *b.Last)
		}
	}
	for i, a := range m.Attributes {
		head += fmt.Sprintf("\n%s: %d NULL", m.Schema.Attributes[i].Name, a.Nulls)
		if a.Least != nil {
			head += fmt.Sprintf(", from %q to %q", *a.Least, *a.Greatest)
		}
	}
	return head + "\n" + strings.Join(d.lines, "\n")
}

type dumper struct {
	t     *testing.T
	s     *store.Snapshot
	keys  []string
	live  func(row uint32) bool
	lines []string
}

// cells returns a column as text.
func cells(t *testing.T, s *store.Snapshot, c *column.Column) []string {
	t.Helper()
	var all []string
	for i := range s.Blocks() {
		v, err := c.Block(i)
		if err != nil {
			t.Fatal(err)
		}
		for row := range v.Len() {
			all = append(all, fmt.Sprint(v.Value(row)))
		}
	}
	return all
}

func (d *dumper) attributes() {
	var columns [][]string
	for i := range d.s.Schema().Attributes {
		columns = append(columns, cells(d.t, d.s, d.s.Attribute(i)))
	}
	for row, key := range d.keys {
		if !d.live(uint32(row)) {
			continue
		}
		line := fmt.Sprintf("%q:", key)
		for _, c := range columns {
			line += " " + c[row]
		}
		d.lines = append(d.lines, line)
	}
}

func (d *dumper) behavior(i int) {
	described := &d.s.Schema().Behaviors[i]
	from := d.s.Manifest().Behaviors[i].KeptFrom
	for block := range d.s.Blocks() {
		stored, err := d.s.Events(i).Block(block)
		if err != nil {
			d.t.Fatal(err)
		}
		events := index.NewCollected(described.Fields)
		err = stored.AppendTo(events, uint32(block)*bitmap.BlockRows, func(_ uint16, at int64, dated bool) bool {
			return !dated || from == nil || at >= *from
		})
		if err != nil {
			d.t.Fatal(err)
		}
		for n, row := range events.Rows {
			if !d.live(row) {
				continue
			}
			line := fmt.Sprintf("%q %s", d.keys[row], described.Name)
			for _, b := range append([]*column.Builder{events.Times}, events.Values...) {
				line += " " + cell(b, n)
			}
			d.lines = append(d.lines, line)
		}
	}
}

// cell returns a value of a builder as text.
func cell(b *column.Builder, row int) string {
	switch {
	case b.IsNull(row):
		return "NULL"
	case b.Type().IsArray():
		arr, err := b.Take([]uint32{uint32(row)})
		if err != nil {
			panic(err)
		}
		return arr.String()
	}
	return b.Text(row)
}
