package ingest

import (
	"context"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// behaviorWriter takes the events of a behavior through all that is made of them,
// a block of customers at a time.
type behaviorWriter struct {
	*builder
	described *model.Behavior
	log       *eventLog
	computed  []*computedAttribute // of these events
	timeline  *index.TimelineBuilder
	info      store.BehaviorInfo

	rows  []uint32 // of the block's dated events, with their times
	times []int64
}

// batches returns the event table, a batch per block of customers. When it is
// through, timeline, info and computed attributes are complete.
func (w *behaviorWriter) batches(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		done := int64(0)
		for block := range w.blocks() {
			err := ctx.Err()
			var batch arrow.RecordBatch
			if err == nil {
				batch, err = w.block(ctx, block)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			done += batch.NumRows()
			if !yield(batch, nil) {
				return
			}
			w.progress(Progress{Stage: "write", Table: w.described.Name, Rows: done, Total: w.log.events})
		}
	}
}

// block returns the event table of one block, after everything else was made of
// its events.
func (w *behaviorWriter) block(ctx context.Context, block int) (arrow.RecordBatch, error) {
	events, order, err := w.log.block(block)
	if err != nil {
		return nil, err
	}
	batch, err := events.Batch(order)
	if err != nil {
		return nil, err
	}
	if err := w.compute(ctx, block, batch); err != nil {
		batch.Release()
		return nil, err
	}
	w.dated(events, order)
	w.timeline.Add(w.rows, w.times)
	w.describe(events, order)
	return batch, nil
}

// dated collects customer and time of the events that have a time.
func (w *behaviorWriter) dated(events *index.Collected, order []uint32) {
	w.rows, w.times = w.rows[:0], w.times[:0]
	for _, i := range order {
		if t, ok := events.Times.Int(int(i)); ok {
			w.rows, w.times = append(w.rows, events.Rows[i]), append(w.times, t)
		}
	}
}

// describe adds a block's customers, first and last event to the manifest's
// summary.
func (w *behaviorWriter) describe(events *index.Collected, order []uint32) {
	var customers bitmap.Words
	for _, i := range order {
		customers.Add(uint16(events.Rows[i]))
	}
	w.info.Customers += uint64(customers.Count())
	if len(w.times) == 0 {
		return
	}
	first, last := w.times[0], w.times[len(w.times)-1] // they are in order
	if w.info.First == nil || first < *w.info.First {
		w.info.First = &first
	}
	if w.info.Last == nil || last > *w.info.Last {
		w.info.Last = &last
	}
}
