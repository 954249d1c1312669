package registry

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// JobKind is what a job does.
type JobKind string

// The kinds of jobs.
const (
	Build   JobKind = "build"
	Refresh JobKind = "refresh"
	Export  JobKind = "export"
)

// JobState is how far a job is.
type JobState string

// The states of jobs. One that is queued becomes running or cancelled; one that runs is
// put back, or becomes any of the others.
const (
	Queued      JobState = "queued"
	Running     JobState = "running"
	Succeeded   JobState = "succeeded"
	Failed      JobState = "failed"
	Cancelled   JobState = "cancelled"
	Interrupted JobState = "interrupted" // the process died while it ran
)

// Finished reports whether a job of this state stays as it is.
func (s JobState) Finished() bool { return s != Queued && s != Running }

// becomes reports whether a job can go from one state to another.
func (s JobState) becomes(to JobState) bool {
	switch s {
	case Queued:
		return to == Running || to == Cancelled
	case Running:
		return slices.Contains([]JobState{Queued, Succeeded, Failed, Cancelled, Interrupted}, to)
	}
	return false
}

// MaxAttempts is how often a job is started during which the process dies each time. One
// that was put back, since the process ended in good order, has not used up an attempt.
const MaxAttempts = 3

// Progress is how far a job that runs is.
type Progress struct {
	Done  uint64 `json:"done"`
	Total uint64 `json:"total"`          // 0: not known
	What  string `json:"what,omitempty"` // what is counted, or under way: "rows of visits"
}

// JobInput is a job as a caller gives it.
type JobInput struct {
	Kind    JobKind         `json:"kind"`
	Parent  string          `json:"parent"`
	Request json.RawMessage `json:"request,omitempty"` // what the caller needs to run it, JSON; kept as it is
}

// Job is a build, a refresh or an export.
type Job struct {
	JobInput
	ID       uint64          `json:"id"` // from 1, increasing
	State    JobState        `json:"state"`
	Queued   Stamp           `json:"queued"`
	Started  time.Time       `json:"started,omitzero"`  // UTC
	Finished time.Time       `json:"finished,omitzero"` // UTC
	Progress Progress        `json:"progress"`
	Attempt  int             `json:"attempt,omitempty"` // from 2: an interrupted job, done again; else 0
	Error    string          `json:"error,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
}

// indexEntry is what the index of a parent segment's jobs knows of one.
type indexEntry struct {
	Kind  JobKind  `json:"kind"`
	State JobState `json:"state"`
}

// QueueJob adds a job that waits.
func (r *Registry) QueueJob(ctx context.Context, in JobInput, by string) (job Job, err error) {
	if !slices.Contains([]JobKind{Build, Refresh, Export}, in.Kind) {
		return Job{}, invalidf("kind", "%.64q, expected build, refresh or export", in.Kind)
	}
	if err := checkJSON("request", in.Request); err != nil {
		return Job{}, err
	}
	if err := checkBy(by); err != nil {
		return Job{}, err
	}
	err = r.update(ctx, func(tx *bolt.Tx) error {
		if _, err := currentParent(tx, in.Parent); err != nil {
			return err
		}
		id, err := tx.Bucket([]byte(jobBucket)).NextSequence()
		if err != nil {
			return err
		}
		job = Job{JobInput: in, ID: id, State: Queued, Queued: r.stamp(by)}
		return storeJob(tx, job)
	})
	return job, err
}

// StartJob makes a queued job a running one.
func (r *Registry) StartJob(ctx context.Context, id uint64) (Job, error) {
	return r.step(ctx, id, Running, func(job *Job) { job.Started = r.now().UTC() })
}

// JobEnd is how a job ends.
type JobEnd struct {
	State  JobState        // Succeeded, Failed, Cancelled or Interrupted
	Error  string          // of a job that did not succeed; must not hold a secret
	Result json.RawMessage // JSON; kept as it is
}

// FinishJob ends a job that runs, or cancels one that waits. A step that the job
// cannot take is a *[StateError]. Of the finished jobs of a parent segment the
// oldest beyond [MaxFinishedJobs] are removed, but never the last of a kind that
// succeeded.
func (r *Registry) FinishJob(ctx context.Context, id uint64, end JobEnd) (Job, error) {
	if !slices.Contains([]JobState{Succeeded, Failed, Cancelled, Interrupted}, end.State) {
		return Job{}, invalidf("state", "%.64q, expected succeeded, failed, cancelled or interrupted", end.State)
	}
	if err := checkJSON("result", end.Result); err != nil {
		return Job{}, err
	}
	return r.step(ctx, id, end.State, func(job *Job) {
		job.Finished, job.Error, job.Result = r.now().UTC(), cutText(end.Error), end.Result
	})
}

// PutBackJob has a job that runs wait again, as if it had never started: the process ends
// in good order, and the next one does it. A step that the job cannot take is a
// *[StateError].
func (r *Registry) PutBackJob(ctx context.Context, id uint64) (Job, error) {
	return r.step(ctx, id, Queued, func(job *Job) { job.Started, job.Progress = time.Time{}, Progress{} })
}

// SetProgress says how far a job that runs is. Every call waits for the disk: once
// a second is often enough for those who come back after a crash.
func (r *Registry) SetProgress(ctx context.Context, id uint64, progress Progress) error {
	if err := checkText("progress", progress.What, MaxNameBytes); err != nil {
		return err
	}
	return r.update(ctx, func(tx *bolt.Tx) error {
		job, err := findJob(tx, id)
		if err != nil {
			return err
		}
		if job.State != Running {
			return &StateError{id, job.State, Running}
		}
		job.Progress = progress
		return put(tx, jobBucket, number(id), job)
	})
}

// step moves a job to another state.
func (r *Registry) step(ctx context.Context, id uint64, to JobState, change func(*Job)) (job Job, err error) {
	err = r.update(ctx, func(tx *bolt.Tx) error {
		job, err = findJob(tx, id)
		if err != nil {
			return err
		}
		if !job.State.becomes(to) {
			return &StateError{id, job.State, to}
		}
		job.State = to
		change(&job)
		if err := storeJob(tx, job); err != nil {
			return err
		}
		if to.Finished() {
			return prune(tx, job.Parent)
		}
		return nil
	})
	return job, err
}

// storeJob stores a job and its state in the index.
func storeJob(tx *bolt.Tx, job Job) error {
	if err := put(tx, jobBucket, number(job.ID), job); err != nil {
		return err
	}
	return put(tx, jobIndex, key(job.Parent, number(job.ID)...), indexEntry{job.Kind, job.State})
}

func findJob(tx *bolt.Tx, id uint64) (Job, error) {
	job, found, err := get[Job](tx, jobBucket, number(id))
	if err == nil && !found {
		err = &NotFoundError{Thing: AJob, Name: strconv.FormatUint(id, 10)}
	}
	return job, err
}

// Recovered is a job that ran when the process ended, and the one that does it again.
type Recovered struct {
	Interrupted Job
	Again       *Job // nil: it was interrupted [MaxAttempts] times, and may be why
}

// Recover marks the jobs that ran when the process ended as interrupted and queues each
// of them again, all of them or, after an error, none: a crash on the way neither loses
// one nor doubles it. It returns them, oldest first. To be called once, before a job is
// started; queued jobs stay queued.
func (r *Registry) Recover(ctx context.Context) (all []Recovered, err error) {
	err = r.update(ctx, func(tx *bolt.Tx) error {
		all = []Recovered{}
		var ran []Job
		if err := eachJob(tx, func(job Job) {
			if job.State == Running {
				ran = append(ran, job)
			}
		}); err != nil {
			return err
		}
		for _, job := range ran {
			recovered, err := r.recover(tx, job)
			if err != nil {
				return err
			}
			all = append(all, recovered)
		}
		return nil
	})
	return all, err
}

// recover marks a job as interrupted and queues it again.
func (r *Registry) recover(tx *bolt.Tx, job Job) (out Recovered, err error) {
	job.State, job.Finished = Interrupted, r.now().UTC()
	job.Error = "the server stopped while the job ran"
	if max(job.Attempt, 1) < MaxAttempts {
		id, err := tx.Bucket([]byte(jobBucket)).NextSequence()
		if err != nil {
			return out, err
		}
		again := Job{JobInput: job.JobInput, ID: id, State: Queued, Queued: r.stamp(job.Queued.By), Attempt: max(job.Attempt, 1) + 1}
		job.Error += "; job " + strconv.FormatUint(id, 10) + " does it again"
		if err := storeJob(tx, again); err != nil {
			return out, err
		}
		out.Again = &again
	}
	if err := storeJob(tx, job); err != nil {
		return out, err
	}
	out.Interrupted = job
	return out, prune(tx, job.Parent)
}

// checkJSON checks JSON that is kept as it is; there may be none.
func checkJSON(what string, text json.RawMessage) error {
	switch {
	case len(text) > MaxJSONBytes:
		return invalidf(what, "it has %d bytes, at most %d are allowed", len(text), MaxJSONBytes)
	case len(text) > 0 && !json.Valid(text):
		return invalidf(what, "it is not JSON")
	}
	return nil
}

// cutText shortens an error's text to what is kept.
func cutText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= MaxErrorText {
		return text
	}
	return strings.ToValidUTF8(text[:MaxErrorText], "") + "…"
}
