package ingest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
)

// writeAttribute writes the values of attribute i of the schema, their zone map
// and their value index, or adopts those of attribute old of the old version where
// they are the same; old is -1 where there is none to compare with.
func (b *builder) writeAttribute(ctx context.Context, i int, values *column.Builder, old int) error {
	name := b.schema.Attributes[i].Name
	info := b.summarize(values)
	if err := b.writeColumn(ctx, store.AttributeFile(i), "value", values); err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	if old >= 0 && b.out.Same(store.AttributeFile(i), *b.old.file(store.AttributeFile(old))) {
		if err := b.out.Discard(store.AttributeFile(i)); err != nil {
			return err
		}
		return b.adoptAttribute(i, old)
	}
	if zones, ok := index.BuildZones(values); ok {
		if err := b.out.WriteArrow(store.AttributeZonesFile(i), zones.Schema(), one(zones)); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	directory, bitmaps, ok, err := index.BuildValues(values)
	if err != nil {
		return err
	}
	if ok {
		info.Indexed, info.Distinct = true, b.distinct(directory, values)
		dirName, bitmapsName := store.AttributeIndexFiles(i)
		if err := b.writeIndex(dirName, bitmapsName, directory, bitmaps); err != nil {
			return err
		}
	}
	b.manifest.Attributes[i] = info
	b.progress(Progress{Stage: "write", Table: name, Rows: int64(values.Len()), Total: int64(values.Len())})
	return nil
}

// distinct returns the number of values in a value index, NULL not counted.
func (b *builder) distinct(directory arrow.RecordBatch, values *column.Builder) int {
	n := int(directory.NumRows())
	for row := range values.Len() {
		if values.IsNull(row) {
			return n - 1
		}
	}
	return n
}

// summarize counts the NULLs of an attribute and finds its range, over the
// customers that are live.
func (b *builder) summarize(values *column.Builder) store.AttributeInfo {
	info := store.AttributeInfo{}
	least, greatest := -1, -1
	for row := range values.Len() {
		switch {
		case !b.customers.isLive(uint32(row)):
		case values.IsNull(row):
			info.Nulls++
		case values.Type().IsArray():
		case least < 0:
			least, greatest = row, row
		case values.Compare(row, least) < 0:
			least = row
		case values.Compare(row, greatest) > 0:
			greatest = row
		}
	}
	if least >= 0 {
		lo, hi := values.Text(least), values.Text(greatest)
		if len(lo) <= store.MaxRangeBytes && len(hi) <= store.MaxRangeBytes {
			info.Least, info.Greatest = &lo, &hi
		}
	}
	return info
}

// writeColumn writes a column as a table of one column, a batch per block.
func (b *builder) writeColumn(ctx context.Context, file, name string, values *column.Builder) error {
	stored := values.Stored()
	schema := arrow.NewSchema([]arrow.Field{{Name: name, Type: stored.Type(), Nullable: true}}, nil)
	return b.out.WriteArrow(file, schema, func(yield func(arrow.RecordBatch, error) bool) {
		rows := make([]uint32, 0, bitmap.BlockRows)
		for lo := 0; lo < values.Len(); lo += bitmap.BlockRows {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			rows = rows[:0]
			for row := lo; row < min(lo+bitmap.BlockRows, values.Len()); row++ {
				rows = append(rows, uint32(row))
			}
			arr, err := stored.Take(rows)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(array.NewRecordBatch(schema, []arrow.Array{arr}, int64(len(rows))), nil) {
				return
			}
		}
	})
}

// writeIndex writes the two files of an index.
func (b *builder) writeIndex(dirName, bitmapsName string, directory arrow.RecordBatch, bitmaps []byte) error {
	if err := b.out.WriteArrow(dirName, directory.Schema(), one(directory)); err != nil {
		return err
	}
	return b.out.WriteBytes(bitmapsName, bitmaps)
}

// one is the sequence of a single batch.
func one(batch arrow.RecordBatch) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) }
}

// adopt makes files of the old version files of the new one, under new names.
func (b *builder) adopt(renamed map[string]string) error {
	for _, from := range slices.Sorted(maps.Keys(renamed)) {
		if err := b.out.Adopt(renamed[from], *b.old.file(from)); err != nil {
			return err
		}
	}
	return nil
}
