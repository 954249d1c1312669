package service

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/export"
)

// exportJob is what a job needs to export: what was asked for, with everything that may
// change until it runs written out, so that running it again gives the same.
type exportJob struct {
	ExportRequest
	Token string `json:"token,omitempty"` // id of the caller's, for the log
	Made  reads  `json:"made,omitempty"`  // what columns of events are made of, for the masks of who downloads it
}

// Export submits the export of an audience to a file. What is wrong with the request is
// told at once; columns are masked as the caller's roles see them, and as the request
// says beyond that.
func (s *Service) Export(ctx context.Context, who Caller, parent string, in ExportRequest) (*JobJSON, error) {
	object := parentObject(parent)
	if err := s.allow(ctx, who, opExport, object); err != nil {
		return nil, err
	}
	job, err := s.submitExport(ctx, who, parent, in)
	if err := s.record(ctx, who, opExport, object, 0, err); err != nil {
		return nil, err
	}
	return s.newJobJSON(job), nil
}

// MaxWaitingExports is how many exports may wait to be written. Each is kept, with its
// request, until it was.
const MaxWaitingExports = 100

// ManyExportsError is an export that comes while as many wait as may.
type ManyExportsError struct{}

// Error says what to do.
func (*ManyExportsError) Error() string {
	return fmt.Sprintf("%d exports wait to be written, the most that may: try again when some have ended, or cancel some", MaxWaitingExports)
}

func (s *Service) submitExport(ctx context.Context, who Caller, parent string, in ExportRequest) (registry.Job, error) {
	waiting, err := s.registry.Jobs(ctx, registry.JobFilter{Kind: registry.Export, State: registry.Queued}, "", MaxWaitingExports)
	if err != nil {
		return registry.Job{}, err
	}
	if len(waiting.Items) >= MaxWaitingExports {
		return registry.Job{}, &ManyExportsError{}
	}
	made, err := s.settle(ctx, who, parent, &in)
	if err != nil {
		return registry.Job{}, err
	}
	request, err := json.Marshal(exportJob{in, who.TokenID, made})
	if err != nil {
		return registry.Job{}, err
	}
	return s.jobs.Submit(ctx, registry.JobInput{Kind: registry.Export, Parent: parent, Request: request}, who.by())
}

// settle checks a request and writes out the rule, the time, the columns and the masks. It
// returns what the columns of events are made of.
func (s *Service) settle(ctx context.Context, who Caller, parent string, in *ExportRequest) (reads, error) {
	if in.Format == "" {
		in.Format = export.Parquet.String()
	}
	format, err := export.ParseFormat(in.Format)
	if err != nil {
		return nil, &InputError{"format", err}
	}
	in.Format = format.String()
	if in.DeltaFrom == 0 && in.DeltaStayed {
		return nil, inputf("delta_stayed", "it needs delta_from")
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	if _, err := q.choose(&in.Pick); err != nil {
		return nil, err
	}
	in.Columns = columnsOf(q.schema(), in.Columns)
	if err := checkColumns(q.schema(), in.Columns, 0); err != nil {
		return nil, err
	}
	names, made, err := q.columnNames(in.Columns)
	if err != nil {
		return nil, err
	}
	if in.Masks, err = s.exportMasks(who, parent, names, made, in.Masks); err != nil {
		return nil, err
	}
	if in.DeltaFrom != 0 {
		if _, _, err := s.earlier(ctx, parent, in.DeltaFrom); err != nil {
			return nil, err
		}
	}
	typed, err := q.given.Parsed.Typed(q.schema())
	if err != nil {
		return nil, err
	}
	in.Ask = Ask{Rule: typed.String(), AsOf: ask.TimeText(q.asOf.UTC()), Version: in.Version}
	return made, nil
}

// columnNames returns what the columns of an export are called, the key first, and what
// those of events are made of. The error says which are none.
func (q *asked) columnNames(columns []string) ([]string, reads, error) {
	names := []string{q.schema().KeyColumn}
	checked, err := q.checked()
	if err != nil {
		return nil, nil, err
	}
	found, err := engine.Columns(checked, columns...)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range found {
		if slices.Contains(names, c.Name) {
			return nil, nil, &engine.RepeatedColumnError{Name: c.Name}
		}
		names = append(names, c.Name)
	}
	return names, readsIn(checked.Schema, found), nil
}

// exportMasks returns how the columns of an export are written that are not clear: as the
// caller's roles see them, or as the request says where that hides more.
func (s *Service) exportMasks(who Caller, parent string, names []string, made reads, asked map[string]string) (map[string]string, error) {
	masks := s.seen(who, parent, names, made)
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !slices.Contains(names, name) {
			return nil, inputf("masks", "the export has no column %.256q", name)
		}
		mask, err := export.ParseMask(asked[name])
		if err != nil {
			return nil, &InputError{"masks", fmt.Errorf("column %q: %w", name, err)}
		}
		masks[name] = max(masks[name], mask)
	}
	out := map[string]string{}
	for name, mask := range masks {
		if mask != export.Clear {
			out[name] = mask.String()
		}
	}
	return out, nil
}

// earlier returns an export that a later one is compared with, and its file.
func (s *Service) earlier(ctx context.Context, parent string, id uint64) (*ExportJSON, string, error) {
	job, err := s.registry.Job(ctx, id)
	if err != nil {
		return nil, "", err
	}
	switch {
	case job.Kind != registry.Export || job.Parent != parent:
		return nil, "", inputf("delta_from", "job %d is no export of the parent segment %q", id, parent)
	case job.State != registry.Succeeded:
		return nil, "", inputf("delta_from", "the export of job %d is %s, expected one that succeeded", id, job.State)
	}
	out, path, err := s.exported(job)
	if err == nil && !s.newJobJSON(job).Downloadable {
		err = inputf("delta_from", "the file of job %d is not there any more", id)
	}
	if err == nil && out.Delta != nil {
		err = inputf("delta_from", "job %d wrote changes, expected one that wrote an audience", id)
	}
	return out, path, err
}
