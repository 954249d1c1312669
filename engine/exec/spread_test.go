package exec

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TestSpread has each of some blocks done once, by several goroutines.
func TestSpread(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, blocks := range []int{0, 1, 3, 100} {
		var mu sync.Mutex
		done := make([]int, blocks)
		started := 0
		err := Spread(t.Context(), blocks, func() (func(block int) error, error) {
			started++
			return func(block int) error {
				mu.Lock()
				defer mu.Unlock()
				done[block]++
				return nil
			}, nil
		})
		if err != nil || started != max(min(blocks, 4), 1) {
			t.Errorf("%d blocks: %v, by %d goroutines", blocks, err, started)
		}
		for block, times := range done {
			if times != 1 {
				t.Errorf("block %d of %d is done %d times", block, blocks, times)
			}
		}
	}
}

// TestSpreadFails fails, ends the context and panics, at a block in the middle.
func TestSpreadFails(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	broken := errors.New("broken")
	at := func(task func() error) func() (func(int) error, error) {
		return func() (func(int) error, error) {
			return func(block int) error {
				if block == 7 {
					return task()
				}
				return nil
			}, nil
		}
	}
	if err := Spread(t.Context(), 50, at(func() error { return broken })); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
	if err := Spread(t.Context(), 50, func() (func(int) error, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("at the start: %v, want %v", err, broken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := Spread(ctx, 50, at(func() error { cancel(); return nil })); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	for _, what := range []any{fault{}, "no such thing"} {
		var got any
		func() {
			defer func() { got = recover() }()
			err := Spread(t.Context(), 50, at(func() error { panic(what) }))
			t.Errorf("no panic but %v", err)
		}()
		// The caller's own goroutine panics as it is.
		text, _ := got.(string)
		if got != what && !(what == "no such thing" && strings.HasPrefix(text, "no such thing\ngoroutine ")) {
			t.Errorf("panics with %v, want %v", got, what)
		}
	}
}
