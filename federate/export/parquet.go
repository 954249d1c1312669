package export

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
)

// parquetEncoder writes a Parquet file. Its columns are encoded and compressed side
// by side, each at its own pace, while the caller reads the batches that come next.
// What is written depends on the rows alone, not on which column is done first.
type parquetEncoder struct {
	out      *parquetFile
	columns  []*parquetColumn
	pages    chan *pageBuffers // as many as columns may be encoded at a time
	running  sync.WaitGroup    // the goroutines of the columns
	stopped  atomic.Bool       // what the columns have to do yet is not wanted
	steps    []*parquetStep    // that columns have to do yet, in order, at most maxSteps
	ahead    int64             // of steps, in bytes before encoding
	ended    bool              // no more steps will be added
	perSlice int64             // rows
	maxRows  int64             // of a row group
	maxSize  int64             // of a row group, in bytes before encoding
	maxAhead int64             // of steps, in bytes before encoding, where there are several
	rows     int64             // of the row group under way
	size     int64             // of the row group under way, in bytes before encoding
}

// newParquetEncoder starts a Parquet file.
func newParquetEncoder(out io.Writer, schema *arrow.Schema, opts Options) (encoder, error) {
	if opts.RowGroupRows < 0 {
		return nil, fmt.Errorf("row groups of %d rows are asked for, expected 1 or more, or 0 for %d", opts.RowGroupRows, maxRowGroupRows)
	}
	file, err := newParquetFile(out, parquetSchema(schema), opts.Metadata)
	if err != nil {
		return nil, err
	}
	e := &parquetEncoder{
		out:      file,
		pages:    make(chan *pageBuffers, runtime.GOMAXPROCS(0)),
		perSlice: cmp.Or(opts.sliceRows, parquetSliceRows),
		maxRows:  cmp.Or(opts.RowGroupRows, maxRowGroupRows),
		maxSize:  cmp.Or(opts.rowGroupBytes, maxRowGroupBytes),
		maxAhead: maxStepBytes,
	}
	for range cap(e.pages) {
		e.pages <- new(pageBuffers)
	}
	for i, f := range schema.Fields() { // every column has one leaf
		c := newParquetColumn(i, f, file.leaves[i], &e.stopped)
		e.columns = append(e.columns, c)
		e.running.Go(func() { c.run(e.pages) })
	}
	return e, nil
}

func (e *parquetEncoder) write(ctx context.Context, batch arrow.RecordBatch) error {
	n := int(batch.NumRows())
	for lo, hi := 0, 0; lo < n; lo = hi {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi = lo + int(min(int64(n-lo), e.perSlice, e.maxRows-e.rows))
		if err := e.addSlice(ctx, batch, lo, hi); err != nil {
			return err
		}
	}
	return nil
}

// addSlice has rows [lo, hi) of a batch encoded, and the row group ended if it is
// full then.
func (e *parquetEncoder) addSlice(ctx context.Context, batch arrow.RecordBatch, lo, hi int) error {
	size := int64(0)
	for i, c := range e.columns {
		size += c.plainSize(batch.Column(i), lo, hi)
	}
	e.rows += int64(hi - lo)
	e.size += size
	batch.Retain()
	if err := e.add(ctx, &parquetStep{batch: batch, lo: lo, hi: hi, size: size}); err != nil {
		return err
	}
	if e.rows < e.maxRows && e.size < e.maxSize {
		return nil
	}
	return e.endGroup(ctx)
}

// endGroup has the row group under way ended, if it has rows.
func (e *parquetEncoder) endGroup(ctx context.Context) error {
	if e.rows == 0 {
		return nil
	}
	step := &parquetStep{rows: e.rows, chunks: make([]*chunk, len(e.columns))}
	e.rows, e.size = 0, 0
	return e.add(ctx, step)
}

// add gives the columns one more thing to do, and waits until there is room for
// another.
func (e *parquetEncoder) add(ctx context.Context, step *parquetStep) error {
	step.errs, step.done = make([]error, len(e.columns)), make(chan struct{})
	step.left.Store(int64(len(e.columns)))
	e.steps = append(e.steps, step)
	e.ahead += step.size
	for _, c := range e.columns {
		c.steps <- step // has room for maxSteps
	}
	for len(e.steps) == maxSteps || e.ahead > e.maxAhead && len(e.steps) > 1 {
		if err := e.await(ctx); err != nil {
			return err
		}
	}
	return nil
}

// await waits for the first step, and writes the row group that it ends.
func (e *parquetEncoder) await(ctx context.Context) error {
	step := e.steps[0]
	select {
	case <-step.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	e.steps = e.steps[1:]
	e.ahead -= step.size
	if step.batch != nil {
		step.batch.Release()
	}
	if err := cmp.Or(step.errs...); err != nil || step.batch != nil {
		return err
	}
	if err := e.out.writeGroup(step.rows, e.columns, step.chunks); err != nil {
		return err
	}
	for i, c := range e.columns {
		step.chunks[i].reset()
		c.spare <- step.chunks[i] // has room for maxSteps
	}
	return nil
}

// stop ends what the columns do, at the next page. No goroutine is left then.
func (e *parquetEncoder) stop() error {
	if e.ended {
		return nil
	}
	e.ended = true
	e.stopped.Store(true)
	for _, c := range e.columns {
		close(c.steps)
	}
	e.running.Wait()
	for _, step := range e.steps {
		if step.batch != nil {
			step.batch.Release()
		}
	}
	e.steps = nil
	return nil
}

func (e *parquetEncoder) close(ctx context.Context) error {
	if err := e.endGroup(ctx); err != nil {
		return err
	}
	for len(e.steps) > 0 {
		if err := e.await(ctx); err != nil {
			return err
		}
	}
	return cmp.Or(e.stop(), e.out.writeFooter())
}
