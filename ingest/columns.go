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
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// writeAttribute writes the values of attribute i of the schema, their zone map,
// their value index and their ordered index, or adopts those of attribute old of the
// old version where they are the same; old is -1 where there is none to compare with.
func (b *builder) writeAttribute(ctx context.Context, i int, values *column.Builder, old int) error {
	p, err := b.prepare(ctx, values, old < 0)
	if err != nil {
		return err
	}
	return b.writePrepared(ctx, i, p, old)
}

// writePrepared is writeAttribute for values of which some is computed already.
func (b *builder) writePrepared(ctx context.Context, i int, p *preparedAttribute, old int) error {
	name := b.schema.Attributes[i].Name
	if err := b.writeColumn(ctx, store.AttributeFile(i), "value", p); err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	if old >= 0 && b.out.Same(store.AttributeFile(i), *b.old.file(store.AttributeFile(old))) {
		if err := b.out.Discard(store.AttributeFile(i)); err != nil {
			return err
		}
		return b.adoptAttribute(i, old)
	}
	if err := b.prepareIndexes(ctx, p); err != nil {
		return err
	}
	if err := b.writeIndexes(ctx, i, p.index); err != nil {
		return err
	}
	if err := b.writeGrams(i, p.values, p.stored.Distinct()); err != nil {
		return err
	}
	b.manifest.Attributes[i] = p.info
	rows := int64(p.values.Len())
	b.progress(Progress{Stage: "write", Table: name, Rows: rows, Total: rows})
	return nil
}

// writeIndexes writes the zone map and the indexes of attribute i.
func (b *builder) writeIndexes(ctx context.Context, i int, x *attributeIndexes) error {
	if x.zones != nil {
		if err := b.out.WriteArrow(store.AttributeZonesFile(i), x.zones.Schema(), one(x.zones)); err != nil {
			return err
		}
	}
	if x.directory != nil {
		dirName, bitmapsName := store.AttributeIndexFiles(i)
		if err := b.writeIndex(dirName, bitmapsName, x.directory, x.bitmaps); err != nil {
			return err
		}
	}
	if x.ordering == nil {
		return nil
	}
	return b.out.WriteSections(store.AttributeOrderedFile(i), func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		return x.ordering.Write(ctx, add)
	})
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

// writeGrams writes the gram index of attribute i where it is of enough distinct
// strings.
func (b *builder) writeGrams(i int, values *column.Builder, distinct int) error {
	least := limit(b.opts.Indexes.GramValues, DefaultGramValues)
	if values.Type().Kind != model.String || least == 0 || distinct < least {
		return nil
	}
	return b.out.WriteSections(store.AttributeGramsFile(i), func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		return new(index.GramBuilder).Write(values, add)
	})
}

// writeColumn writes a column as a table of one column, a batch per block.
func (b *builder) writeColumn(ctx context.Context, file, name string, p *preparedAttribute) error {
	values, stored := p.values, p.stored
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
