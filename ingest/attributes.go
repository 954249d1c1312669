package ingest

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/store"
)

// attributes reads and writes the attributes that tables give, those of tables
// without changes excepted.
func (b *builder) attributes(ctx context.Context) error {
	for _, scan := range b.resolved.attributes {
		if err := b.attributesOf(ctx, scan); err != nil {
			return err
		}
	}
	return nil
}

// attributesOf reads and writes the attributes of one table, or adopts the files
// of the old version where that has all that is in it, or applies to them what has
// changed. The values of one table are held in memory at a time.
func (b *builder) attributesOf(ctx context.Context, scan *attributeScan) error {
	of := store.TableState{Table: b.layout.Master, Use: "attributes", KeyColumn: scan.key}
	if len(scan.columns) > 0 {
		of.Table = b.layout.Attributes[scan.columns[0].attribute].Table
	}
	was := b.keepable(scan, &of)
	data, err := b.findData(ctx, of, was, scan.table)
	switch {
	case err != nil:
		return err
	case data.unchanged() && !b.rejoined(was):
		b.keepTable(data, b.names(scan))
		return b.keepAttributes(ctx, scan)
	case data.resumed:
		if done, err := b.applyAttributes(ctx, scan, was, data); done || err != nil {
			return err
		}
	}
	builders := make([]*column.Builder, len(b.schema.Attributes))
	report, err := scanAttributes(ctx, scan, b.customers, builders, b.schema, b.progress)
	if err != nil {
		return err
	}
	data.describe(report, scan.notes)
	b.report(report)
	data.state.Rows, data.state.Orphans = report.Rows, report.Orphans
	b.manifest.Tables = append(b.manifest.Tables, *data.state)
	if err := data.checkRows(); err != nil {
		return err
	}
	return b.writeAttributes(ctx, scan, builders)
}

// keepable returns what the old version has read of a table of attributes, nil
// where it has not read all of them.
func (b *builder) keepable(scan *attributeScan, of *store.TableState) *store.TableState {
	was := b.old.state(of)
	if was == nil {
		return nil
	}
	for _, c := range scan.columns {
		if b.sameAttribute(c.attribute) < 0 {
			return nil
		}
	}
	return was
}

// names returns the attributes of a scan.
func (b *builder) names(scan *attributeScan) []string {
	names := []string{}
	for _, c := range scan.columns {
		names = append(names, b.schema.Attributes[c.attribute].Name)
	}
	return names
}

// keepAttributes adopts the files of a scan's attributes. Where there are more
// customers now, they are written with NULLs for these.
func (b *builder) keepAttributes(ctx context.Context, scan *attributeScan) error {
	for _, c := range scan.columns {
		old := b.sameAttribute(c.attribute)
		if b.old.customers.numbered == b.customers.numbered {
			if err := b.adoptAttribute(c.attribute, old); err != nil {
				return err
			}
			continue
		}
		values, err := b.valuesOf(old)
		if err != nil {
			return err
		}
		if err := b.writeAttribute(ctx, c.attribute, values, -1); err != nil {
			return err
		}
	}
	return nil
}

// adoptAttribute takes the files of attribute old of the old version over as
// attribute i.
func (b *builder) adoptAttribute(i, old int) error {
	info := b.old.Manifest().Attributes[old]
	files := map[string]string{store.AttributeFile(old): store.AttributeFile(i)}
	for from, to := range map[string]string{
		store.AttributeZonesFile(old):   store.AttributeZonesFile(i),
		store.AttributeOrderedFile(old): store.AttributeOrderedFile(i),
		store.AttributeGramsFile(old):   store.AttributeGramsFile(i),
	} {
		if b.old.file(from) != nil {
			files[from] = to
		}
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
	b.manifest.Attributes[i] = info
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
