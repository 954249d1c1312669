package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// freshness says how new the data of a parent segment is, with the report of its load.
// What cannot be opened is told, and no error: who looks wants to know.
func (s *Service) freshness(ctx context.Context, who Caller, e *entry) (out FreshnessJSON, load *store.LoadReport, err error) {
	if e.Mode == registry.InPlace {
		out.State = StateInPlace
	} else if load, err = s.snapshotFacts(ctx, e, &out); err != nil {
		return out, nil, err
	}
	if out.LastSuccess, err = s.lastSuccess(ctx, e.Name); err != nil {
		return out, nil, err
	}
	if out.LastFailure, err = s.lastFailure(ctx, e.Name, out.LastSuccess); err != nil {
		return out, nil, err
	}
	if out.LastFailure != nil {
		out.LastFailure.Error = publicFailure(who, out.LastFailure.Error)
	}
	out.RunningJob, err = s.runningJob(ctx, e.Name)
	return out, load, err
}

// snapshotFacts fills in what the current version of the snapshot says.
func (s *Service) snapshotFacts(ctx context.Context, e *entry, out *FreshnessJSON) (*store.LoadReport, error) {
	h, err := s.hold(ctx, e)
	switch {
	case isA[*NotBuiltError](err):
		out.State = StateNeverBuilt
		return nil, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, ErrClosed), errors.Is(err, registry.ErrClosed):
		return nil, err
	case err != nil:
		out.State, out.Problem = StateBroken, "its snapshot cannot be opened; a full refresh makes a new one"
		s.slog.ErrorContext(ctx, "a snapshot cannot be opened", "parent", e.Name, "error", err)
		return nil, nil
	}
	defer h.release()
	m := h.db.Manifest()
	out.State, out.SnapshotVersion, out.Customers = StateReady, m.Version, m.Customers
	created := m.CreatedAt
	out.LastUpdated = &created
	return publicLoad(&m.Load), nil
}

// shownLoad returns a load report as a caller may see it: where sources are, and which of
// their rows are odd, is an administrator's matter.
func shownLoad(who Caller, load *store.LoadReport, connections []string) *store.LoadReport {
	if load == nil || who.Roles.Has(access.Admin) {
		return load
	}
	out := publicLoad(load)
	out.Source = strings.Join(connections, ", ")
	for i := range out.Tables {
		out.Tables[i].Location, out.Tables[i].NullKeyRows = "", nil
	}
	return out
}

// publicLoad returns a load report without the keys of customers that it may name.
func publicLoad(load *store.LoadReport) *store.LoadReport {
	out := *load
	out.Tables = make([]store.TableReport, len(load.Tables))
	for i, t := range load.Tables {
		t.OrphanKeys = nil
		out.Tables[i] = t
	}
	return &out
}

// publicFailure returns why a build has failed, as a caller may see it: errors of data name
// keys and values.
func publicFailure(who Caller, text string) string {
	if text == "" || who.Roles.Has(access.Admin) {
		return text
	}
	return "it has failed: administrators see why"
}

// loads are the kinds of jobs that load data.
var loads = []registry.JobKind{registry.Build, registry.Refresh}

// lastSuccess returns the last build or refresh that succeeded, nil for none.
func (s *Service) lastSuccess(ctx context.Context, parent string) (*JobNoteJSON, error) {
	job, err := jobs.LastLoad(ctx, s.registry, parent)
	if err != nil || job.ID == 0 {
		return nil, err
	}
	return noteOf(&job), nil
}

// lastFailure returns the last build or refresh that failed, if none has succeeded since.
func (s *Service) lastFailure(ctx context.Context, parent string, success *JobNoteJSON) (*JobNoteJSON, error) {
	last, err := s.newestLoad(ctx, parent, registry.Failed)
	if err != nil || last == nil || success != nil && success.Job > last.ID {
		return nil, err
	}
	return noteOf(last), nil
}

// newestLoad returns the newest build or refresh of a state, nil for none.
func (s *Service) newestLoad(ctx context.Context, parent string, state registry.JobState) (*registry.Job, error) {
	var last *registry.Job
	for _, k := range loads {
		page, err := s.registry.Jobs(ctx, registry.JobFilter{Parent: parent, Kind: k, State: state}, "", 1)
		if err != nil {
			return nil, err
		}
		if len(page.Items) > 0 && (last == nil || page.Items[0].ID > last.ID) {
			last = &page.Items[0]
		}
	}
	return last, nil
}

func noteOf(job *registry.Job) *JobNoteJSON {
	if job == nil {
		return nil
	}
	return &JobNoteJSON{Job: job.ID, Finished: job.Finished, Error: job.Error}
}

// runningJob returns the build or refresh that runs, else the one that waits.
func (s *Service) runningJob(ctx context.Context, parent string) (*uint64, error) {
	for _, state := range []registry.JobState{registry.Running, registry.Queued} {
		job, err := s.newestLoad(ctx, parent, state)
		if err != nil {
			return nil, err
		}
		if job != nil {
			return &job.ID, nil
		}
	}
	return nil, nil
}

// scheduleOf says when a parent segment is refreshed next.
func (s *Service) scheduleOf(ctx context.Context, e *entry) (ScheduleJSON, error) {
	out := ScheduleJSON{Type: cmp.Or(e.config.Schedule.Type, "none"), Text: scheduleText(&e.config.Schedule, e.location)}
	if !e.isScheduled() {
		return out, nil
	}
	next, ok, err := jobs.NextRun(ctx, s.registry, jobs.Scheduled{Parent: e.Name, Schedule: e.schedule}, s.now())
	if err != nil {
		return out, err
	}
	if ok {
		next = next.In(e.location)
		out.NextRun = &next
	}
	return out, nil
}

// scheduleText says in words when a parent segment is refreshed.
func scheduleText(of *model.Schedule, location *time.Location) string {
	at := ""
	if of.Time != "" {
		at = " at " + of.Time
	}
	zone := cmp.Or(of.Timezone, location.String())
	days := strings.Join(of.Days, ", ")
	switch of.Type {
	case "", "none":
		return "never, but on demand"
	case "hourly":
		return fmt.Sprintf("every hour%s (%s)", at, zone)
	case "weekly":
		return fmt.Sprintf("every week on %s%s (%s)", cmp.Or(days, "Monday"), at, zone)
	case "monthly":
		return fmt.Sprintf("every month on day %s%s (%s)", cmp.Or(days, "1"), at, zone)
	case "cron":
		return fmt.Sprintf("cron %s (%s)", of.Cron, zone)
	}
	return fmt.Sprintf("every day%s (%s)", at, zone)
}
