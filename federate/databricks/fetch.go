package databricks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/federate/source"
)

// fetched is what fetching a part gave.
type fetched struct {
	part *heldPart
	err  error
}

// run has parts fetched and gives their rows. Beyond the one that is read, as many
// parts are fetched or wait to be read as are fetched side by side, however slow the
// reader is: the spool does not fill up with the table. When run returns nothing is
// being fetched any more.
func (p *fetching) run(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	results := make([]chan fetched, len(p.counts))
	next := make(chan int, len(results))
	for i := range results {
		results[i] = make(chan fetched, 1)
		next <- i
	}
	close(next)
	parallel := min(p.source.pulls.parallel, len(results))
	p.room = make(chan struct{}, len(results)+parallel)
	for range parallel {
		p.room <- struct{}{}
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel(errStopped)
	for range parallel {
		workers.Go(func() { p.work(ctx, cancel, next, results) })
	}
	for i := range results {
		p.room <- struct{}{}
		var got fetched
		select {
		case got = <-results[i]:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if got.err != nil {
			return context.Cause(ctx)
		}
		if err := p.read(ctx, i, got.part); err != nil {
			if parent.Err() == nil && ctx.Err() != nil && !errors.Is(err, errStopped) { // another part failed meanwhile
				return context.Cause(ctx)
			}
			return err
		}
	}
	return nil
}

// work fetches parts, as there is room for them, until there are no more. The first
// that fails ends the others.
func (p *fetching) work(ctx context.Context, cancel context.CancelCauseFunc, next <-chan int, results []chan fetched) {
	for {
		select {
		case <-p.room:
		case <-ctx.Done():
			return
		}
		i, more := <-next
		if !more {
			return
		}
		part, err := p.fetchPart(ctx, i)
		if err != nil {
			err = &partError{i + 1, len(p.counts), err}
			cancel(err)
		}
		results[i] <- fetched{part, err}
		if err != nil {
			return
		}
	}
}

// fetchPart fetches a part, as often as it is worth it, unless the spool has it.
func (p *fetching) fetchPart(ctx context.Context, i int) (*heldPart, error) {
	if p.counts[i] == 0 && p.pin.isPinned {
		return &heldPart{}, nil
	}
	if part, err := p.folder.take(ctx, i, p.counts[i]); part != nil || err != nil {
		return part, err
	}
	pulls := &p.source.pulls
	for attempt, wait := 1, pulls.wait; ; attempt, wait = attempt+1, min(2*wait, partRetryMax) {
		part, err := p.fetch(ctx, i)
		if err == nil {
			return part, nil
		}
		if attempt == pulls.attempts || ctx.Err() != nil || !isWorthAnother(err) {
			return nil, err
		}
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// isWorthAnother reports whether a part may well come when it is fetched once more.
func isWorthAnother(err error) bool {
	var shape *shapeError
	var disk *spoolError
	return !errors.As(err, &shape) && !errors.As(err, &disk) && transient(err)
}

// fetch fetches a part once.
func (p *fetching) fetch(ctx context.Context, i int) (*heldPart, error) {
	held := p.source.pulls.held
	if len(p.counts) > 1 {
		held = 0
	}
	h := newHolder(p.pulled, held, func() (*partFile, error) { return p.folder.create(i, p.pulled) })
	defer h.discard()
	if err := p.receive(ctx, i, h); err != nil {
		return nil, err
	}
	rows, expected := h.rows, p.counts[i]
	if rows != expected && !p.pin.isPinned { // it may have changed since it was counted
		var err error
		if expected, err = p.count(ctx, p.piece); err != nil {
			return nil, err
		}
	}
	if rows != expected {
		e := &source.IncompleteError{Table: p.ref.String(), Version: p.pin.text(), Received: rows, Expected: expected}
		if !p.pin.isPinned {
			e.Err = errors.New("it has no version to pin, and may have changed while it was read")
		}
		return nil, e
	}
	return h.finish()
}

// receive takes the rows of a part out of the warehouse.
func (p *fetching) receive(ctx context.Context, i int, h *holder) error {
	checked := false
	for batch, err := range p.source.client.query(ctx, p.what(), p.statement(i)) {
		if err != nil {
			return asked(p.what(), err)
		}
		if !checked {
			if err := checkShape(batch.Schema(), p.pulled); err != nil {
				return err
			}
			checked = true
		}
		if rows := h.rows + batch.NumRows(); rows > p.counts[i] && p.pin.isPinned {
			return &source.IncompleteError{
				Table: p.ref.String(), Version: p.pin.text(), Received: rows, Expected: p.counts[i],
				Err: errors.New("more rows came than there are"),
			}
		}
		taken := p.take(batch)
		err = h.add(taken)
		taken.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// read gives the rows of a part that was fetched, and lets go of it.
func (p *fetching) read(ctx context.Context, i int, part *heldPart) error {
	defer part.release()
	rows := int64(0)
	for batch, err := range part.batches(p.pulled) {
		if err != nil {
			return &partError{i + 1, len(p.counts), err}
		}
		rows += batch.NumRows()
		if err := p.deliver(ctx, batch); err != nil {
			return err
		}
	}
	if rows != part.rows {
		return &partError{i + 1, len(p.counts), fmt.Errorf("%d rows read out of the spool, %d were put into it", rows, part.rows)}
	}
	p.folder.wasRead(part)
	return nil
}
