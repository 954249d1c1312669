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

// pulling is how tables are pulled.
type pulling struct {
	parts    int   // that a table is cut into; 0: by its rows
	parallel int   // parts that are fetched side by side
	small    int64 // rows below which a table is not cut
	partRows int64 // of a part, about, where the table decides
	held     int64 // bytes of a small table that are kept in memory; the rest goes to the spool

	attempts int           // to fetch a part
	wait     time.Duration // before the second attempt; it doubles from there
	spool    spool
}

// Defaults of pulling. A part is what has to be fetched again when a connection
// breaks; but each costs the warehouse a look at the whole table.
const (
	smallRows     = 200_000
	rowsPerPart   = 16_000_000
	maxAutoParts  = 64
	pullsBeside   = 2
	heldBytes     = 16 << 20
	partAttempts  = 4
	partRetryWait = 2 * time.Second
	partRetryMax  = time.Minute
)

func defaultPulling(cfg *Config) pulling {
	p := pulling{
		parts: cfg.Parts, parallel: cfg.Parallel, small: smallRows, partRows: rowsPerPart, held: heldBytes,
		attempts: partAttempts, wait: partRetryWait, spool: newSpool(cfg.Spool),
	}
	if p.parallel == 0 {
		p.parallel = pullsBeside
	}
	return p
}

// cutOf returns into how many parts rows are cut. What has no version is not: each
// part would see another state of it.
func (p *pulling) cutOf(rows int64, isPinned bool) int {
	switch {
	case !isPinned, rows < p.small && p.parts == 0, rows < int64(p.parts):
		return 1
	case p.parts > 0:
		return p.parts
	}
	return int(min((rows+p.partRows-1)/p.partRows, maxAutoParts))
}

// fetching is one piece of a table on its way.
type fetching struct {
	*scanning
	piece  *piece
	cut    string  // expression of a row's part; empty: there is one part
	counts []int64 // of rows by part
	folder *pullFolder
}

// pull fetches a piece of the table part by part, some of them side by side, and
// gives their rows in the order of parts.
func (s *scanning) pull(ctx context.Context, piece *piece, rows int64) (err error) {
	p := &fetching{scanning: s, piece: piece, counts: []int64{rows}}
	pulls := &s.source.pulls
	if n := pulls.cutOf(rows, s.pin.isPinned); n > 1 {
		if err := p.divide(ctx, n, rows); err != nil {
			return err
		}
	}
	p.folder = pulls.spool.folder(p.key(), s.pin.isPinned)
	defer func() { p.folder.leave(err) }()
	if err := p.run(ctx); err != nil {
		return err
	}
	if !s.pin.isPinned {
		return nil
	}
	return p.checkSame(ctx)
}

// divide cuts the piece into n parts and asks how many rows each has.
func (p *fetching) divide(ctx context.Context, n int, rows int64) error {
	var err error
	if p.cut, err = p.cutInto(n); err != nil {
		return err
	}
	answer, err := p.source.ask(ctx, p.what(), "SELECT "+p.cut+" AS part, count(*) AS n FROM "+p.piece.from+p.conditions(p.piece)+" GROUP BY 1")
	if err != nil {
		return err
	}
	p.counts = make([]int64, n)
	sum := int64(0)
	for _, row := range answer {
		part, err := row.number("part")
		if err != nil {
			return err
		}
		if part < 0 || part >= int64(n) || p.counts[part] != 0 {
			return fmt.Errorf("the warehouse counted rows of part %d, expected each of 0 to %d once", part, n-1)
		}
		if p.counts[part], err = row.number("n"); err != nil {
			return err
		}
		sum += p.counts[part]
	}
	if sum != rows {
		return fmt.Errorf("the warehouse counted %d rows in %d parts, but %d in all", sum, n, rows)
	}
	return nil
}

// checkSame fails where a table of the same name has taken the place of the one
// that was pinned: its version of the same number has other rows.
func (p *fetching) checkSame(ctx context.Context) error {
	now, err := p.source.detail(ctx, p.what(), p.name)
	if err == nil && now.id != p.pin.id {
		err = errors.New("another table of the same name has taken its place while it was pulled")
	}
	return err
}

// fetched is what fetching a part gave.
type fetched struct {
	part *heldPart
	err  error
}

// run has parts fetched and gives their rows. When it returns nothing is being
// fetched any more.
func (p *fetching) run(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	results := make([]chan fetched, len(p.counts))
	next := make(chan int, len(results))
	for i := range results {
		results[i] = make(chan fetched, 1)
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel(errStopped)
	for range min(p.source.pulls.parallel, len(results)) {
		workers.Go(func() { p.work(ctx, cancel, next, results) })
	}
	for i := range results {
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
			if parent.Err() == nil && ctx.Err() != nil { // another part failed meanwhile
				return context.Cause(ctx)
			}
			return err
		}
	}
	return nil
}

// work fetches parts until there are no more. The first that fails ends the others.
func (p *fetching) work(ctx context.Context, cancel context.CancelCauseFunc, next <-chan int, results []chan fetched) {
	for i := range next {
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
	if part := p.folder.take(ctx, i, p.counts[i]); part != nil {
		return part, nil
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
	return nil
}
