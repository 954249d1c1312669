package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/load"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// work returns what jobs do, by their kind. All of it is safe to be repeated: a build that
// was broken off has left the snapshot as it was, and an export has no file or a whole one.
func (s *Service) work() map[registry.JobKind]jobs.Work {
	build, export := folderless(s.dir, s.build), folderless(s.dir, s.export)
	return map[registry.JobKind]jobs.Work{registry.Build: build, registry.Refresh: build, registry.Export: export}
}

// build builds or refreshes the snapshot of a parent segment, as it is configured when the
// job starts, and logs the version that came of it.
func (s *Service) build(ctx context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error) {
	out, err := s.loadParent(ctx, job, report)
	event := audit.Event{Action: actionBuild, Object: parentObject(job.Parent) + "/" + jobObject(job.ID), Outcome: audit.Failed}
	if err == nil {
		event.Outcome, event.Version = audit.Done, out.Version
	}
	lerr := s.log(context.WithoutCancel(ctx), Caller{Name: job.Queued.By}, event)
	if err = errors.Join(err, lerr); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// loadParent is build, less the log.
func (s *Service) loadParent(ctx context.Context, job registry.Job, report func(registry.Progress)) (*BuildJSON, error) {
	var in RefreshRequest
	if len(job.Request) > 0 {
		if err := json.Unmarshal(job.Request, &in); err != nil {
			return nil, fmt.Errorf("the request of the job cannot be read: %w", err)
		}
	}
	e, err := s.entryOf(ctx, job.Parent)
	if err != nil {
		return nil, err
	}
	if e.Mode != registry.Copied {
		return nil, &ConfigurationError{"IN_PLACE", errors.New("the parent segment is asked in place now: there is nothing to build")}
	}
	remove := in.Delete
	if !remove && e.Delete { // it was agreed to with the configuration, and holds until that is loaded
		loaded, err := s.isLoaded(ctx, &e.Parent)
		if err != nil {
			return nil, err
		}
		remove = !loaded
	}
	sources, err := s.locateAll(ctx, e.Connections)
	if err != nil {
		return nil, err
	}
	m, err := s.load(ctx, load.Request{
		Folder: s.folder(&e.Parent), Config: e.Text, Sources: sources, AsOf: s.now(), Full: in.Full, Delete: remove, Keep: s.keep,
	}, buildProgress(report))
	if err != nil {
		return nil, err
	}
	e.resolved.Store(&resolved{m.Schema, m.Layout})
	out := newBuildJSON(m)
	out.Parent = e.Version
	return out, nil
}

// isLoaded reports whether a build or refresh of this version of a parent segment has
// succeeded.
func (s *Service) isLoaded(ctx context.Context, parent *registry.Parent) (bool, error) {
	job, err := jobs.LastLoad(ctx, s.registry, parent.Name)
	if err != nil || job.ID == 0 {
		return false, err
	}
	var out BuildJSON
	if err := json.Unmarshal(job.Result, &out); err != nil {
		return false, fmt.Errorf("job %d: its result cannot be read: %w", job.ID, err)
	}
	return out.Parent >= parent.Version, nil
}

// newBuildJSON says what a build did, without the keys of customers that its report may
// name: results are kept, and seen by who may see numbers only.
func newBuildJSON(m *store.Manifest) *BuildJSON {
	out := &BuildJSON{Version: m.Version, Customers: m.Customers, Refreshed: m.Load.RefreshedFrom > 0, Load: *publicLoad(&m.Load)}
	for _, f := range m.Files {
		out.SizeBytes += f.Size
	}
	return out
}

// buildProgress returns what tells how far a build is.
func buildProgress(report func(registry.Progress)) func(ingest.Progress) {
	return func(p ingest.Progress) {
		what := "rows of " + p.Table
		if p.Stage == "write" {
			what = "write " + p.Table
		}
		report(registry.Progress{Done: uint64(max(p.Rows, 0)), Total: uint64(max(p.Total, 0)), What: what})
	}
}
