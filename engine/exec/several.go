package exec

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// blockBytes is what the words of a block take.
const blockBytes = bitmap.BlockRows / 8

// OneError is the error of one of several rules.
type OneError struct {
	Rule int // from 1
	Err  error
}

// Error names the rule by its place.
func (e *OneError) Error() string { return fmt.Sprintf("rule %d: %v", e.Rule, e.Err) }

// Unwrap returns the error of the rule.
func (e *OneError) Unwrap() error { return e.Err }

// Overlaps returns how many live customers every set of programs has in common: at
// index m, of 0 to 2^n-1 for n programs, those whom each program selects whose bit m
// has; at 0 everybody. It goes block by block, on as many goroutines as Count does. A
// sum of too many digits is a *OneError, here as in Firsts and Counts; ctx's error ends
// them between two programs of a block.
func Overlaps(ctx context.Context, s *store.Snapshot, roots []*plan.Node) ([]uint64, error) {
	bytes := bytesOf(roots) + uint64(s.Blocks())*blockBytes<<len(roots)
	return overBlocks(ctx, s, bytes, 1<<len(roots), func(h *hand) error {
		for i, root := range roots {
			if err := h.run(i, root, h.word(i)); err != nil {
				return err
			}
		}
		h.tally[0] += uint64(h.alive())
		h.sets = len(roots)
		for i := range roots {
			if set := h.word(i); !set.IsEmpty() {
				h.tally[1<<i] += uint64(set.Count())
				h.meet(set, 1<<i, i+1, len(roots))
			}
		}
		return nil
	})
}

// meet counts those of w, who are in the sets of mask, whom later sets have, too:
// from set next on. Words from deep on are free.
func (h *hand) meet(w *bitmap.Words, mask, next, deep int) {
	for i := next; i < h.sets; i++ {
		n := w.AndCount(h.word(i))
		if n == 0 {
			continue // nor has any further set
		}
		h.tally[mask|1<<i] += uint64(n)
		if i+1 < h.sets {
			both := h.word(deep)
			both.SetAnd(w, h.word(i))
			h.meet(both, mask|1<<i, i+1, deep+1)
		}
	}
}

// Firsts returns, for programs in their order, how many live customers each selects,
// and how many of these no program before it does.
func Firsts(ctx context.Context, s *store.Snapshot, roots []*plan.Node) (alone, taken []uint64, err error) {
	tally, err := overBlocks(ctx, s, bytesOf(roots), 2*len(roots), func(h *hand) error {
		set, before := h.word(0), h.word(1)
		before.Clear()
		for i, root := range roots {
			if err := h.run(i, root, set); err != nil {
				return err
			}
			h.tally[i] += uint64(set.Count())
			h.tally[len(roots)+i] += uint64(set.AndNotCount(before))
			before.Or(set)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return tally[:len(roots)], tally[len(roots):], nil
}

// Counts is Count for several programs. They take a block one after the other, while
// what they have in common is in cache.
func Counts(ctx context.Context, s *store.Snapshot, roots []*plan.Node) ([]uint64, error) {
	return overBlocks(ctx, s, bytesOf(roots), len(roots), func(h *hand) error {
		for i, root := range roots {
			if err := h.start(); err != nil {
				return err
			}
			n, err := h.runner.number(root)
			if err != nil {
				return ofProgram(i, err)
			}
			h.tally[i] += uint64(n)
		}
		return nil
	})
}

// bytesOf returns what programs are estimated to read.
func bytesOf(roots []*plan.Node) (total uint64) {
	for _, root := range roots {
		total += root.Bytes
	}
	return total
}

// hand is one goroutine of several that share the blocks.
type hand struct {
	ctx    context.Context
	rows   table
	runner *runner
	block  int             // the one it is at
	words  []*bitmap.Words // see word
	sets   int             // of Overlaps
	tally  []uint64        // of the blocks that it has been at
}

// word returns words that are the hand's, by number.
func (h *hand) word(i int) *bitmap.Words {
	for len(h.words) <= i {
		h.words = append(h.words, new(bitmap.Words))
	}
	return h.words[i]
}

// start makes the hand's runner ready for a program.
func (h *hand) start() error {
	if err := h.ctx.Err(); err != nil {
		return err
	}
	return h.runner.start(h.ctx, h.rows, h.block)
}

// run sets out to the live customers of the block that a program, by its place,
// selects.
func (h *hand) run(place int, root *plan.Node, out *bitmap.Words) error {
	if err := h.start(); err != nil {
		return err
	}
	if err := h.runner.run(root, out); err != nil {
		return ofProgram(place, err)
	}
	h.runner.keepLive(out)
	return nil
}

// ofProgram returns the error of a program, which it names where it is the program's
// own.
func ofProgram(place int, err error) error {
	if overflow := (*OverflowError)(nil); errors.As(err, &overflow) {
		return &OneError{place + 1, err}
	}
	return err
}

// alive returns how many customers of the block are live, once a program has run.
func (h *hand) alive() int {
	all := h.runner.everyRow()
	if h.runner.dead {
		return all.AndCount(&h.runner.live)
	}
	return h.runner.n
}

// overBlocks has every block visited once, in no order, by as many goroutines of
// spreadOver as are worth reading so many bytes, and returns the sum of their tallies,
// of n numbers each.
func overBlocks(ctx context.Context, s table, bytes uint64, n int, visit func(h *hand) error) ([]uint64, error) {
	var hands []*hand
	workers := int(min(1+bytes/workerBytes, uint64(runtime.GOMAXPROCS(0))))
	err := spreadOver(ctx, s.Blocks(), workers, func() (func(block int) error, error) {
		h := &hand{ctx: ctx, rows: s, runner: scratch.Get().(*runner), tally: make([]uint64, n)}
		hands = append(hands, h)
		return func(block int) error {
			h.block = block
			err := visit(h)
			runtime.Gosched() // a visit takes longer than a turn of Count
			return err
		}, nil
	})
	if err != nil {
		return nil, err // the runners may be dirty
	}
	sum := make([]uint64, n)
	for _, h := range hands {
		put(h.runner)
		for i, part := range h.tally {
			sum[i] += part
		}
	}
	return sum, nil
}
