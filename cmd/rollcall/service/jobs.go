package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/federate/export"
)

// jobObject is what the log calls a job.
func jobObject(id uint64) string { return "jobs/" + strconv.FormatUint(id, 10) }

// Jobs lists jobs, newest first. Who may see numbers only does not see what exports were
// asked, nor what they found.
func (s *Service) Jobs(ctx context.Context, who Caller, in JobsRequest) (*Page[JobJSON], error) {
	if err := s.allow(ctx, who, opJobs, "jobs"); err != nil {
		return nil, err
	}
	filter := registry.JobFilter{Parent: in.Parent, Kind: registry.JobKind(in.Kind), State: registry.JobState(in.State)}
	if err := checkFilter(filter); err != nil {
		return nil, err
	}
	page, err := s.registry.Jobs(ctx, filter, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &Page[JobJSON]{Items: []JobJSON{}, Next: page.Next}
	for _, job := range page.Items {
		out.Items = append(out.Items, *s.viewJob(who, job))
	}
	return out, nil
}

// checkFilter refuses kinds and states that there are not.
func checkFilter(filter registry.JobFilter) error {
	kinds := []registry.JobKind{"", registry.Build, registry.Refresh, registry.Export}
	states := []registry.JobState{"", registry.Queued, registry.Running, registry.Succeeded, registry.Failed, registry.Cancelled, registry.Interrupted}
	if !slices.Contains(kinds, filter.Kind) {
		return inputf("kind", "%.64q, expected build, refresh or export", filter.Kind)
	}
	if !slices.Contains(states, filter.State) {
		return inputf("state", "%.64q, expected queued, running, succeeded, failed, cancelled or interrupted", filter.State)
	}
	return nil
}

// Job returns a job.
func (s *Service) Job(ctx context.Context, who Caller, id uint64) (*JobJSON, error) {
	if err := s.allow(ctx, who, opJob, jobObject(id)); err != nil {
		return nil, err
	}
	job, err := s.registry.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.viewJob(who, job), nil
}

// viewJob shows a job as a caller may see it: a request has a rule in it, which may name
// somebody, and what an export says of itself does, too.
func (s *Service) viewJob(who Caller, job registry.Job) *JobJSON {
	out := s.newJobJSON(job)
	if job.Kind != registry.Export {
		out.Error = publicFailure(who, out.Error)
		out.Result = shownBuild(who, out.Result)
	} else if who.onlyCounts() {
		out.Request, out.Result, out.Downloadable = nil, nil, false
		if out.Error != "" {
			out.Error = "the export has failed"
		}
	}
	return out
}

// shownBuild returns the result of a build as a caller may see it, see shownLoad.
func shownBuild(who Caller, result json.RawMessage) json.RawMessage {
	if who.Roles.Has(access.Admin) || len(result) == 0 {
		return result
	}
	var out BuildJSON
	if json.Unmarshal(result, &out) != nil {
		return nil // a later version's: what it tells is not known
	}
	out.Load = *shownLoad(who, &out.Load, nil)
	b, err := json.Marshal(&out)
	if err != nil {
		return nil
	}
	return b
}

// newJobJSON shows a job.
func (s *Service) newJobJSON(job registry.Job) *JobJSON {
	out := &JobJSON{Job: job}
	if job.Kind == registry.Export && job.State == registry.Succeeded {
		_, path, err := s.exported(job)
		if err == nil {
			_, err = os.Stat(path)
		}
		out.Downloadable = err == nil
	}
	return out
}

// exported returns what an export that succeeded has written, and where.
func (s *Service) exported(job registry.Job) (*ExportJSON, string, error) {
	var out ExportJSON
	if err := json.Unmarshal(job.Result, &out); err != nil {
		return nil, "", fmt.Errorf("job %d: its result cannot be read: %w", job.ID, err)
	}
	format, err := export.ParseFormat(out.Format)
	if err != nil {
		return nil, "", fmt.Errorf("job %d: %w", job.ID, err)
	}
	return &out, s.exportPath(job.ID, format), nil
}

// exportPath returns the file of an export: its name is made of numbers of ours alone.
func (s *Service) exportPath(id uint64, format export.Format) string {
	return filepath.Join(s.dir, exportsFolder, strconv.FormatUint(id, 10)+"."+format.String())
}

// isOwn reports whether a caller has begun an export: with this token, since others may
// have its name.
func isOwn(who Caller, job *registry.Job) bool {
	var in exportJob
	return job.Kind == registry.Export && job.Queued.By == who.by() && json.Unmarshal(job.Request, &in) == nil && in.Token == who.TokenID
}

// CancelJob cancels a job that waits or runs: an administrator's is any, others' is the
// exports that they began.
func (s *Service) CancelJob(ctx context.Context, who Caller, id uint64) (*JobJSON, error) {
	object := jobObject(id)
	if err := s.allow(ctx, who, opCancelJob, object); err != nil {
		return nil, err
	}
	job, err := s.registry.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	if !who.Roles.Has(access.Admin) && !isOwn(who, &job) {
		return nil, s.deny(ctx, who, opCancelJob, object, "the job is somebody else's, which takes the role admin")
	}
	object = parentObject(job.Parent) + "/" + object
	err = s.jobs.Cancel(ctx, id, who.by())
	if err := s.record(ctx, who, opCancelJob, object, 0, err); err != nil {
		return nil, err
	}
	if job, err = s.registry.Job(ctx, id); err != nil {
		return nil, err
	}
	return s.viewJob(who, job), nil
}

// Download is the file of an export, open to be read; the caller closes it.
type Download struct {
	*os.File
	FileName    string // what a browser is to call it
	ContentType string
	Bytes       int64
}

// contentTypes are those of the formats.
var contentTypes = map[export.Format]string{
	export.Parquet: "application/vnd.apache.parquet", export.CSV: "text/csv; charset=utf-8", export.Arrow: "application/vnd.apache.arrow.file",
}

// Download opens the file of an export, after it was logged. Who would see a column of it
// masked may not have a file that shows it.
func (s *Service) Download(ctx context.Context, who Caller, id uint64) (*Download, error) {
	object := jobObject(id)
	if err := s.allow(ctx, who, opDownload, object); err != nil {
		return nil, err
	}
	job, err := s.registry.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	if job.Kind != registry.Export || job.State != registry.Succeeded {
		return nil, &registry.NotFoundError{Thing: "export", Name: strconv.FormatUint(id, 10)}
	}
	out, path, err := s.exported(job)
	if err != nil {
		return nil, err
	}
	column, err := s.shownBeyond(who, job, out)
	if err != nil {
		return nil, err
	}
	if column != "" {
		return nil, s.deny(ctx, who, opDownload, object, fmt.Sprintf("the file shows the column %q as your roles do not see it: export it yourself", column))
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &registry.NotFoundError{Thing: "file of the export", Name: strconv.FormatUint(id, 10)}
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		object = parentObject(job.Parent) + "/" + object
		event := audit.Event{Action: opDownload.Name, Object: object, Revealed: uint64(max(out.Rows, 0)), Outcome: audit.Done}
		err = s.log(ctx, who, event)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	format, _ := export.ParseFormat(out.Format) // exported has read it
	return &Download{file, out.File, contentTypes[format], info.Size()}, nil
}

// shownBeyond returns a column that a file shows more clearly than a caller may see it, ""
// for none. Clear, hash and redact follow each other.
func (s *Service) shownBeyond(who Caller, job registry.Job, file *ExportJSON) (string, error) {
	var in exportJob
	if err := json.Unmarshal(job.Request, &in); err != nil {
		return "", fmt.Errorf("job %d: its request cannot be read: %w", job.ID, err)
	}
	masks := s.seen(who, job.Parent, file.Columns, in.Made)
	for _, column := range file.Columns {
		has, _ := export.ParseMask(file.Masks[column]) // Clear where the file has none
		if masks[column] > has {
			return column, nil
		}
	}
	return "", nil
}

// sweepExports removes files of exports whose jobs are not known any more.
func (s *Service) sweepExports(ctx context.Context) error {
	files, err := os.ReadDir(filepath.Join(s.dir, exportsFolder))
	if err != nil {
		return err
	}
	for _, f := range files {
		name, _, _ := strings.Cut(f.Name(), ".")
		id, err := strconv.ParseUint(name, 10, 64)
		if err != nil {
			continue // not ours
		}
		if _, err := s.registry.Job(ctx, id); isA[*registry.NotFoundError](err) {
			if err := os.Remove(filepath.Join(s.dir, exportsFolder, f.Name())); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// removeExports removes the files of a parent segment's exports. Their jobs stay.
func (s *Service) removeExports(ctx context.Context, parent string) error {
	for after := ""; ; {
		page, err := s.registry.Jobs(ctx, registry.JobFilter{Parent: parent, Kind: registry.Export, State: registry.Succeeded}, after, registry.MaxPage)
		if err != nil {
			return err
		}
		for _, job := range page.Items {
			_, path, err := s.exported(job)
			if err == nil {
				err = os.Remove(path)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}
