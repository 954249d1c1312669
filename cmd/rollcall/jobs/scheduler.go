package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
)

// longestSleep is after how long the scheduler looks again at the latest: the clock may
// have been set, or the machine have slept.
const longestSleep = 15 * time.Minute

// countedFailures is how many failures in a row are told apart: the wait is the longest
// long before.
const countedFailures = 16

// Scheduled is a parent segment with its schedule.
type Scheduled struct {
	Parent   string
	Schedule *schedule.Schedule
}

// SchedulerOptions of a scheduler.
type SchedulerOptions struct {
	Registry *registry.Registry
	// Parents returns the parent segments that have a schedule, each once.
	Parents func(ctx context.Context) ([]Scheduled, error)
	// Busy reports whether a build or refresh of a parent segment waits or runs.
	Busy func(parent string) bool
	// Submit has a parent segment refreshed.
	Submit func(ctx context.Context, parent string) error
	Log    *slog.Logger // nil: nothing is logged
}

// Scheduler submits refreshes when they are due. It is safe for concurrent use.
type Scheduler struct {
	options SchedulerOptions
	log     *slog.Logger
	wake    chan struct{}
}

// NewScheduler returns a scheduler. It does nothing before [Scheduler.Run].
func NewScheduler(options SchedulerOptions) *Scheduler {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Scheduler{options: options, log: options.Log, wake: make(chan struct{}, 1)}
}

// Wake has the scheduler look again: a parent segment has changed, or a job has ended. It
// returns at once.
func (s *Scheduler) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Run submits refreshes until ctx ends. What goes wrong is logged, and tried again.
func (s *Scheduler) Run(ctx context.Context) {
	for {
		next := s.look(ctx, time.Now())
		timer := time.NewTimer(min(time.Until(next), longestSleep))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// look submits what is due, and returns when to look again.
func (s *Scheduler) look(ctx context.Context, now time.Time) time.Time {
	next := now.Add(longestSleep)
	parents, err := s.options.Parents(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Error("the schedules cannot be read", "error", err)
		}
		return now.Add(time.Minute)
	}
	for _, each := range parents {
		if s.options.Busy(each.Parent) {
			continue // its end wakes the scheduler
		}
		at, due, err := NextRun(ctx, s.options.Registry, each, now)
		switch {
		case err != nil:
			s.log.Error("whether a refresh is due cannot be told", "parent", each.Parent, "error", err)
			at = now.Add(time.Minute)
		case !due:
			continue
		case !at.After(now):
			at = now.Add(time.Minute) // what was submitted is busy then, or failed and waits
			if err := s.options.Submit(ctx, each.Parent); err != nil && !errors.Is(err, ErrStopped) {
				s.log.Error("a refresh that is due cannot be submitted", "parent", each.Parent, "error", err)
			}
		}
		if at.Before(next) {
			next = at
		}
	}
	return next
}

// NextRun returns when the next scheduled refresh of a parent segment starts, which is now
// or before where one is due; false where there is none. It derives all from the
// registry: a run is due when a due time has come since the start of the last load that
// succeeded (its data is not newer) or that somebody cancelled (it is not to be), and after
// failures in a row not before the wait that they make. Times that are still to come are
// from before the clock was set back, and tell nothing.
func NextRun(ctx context.Context, r *registry.Registry, of Scheduled, now time.Time) (time.Time, bool, error) {
	success, err := LastLoad(ctx, r, of.Parent)
	if err != nil {
		return time.Time{}, false, err
	}
	since, err := loadsSince(ctx, r, of.Parent, success.ID)
	if err != nil {
		return time.Time{}, false, err
	}
	settled := success.Started
	if since.cancelled.After(settled) {
		settled = since.cancelled
	}
	if settled.After(now) {
		settled = time.Time{}
	}
	at, ok := now, true
	if !of.Schedule.Due(settled, now) {
		at, ok = of.Schedule.Next(now)
	}
	if !ok {
		return time.Time{}, false, nil
	}
	if since.failures > 0 && !since.lastFailure.After(now) {
		if earliest := since.lastFailure.Add(of.Schedule.Backoff(since.failures)); at.Before(earliest) {
			at = earliest
		}
	}
	return at, true, nil
}

// LastLoad returns the newest build or refresh of a parent segment that succeeded; the
// zero Job where none has.
func LastLoad(ctx context.Context, r *registry.Registry, parent string) (newest registry.Job, err error) {
	for _, kind := range []registry.JobKind{registry.Build, registry.Refresh} {
		job, found, err := r.LastSucceeded(ctx, parent, kind)
		if err != nil {
			return newest, err
		}
		if found && job.ID > newest.ID {
			newest = job
		}
	}
	return newest, nil
}

// outcomes is what has become of the loads of a parent segment since the last that
// succeeded.
type outcomes struct {
	failures    int       // that failed, or ended with the process; at most countedFailures
	lastFailure time.Time // when the newest of them ended
	cancelled   time.Time // when the newest that was cancelled started, or was queued where it never did
}

// loadsSince returns the outcomes of the loads of a parent segment after a job. A load that
// ends the process is a failure too: a wait keeps it from doing so for ever.
func loadsSince(ctx context.Context, r *registry.Registry, parent string, since uint64) (out outcomes, err error) {
	for after := ""; ; {
		page, err := r.Jobs(ctx, registry.JobFilter{Parent: parent}, after, 0)
		if err != nil {
			return out, err
		}
		for i := range page.Items { // newest first
			job := &page.Items[i]
			if job.ID <= since || out.failures == countedFailures {
				return out, nil
			}
			if job.Kind != registry.Export {
				out.add(job)
			}
		}
		if after = page.Next; after == "" {
			return out, nil
		}
	}
}

// add adds a load that is older than those before.
func (o *outcomes) add(job *registry.Job) {
	switch job.State {
	case registry.Failed, registry.Interrupted:
		if o.failures++; o.failures == 1 {
			o.lastFailure = job.Finished
		}
	case registry.Cancelled:
		if o.cancelled.IsZero() {
			o.cancelled = job.Queued.At
			if !job.Started.IsZero() {
				o.cancelled = job.Started
			}
		}
	}
}
