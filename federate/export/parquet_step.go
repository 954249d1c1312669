package export

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
)

// parquetStep is what every column has to do next: to encode rows [lo, hi) of a
// batch, or, without a batch, to end the row group.
type parquetStep struct {
	batch  arrow.RecordBatch // retained until the step is done
	lo, hi int
	size   int64    // of the rows, in bytes before encoding
	rows   int64    // of the row group that ends
	chunks []*chunk // of the row group that ends, by column

	errs []error       // by column
	left atomic.Int64  // the columns that are not done
	done chan struct{} // closed once none is left
}

// run does the steps of a column, as many columns at a time as there are buffers
// for pages, until there are no more. After an error, or once it is stopped, it
// does nothing more of them.
func (c *parquetColumn) run(pages chan *pageBuffers) {
	failed := false
	for step := range c.steps {
		if !failed && !c.stopped.Load() {
			buffers := <-pages
			if !c.stopped.Load() { // which it may be since the column waits
				step.errs[c.index] = c.do(step, buffers)
			}
			pages <- buffers
			failed = step.errs[c.index] != nil
		}
		if step.left.Add(-1) == 0 {
			close(step.done)
		}
	}
}

// do does one step. A panic is an error: the goroutine of a column would take the
// process with it.
func (c *parquetColumn) do(step *parquetStep, buffers *pageBuffers) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("column %q: internal error: %v\n%s", c.leaf.name, p, debug.Stack())
		}
	}()
	if step.batch != nil {
		return c.write(step.batch.Column(c.index), step.lo, step.hi, buffers)
	}
	if err := c.finish(buffers); err != nil {
		return err
	}
	step.chunks[c.index] = c.chunk
	c.reset()
	return nil
}
