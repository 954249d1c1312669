package databricks

import (
	"context"
	"errors"
	"time"
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
		attempts: partAttempts, wait: partRetryWait, spool: newSpool(cfg.Spool, cfg.SpoolLimit),
	}
	if p.parallel == 0 {
		p.parallel = pullsBeside
	}
	return p
}

// fetching is one piece of a table on its way.
type fetching struct {
	*scanning
	piece  *piece
	cut    string  // expression of a row's part; empty: there is one part
	counts []int64 // of rows by part
	folder *pullFolder
	room   chan struct{} // has an element for each part that may be fetched beside those at hand
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
	p.folder = pulls.spool.folder(p.key(), s.pin.isKnown())
	defer func() {
		if errors.Is(err, errStopped) && ctx.Err() == nil {
			p.folder.leave(nil) // its reader has what it wanted
		} else {
			p.folder.leave(err)
		}
	}()
	return p.run(ctx)
}
