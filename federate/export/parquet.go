package export

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/apache/arrow-go/v18/arrow"
	"golang.org/x/sync/errgroup"
)

// parquetEncoder writes a Parquet file. Its columns are encoded and compressed
// side by side, while the caller reads the batch that comes next: at most one
// slice of a batch is under way. What is written depends on the rows alone, not
// on which column is done first.
type parquetEncoder struct {
	out     *parquetFile
	columns []*parquetColumn
	pages   chan *pageBuffers // as many as columns may be encoded at a time

	slice    *errgroup.Group   // the columns of the slice under way, nil: none is
	batch    arrow.RecordBatch // that it belongs to, retained
	perSlice int64             // rows
	maxRows  int64             // of a row group
	maxSize  int64             // of a row group, in bytes
	rows     int64             // of the row group under way
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
	}
	for range cap(e.pages) {
		e.pages <- new(pageBuffers)
	}
	for i, f := range schema.Fields() { // every column has one leaf
		e.columns = append(e.columns, newParquetColumn(f, file.leaves[i]))
	}
	return e, nil
}

func (e *parquetEncoder) write(ctx context.Context, batch arrow.RecordBatch) error {
	n := int(batch.NumRows())
	for lo, hi := 0, 0; lo < n; lo = hi {
		if err := e.endSlice(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		hi = lo + int(min(int64(n-lo), e.perSlice, e.maxRows-e.rows))
		e.startSlice(batch, lo, hi)
	}
	return nil
}

// startSlice has rows [lo, hi) of a batch encoded, and does not wait for it.
func (e *parquetEncoder) startSlice(batch arrow.RecordBatch, lo, hi int) {
	batch.Retain()
	e.batch = batch
	e.rows += int64(hi - lo)
	e.slice = e.eachColumn(func(i int, c *parquetColumn, buffers *pageBuffers) error {
		return c.write(batch.Column(i), lo, hi, buffers)
	})
}

// endSlice waits for the slice under way, and writes the row group if it is full.
func (e *parquetEncoder) endSlice() error {
	if err := e.stop(); err != nil {
		return err
	}
	size := int64(0)
	for _, c := range e.columns {
		size += c.size()
	}
	if e.rows < e.maxRows && size < e.maxSize {
		return nil
	}
	return e.endGroup()
}

// stop waits for the slice under way. No goroutine is left then.
func (e *parquetEncoder) stop() error {
	if e.slice == nil {
		return nil
	}
	err := e.slice.Wait()
	e.batch.Release()
	e.slice, e.batch = nil, nil
	return err
}

// endGroup writes the row group under way to the file, if it has rows.
func (e *parquetEncoder) endGroup() error {
	if e.rows == 0 {
		return nil
	}
	err := e.eachColumn(func(_ int, c *parquetColumn, buffers *pageBuffers) error { return c.finish(buffers) }).Wait()
	if err != nil {
		return err
	}
	if err := e.out.writeGroup(e.rows, e.columns); err != nil {
		return err
	}
	for _, c := range e.columns {
		c.reset()
	}
	e.rows = 0
	return nil
}

// eachColumn starts do for every column, as many at a time as there are buffers
// for pages.
func (e *parquetEncoder) eachColumn(do func(i int, c *parquetColumn, buffers *pageBuffers) error) *errgroup.Group {
	all := new(errgroup.Group)
	for i, c := range e.columns {
		all.Go(func() error {
			buffers := <-e.pages
			defer func() { e.pages <- buffers }()
			return recovered(c.leaf.name, func() error { return do(i, c, buffers) })
		})
	}
	return all
}

// recovered returns the error of do, and its panic as one: the goroutine of a column
// would take the process with it.
func recovered(column string, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("column %q: internal error: %v\n%s", column, p, debug.Stack())
		}
	}()
	return do()
}

func (e *parquetEncoder) close() error {
	if err := e.stop(); err != nil {
		return err
	}
	if err := e.endGroup(); err != nil {
		return err
	}
	return e.out.writeFooter()
}
