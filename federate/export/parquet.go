package export

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

// parquetEncoder writes a Parquet file. Its columns are encoded and compressed side
// by side, each at its own pace, while the caller reads the batches that come next.
// What is written depends on the rows alone, not on which column is done first.
type parquetEncoder struct {
	out      *parquetFile
	columns  []*parquetColumn
	running  sync.WaitGroup // the goroutines of the columns
	steps    []*parquetStep // that columns have to do yet, in order, at most maxSteps
	ended    bool           // no more steps will be added
	perSlice int64          // rows
	maxRows  int64          // of a row group
	maxSize  int64          // of a row group, in bytes before encoding
	rows     int64          // of the row group under way
	size     int64          // of the row group under way, in bytes before encoding
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
		perSlice: cmp.Or(opts.sliceRows, parquetSliceRows),
		maxRows:  cmp.Or(opts.RowGroupRows, maxRowGroupRows),
		maxSize:  cmp.Or(opts.rowGroupBytes, maxRowGroupBytes),
	}
	pages := make(chan *pageBuffers, runtime.GOMAXPROCS(0))
	for range cap(pages) {
		pages <- new(pageBuffers)
	}
	for i, f := range schema.Fields() { // every column has one leaf
		c := newParquetColumn(i, f, file.leaves[i])
		e.columns = append(e.columns, c)
		e.running.Go(func() { c.run(pages) })
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
		if err := e.addSlice(batch, lo, hi); err != nil {
			return err
		}
	}
	return nil
}

// addSlice has rows [lo, hi) of a batch encoded, and the row group ended if it is
// full then.
func (e *parquetEncoder) addSlice(batch arrow.RecordBatch, lo, hi int) error {
	batch.Retain()
	e.rows += int64(hi - lo)
	for i, c := range e.columns {
		e.size += c.plainSize(batch.Column(i), lo, hi)
	}
	if err := e.add(&parquetStep{batch: batch, lo: lo, hi: hi}); err != nil {
		return err
	}
	if e.rows < e.maxRows && e.size < e.maxSize {
		return nil
	}
	return e.endGroup()
}

// endGroup has the row group under way ended, if it has rows.
func (e *parquetEncoder) endGroup() error {
	if e.rows == 0 {
		return nil
	}
	step := &parquetStep{rows: e.rows, chunks: make([]*chunk, len(e.columns))}
	e.rows, e.size = 0, 0
	return e.add(step)
}

// add gives the columns one more thing to do, once there is room for it.
func (e *parquetEncoder) add(step *parquetStep) error {
	step.errs = make([]error, len(e.columns))
	step.left.Add(len(e.columns))
	e.steps = append(e.steps, step)
	for _, c := range e.columns {
		c.steps <- step // has room for maxSteps
	}
	if len(e.steps) == maxSteps {
		return e.await()
	}
	return nil
}

// await waits for the first step, and writes the row group that it ends.
func (e *parquetEncoder) await() error {
	step := e.steps[0]
	e.steps = e.steps[1:]
	step.left.Wait()
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

// stop ends what the columns do, at the next step. No goroutine is left then.
func (e *parquetEncoder) stop() error {
	if e.ended {
		return nil
	}
	e.ended = true
	for _, c := range e.columns {
		c.stopped.Store(true)
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

func (e *parquetEncoder) close() error {
	if err := e.endGroup(); err != nil {
		return err
	}
	for len(e.steps) > 0 {
		if err := e.await(); err != nil {
			return err
		}
	}
	return cmp.Or(e.stop(), e.out.writeFooter())
}
