package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// keeper is where the states of jobs are kept: the registry, but for tests of what it
// cannot do.
type keeper interface {
	StartJob(ctx context.Context, id uint64) (registry.Job, error)
	FinishJob(ctx context.Context, id uint64, end registry.JobEnd) (registry.Job, error)
	PutBackJob(ctx context.Context, id uint64) (registry.Job, error)
}

// putBack has a job wait for the next process, which the end of this one has stopped.
// Where that cannot be kept the registry still has it as running, which is what Start
// looks for: then it counts as one that the process died of.
func (r *Runner) putBack(ctx context.Context, t *task) {
	t.err = ErrStopped
	if _, err := r.kept.PutBackJob(ctx, t.job.ID); err != nil {
		r.log.Error("a job that was stopped cannot be put back", "job", t.job.ID, "error", err)
		return
	}
	r.log.Info("a job was stopped by the end of the process, and waits for the next start", "job", t.job.ID, "kind", t.job.Kind)
}

// end notes how a job has ended and tells who wants to know. It is false where that cannot
// be kept.
func (r *Runner) end(ctx context.Context, t *task, end registry.JobEnd) bool {
	var final registry.Job
	t.err = r.note(r.ctx, t.job.ID, "the end", func() (err error) {
		final, err = r.finish(ctx, t.job.ID, end)
		return err
	})
	if t.err != nil {
		return false
	}
	r.settle(t, final)
	if r.options.Finished != nil {
		r.options.Finished(final)
	}
	return true
}

// Waits between attempts to note how far a job is, where the disk does not take it: the
// first, and the longest.
const (
	firstNoteWait = time.Second
	maxNoteWait   = time.Minute
)

// note has the registry note how far a job is, again and again until it does: on a disk
// that is full, the job is neither lost nor shown as running for ever once there is room.
// It gives up where ctx ends or the runner is being closed, after a last attempt, and
// where trying again would change nothing.
func (r *Runner) note(ctx context.Context, id uint64, what string, do func() error) error {
	for wait := firstNoteWait; ; wait = min(2*wait, maxNoteWait) {
		err := do()
		if err == nil || isFinal(err) {
			return err
		}
		r.log.Error(what+" of a job cannot be kept", "job", id, "error", err)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			continue
		case <-ctx.Done():
		case <-r.closing:
		}
		timer.Stop()
		return do()
	}
}

// isFinal reports whether an error of the registry is one that stays.
func isFinal(err error) bool {
	var state *registry.StateError
	var gone *registry.NotFoundError
	var invalid *registry.InvalidError
	return errors.As(err, &state) || errors.As(err, &gone) || errors.As(err, &invalid) ||
		errors.Is(err, registry.ErrClosed) || errors.Is(err, errCancelled) || errors.Is(err, errClosing)
}

// finish notes how a job has ended. A result that the registry does not take fails the
// job, whose work is done: it says why.
func (r *Runner) finish(ctx context.Context, id uint64, end registry.JobEnd) (registry.Job, error) {
	job, err := r.kept.FinishJob(ctx, id, end)
	if invalid := (*registry.InvalidError)(nil); errors.As(err, &invalid) {
		return r.kept.FinishJob(ctx, id, registry.JobEnd{State: registry.Failed, Error: "the result of the job cannot be kept: " + invalid.Error()})
	}
	return job, err
}
