package ingest

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/store"
)

// loadedAttribute is where the values of an attribute come from: a scan, or the
// old version.
type loadedAttribute struct {
	values *column.Builder // nil: the old version's stay
	old    int             // position in the old version; -1: it has no such attribute
}

// attributes reads and writes the attributes that tables give, those of tables
// without changes excepted.
func (b *builder) attributes(ctx context.Context) error {
	loaded := make([]loadedAttribute, len(b.schema.Attributes)-len(b.computed))
	for i := range loaded {
		loaded[i].old = b.old.attribute(b.schema, b.layout, i)
	}
	for _, scan := range b.resolved.attributes {
		if err := b.readAttributes(ctx, scan, loaded); err != nil {
			return err
		}
	}
	for i := range loaded {
		if err := b.settleAttribute(ctx, i, loaded[i]); err != nil {
			return err
		}
		loaded[i].values = nil // written: let its memory go
	}
	return nil
}

// readAttributes reads the attributes of one table, unless the old version has
// all that is in it.
func (b *builder) readAttributes(ctx context.Context, scan *attributeScan, loaded []loadedAttribute) error {
	state, err := b.tableState(ctx, "attributes", scan.table)
	if err != nil {
		return err
	}
	if len(scan.columns) > 0 {
		state.Table = b.layout.Attributes[scan.columns[0].attribute].Table
	}
	state.KeyColumn = scan.key
	if b.keepsAttributes(scan, state, loaded) {
		b.keepTable(state, b.names(scan))
		return nil
	}
	builders := make([]*column.Builder, len(loaded))
	report, err := scanAttributes(ctx, scan, b.customers, builders, b.schema, b.progress)
	if err != nil {
		return err
	}
	for _, c := range scan.columns {
		loaded[c.attribute].values = builders[c.attribute]
	}
	b.report(report)
	state.Rows, state.Orphans = report.Rows, report.Orphans
	b.manifest.Tables = append(b.manifest.Tables, *state)
	return nil
}

// keepsAttributes reports whether the old version's values of a table's
// attributes are those that a scan would give. A customer who has joined since
// may have a row there that was an orphan.
func (b *builder) keepsAttributes(scan *attributeScan, state *store.TableState, loaded []loadedAttribute) bool {
	if b.old == nil || !b.old.unchanged(state) {
		return false
	}
	for _, c := range scan.columns {
		if loaded[c.attribute].old < 0 {
			return false
		}
	}
	return !b.customers.joined() || b.old.state(state).Orphans == 0
}

// names returns the attributes of a scan.
func (b *builder) names(scan *attributeScan) []string {
	names := []string{}
	for _, c := range scan.columns {
		names = append(names, b.schema.Attributes[c.attribute].Name)
	}
	return names
}

// settleAttribute writes attribute i of the schema, or adopts the files of the
// old version where they hold just that.
func (b *builder) settleAttribute(ctx context.Context, i int, from loadedAttribute) error {
	values := from.values
	if values == nil {
		if b.old.customers.numbered == b.customers.numbered {
			return b.adoptAttribute(i, from.old)
		}
		var err error
		if values, err = b.valuesOf(from.old); err != nil {
			return err
		}
	}
	return b.writeAttribute(ctx, i, values, from.old)
}

// adoptAttribute takes the files of attribute old of the old version over as
// attribute i.
func (b *builder) adoptAttribute(i, old int) error {
	info := b.old.Manifest().Attributes[old]
	files := map[string]string{store.AttributeFile(old): store.AttributeFile(i)}
	zones := store.AttributeZonesFile(old)
	if b.old.file(zones) != nil {
		files[zones] = store.AttributeZonesFile(i)
	}
	if info.Indexed {
		fromDirectory, fromBitmaps := store.AttributeIndexFiles(old)
		toDirectory, toBitmaps := store.AttributeIndexFiles(i)
		files[fromDirectory], files[fromBitmaps] = toDirectory, toBitmaps
	}
	if b.customers.died || b.customers.revived {
		// The numbers are about who is live.
		values, err := b.valuesOf(old)
		if err != nil {
			return err
		}
		about := b.summarize(values)
		about.Indexed, about.Distinct = info.Indexed, info.Distinct
		info = about
	}
	b.manifest.Attributes = append(b.manifest.Attributes, info)
	return b.adopt(files)
}

// valuesOf returns an attribute of the old version as a builder with a row for
// every row of the new one; customers who have joined since are NULL.
func (b *builder) valuesOf(attribute int) (*column.Builder, error) {
	values, err := b.oldValues(attribute)
	if err == nil {
		values.Grow(b.customers.numbered - values.Len())
	}
	return values, err
}

// oldValues returns an attribute of the old version as a builder.
func (b *builder) oldValues(attribute int) (*column.Builder, error) {
	c := b.old.Attribute(attribute)
	values := column.NewBuilder(c.Type(), 0)
	for block := range b.old.Blocks() {
		stored, err := c.Block(block)
		if err != nil {
			return nil, err
		}
		stored.AppendTo(values)
	}
	if values.Len() != b.old.Rows() {
		return nil, fmt.Errorf("attribute %q of version %d has %d rows, expected %d", b.old.Schema().Attributes[attribute].Name, b.old.Manifest().Version, values.Len(), b.old.Rows())
	}
	return values, nil
}
