package ingest

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// oldVersion is the version that a build refreshes.
type oldVersion struct {
	*store.Snapshot
	customers *customers
	files     map[string]*store.FileInfo // by name
}

// openOld opens the version that is there, if a refresh can go on from it: where
// the master table is another one, or the calendar, nothing of it holds.
func (b *builder) openOld(ctx context.Context) error {
	m := b.out.Current()
	switch {
	case m == nil || b.opts.Full:
		return nil
	case !sameCustomers(m, b.schema, b.layout):
		if b.opts.Overlap > 0 {
			return &OverlapError{}
		}
		return nil
	}
	snapshot, err := store.OpenAt(b.fs, b.out.Dir(), m.Version)
	if err != nil {
		return fmt.Errorf("opening version %d, to refresh it: %w; a full build replaces it", m.Version, err)
	}
	b.manifest.Load.RefreshedFrom = m.Version
	b.old = &oldVersion{Snapshot: snapshot, files: map[string]*store.FileInfo{}}
	for i := range m.Files {
		b.old.files[m.Files[i].Name] = &m.Files[i]
	}
	if b.old.customers, err = openCustomers(ctx, snapshot); err != nil {
		return fmt.Errorf("opening version %d, to refresh it: %w; a full build replaces it", m.Version, err)
	}
	return nil
}

// sameCustomers reports whether a version's customers come from the same place by
// the same key, and its days are of the same calendar.
func sameCustomers(m *store.Manifest, schema *model.Schema, layout *model.Layout) bool {
	return m.Layout != nil && m.Schema.KeyType == schema.KeyType && m.Schema.Timezone == schema.Timezone &&
		m.Layout.Master == layout.Master && m.Layout.KeyColumn == layout.KeyColumn &&
		len(m.Layout.Filters) == len(layout.Filters) && (len(layout.Filters) == 0 || reflect.DeepEqual(m.Layout.Filters, layout.Filters))
}

// openCustomers returns the customers of a version.
func openCustomers(ctx context.Context, s *store.Snapshot) (*customers, error) {
	dict, err := s.Dictionary()
	if err != nil {
		return nil, err
	}
	c := &customers{
		typ: s.Schema().KeyType, dict: dict, column: s.Keys(),
		numbered: s.Rows(), count: s.Customers(),
	}
	live, err := s.Live()
	if err != nil || live == nil {
		return c, err
	}
	c.live = make([]uint64, (c.numbered+63)/64)
	for block := range s.Blocks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var words bitmap.Words
		live.OrInto(&words, uint16(block))
		copy(c.live[block*len(words):], words[:])
	}
	return c, nil
}

// file returns a file of the version, nil where it has none of that name.
func (o *oldVersion) file(name string) *store.FileInfo { return o.files[name] }

// liveWord returns which of the rows 64 i to 64 i + 63 are live.
func (o *oldVersion) liveWord(i int) uint64 {
	c := o.customers
	switch {
	case i*64 >= c.numbered:
		return 0
	case c.live != nil:
		return c.live[i]
	case c.numbered-i*64 < 64:
		return 1<<(c.numbered-i*64) - 1
	}
	return ^uint64(0)
}

// attribute returns the position of the attribute that is number i of a schema,
// -1 where the version has none that is of the same type from the same place. A
// nil version has none.
func (o *oldVersion) attribute(schema *model.Schema, layout *model.Layout, i int) int {
	if o == nil {
		return -1
	}
	m := o.Manifest()
	at := m.Schema.Attribute(schema.Attributes[i].Name)
	if at < 0 || m.Schema.Attributes[at].Type != schema.Attributes[i].Type || m.Layout.Attributes[at] != layout.Attributes[i] {
		return -1
	}
	return at
}

// behavior returns the position of the behavior that is number i of a schema, -1
// where the version has none with the same fields from the same place, or has
// dropped events that are to be kept now. A nil version has none.
func (o *oldVersion) behavior(schema *model.Schema, layout *model.Layout, i int) int {
	if o == nil {
		return -1
	}
	m := o.Manifest()
	at := m.Schema.Behavior(schema.Behaviors[i].Name)
	if at < 0 || !reflect.DeepEqual(m.Schema.Behaviors[at], schema.Behaviors[i]) {
		return -1
	}
	was, is := m.Layout.Behaviors[at], layout.Behaviors[i]
	if was.KeptFrom != nil && (is.KeptFrom == nil || *is.KeptFrom < *was.KeptFrom) {
		return -1
	}
	if was.Table != is.Table || was.KeyColumn != is.KeyColumn || was.Time != is.Time || !slices.Equal(was.Fields, is.Fields) {
		return -1
	}
	return at
}

// state returns what the version knows of a table's data, nil where it has not
// read it for that use. A nil version has read nothing.
func (o *oldVersion) state(of *store.TableState) *store.TableState {
	if o == nil {
		return nil
	}
	tables := o.Manifest().Tables
	i := slices.IndexFunc(tables, func(t store.TableState) bool {
		return t.Use == of.Use && t.Table == of.Table && t.KeyColumn == of.KeyColumn && t.Behavior == of.Behavior
	})
	if i < 0 {
		return nil
	}
	return &tables[i]
}

// keepTable notes that a table is not read, since the old version has all of it.
func (b *builder) keepTable(d *tableData, names []string) {
	state := d.state
	was := b.old.state(state)
	state.Rows, state.Orphans, state.Purged = was.Rows, was.Orphans, was.Purged
	b.manifest.Tables = append(b.manifest.Tables, *state)
	report := &store.TableReport{
		Table: state.Table.String(), Location: state.Location, Use: state.Use, Names: names,
		KeyColumn: state.KeyColumn, Known: was.Rows,
	}
	d.describe(report, nil)
	b.report(report)
}
