package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/ingest"
)

// PutParent creates a parent segment or changes it. The configuration is read, looked up
// in the source's tables, and compared with what was there before: what would take
// names away needs in.Delete, else the error is an *ingest.DriftError. A copied one is
// then built by a job. What is there already is no change.
func (s *Service) PutParent(ctx context.Context, who Caller, name string, in ParentRequest) (*PutJSON, error) {
	object := parentObject(name)
	if err := s.allow(ctx, who, opPutParent, object); err != nil {
		return nil, err
	}
	out, err := s.putParent(ctx, who, name, &in)
	version := uint64(0)
	if out != nil {
		version = out.Parent.Version
	}
	if err := s.record(ctx, who, opPutParent, object, version, err); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) putParent(ctx context.Context, who Caller, name string, in *ParentRequest) (*PutJSON, error) {
	put, err := s.prepare(ctx, name, in)
	if err != nil {
		return nil, err
	}
	changes := []ingest.Change{}
	var found *resolved
	if !put.unchanged() {
		if found, changes, err = s.lookUp(ctx, put, in.Delete); err != nil {
			return nil, err
		}
	}
	parent, outcome, err := s.registry.PutParent(ctx, put.input, who.by())
	if err != nil {
		return nil, err
	}
	if outcome != registry.Unchanged {
		s.forget(name)
	}
	e, err := s.entryOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if found != nil {
		e.resolved.Store(found)
	}
	s.scheduler.Wake()
	out := &PutJSON{Outcome: outcome, Changes: changes}
	if out.Job, err = s.buildAfter(ctx, who, e, outcome, in); err != nil {
		return nil, err
	}
	shown, err := s.showParent(ctx, who, parent.Name)
	if err != nil {
		return nil, err
	}
	out.Parent = *shown
	return out, nil
}

// buildAfter submits the build of a copied parent segment that has changed, that has no
// snapshot, or whose snapshot is of a version before, since the build of this one has
// failed or was not wanted; nil where none is needed or wanted.
func (s *Service) buildAfter(ctx context.Context, who Caller, e *entry, outcome registry.Outcome, in *ParentRequest) (*JobJSON, error) {
	if e.Mode != registry.Copied || in.NoBuild {
		return nil, nil
	}
	if outcome == registry.Unchanged {
		state, _, err := s.freshness(ctx, who, e)
		if err != nil {
			return nil, err
		}
		loaded, err := s.isLoaded(ctx, &e.Parent)
		if err != nil || loaded && state.State == StateReady {
			return nil, err
		}
		if state.RunningJob != nil {
			job, err := s.registry.Job(ctx, *state.RunningJob)
			return s.newJobJSON(job), err
		}
	}
	return s.submitLoad(ctx, registry.Build, e.Name, RefreshRequest{Delete: in.Delete}, who.by())
}

// submitLoad submits a build or a refresh.
func (s *Service) submitLoad(ctx context.Context, k registry.JobKind, parent string, in RefreshRequest, by string) (*JobJSON, error) {
	request, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	job, err := s.jobs.Submit(ctx, registry.JobInput{Kind: k, Parent: parent, Request: request}, by)
	if err != nil {
		return nil, err
	}
	return s.newJobJSON(job), nil
}

// Refresh submits a refresh of a copied parent segment.
func (s *Service) Refresh(ctx context.Context, who Caller, name string, in RefreshRequest) (*JobJSON, error) {
	object := parentObject(name)
	if err := s.allow(ctx, who, opRefresh, object); err != nil {
		return nil, err
	}
	job, version, err := s.refresh(ctx, who, name, in)
	if err := s.record(ctx, who, opRefresh, object, version, err); err != nil {
		return nil, err
	}
	return job, nil
}

// refresh is Refresh, less the log; with the version of what is refreshed.
func (s *Service) refresh(ctx context.Context, who Caller, name string, in RefreshRequest) (*JobJSON, uint64, error) {
	e, err := s.entryOf(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	if e.Mode != registry.Copied {
		return nil, e.Version, &ConfigurationError{"IN_PLACE", errors.New("the parent segment is asked in place, in its source: there is nothing to refresh")}
	}
	job, err := s.submitLoad(ctx, registry.Refresh, name, in, who.by())
	return job, e.Version, err
}

// prepared is a parent segment that is to be put.
type prepared struct {
	input  registry.ParentInput
	config *model.ParentSegment
	before *entry // as it is; nil: there is none
}

// unchanged reports whether it is what is there already.
func (p *prepared) unchanged() bool {
	if p.before == nil {
		return false
	}
	was := &p.before.ParentInput
	return was.Text == p.input.Text && was.Mode == p.input.Mode && was.Form == p.input.Form &&
		slices.Equal(was.Connections, p.input.Connections)
}

// prepare reads a request; what it leaves out is as it was.
func (s *Service) prepare(ctx context.Context, name string, in *ParentRequest) (*prepared, error) {
	if in.Text == "" {
		return nil, inputf("text", "there is no configuration")
	}
	config, form, err := model.ParseForm(in.FileName, []byte(in.Text))
	if err != nil {
		return nil, err
	}
	location, err := window.LoadLocation(config.Timezone)
	if err != nil {
		return nil, &ConfigurationError{"TIMEZONE", err}
	}
	if _, err := schedule.New(config.Schedule, location, name); err != nil {
		return nil, &ConfigurationError{"SCHEDULE", err}
	}
	before, err := s.entryOf(ctx, name)
	if err != nil && !isA[*registry.NotFoundError](err) {
		return nil, err
	}
	out := &prepared{config: config, before: before}
	out.input = registry.ParentInput{Name: name, Text: in.Text, Form: form.String(), Mode: registry.Mode(in.Mode), Connections: in.Connections, Delete: in.Delete}
	if before != nil {
		out.input.Mode = cmp.Or(out.input.Mode, before.Mode)
		if len(in.Connections) == 0 {
			out.input.Connections = before.Connections
		}
	}
	out.input.Mode = cmp.Or(out.input.Mode, registry.Copied)
	if out.input.Mode != registry.Copied && out.input.Mode != registry.InPlace {
		return nil, inputf("mode", "%.64q, expected copied or in_place", in.Mode)
	}
	if len(out.input.Connections) > 0 {
		return out, nil
	}
	out.input.Connections, err = s.onlyConnection(ctx)
	return out, err
}

// onlyConnection returns the connection that is there, if there is one alone.
func (s *Service) onlyConnection(ctx context.Context) ([]string, error) {
	page, err := s.registry.Connections(ctx, "", 2)
	if err != nil {
		return nil, err
	}
	if len(page.Items) != 1 {
		return nil, inputf("connections", "it is missing: name the connections that the tables come from")
	}
	return []string{page.Items[0].Name}, nil
}

// lookUp finds the tables and columns of a configuration in their source, and says what
// has changed since the snapshot that is there, or the configuration before.
func (s *Service) lookUp(ctx context.Context, put *prepared, mayRemove bool) (_ *resolved, _ []ingest.Change, err error) {
	src, err := s.openSource(ctx, put.input.Connections)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	found := &resolved{}
	if found.schema, found.layout, err = ingest.Resolve(ctx, put.config, src, s.now()); err != nil {
		return nil, nil, sourceFailed(ctx, put.input.Connections, err)
	}
	if put.input.Mode == registry.InPlace {
		if _, err := federate.At(src, found.schema, found.layout); err != nil {
			return nil, nil, err
		}
	}
	was, err := s.wasResolved(ctx, put.before)
	if err != nil || was == nil {
		return found, []ingest.Change{}, err
	}
	drift := ingest.CompareSchemas(was.schema, was.layout, found.schema, found.layout)
	if drift.Removes() && !mayRemove {
		return nil, nil, &ingest.DriftError{Dir: put.input.Name, Drift: drift}
	}
	return found, append([]ingest.Change{}, drift.Changes...), nil
}

// sourceFailed returns the error of a source that was asked: what is wrong with the
// configuration is told as that, all else as a failure of the connections.
func sourceFailed(ctx context.Context, connections []string, err error) error {
	if err == nil || ctx.Err() != nil || StatusOf(err) < statusInternal {
		return err
	}
	return &SourceError{connections, err}
}

// wasResolved returns what a parent segment came to before: in its snapshot, or else in
// its source when it was last looked up there. nil: nothing is known.
func (s *Service) wasResolved(ctx context.Context, before *entry) (*resolved, error) {
	if before == nil {
		return nil, nil
	}
	if before.Mode == registry.Copied {
		h, err := s.hold(ctx, before)
		if err == nil {
			defer h.release()
			return &resolved{h.db.Schema(), h.db.Manifest().Layout}, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if was := before.resolved.Load(); was != nil {
		return was, nil
	}
	src, err := s.openSource(ctx, before.Connections)
	if err != nil {
		return nil, nil // the source of before is gone: there is nothing to compare with
	}
	was := &resolved{}
	was.schema, was.layout, err = ingest.Resolve(ctx, before.config, src, s.now())
	if err = errors.Join(err, src.Close()); err != nil {
		return nil, ctx.Err() // as above, unless it is the caller who went
	}
	return was, nil
}
