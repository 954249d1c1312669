package exec

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Spread has work done for every block from 0 on, by up to GOMAXPROCS goroutines,
// the caller's among them. Each of them gets a function of its own from start, which
// is called by one goroutine at a time; blocks come in any order. Spread returns
// the first error, after which no block is begun, or ctx's. All goroutines have ended
// when it returns; what one of them panics with, Spread panics with.
func Spread(ctx context.Context, blocks int, start func() (func(block int) error, error)) error {
	return spreadOver(ctx, blocks, runtime.GOMAXPROCS(0), start)
}

// spreadOver is Spread by so many goroutines at most.
func spreadOver(ctx context.Context, blocks, workers int, start func() (func(block int) error, error)) error {
	s := &spread{ctx: ctx, blocks: int64(blocks)}
	tasks := make([]func(block int) error, max(min(blocks, workers), 1))
	for i := range tasks {
		var err error
		if tasks[i], err = start(); err != nil {
			return err
		}
	}
	s.share(tasks)
	if s.panicked != nil {
		panic(s.panicked)
	}
	return s.err
}

// spread is work on blocks that several goroutines share.
type spread struct {
	ctx     context.Context
	blocks  int64
	next    atomic.Int64 // the first block that nobody has taken
	helpers sync.WaitGroup

	mu       sync.Mutex // of what follows
	err      error      // the first one
	panicked any        // what the first of the helpers that panicked did so with
}

// share does the tasks, all but the first in goroutines of their own. They have
// ended when it returns, even if it panics.
func (s *spread) share(tasks []func(block int) error) {
	for _, task := range tasks[1:] {
		s.helpers.Go(func() { s.helper(task) })
	}
	defer s.helpers.Wait()
	defer s.stop()
	s.work(tasks[0])
}

// helper is what a goroutine does that Spread has started.
func (s *spread) helper(task func(block int) error) {
	// A fault on a mapped file that was cut short is to be a panic here as it is in
	// the caller.
	debug.SetPanicOnFault(true)
	defer func() {
		if r := recover(); r != nil {
			s.fail(nil, carried(r))
		}
	}()
	s.work(task)
}

// work does a task for blocks until none is left.
func (s *spread) work(task func(block int) error) {
	for {
		block := s.next.Add(1) - 1
		if block >= s.blocks {
			return
		}
		err := s.ctx.Err()
		if err == nil {
			err = task(int(block))
		}
		if err != nil {
			s.fail(err, nil)
			return
		}
		if block%turn == turn-1 {
			runtime.Gosched()
		}
	}
}

// fail notes an error, or a panic, unless there is one, and has nobody take another
// block.
func (s *spread) fail(err error, panicked any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.panicked == nil {
		s.err, s.panicked = err, panicked
	}
	s.stop()
}

// stop leaves no block to be taken.
func (s *spread) stop() { s.next.Store(s.blocks) }
