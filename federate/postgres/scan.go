package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// errStopped ends a scan whose reader broke off the loop.
var errStopped = errors.New("stopped")

// Scan implements [source.Table]. The first scan counts the rows. Rows come in no
// order, and in another one each time.
func (t *table) Scan(ctx context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		ctx, cancel := t.source.alive(ctx)
		defer cancel()
		err := t.scan(ctx, columns, func(b arrow.RecordBatch) bool { return yield(b, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

func (t *table) scan(ctx context.Context, columns []string, yield func(arrow.RecordBatch) bool) error {
	p, err := t.newPull(columns)
	if err != nil {
		return err
	}
	expected, err := t.count(ctx)
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		return countOnly(ctx, expected, yield)
	}
	if expected == 0 {
		return nil
	}
	return p.run(ctx, expected, yield)
}

// countOnly gives batches without columns.
func countOnly(ctx context.Context, rows int64, yield func(arrow.RecordBatch) bool) error {
	none := arrow.NewSchema(nil, nil)
	for rows > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n := min(rows, batchRows)
		rows -= n
		if !yield(array.NewRecordBatch(none, nil, n)) {
			return errStopped
		}
	}
	return nil
}

// pull is one scan of columns.
type pull struct {
	table   *table
	columns []described
	places  []int // of columns in the table
	list    string
	ranges  []string
	next    atomic.Int64 // range that nobody has taken
	batches chan arrow.RecordBatch
}

// newPull returns a scan that has not begun.
func (t *table) newPull(columns []string) (*pull, error) {
	p := &pull{table: t, ranges: t.storage.ranges(t.source.place.parallel, t.source.minRange)}
	for i, name := range columns {
		at, err := source.Column(t, name)
		if err != nil {
			return nil, err
		}
		c := t.columns[at]
		if c.how.kind == kindNone || c.how.kind == kindAnyNumeric {
			return nil, &source.ReadError{Path: t.Ref().String(), Column: c.name, Err: fmt.Errorf("values of type %s are not supported", c.how.name)}
		}
		quoted, err := sqlgen.Identifier(sqlgen.Postgres, c.name)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			p.list += ", "
		}
		p.list += quoted
		p.columns, p.places = append(p.columns, c), append(p.places, at)
	}
	return p, nil
}

// run reads all ranges, by several connections where there are several, and yields
// what comes.
func (p *pull) run(ctx context.Context, expected int64, yield func(arrow.RecordBatch) bool) error {
	what := p.table.Ref().String()
	first, err := p.table.source.begin(ctx, reading)
	if err != nil {
		return failure(ctx, what, 0, expected, err)
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	group, working := errgroup.WithContext(inner)
	workers := min(len(p.ranges), p.table.source.place.parallel)
	p.batches = make(chan arrow.RecordBatch, workers)
	group.Go(func() error { return p.work(working, first) })
	for range workers - 1 {
		group.Go(func() error { return p.help(working) })
	}
	failed := make(chan error, 1)
	go func() {
		failed <- group.Wait()
		close(p.batches)
	}()
	received, stopped := int64(0), false
	for batch := range p.batches {
		if stopped = stopped || ctx.Err() != nil; !stopped {
			received += batch.NumRows()
			stopped = !yield(batch)
		}
		if batch.Release(); stopped {
			cancel()
		}
	}
	err = <-failed
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case stopped:
		return errStopped
	case err != nil:
		return failure(ctx, what, received, expected, err)
	case received != expected:
		return &source.IncompleteError{Table: what, Received: received, Expected: expected}
	}
	return nil
}

// help reads ranges over another connection. Where the server has none left it
// does nothing: the others do without.
func (p *pull) help(ctx context.Context) error {
	session, err := p.table.source.begin(ctx, reading)
	if stateOf(err) == insufficientRoom {
		return nil
	}
	if err != nil {
		return err
	}
	return p.work(ctx, session)
}

// work reads ranges until there are none left, and ends the session. It takes none
// before it has the table locked: who has to wait for that, behind somebody who wants
// to truncate the table, leaves them to those who have it.
func (p *pull) work(ctx context.Context, session *session) error {
	defer session.end(ctx)
	if _, err := session.ask(ctx, "SELECT"+p.table.from()+" LIMIT 0"); err != nil {
		return err
	}
	r := newReader(p.table.source, p.table.Ref().String(), p.columns)
	defer r.release()
	for isFirst := true; ; isFirst = false {
		i := p.next.Add(1) - 1
		if i >= int64(len(p.ranges)) {
			if isFirst {
				return nil // what may have happened to the table since is nothing to it
			}
			break
		}
		if err := p.read(ctx, session, p.ranges[i], r); err != nil {
			return err
		}
	}
	if err := r.flush(p.sender(ctx)); err != nil {
		return err
	}
	for i, n := range r.nans {
		p.table.nans[p.places[i]].Add(n)
	}
	return session.unmoved(ctx)
}

// sender returns what gives batches to run.
func (p *pull) sender(ctx context.Context) func(arrow.RecordBatch) error {
	return func(batch arrow.RecordBatch) error {
		select {
		case p.batches <- batch:
			return nil
		case <-ctx.Done():
			batch.Release()
			return context.Cause(ctx)
		}
	}
}

// read reads the rows of a range.
func (p *pull) read(ctx context.Context, session *session, condition string, r *reader) error {
	var more []string
	if condition != "" {
		more = []string{condition}
	}
	result := session.run(ctx, "SELECT "+p.list+p.table.from(more...))
	err := p.sameColumns(result.FieldDescriptions())
	if err == nil {
		err = r.rows(result, p.sender(ctx))
	}
	return ended(ctx, err)
}

// sameColumns returns an error where the columns of a result are not those that
// the table had when it was opened. There are none where the statement has failed.
func (p *pull) sameColumns(fields []field) error {
	if fields == nil {
		return nil
	}
	same := slices.EqualFunc(fields, p.columns, func(f field, c described) bool {
		return f.Name == c.name && f.DataTypeOID == c.oid && f.TypeModifier == c.modifier
	})
	if !same {
		return errors.New("its columns have changed since it was opened")
	}
	return nil
}
