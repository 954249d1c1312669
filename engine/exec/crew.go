package exec

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// workerBytes is how much a rule has to read for another goroutine to be worth its
// start: about 50 µs of work.
const workerBytes = 512 << 10

// turn is after how many blocks a goroutine lets others go first. The runtime stops
// one only after 10 ms, for which each of many clients would have to wait in turn.
//
// Note: a semaphore in place of it, first come first served, was no better.
const turn = 32

// Count returns the number of live customers that a program selects from s. It
// stops with ctx's error at the end of a block. Rules that read much are counted by
// several goroutines, up to GOMAXPROCS, all of which have ended when Count returns;
// what one of them panics with, Count panics with.
func Count(ctx context.Context, s *store.Snapshot, root *plan.Node) (uint64, error) {
	return count(ctx, s, root)
}

// count is Count over any table.
func count(ctx context.Context, s table, root *plan.Node) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	live, err := s.Live()
	if err != nil {
		return 0, err
	}
	if live == nil {
		if n, ok := storedCount(root, uint64(s.Rows())); ok {
			return n, nil
		}
	}
	workers := 1
	if most := min(uint64(s.Blocks()), 1+root.Bytes/workerBytes); most > 1 {
		workers = int(min(most, uint64(runtime.GOMAXPROCS(0))))
	}
	return countBlocks(ctx, s, root, workers)
}

// countBlocks is Count by so many goroutines, the caller's among them.
func countBlocks(ctx context.Context, s table, root *plan.Node, workers int) (uint64, error) {
	c := crews.Get().(*crew)
	c.ctx, c.rows, c.root = ctx, s, root
	c.next.Store(0)
	c.total.Store(0)
	c.share(workers)
	if c.panicked != nil {
		panic(c.panicked)
	}
	if c.err != nil {
		return 0, c.err
	}
	total := c.total.Load()
	c.ctx, c.rows, c.root = nil, nil, nil
	crews.Put(c) // else it may be dirty, and is left to the collector
	return total, nil
}

// crew is a count that several goroutines work at, block by block.
type crew struct {
	ctx   context.Context
	rows  table
	root  *plan.Node
	next  atomic.Int64 // the first block that nobody has taken
	total atomic.Uint64

	help     func() // of a goroutine; bound once
	helpers  sync.WaitGroup
	mu       sync.Mutex // of what follows
	err      error      // the first one
	panicked any        // what the first of the helpers that panicked did so with
}

// crews holds those that are not in use.
var crews = sync.Pool{New: func() any {
	c := &crew{}
	c.help = c.helper
	return c
}}

// share has the blocks counted by so many goroutines, all but one of which it
// starts. They have ended when it returns, even if it panics.
func (c *crew) share(workers int) {
	c.helpers.Add(workers - 1)
	for range workers - 1 {
		go c.help()
	}
	defer c.helpers.Wait()
	defer c.stop() // where blocks are left, something went wrong
	c.work()
}

// helper is what a goroutine does that the count has started.
func (c *crew) helper() {
	defer c.helpers.Done()
	// A fault on a mapped file that was cut short is to be a panic here as it is in
	// the caller.
	debug.SetPanicOnFault(true)
	defer func() {
		if r := recover(); r != nil {
			c.fail(nil, carried(r))
		}
	}()
	c.work()
}

// carried returns what the caller is to panic with for a panic of a helper: the same
// for an error of the runtime, by which faults are told; else the stack goes along,
// which is not the caller's.
func carried(r any) any {
	if _, ok := r.(runtime.Error); ok {
		if _, ok := r.(interface{ Addr() uintptr }); ok {
			return r
		}
	}
	return fmt.Sprintf("%v\n%s", r, debug.Stack())
}

// work counts blocks until none is left.
func (c *crew) work() {
	r := scratch.Get().(*runner)
	total := uint64(0)
	for blocks := int64(c.rows.Blocks()); ; {
		block := c.next.Add(1) - 1
		if block >= blocks {
			break
		}
		n, err := c.block(r, int(block))
		if err != nil {
			c.fail(err, nil)
			return
		}
		total += uint64(n)
		if r.worked++; r.worked >= turn && c.next.Load() < blocks {
			r.worked = 0
			runtime.Gosched()
		}
	}
	c.total.Add(total)
	put(r)
}

// block counts one block.
func (c *crew) block(r *runner, block int) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if err := r.start(c.ctx, c.rows, block); err != nil {
		return 0, err
	}
	return r.number(c.root)
}

// fail notes an error, or a panic, unless there is one, and has nobody take another
// block.
func (c *crew) fail(err error, panicked any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.panicked == nil {
		c.err, c.panicked = err, panicked
	}
	c.stop()
}

// stop leaves no block to be taken.
func (c *crew) stop() { c.next.Store(int64(c.rows.Blocks())) }

// number returns the number of live customers of the block that n selects. The last
// steps are only counted.
func (r *runner) number(n *plan.Node) (int, error) {
	p := partial{out: r.take()}
	defer r.give()
	r.setAll(&p)
	if err := r.combine(&p, bitmap.And, n); err != nil {
		return 0, err
	}
	if p.isNone() {
		return 0, nil
	}
	if r.dead {
		r.step(&p, bitmap.And, &r.live)
	}
	if r.isAll(&p) {
		return r.n, nil
	}
	if r.n < bitmap.BlockRows {
		r.step(&p, bitmap.And, r.everyRow())
	}
	if p.isNone() {
		return 0, nil
	}
	return p.out.ApplyCount(p.from, p.steps[:p.n]), nil
}
