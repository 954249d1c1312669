package databricks

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
)

// Scan implements [source.Table]. The rows of the table's version are counted in
// the warehouse before they are pulled, and a stream ends without an error only
// where exactly these came. Other errors than those of names and of the count are
// *source.IncompleteError. The order of rows is not told.
func (t *table) Scan(ctx context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		one := func(b arrow.RecordBatch) bool { return yield(b, nil) }
		if err := t.scan(ctx, columns, one); err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// scanning is one pass over a table.
type scanning struct {
	*table
	*projection
	give     func(arrow.RecordBatch) bool
	received int64 // rows given
	expected int64
}

func (t *table) scan(ctx context.Context, columns []string, yield func(arrow.RecordBatch) bool) error {
	if err := errors.Join(t.checkNames(), t.source.check(ctx)); err != nil {
		return err
	}
	p, err := t.project(columns)
	if err != nil {
		return err
	}
	s := &scanning{table: t, projection: p, give: yield}
	counts := make([]int64, len(t.pieces))
	for i, piece := range t.pieces {
		if counts[i], err = t.count(ctx, piece); err != nil {
			return err
		}
		s.expected += counts[i]
	}
	for i, piece := range t.pieces {
		if len(columns) == 0 {
			err = s.bare(ctx, counts[i])
		} else if counts[i] > 0 || !t.pin.isPinned {
			err = s.pull(ctx, piece, counts[i])
		}
		if err != nil {
			return s.incomplete(err)
		}
	}
	if !t.pin.isPinned {
		return nil
	}
	if s.received != s.expected {
		return s.incomplete(nil)
	}
	if err := t.checkSame(ctx); err != nil {
		return s.incomplete(err)
	}
	return nil
}

// bare gives batches of so many rows without columns.
func (s *scanning) bare(ctx context.Context, rows int64) error {
	for rows > 0 {
		if err := s.source.check(ctx); err != nil {
			return err
		}
		n := min(rows, maxBatchRows)
		batch := array.NewRecordBatch(s.given, nil, n)
		more := s.give(batch)
		batch.Release()
		if !more {
			return errStopped
		}
		rows, s.received = rows-n, s.received+n
	}
	return nil
}

// deliver gives a batch that was pulled.
func (s *scanning) deliver(ctx context.Context, pulled arrow.RecordBatch) error {
	if err := s.source.check(ctx); err != nil {
		return err
	}
	if pulled.NumRows() == 0 {
		return nil
	}
	batch := s.projection.give(pulled)
	defer batch.Release()
	s.received += batch.NumRows()
	if !s.give(batch) {
		return errStopped
	}
	return nil
}

// incomplete says of an error how far the scan has come.
func (s *scanning) incomplete(err error) error {
	if errors.Is(err, errStopped) {
		return err
	}
	return &source.IncompleteError{Table: s.ref.String(), Version: s.pin.text(), Received: s.received, Expected: s.expected, Err: err}
}

// partError says which part of a pull an error is about.
type partError struct {
	part, parts int // counted from 1
	err         error
}

// Error names the part where there is more than one.
func (e *partError) Error() string {
	if e.parts == 1 {
		return e.err.Error()
	}
	return fmt.Sprintf("part %d of %d: %v", e.part, e.parts, e.err)
}

// Unwrap returns the error of the part.
func (e *partError) Unwrap() error { return e.err }
