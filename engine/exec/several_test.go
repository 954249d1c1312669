package exec

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
)

// TestTroubleOfSeveral has every block in turn fail, and panic, on several goroutines.
func TestTroubleOfSeveral(t *testing.T) {
	const blocks, much = 5, 1 << 30
	p, _ := crowd(t, blocks)
	broken := errors.New("broken")
	for at := range blocks {
		visit := func(trouble func() error) func(h *hand) error {
			return func(h *hand) error {
				if h.tally[0]++; h.block == at {
					return trouble()
				}
				return nil
			}
		}
		if _, err := overBlocks(t.Context(), p, much, 1, visit(func() error { return broken })); !errors.Is(err, broken) {
			t.Errorf("block %d: %v, want %v", at, err, broken)
		}
		func() {
			defer func() {
				if r := recover(); r != any(fault{}) {
					t.Errorf("block %d: panic of %v, want the fault", at, r)
				}
			}()
			_, err := overBlocks(t.Context(), p, much, 1, visit(func() error { panic(fault{}) }))
			t.Errorf("block %d: no panic but %v", at, err)
		}()
		var seen atomic.Int64
		tally, err := overBlocks(t.Context(), p, much, 1, visit(func() error { seen.Add(1); return nil }))
		if err != nil || tally[0] != blocks || seen.Load() != 1 {
			t.Errorf("%v, %v; want each of %d blocks once", tally, err, blocks)
		}
	}
	if tally, err := overBlocks(t.Context(), &people{}, much, 2, func(*hand) error { return broken }); err != nil || tally[0] != 0 {
		t.Errorf("of nobody: %v, %v", tally, err)
	}
}

// TestSeveralHeedTheContext ends the context between two programs of a block.
func TestSeveralHeedTheContext(t *testing.T) {
	p, n := crowd(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := overBlocks(ctx, p, 0, 1, func(h *hand) error {
		if err := h.run(0, n, h.word(0)); err != nil {
			t.Error(err)
		}
		cancel()
		return h.run(1, n, h.word(0))
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's error", err)
	}
}

// TestMeetsAreCounted counts who is in all sets of three, in words of one block.
func TestMeetsAreCounted(t *testing.T) {
	h := &hand{tally: make([]uint64, 8), sets: 3}
	for row := range uint16(8) {
		for i := range 3 {
			if row>>i&1 == 1 {
				h.word(i).Add(row) // row m is in the sets of m's bits
			}
		}
	}
	var everybody bitmap.Words
	everybody.Fill(8)
	h.meet(&everybody, 0, 0, 3)
	for m := 1; m < 8; m++ {
		want := uint64(0)
		for row := range 8 {
			if row&m == m {
				want++
			}
		}
		if h.tally[m] != want {
			t.Errorf("sets %03b: %d, want %d", m, h.tally[m], want)
		}
	}
}
