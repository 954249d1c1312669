package exec

import (
	"context"
	"errors"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// CountAll returns the number of live customers that each of several programs selects
// from s. They have been made together: what they have in common is computed once a
// block and kept for the block, 8 KiB apiece for each goroutine. A program that meets
// a sum of too many digits has that *OverflowError in failed, and no count; any other
// error ends all of them, as that of ctx does in the midst of a block. It has the
// goroutines of Spread.
func CountAll(ctx context.Context, s *store.Snapshot, roots []*plan.Node) (counts []uint64, failed []error, err error) {
	var parts []*togetherCounter
	err = Spread(ctx, s.Blocks(), func() (func(block int) error, error) {
		t := &togetherCounter{ctx: ctx, rows: s, roots: roots, counts: make([]uint64, len(roots)), failed: make([]error, len(roots))}
		parts = append(parts, t)
		return t.block, nil
	})
	if err != nil {
		return nil, nil, err
	}
	counts, failed = make([]uint64, len(roots)), make([]error, len(roots))
	for _, part := range parts {
		for i, n := range part.counts {
			counts[i] += n
			if failed[i] == nil {
				failed[i] = part.failed[i]
			}
		}
	}
	for i := range failed {
		if failed[i] != nil {
			counts[i] = 0
		}
	}
	return counts, failed, nil
}

// togetherCounter is what one goroutine has counted.
type togetherCounter struct {
	ctx    context.Context
	rows   table
	roots  []*plan.Node
	counts []uint64
	failed []error
	runner *runner // nil: a new one is wanted; not from scratch, which would keep what it holds
}

// block counts one block by all programs that have not failed.
func (t *togetherCounter) block(block int) error {
	if err := t.start(block); err != nil {
		return err
	}
	for i, root := range t.roots {
		if t.failed[i] != nil {
			continue
		}
		if err := t.ctx.Err(); err != nil {
			return err
		}
		n, err := t.runner.number(root)
		var overflow *OverflowError
		switch {
		case errors.As(err, &overflow):
			t.failed[i] = err
			t.runner = nil // it may be dirty
			if err := t.start(block); err != nil {
				return err
			}
		case err != nil:
			return err
		}
		t.counts[i] += uint64(n)
	}
	return nil
}

// start makes the runner ready for a block.
func (t *togetherCounter) start(block int) error {
	if t.runner == nil {
		t.runner = &runner{counts: new([bitmap.BlockRows]uint32)}
	}
	return t.runner.start(t.ctx, t.rows, block)
}
