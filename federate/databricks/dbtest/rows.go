package dbtest

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// rows reads a result in pieces of any size. It is for one goroutine at a time.
type rows struct {
	reader   array.RecordReader
	encoding *encoding
	queue    []arrow.RecordBatch // read and not given yet, none of them empty
	given    int64               // rows: the offset of the next
	err      error               // of the reader; nothing follows
}

func newRows(reader array.RecordReader, e *encoding) *rows { return &rows{reader: reader, encoding: e} }

// fill reads until the queue has a batch, or the result ends.
func (r *rows) fill() error {
	for len(r.queue) == 0 && r.err == nil && r.reader.Next() {
		batch := r.reader.RecordBatch()
		if batch.NumRows() == 0 {
			continue
		}
		sent, err := r.encoding.convert(batch)
		if err != nil {
			r.err = err
			break
		}
		r.queue = append(r.queue, sent)
	}
	if r.err == nil && len(r.queue) == 0 {
		r.err = r.reader.Err()
	}
	if len(r.queue) == 0 {
		return r.err
	}
	return nil
}

// more tells whether rows are left.
func (r *rows) more() bool { return len(r.queue) > 0 }

// take returns the next rows, at most limit and at least one, nil at the end. The
// caller releases the batch, and calls fill before the next.
func (r *rows) take(limit int64) arrow.RecordBatch {
	if len(r.queue) == 0 {
		return nil
	}
	batch := r.queue[0]
	if batch.NumRows() > limit {
		r.queue[0] = batch.NewSlice(limit, batch.NumRows())
		part := batch.NewSlice(0, limit)
		batch.Release()
		batch = part
	} else {
		r.queue = append(r.queue[:0], r.queue[1:]...)
	}
	r.given += batch.NumRows()
	return batch
}

// again puts batches that were taken before what comes next. The rows keep the
// offsets that they had if asBefore is set, else they count as new.
func (r *rows) again(batches []arrow.RecordBatch, asBefore bool) {
	for _, b := range batches {
		b.Retain()
		if asBefore {
			r.given -= b.NumRows()
		}
	}
	r.queue = append(append([]arrow.RecordBatch(nil), batches...), r.queue...)
}

func (r *rows) close() {
	for _, b := range r.queue {
		b.Release()
	}
	r.queue = nil
	r.reader.Release()
}

// noRows is the result of a statement that gives none: no columns either.
type noRows struct{}

func (noRows) Retain()                        {}
func (noRows) Release()                       {}
func (noRows) Schema() *arrow.Schema          { return arrow.NewSchema(nil, nil) }
func (noRows) Next() bool                     { return false }
func (noRows) RecordBatch() arrow.RecordBatch { return nil }
func (noRows) Record() arrow.RecordBatch      { return nil }
func (noRows) Err() error                     { return nil }
