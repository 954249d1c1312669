package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// Work does a job and returns its result, JSON or nil. It calls report as it goes, as
// often as it likes and from one goroutine at a time. It ends soon after ctx has, with an
// error; all goroutines that it starts end before it does. Its errors are shown to people
// and must not hold secrets. It may be called again for a job that was interrupted.
type Work = func(ctx context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error)

// Defaults of Options.
const (
	DefaultExports = 2
	DefaultLoads   = 2
)

// Options of a runner.
type Options struct {
	Registry *registry.Registry
	Work     map[registry.JobKind]Work
	Exports  int // that run at a time; 0: DefaultExports
	Loads    int // builds and refreshes that run at a time, of different parent segments; 0: DefaultLoads
	// Finished, where it is not nil, is called with every job that has ended, before
	// Wait returns it; not with those that Start finds interrupted. It must not call the
	// runner.
	Finished func(registry.Job)
	Log      *slog.Logger // nil: nothing is logged
}

// Runner runs jobs. It is safe for concurrent use.
type Runner struct {
	options Options
	log     *slog.Logger

	mu      sync.Mutex
	started bool
	closed  bool
	jobs    []*task // that wait or run, in the order of their numbers
	ctx     context.Context
	stop    context.CancelCauseFunc
	running sync.WaitGroup
	closing chan struct{} // closed when Close has begun
	kept    keeper
}

// task is a job that waits or runs.
type task struct {
	job    registry.Job
	cancel context.CancelCauseFunc // of the job's context; nil: it waits
	over   bool                    // its end is in the registry, and Finished may not have returned yet
	ended  chan struct{}           // closed when the job has ended, or will not in this process
	final  registry.Job            // read it after ended
	err    error                   // why final is not known
}

// isLoad reports whether a job writes the snapshot of its parent segment.
func (t *task) isLoad() bool { return t.job.Kind != registry.Export }

// New returns a runner. It runs nothing before [Runner.Start].
func New(options Options) *Runner {
	if options.Exports <= 0 {
		options.Exports = DefaultExports
	}
	if options.Loads <= 0 {
		options.Loads = DefaultLoads
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{options: options, log: options.Log, closing: make(chan struct{}), kept: options.Registry}
	r.ctx, r.stop = context.WithCancelCause(context.Background())
	return r
}

// Start settles what the process before has left, and runs jobs from then on: those that
// ran are marked as interrupted and queued again, those that waited go on waiting. To be
// called once, before anything else.
func (r *Runner) Start(ctx context.Context) error {
	recovered, err := r.options.Registry.Recover(ctx)
	if err != nil {
		return err
	}
	for _, each := range recovered {
		r.log.Warn("a job was interrupted by the end of the process", "job", each.Interrupted.ID, "kind", each.Interrupted.Kind, "again", each.Again != nil)
	}
	waiting, err := r.waiting(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, job := range waiting {
		r.jobs = append(r.jobs, &task{job: job, ended: make(chan struct{})})
	}
	r.started = true
	r.dispatch()
	return nil
}

// waiting returns the jobs that wait, oldest first.
func (r *Runner) waiting(ctx context.Context) ([]registry.Job, error) {
	var all []registry.Job
	for after := ""; ; {
		page, err := r.options.Registry.Jobs(ctx, registry.JobFilter{State: registry.Queued}, after, registry.MaxPage)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			slices.Reverse(all)
			return all, nil
		}
	}
}

// Submit adds a job and returns it as it waits. A build or refresh that an equal one of the
// same parent segment waits for already is that one: it will see all that this one would.
// After [Runner.Close] has begun the error is ErrStopped.
func (r *Runner) Submit(ctx context.Context, in registry.JobInput, by string) (registry.Job, error) {
	if r.options.Work[in.Kind] == nil {
		return registry.Job{}, &UnknownKindError{in.Kind}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started || r.closed {
		return registry.Job{}, ErrStopped
	}
	for _, t := range r.jobs {
		if t.cancel == nil && t.isLoad() && equal(t.job.JobInput, in) {
			return t.job, nil
		}
	}
	job, err := r.options.Registry.QueueJob(ctx, in, by)
	if err != nil {
		return registry.Job{}, err
	}
	r.jobs = append(r.jobs, &task{job: job, ended: make(chan struct{})})
	r.dispatch()
	return job, nil
}

// equal reports whether two jobs do the same.
func equal(a, b registry.JobInput) bool {
	return a.Kind == b.Kind && a.Parent == b.Parent && string(a.Request) == string(b.Request)
}

// Busy reports whether a build or refresh of a parent segment waits or runs. A job that
// Finished is called with does neither any more: who is woken by it may ask at once.
func (r *Runner) Busy(parent string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.jobs, func(t *task) bool { return t.isLoad() && !t.over && t.job.Parent == parent })
}

// dispatch starts the jobs that can. The caller has the lock.
func (r *Runner) dispatch() {
	if !r.started || r.closed {
		return
	}
	exports, loads := 0, 0
	loading := map[string]bool{} // parent segments with a load that runs, or waits before others
	for _, t := range r.jobs {
		switch {
		case t.cancel == nil:
		case t.isLoad():
			loads++
			loading[t.job.Parent] = true
		default:
			exports++
		}
	}
	for _, t := range r.jobs {
		switch {
		case t.cancel != nil:
		case !t.isLoad() && exports < r.options.Exports:
			exports++
			r.begin(t)
		case t.isLoad() && !loading[t.job.Parent]:
			loading[t.job.Parent] = true // those behind it wait for it
			if loads < r.options.Loads {
				loads++
				r.begin(t)
			}
		}
	}
}

// begin starts a job that waits. The caller has the lock.
func (r *Runner) begin(t *task) {
	var ctx context.Context
	ctx, t.cancel = context.WithCancelCause(r.ctx)
	r.running.Go(func() {
		defer t.cancel(nil)
		r.run(ctx, t)
	})
}

// find returns a job that waits or runs, nil where there is none.
func (r *Runner) find(id uint64) *task {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.jobs, func(t *task) bool { return t.job.ID == id }); i >= 0 {
		return r.jobs[i]
	}
	return nil
}

// settle notes how a job has ended, before anybody is told.
func (r *Runner) settle(t *task, final registry.Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.final, t.over = final, true
}

// drop takes a job off that has ended, and starts those that waited for it.
func (r *Runner) drop(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs = slices.DeleteFunc(r.jobs, func(other *task) bool { return other == t })
	close(t.ended)
	r.dispatch()
}

// Cancel ends a job: one that waits at once, one that runs as soon as its work stops. One
// that has ended is a *registry.StateError, one that is not there a
// *registry.NotFoundError, one that a closing runner stops already ErrStopped. by is for
// the log.
func (r *Runner) Cancel(ctx context.Context, id uint64, by string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.jobs, func(t *task) bool { return t.job.ID == id })
	if at < 0 {
		job, err := r.options.Registry.Job(ctx, id)
		if err == nil {
			err = &registry.StateError{ID: id, From: job.State, To: registry.Cancelled}
		}
		return err
	}
	t := r.jobs[at]
	switch {
	case t.over:
		return &registry.StateError{ID: id, From: t.final.State, To: registry.Cancelled}
	case t.cancel != nil && r.ctx.Err() != nil:
		return ErrStopped // it is being stopped, to be done again after the next start
	case t.cancel != nil:
		r.log.Info("a job is cancelled", "job", id, "by", by)
		t.cancel(errCancelled)
		return nil
	}
	r.log.Info("a job is cancelled", "job", id, "by", by)
	job, err := r.kept.FinishJob(ctx, id, registry.JobEnd{State: registry.Cancelled, Error: errCancelled.Error()})
	if err != nil {
		return err
	}
	t.final = job
	r.jobs = slices.Delete(r.jobs, at, at+1)
	if r.options.Finished != nil {
		r.options.Finished(job)
	}
	close(t.ended)
	r.dispatch() // others may have waited behind it
	return nil
}

// Wait returns a job when it has ended. Where the runner is closed before that, the error
// is ErrStopped.
func (r *Runner) Wait(ctx context.Context, id uint64) (registry.Job, error) {
	t := r.find(id)
	if t == nil {
		job, err := r.options.Registry.Job(ctx, id)
		if err == nil && !job.State.Finished() {
			err = ErrStopped
		}
		return job, err
	}
	select {
	case <-t.ended:
		return t.final, t.err
	case <-ctx.Done():
		return registry.Job{}, ctx.Err()
	}
}

// Close takes no more jobs and waits for those that run; when ctx ends they are told to
// stop. Jobs that have not ended by themselves are put back: they wait for the next start,
// and have not used up an attempt. When it returns, no goroutine of the runner is left.
// Closing twice does nothing.
func (r *Runner) Close(ctx context.Context) error {
	r.mu.Lock()
	if !r.closed {
		close(r.closing)
	}
	r.closed = true
	for _, t := range r.jobs {
		if t.cancel == nil { // it waits for the next process
			t.err = ErrStopped
			close(t.ended)
		}
	}
	r.jobs = slices.DeleteFunc(r.jobs, func(t *task) bool { return t.cancel == nil })
	r.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		r.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		r.stop(errClosing)
		<-ended
	}
	r.stop(errClosing)
	return nil
}

// progressEvery is how often the registry hears of the progress of a job at most.
const progressEvery = time.Second

// run does a job and notes how it ended.
func (r *Runner) run(ctx context.Context, t *task) {
	defer r.drop(t)
	kept := context.WithoutCancel(ctx) // what is to be noted is, whatever becomes of the job
	var job registry.Job
	err := r.note(ctx, t.job.ID, "the start", func() (err error) {
		if err := context.Cause(ctx); err != nil {
			return err // before the disk took the start
		}
		job, err = r.kept.StartJob(kept, t.job.ID)
		return err
	})
	switch {
	case err == nil:
	case errors.Is(err, errCancelled):
		r.end(kept, t, registry.JobEnd{State: registry.Cancelled, Error: errCancelled.Error()})
		return
	case errors.Is(err, errClosing):
		t.err = ErrStopped // it goes on waiting, for the next process
		return
	default:
		t.err = err
		return
	}
	begun := time.Now()
	result, err := r.work(ctx, job)
	if err != nil && errors.Is(context.Cause(ctx), errClosing) {
		r.putBack(kept, t)
		return
	}
	end := registry.JobEnd{State: registry.Succeeded, Result: result}
	switch {
	case err == nil:
	case errors.Is(context.Cause(ctx), errCancelled):
		end = registry.JobEnd{State: registry.Cancelled, Error: errCancelled.Error()}
	default:
		end = registry.JobEnd{State: registry.Failed, Error: err.Error()}
	}
	if r.end(kept, t, end) {
		r.log.Info("a job has ended", "job", job.ID, "kind", job.Kind, "state", t.final.State, "seconds", time.Since(begun).Seconds())
	}
}

// work calls the Work of a job. A panic of it is an error.
func (r *Runner) work(ctx context.Context, job registry.Job) (result json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			// What it panics with may hold personal data; where it does tells as much.
			r.log.Error("a job has panicked", "job", job.ID, "kind", job.Kind, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			result, err = nil, errors.New("the job has met a fault of the program; the log of the server has it as job "+strconv.FormatUint(job.ID, 10))
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var last time.Time // of the progress that is kept
	var kept, told registry.Progress
	keep := func() {
		last, kept = time.Now(), told
		if err := r.options.Registry.SetProgress(context.WithoutCancel(ctx), job.ID, told); err != nil {
			r.log.Warn("the progress of a job cannot be kept", "job", job.ID, "error", err)
		}
	}
	result, err = r.options.Work[job.Kind](ctx, job, func(p registry.Progress) {
		if told = p; time.Since(last) >= progressEvery {
			keep()
		}
	})
	if err == nil && told != kept { // the last word, for the history
		keep()
	}
	return result, err
}
