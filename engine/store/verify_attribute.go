package store

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
)

// attributeFiles names the files of attribute i.
func attributeFiles(m *Manifest, i int) []string {
	files := withLive(m, AttributeFile(i))
	if m.Attributes[i].Indexed {
		directory, bitmaps := AttributeIndexFiles(i)
		files = append(files, directory, bitmaps)
	}
	if _, ok := m.File(AttributeZonesFile(i)); ok {
		files = append(files, AttributeZonesFile(i))
	}
	return files
}

// checkAttribute checks that the values can be read, and that the manifest, the
// zone map and the value index agree with them.
func (v *verifier) checkAttribute(i int) error {
	zones, err := v.openZoneCheck(i)
	if err != nil {
		return err
	}
	values, err := v.openValueCheck(i)
	if err != nil {
		return err
	}
	t := v.snapshot.Schema().Attributes[i].Type
	builder, found := column.NewBuilder(t, 0), &rangeCheck{ends: column.NewBuilder(t, 0)}
	err = v.eachBlock(func(block, rows int) error {
		vector, err := v.snapshot.Attribute(i).Block(block)
		if err != nil {
			return err
		}
		builder.Reset()
		vector.AppendTo(builder)
		live, err := v.live(block, rows)
		if err != nil {
			return err
		}
		if err := zones.check(block, builder); err != nil {
			return v.wrong(AttributeZonesFile(i), "block %d: %w", block, err)
		}
		if err := values.check(block, vector); err != nil {
			directory, _ := AttributeIndexFiles(i)
			return v.wrong(directory, "block %d: %w", block, err)
		}
		return found.add(builder, live)
	})
	if err != nil {
		return err
	}
	if err := values.finish(); err != nil {
		_, bitmaps := AttributeIndexFiles(i)
		return v.wrong(bitmaps, "%w", err)
	}
	if err := found.compare(v.snapshot.manifest.Attributes[i]); err != nil {
		return v.wrong(AttributeFile(i), "%w", err)
	}
	return nil
}

// zoneCheck compares a zone map with the values. A nil one compares nothing.
type zoneCheck struct{ stored arrow.RecordBatch }

// openZoneCheck reads the zone map of attribute i, nil where it has none.
func (v *verifier) openZoneCheck(i int) (*zoneCheck, error) {
	zones, err := v.snapshot.Zones(i)
	if err != nil || zones == nil {
		return nil, err
	}
	stored, err := (&table{mapping: v.snapshot.files[AttributeZonesFile(i)], batches: 1}).Batch(0)
	if err != nil {
		return nil, err
	}
	return &zoneCheck{stored: stored}, nil
}

// check compares the zone of a block with that of the values there.
func (z *zoneCheck) check(block int, values *column.Builder) error {
	if z == nil {
		return nil
	}
	batch, ok := index.BuildZones(values)
	if !ok {
		return fmt.Errorf("a zone map of values that have none")
	}
	defer batch.Release()
	for i := range int(batch.NumCols()) {
		stored := array.NewSlice(z.stored.Column(i), int64(block), int64(block)+1)
		same := array.Equal(stored, batch.Column(i))
		found, want := stored.ValueStr(0), batch.Column(i).ValueStr(0)
		stored.Release()
		if !same {
			return fmt.Errorf("%s is %s, expected %s", z.stored.ColumnName(i), found, want)
		}
	}
	return nil
}

// valueCheck compares a value index with the values. A nil one compares nothing.
type valueCheck struct {
	values *column.Vector // of the directory: ascending, NULL last
	views  []bitmap.View
	counts []uint64              // rows of each bitmap in the blocks so far
	rows   *column.Builder       // values, then those of a block
	owner  [bitmap.BlockRows]int // of each row of a block: whose bitmap has it; -1: nobody's
	words  *bitmap.Words
}

// openValueCheck reads the value index of attribute i, nil where it has none, and
// checks its values.
func (v *verifier) openValueCheck(i int) (*valueCheck, error) {
	info := v.snapshot.manifest.Attributes[i]
	if !info.Indexed {
		return nil, nil
	}
	if _, err := v.snapshot.ValueIndex(i); err != nil { // all that can be said of the files alone
		return nil, err
	}
	directory, bitmaps := AttributeIndexFiles(i)
	batch, views, err := v.readBitmaps(directory, bitmaps)
	if err != nil {
		return nil, err
	}
	t := v.snapshot.Schema().Attributes[i].Type
	values, err := column.NewVector(t, batch.Column(0))
	if err != nil {
		return nil, v.wrong(directory, "%w", err)
	}
	c := &valueCheck{values: values, views: views, counts: make([]uint64, len(views)), rows: column.NewBuilder(t, 0), words: new(bitmap.Words)}
	values.AppendTo(c.rows)
	distinct := 0
	for i := range values.Len() {
		switch {
		case !values.IsNull(i):
			distinct++
		case i != values.Len()-1:
			return nil, v.wrong(directory, "value %d is NULL, which comes last", i)
		}
		if i > 0 && !values.IsNull(i) && c.rows.Compare(i-1, i) >= 0 {
			return nil, v.wrong(directory, "value %d is not greater than the one before it", i)
		}
	}
	if distinct != info.Distinct {
		return nil, v.wrong(directory, "%d distinct values, expected %d", distinct, info.Distinct)
	}
	return c, nil
}

// readBitmaps returns a directory of bitmaps, which has been opened before, and
// the bitmaps that it places.
func (v *verifier) readBitmaps(directory, bitmaps string) (arrow.RecordBatch, []bitmap.View, error) {
	batch, err := (&table{mapping: v.snapshot.files[directory], batches: 1}).Batch(0)
	if err != nil {
		return nil, nil, err
	}
	data, err := v.snapshot.files[bitmaps].all()
	if err != nil {
		return nil, nil, err
	}
	column := func(name string) []uint64 {
		return batch.Column(batch.Schema().FieldIndices(name)[0]).(*array.Uint64).Uint64Values()
	}
	offsets, sizes, customers := column("offset"), column("size"), column("customers")
	views := make([]bitmap.View, len(offsets))
	for i := range views {
		if views[i], err = bitmap.Parse(data[offsets[i] : offsets[i]+sizes[i]]); err != nil {
			return nil, nil, v.wrong(bitmaps, "bitmap %d: %w", i, err)
		}
		if n := views[i].Cardinality(); n != customers[i] {
			return nil, nil, v.wrong(bitmaps, "bitmap %d: %d customers, expected %d", i, n, customers[i])
		}
	}
	return batch, views, nil
}

// check compares the bitmaps with the values of a block: every row is in the
// bitmap of its value, and in no other.
func (c *valueCheck) check(block int, vector *column.Vector) error {
	if c == nil {
		return nil
	}
	if err := c.own(block, vector.Len()); err != nil {
		return err
	}
	c.rows.Reset()
	c.values.AppendTo(c.rows)
	vector.AppendTo(c.rows)
	codes := column.NewCoder(c.rows)
	null := -2
	for i := range c.values.Len() {
		if c.values.IsNull(i) {
			null = i
		} else {
			codes.Code(i) // i, since the values are distinct
		}
	}
	for row := range vector.Len() {
		want := null
		if at := c.values.Len() + row; !c.rows.IsNull(at) {
			want = codes.Code(at)
		}
		if c.owner[row] != want {
			return fmt.Errorf("row %d is not in the bitmap of its value", row)
		}
	}
	return nil
}

// own finds the bitmap of each row of a block.
func (c *valueCheck) own(block, rows int) error {
	for row := range c.owner {
		c.owner[row] = -1
	}
	var list []uint32
	for i, view := range c.views {
		c.words.Clear()
		view.OrInto(c.words, uint16(block))
		list = c.words.AppendRows(list[:0], 0)
		c.counts[i] += uint64(len(list))
		for _, row := range list {
			switch {
			case int(row) >= rows:
				return fmt.Errorf("bitmap %d has row %d, of %d", i, row, rows)
			case c.owner[row] >= 0:
				return fmt.Errorf("row %d is in bitmaps %d and %d", row, c.owner[row], i)
			}
			c.owner[row] = i
		}
	}
	return nil
}

// finish checks that no bitmap has rows beyond the last block.
func (c *valueCheck) finish() error {
	if c == nil {
		return nil
	}
	return checkCounts(c.views, c.counts)
}

// checkCounts compares the rows that bitmaps say they have with those that were
// counted in all blocks.
func checkCounts(views []bitmap.View, counts []uint64) error {
	for i := range views {
		if n := views[i].Cardinality(); n != counts[i] {
			return fmt.Errorf("bitmap %d has %d rows, %d of them in the blocks there are", i, n, counts[i])
		}
	}
	return nil
}
