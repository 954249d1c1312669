package duck

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// The sizes of batches. Texts beyond maxTextBytes in a column end a batch early.
const (
	MaxRows      = 65_536
	maxTextBytes = 32 << 20
)

// Reader streams the rows of a statement. It is for one goroutine, but that
// batches may be retained and used by others. Batches own their memory.
type Reader struct {
	ctx     context.Context
	conn    *Conn
	result  bindings.Result
	schema  *arrow.Schema
	columns []column
	stop    func()             // ends the interruption by ctx
	ahead   bindings.DataChunk // fetched, but not yet in a batch
	hasMore bool               // ahead is one
	ended   bool
	current arrow.RecordBatch
	err     error
	refs    int64
	// Released is called after the last Release, when the connection is free again;
	// it may be nil.
	Released func()
}

var _ array.RecordReader = (*Reader)(nil)

// Schema returns the columns. All are nullable.
func (r *Reader) Schema() *arrow.Schema { return r.schema }

// RecordBatch returns the batch that Next came to, which is the Reader's until the
// next call.
func (r *Reader) RecordBatch() arrow.RecordBatch { return r.current }

// Record returns what RecordBatch does.
func (r *Reader) Record() arrow.RecordBatch { return r.current }

// Err returns why Next returned false; nil: all rows have been read.
func (r *Reader) Err() error { return r.err }

// Retain adds a reference.
func (r *Reader) Retain() { atomic.AddInt64(&r.refs, 1) }

// Release takes a reference away. The last one ends the statement.
func (r *Reader) Release() {
	if atomic.AddInt64(&r.refs, -1) != 0 {
		return
	}
	r.drop()
	if r.hasMore {
		bindings.DestroyDataChunk(&r.ahead)
	}
	r.stop()
	bindings.DestroyResult(&r.result)
	if r.Released != nil {
		r.Released()
	}
}

func (r *Reader) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

// Next goes on to the next batch.
func (r *Reader) Next() bool {
	r.drop()
	if r.err != nil || r.ended {
		return false
	}
	rows, err := r.fill()
	if err != nil {
		r.err = err
		return false
	}
	if rows == 0 {
		return false
	}
	arrays := make([]arrow.Array, len(r.columns))
	for i, c := range r.columns {
		data := c.take()
		arrays[i] = array.MakeFromData(data)
		data.Release()
	}
	r.current = array.NewRecordBatch(r.schema, arrays, int64(rows))
	for _, a := range arrays {
		a.Release()
	}
	return true
}

// fill appends chunks to the columns until there are enough rows.
func (r *Reader) fill() (rows int, err error) {
	for {
		if !r.hasMore {
			if err := r.fetch(); err != nil || r.ended {
				return rows, err
			}
		}
		n := int(bindings.DataChunkGetSize(r.ahead))
		if rows > 0 && (rows+n > MaxRows || r.textBytes() > maxTextBytes) {
			return rows, nil
		}
		for i, c := range r.columns {
			if err := c.add(bindings.DataChunkGetVector(r.ahead, bindings.IdxT(i)), 0, n); err != nil {
				return 0, fmt.Errorf("column %q: %w", r.schema.Field(i).Name, err)
			}
		}
		rows += n
		bindings.DestroyDataChunk(&r.ahead)
		r.hasMore = false
	}
}

// fetch gets the next chunk, or finds that there is none.
func (r *Reader) fetch() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.ahead = bindings.FetchChunk(r.result)
	if r.ahead.Ptr != nil {
		r.hasMore = true
		return nil
	}
	if text := bindings.ResultError(&r.result); text != "" {
		return r.conn.failed(r.ctx, text)
	}
	// An interrupted result may look like one that has ended.
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.ended = true
	return nil
}

func (r *Reader) textBytes() int {
	most := 0
	for _, c := range r.columns {
		most = max(most, c.bytes())
	}
	return most
}
