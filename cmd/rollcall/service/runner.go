package service

import (
	"context"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// newJobs makes what runs jobs and what submits them when they are due.
func (s *Service) newJobs(options *Options) {
	s.jobs = jobs.New(jobs.Options{
		Registry: s.registry, Work: s.work(), Exports: options.Exports, Loads: options.Loads, Log: s.slog,
		Finished: func(job registry.Job) {
			s.scheduler.Wake()
			if options.Finished != nil {
				options.Finished(job)
			}
		},
	})
	s.scheduler = jobs.NewScheduler(jobs.SchedulerOptions{
		Registry: s.registry, Parents: s.scheduled, Busy: s.jobs.Busy, Submit: s.submitScheduled, Log: s.slog,
	})
}

// Start removes what processes before have not written to their end, runs the jobs that
// wait, marks and repeats those during which the process before died, and refreshes by
// schedule from then on. To be called once, before any question.
func (s *Service) Start(ctx context.Context) error {
	if err := s.watchTokens(ctx); err != nil {
		return err
	}
	if err := s.sweepTemporary(); err != nil {
		return err
	}
	if err := s.sweepExports(ctx); err != nil {
		return err
	}
	if err := s.checkMasks(ctx); err != nil {
		return err
	}
	if err := s.jobs.Start(ctx); err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stopScheduler = stop
	s.scheduling.Go(func() { s.scheduler.Run(running) })
	return nil
}

// Close submits nothing by schedule any more and waits for the jobs that run, as long as
// ctx lasts; what has not ended by then is done again after the next start. Then it lets
// go of all that is open. Questions that come later get ErrClosed; those under way end
// well. Closing twice does nothing.
func (s *Service) Close(ctx context.Context) error {
	if s.stopScheduler != nil {
		s.stopScheduler()
		s.scheduling.Wait()
	}
	err := s.jobs.Close(ctx)
	s.mu.Lock()
	s.closed = true
	entries := s.entries
	s.entries = map[string]*entry{}
	s.mu.Unlock()
	for _, e := range entries {
		e.close()
	}
	return err
}

// Busy reports whether a build or refresh of a parent segment waits or runs.
func (s *Service) Busy(parent string) bool { return s.jobs.Busy(parent) }

// WaitJob returns a job when it has ended. It is for the program that holds the service, and
// asks for no role.
func (s *Service) WaitJob(ctx context.Context, id uint64) (registry.Job, error) {
	return s.jobs.Wait(ctx, id)
}

// scheduled lists the copied parent segments that have a schedule.
func (s *Service) scheduled(ctx context.Context) ([]jobs.Scheduled, error) {
	var out []jobs.Scheduled
	for after := ""; ; {
		page, err := s.registry.Parents(ctx, after, registry.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, parent := range page.Items {
			e, err := s.entryOf(ctx, parent.Name)
			if isA[*registry.NotFoundError](err) {
				continue // it was deleted meanwhile
			}
			if err != nil {
				return nil, err
			}
			if e.isScheduled() {
				out = append(out, jobs.Scheduled{Parent: e.Name, Schedule: e.schedule})
			}
		}
		if after = page.Next; after == "" {
			return out, nil
		}
	}
}

// isScheduled reports whether a parent segment is refreshed by itself.
func (e *entry) isScheduled() bool {
	t := e.config.Schedule.Type
	return e.Mode == registry.Copied && t != "" && t != "none"
}

// submitScheduled submits a refresh that is due, after it was logged.
func (s *Service) submitScheduled(ctx context.Context, parent string) error {
	who := Caller{Name: scheduler}
	if err := s.log(ctx, who, audit.Event{Action: opRefresh.Name, Object: parentObject(parent), Outcome: audit.Done}); err != nil {
		return err
	}
	_, err := s.submitLoad(ctx, registry.Refresh, parent, RefreshRequest{}, who.by())
	return err
}
