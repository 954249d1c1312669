package store_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// schema is of customers with an attribute of each way of storing one, and of a
// behavior.
var schema = &model.Schema{
	Name: "Shop", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String},
	Attributes: []model.Attribute{
		{Name: "city", Type: model.Type{Kind: model.String}},
		{Name: "spend", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 12, Scale: 2}},
		{Name: "tags", Type: model.Type{Kind: model.StringArray}},
	},
	Behaviors: []model.Behavior{{
		Name: "buy", TimeColumn: "at",
		Fields: []model.Field{{Name: "item", Type: model.Type{Kind: model.String}}, {Name: "price", Type: model.Type{Kind: model.Number, Repr: model.Int64}}},
	}},
}

// content is what a version holds. Everything else follows from the row number.
type content struct {
	rows  int
	dead  map[uint32]bool // rows that are no customers
	parts int             // of the behavior
	adopt bool            // take attributes and parts of the current version over where it has them
	keep  int             // versions to keep
}

// commit makes a version.
func (c content) commit(fsys store.FS, dir string) error {
	w, err := store.Create(fsys, dir)
	if err != nil {
		return err
	}
	m, err := c.write(w)
	if err != nil {
		if aborted := w.Abort(); aborted != nil {
			return fmt.Errorf("%w; then %w", err, aborted)
		}
		return err
	}
	return w.Commit(m, c.keep)
}

// mustCommit makes a version on the machine's disk.
func (c content) mustCommit(t testing.TB, dir string) {
	t.Helper()
	if err := c.commit(store.OS, dir); err != nil {
		t.Fatal(err)
	}
}

// write writes the files of a version.
func (c content) write(w *store.Writer) (*store.Manifest, error) {
	m := &store.Manifest{Schema: schema, Customers: uint64(c.rows - len(c.dead)), Rows: uint64(c.rows)}
	steps := []func(*store.Writer, *store.Manifest) error{c.writeKeys, c.writeCities, c.writeSpend, c.writeTags, c.writeEvents}
	for _, step := range steps {
		if err := step(w, m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// key is the key of a row.
func key(row int) string { return fmt.Sprintf("customer-%012d", row) }

func (c content) writeKeys(w *store.Writer, _ *store.Manifest) error {
	b := column.NewBuilder(schema.KeyType, c.rows)
	for row := range c.rows {
		b.SetString(row, key(row))
	}
	if err := writeColumn(w, store.KeysFile, "key", b); err != nil {
		return err
	}
	table, err := w.OpenTable(store.KeysFile, (c.rows+bitmap.BlockRows-1)/bitmap.BlockRows)
	if err != nil {
		return err
	}
	stored := column.NewColumn(schema.KeyType, table)
	err = w.WriteSections(store.KeyTableFile, func(add func(toc.Tag, uint32, []byte) error) error {
		return keys.WriteTable(stored, c.rows, add)
	})
	if err != nil || len(c.dead) == 0 {
		return err
	}
	live := []uint32{}
	for row := range uint32(c.rows) {
		if !c.dead[row] {
			live = append(live, row)
		}
	}
	data, err := bitmap.Append(nil, live)
	if err != nil {
		return err
	}
	return w.WriteBytes(store.LiveFile, data)
}

// writeCities writes an attribute with a value index; every seventh row is NULL.
func (c content) writeCities(w *store.Writer, m *store.Manifest) error {
	b := column.NewBuilder(schema.Attributes[0].Type, c.rows)
	for row := range c.rows {
		if row%7 != 0 {
			b.SetString(row, fmt.Sprintf("city-%d", row%5))
		}
	}
	directory, bitmaps, _, err := index.BuildValues(b)
	if err != nil {
		return err
	}
	distinct := int(directory.NumRows()) - 1
	dirFile, bitmapsFile := store.AttributeIndexFiles(0)
	if err := w.WriteArrow(dirFile, directory.Schema(), one(directory)); err != nil {
		return err
	}
	if err := w.WriteBytes(bitmapsFile, bitmaps); err != nil {
		return err
	}
	return c.writeAttribute(w, m, 0, b, store.AttributeInfo{Indexed: true, Distinct: distinct})
}

// writeSpend writes an attribute without one.
func (c content) writeSpend(w *store.Writer, m *store.Manifest) error {
	b := column.NewBuilder(schema.Attributes[1].Type, c.rows)
	for row := range c.rows {
		if row%11 != 0 {
			b.SetDecimal(row, decimal128.FromI64(int64(row)*37))
		}
	}
	if err := writeOrdered(w, 1, b); err != nil {
		return err
	}
	return c.writeAttribute(w, m, 1, b, store.AttributeInfo{})
}

// writeOrdered writes the ordered index of attribute i, where it has values.
func writeOrdered(w *store.Writer, i int, b *column.Builder) error {
	ordering, err := index.NewOrdering(context.Background(), b)
	if err != nil || ordering == nil {
		return err
	}
	return w.WriteSections(store.AttributeOrderedFile(i), func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		return ordering.Write(context.Background(), add)
	})
}

func (c content) writeTags(w *store.Writer, m *store.Manifest) error {
	b := column.NewBuilder(schema.Attributes[2].Type, c.rows)
	for row := range c.rows {
		elems, first := b.SetList(row, row%3)
		for i := range row % 3 {
			elems.SetString(first+i, fmt.Sprintf("tag-%d", i))
		}
	}
	return c.writeAttribute(w, m, 2, b, store.AttributeInfo{})
}

// writeAttribute writes the values and the zone map, or adopts the values.
func (c content) writeAttribute(w *store.Writer, m *store.Manifest, i int, b *column.Builder, info store.AttributeInfo) error {
	for row := range c.rows {
		if b.IsNull(row) && !c.dead[uint32(row)] {
			info.Nulls++
		}
	}
	c.setRange(&info, b)
	m.Attributes = append(m.Attributes, info)
	if zones, ok := index.BuildZones(b); ok {
		if err := w.WriteArrow(store.AttributeZonesFile(i), zones.Schema(), one(zones)); err != nil {
			return err
		}
	}
	if old := w.Current(); c.adopt && old != nil && old.Rows == uint64(c.rows) {
		file, _ := old.File(store.AttributeFile(i))
		return w.Adopt(file.Name, file)
	}
	return writeColumn(w, store.AttributeFile(i), "value", b)
}

// setRange tells the least and the greatest value of the live rows.
func (c content) setRange(info *store.AttributeInfo, b *column.Builder) {
	least, greatest := -1, -1
	for row := range c.rows {
		if b.IsNull(row) || c.dead[uint32(row)] || b.Type().IsArray() {
			continue
		}
		if least < 0 || b.Compare(row, least) < 0 {
			least = row
		}
		if greatest < 0 || b.Compare(row, greatest) > 0 {
			greatest = row
		}
	}
	if least >= 0 {
		lo, hi := b.Text(least), b.Text(greatest)
		info.Least, info.Greatest = &lo, &hi
	}
}

// writeEvents writes the parts of the behavior: in each, an event every half day
// of every other row, and an undated one.
func (c content) writeEvents(w *store.Writer, m *store.Manifest) error {
	info := store.BehaviorInfo{}
	seen := map[uint32]bool{}
	for part := range c.parts {
		p, rows, err := c.writePart(w, part)
		if err != nil {
			return err
		}
		info.Parts = append(info.Parts, p)
		for _, row := range rows {
			if c.dead[row] {
				continue
			}
			info.Events++
			seen[row] = true
		}
		if !c.dead[uint32(c.rows-1)] {
			info.Undated++
		}
		info.First, info.Last = info.Parts[0].First, p.Last
	}
	info.Customers = uint64(len(seen))
	m.Behaviors = append(m.Behaviors, info)
	return nil
}

// writePart writes a part, or adopts it, and returns the rows of its events.
func (c content) writePart(w *store.Writer, part int) (store.PartInfo, []uint32, error) {
	events := index.NewCollected(schema.Behaviors[0].Fields)
	add := func(row uint32) {
		events.Rows = append(events.Rows, row)
		events.Times.Grow(1)
		for _, v := range events.Values {
			v.Grow(1)
		}
		i := len(events.Rows) - 1
		events.Values[0].SetString(i, fmt.Sprintf("item-%d", row%9))
		events.Values[1].SetInt(i, int64(row)*3)
	}
	const halfDay = int64(12 * time.Hour / time.Microsecond)
	start := int64(1_700_000_000_000_000) + int64(part)*1000*halfDay
	n := 0
	for row := uint32(1); row < uint32(c.rows)-1; row += 2 {
		add(row)
		events.Times.SetInt(n, start+int64(n%100)*halfDay)
		n++
	}
	add(uint32(c.rows - 1))
	info := store.PartInfo{Events: uint64(n + 1), Undated: 1, Version: w.Version()}
	if n > 0 {
		last := start + int64(min(n, 100)-1)*halfDay
		info.First, info.Last = &start, &last
	}
	old := w.Current()
	if c.adopt && old != nil && part < len(old.Behaviors[0].Parts) && old.Rows == uint64(c.rows) {
		return old.Behaviors[0].Parts[part], events.Rows, adoptPart(w, old, part)
	}
	return info, events.Rows, writePart(w, events, part)
}

// adoptPart takes a part of the current version over.
func adoptPart(w *store.Writer, old *store.Manifest, part int) error {
	days, bitmaps := store.PartIndexFiles(0, part)
	for _, name := range []string{store.PartFile(0, part), days, bitmaps} {
		file, _ := old.File(name)
		if err := w.Adopt(name, file); err != nil {
			return err
		}
	}
	return nil
}

// writePart writes the files of a part.
func writePart(w *store.Writer, events *index.Collected, part int) error {
	timeline := index.NewTimelineBuilder(time.UTC)
	err := w.WriteSections(store.PartFile(0, part), func(add func(toc.Tag, uint32, []byte) error) error {
		ew := index.NewEventWriter(events.Fields, add)
		order := events.Order()
		for lo := 0; lo < len(order); {
			block, hi := events.Rows[order[lo]]/bitmap.BlockRows, lo
			var rows []uint32
			var times []int64
			for ; hi < len(order) && events.Rows[order[hi]]/bitmap.BlockRows == block; hi++ {
				if at, dated := events.Times.Int(int(order[hi])); dated {
					rows, times = append(rows, events.Rows[order[hi]]), append(times, at)
				}
			}
			if err := ew.Block(int(block), events, order[lo:hi]); err != nil {
				return err
			}
			timeline.Add(rows, times)
			lo = hi
		}
		return ew.Finish()
	})
	if err != nil {
		return err
	}
	directory, bitmaps, err := timeline.Finish()
	if err != nil {
		return err
	}
	days, bitmapsFile := store.PartIndexFiles(0, part)
	if err := w.WriteArrow(days, directory.Schema(), one(directory)); err != nil {
		return err
	}
	return w.WriteBytes(bitmapsFile, bitmaps)
}

// one yields a batch.
func one(batch arrow.RecordBatch) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) }
}

// writeColumn writes a column, a batch per block.
func writeColumn(w *store.Writer, file, name string, b *column.Builder) error {
	stored := b.Stored()
	s := arrow.NewSchema([]arrow.Field{{Name: name, Type: stored.Type(), Nullable: true}}, nil)
	return w.WriteArrow(file, s, func(yield func(arrow.RecordBatch, error) bool) {
		for lo := 0; lo < b.Len(); lo += bitmap.BlockRows {
			var rows []uint32
			for row := lo; row < min(lo+bitmap.BlockRows, b.Len()); row++ {
				rows = append(rows, uint32(row))
			}
			arr, err := stored.Take(rows)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(array.NewRecordBatch(s, []arrow.Array{arr}, int64(len(rows))), nil) {
				return
			}
		}
	})
}
