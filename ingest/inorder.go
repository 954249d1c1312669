package ingest

import (
	"context"
	"runtime"
	"runtime/debug"
)

// maxCounters is how many blocks of events are counted at a time at most.
const maxCounters = 5

// counters returns how many blocks are to be counted at a time: one more than run
// at once, so that none waits for what has been counted to be taken.
func counters() int { return min(runtime.GOMAXPROCS(0)+1, maxCounters) }

// inOrder calls work for every i below n, on a goroutine for each worker, and take
// for each afterwards, one at a time and ascending, on its own. The worker that has
// worked on i is busy with nothing else until take returns. The error is the first
// one in that order, or ctx's; a panic of work is one of inOrder. No goroutine of it
// is left when it returns.
func inOrder[W any](ctx context.Context, workers []W, n int, work, take func(w W, i int) error) error {
	type result struct {
		err      error
		panicked any
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make([]chan result, len(workers)) // by worker: closed when it is no more
	free := make([]chan struct{}, len(workers))
	defer func() {
		cancel()
		for _, c := range done {
			for range c {
			}
		}
	}()
	for j, w := range workers {
		done[j], free[j] = make(chan result, 1), make(chan struct{}, 1)
		go func() {
			defer close(done[j])
			for i := j; i < n && ctx.Err() == nil; i += len(workers) {
				var r result
				r.panicked, r.err = guarded(func() error { return work(w, i) })
				done[j] <- r
				select {
				case <-free[j]:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	for i := range n {
		j := i % len(workers)
		r, ok := <-done[j]
		switch {
		case !ok:
			return ctx.Err()
		case r.panicked != nil:
			panic(r.panicked)
		case r.err != nil:
			return r.err
		}
		if err := take(workers[j], i); err != nil {
			return err
		}
		free[j] <- struct{}{}
	}
	return ctx.Err()
}

// guarded calls f, which may read files that are cut short meanwhile.
func guarded(f func() error) (panicked any, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { panicked = recover() }()
	return nil, f()
}
