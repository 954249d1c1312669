package bare

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// loop names the only loop there is, as suite.Query has it.
const loop = "and4"

// Engine is the bitmaps of a data set's customers.
type Engine struct {
	and4   and4
	keys   []int64 // of the rows
	loaded contender.Load
	closed atomic.Bool
}

// Open works the bitmaps out from the customers of d, whose name is bare. It puts
// nothing on disk.
func Open(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	o.Progress("bare: making bitmaps")
	debug.FreeOSMemory() // what was garbage before is not this load's
	before := resident.Anonymous(os.Getpid())
	watch := resident.WatchProcess(os.Getpid())
	start := time.Now()
	e := &Engine{}
	err := e.load(ctx, d)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return nil, fmt.Errorf("bare: %w", err)
	}
	e.loaded = contender.Load{
		Seconds: seconds, SizeBytes: e.and4.bytes(), PeakBytes: max(peak-before, 0), AnonOnly: true,
		Note: "the four bitmaps that its only loop reads; keys are beside them",
	}
	return e, nil
}

// Name returns bare.
func (e *Engine) Name() string { return "bare" }

// Version returns the version of Go that compiled the loop.
func (e *Engine) Version() string { return runtime.Version() }

// Loaded says what making the bitmaps took.
func (e *Engine) Loaded() contender.Load { return e.loaded }

// InProcess reports that counts allocate in this process, if they do.
func (e *Engine) InProcess() bool { return true }

// Prepare accepts queries that name the loop.
func (e *Engine) Prepare(_ context.Context, q *suite.Query) (contender.Prepared, error) {
	if q.Bare != loop {
		return nil, fmt.Errorf("bare: query %s names the loop %q, there is only %q: %w", q.ID, q.Bare, loop, contender.ErrUnsupported)
	}
	if e.closed.Load() {
		return nil, fmt.Errorf("bare: the engine is closed")
	}
	return &prepared{e}, nil
}

// Append returns ErrUnsupported.
func (e *Engine) Append(context.Context, *workload.Dataset) (time.Duration, error) {
	return 0, fmt.Errorf("bare: bitmaps of customers know of no day: %w", contender.ErrUnsupported)
}

// Export returns ErrUnsupported.
func (e *Engine) Export(context.Context, *suite.Query, []string, string) (time.Duration, error) {
	return 0, fmt.Errorf("bare: there are no columns to write: %w", contender.ErrUnsupported)
}

// Close lets go of the bitmaps, as far as no prepared query holds them.
func (e *Engine) Close() error {
	e.closed.Store(true)
	return nil
}

// prepared is the loop over the engine's bitmaps.
type prepared struct{ engine *Engine }

// Count runs the loop, which is too short to look at ctx on the way.
func (p *prepared) Count(ctx context.Context) (int64, time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	start := time.Now()
	n := p.engine.and4.count()
	return n, time.Since(start), nil
}

// Keys looks up the keys of the rows that Count counts.
func (p *prepared) Keys(ctx context.Context) ([]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var keys []int64
	for row := range p.engine.and4.rows {
		keys = append(keys, p.engine.keys[row])
	}
	return keys, nil
}

// Close does nothing: the engine holds the bitmaps.
func (p *prepared) Close() error { return nil }
