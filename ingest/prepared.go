package ingest

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
)

// preparedAttribute is what is computed of an attribute's values before anything of
// it is written.
type preparedAttribute struct {
	values *column.Builder
	info   store.AttributeInfo
	stored *column.Stored
	index  *attributeIndexes // nil: not computed yet
}

// attributeIndexes is an attribute's zone map and indexes.
type attributeIndexes struct {
	zones     arrow.RecordBatch // nil: none
	directory arrow.RecordBatch // of the value index; nil: none
	bitmaps   []byte
	ordering  *index.Ordering // nil: none
}

// prepare computes what is stored of an attribute, and its indexes where they are
// wanted for certain: where the attribute is compared with one of the old version, it
// mostly is the same. It is safe for concurrent use.
func (b *builder) prepare(ctx context.Context, values *column.Builder, withIndexes bool) (*preparedAttribute, error) {
	p := &preparedAttribute{values: values, info: b.summarize(values), stored: values.Stored()}
	if !withIndexes {
		return p, nil
	}
	return p, b.prepareIndexes(ctx, p)
}

// prepareIndexes computes an attribute's indexes, if they are not there.
func (b *builder) prepareIndexes(ctx context.Context, p *preparedAttribute) error {
	if p.index != nil {
		return nil
	}
	x := &attributeIndexes{}
	if zones, ok := index.BuildZones(p.values); ok {
		x.zones = zones
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	directory, bitmaps, ok, err := index.BuildValues(p.values)
	if err != nil {
		return err
	}
	if ok {
		x.directory, x.bitmaps = directory, bitmaps
		p.info.Indexed, p.info.Distinct = true, b.distinct(directory, p.values)
	}
	if least := limit(b.opts.Indexes.OrderedValues, DefaultOrderedValues); least > 0 && (!ok || p.info.Distinct >= least) {
		if x.ordering, err = index.NewOrdering(ctx, p.values); err != nil {
			return err
		}
	}
	p.index = x
	return nil
}

// preparer prepares one attribute after the other.
type preparer struct {
	b        *builder
	prepared *preparedAttribute
}

// writeAttributes writes the values of the attributes of a scan, which it lets go of
// one by one. Some are computed side by side, and written in their order.
func (b *builder) writeAttributes(ctx context.Context, scan *attributeScan, builders []*column.Builder) error {
	workers := make([]*preparer, min(counters(), len(scan.columns)))
	for i := range workers {
		workers[i] = &preparer{b: b}
	}
	if len(workers) == 0 {
		return nil
	}
	work := func(w *preparer, i int) (err error) {
		attribute := scan.columns[i].attribute
		w.prepared, err = b.prepare(ctx, builders[attribute], b.sameAttribute(attribute) < 0)
		return err
	}
	return inOrder(ctx, workers, len(scan.columns), work, func(w *preparer, i int) error {
		attribute := scan.columns[i].attribute
		err := b.writePrepared(ctx, attribute, w.prepared, b.sameAttribute(attribute))
		builders[attribute], w.prepared = nil, nil // written: let its memory go
		return err
	})
}
