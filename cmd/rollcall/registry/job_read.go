package registry

import (
	"context"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// MaxFinishedJobs is how many finished jobs of a parent segment are kept.
const MaxFinishedJobs = 200

// JobFilter says which jobs are listed. What is empty lets all of them pass.
type JobFilter struct {
	Parent string
	Kind   JobKind
	State  JobState
}

func (f JobFilter) passes(job Job) bool {
	return (f.Parent == "" || f.Parent == job.Parent) && (f.Kind == "" || f.Kind == job.Kind) && (f.State == "" || f.State == job.State)
}

// Job returns a job.
func (r *Registry) Job(ctx context.Context, id uint64) (job Job, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		job, err = findJob(tx, id)
		return err
	})
	return job, err
}

// Jobs lists jobs, newest first. A parent segment that is not there has those from
// before it was deleted, or none.
func (r *Registry) Jobs(ctx context.Context, filter JobFilter, after string, limit int) (page Page[Job], err error) {
	below, err := belowOf(after)
	if err != nil {
		return Page[Job]{}, err
	}
	err = r.view(ctx, func(tx *bolt.Tx) error {
		bucket, prefix := jobBucket, []byte(nil)
		if filter.Parent != "" {
			bucket, prefix = jobIndex, key(filter.Parent)
		}
		next := downward(tx, bucket, prefix, below)
		page, err = collect(limit, func() (string, Job, bool, error) {
			for id, value := next(); value != nil; id, value = next() {
				job, err := findJob(tx, id)
				if err != nil || filter.passes(job) {
					return strconv.FormatUint(id, 10), job, true, err
				}
			}
			return "", Job{}, false, nil
		})
		return err
	})
	return page, err
}

// LastSucceeded returns the newest job of a kind that succeeded for a parent
// segment, and whether there is one. It is kept however many have failed since.
func (r *Registry) LastSucceeded(ctx context.Context, parent string, kind JobKind) (job Job, found bool, err error) {
	page, err := r.Jobs(ctx, JobFilter{parent, kind, Succeeded}, "", 1)
	if err != nil || len(page.Items) == 0 {
		return Job{}, false, err
	}
	return page.Items[0], true, nil
}

// PrunedJobs returns how many finished jobs of a parent segment were removed.
func (r *Registry) PrunedJobs(ctx context.Context, parent string) (n uint64, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		n, _, err = get[uint64](tx, prunedBucket, []byte(parent))
		return err
	})
	return n, err
}

// eachJob gives all jobs to visit, oldest first.
func eachJob(tx *bolt.Tx, visit func(Job)) error {
	next := upward(tx, jobBucket, nil, "")
	for k, v := next(); k != nil; k, v = next() {
		job, err := decode[Job](tx, jobBucket, k, v)
		if err != nil {
			return err
		}
		visit(job)
	}
	return nil
}

// prune removes the oldest finished jobs of a parent segment that are too many, but
// the newest of each kind that succeeded: when its data is from must be known
// however often a refresh has failed.
func prune(tx *bolt.Tx, parent string) error {
	kept := 0
	succeeded := map[JobKind]bool{}
	var old []uint64
	next := downward(tx, jobIndex, key(parent), ^uint64(0))
	for id, value := next(); value != nil; id, value = next() {
		entry, err := decode[indexEntry](tx, jobIndex, key(parent, number(id)...), value)
		if err != nil {
			return err
		}
		first := entry.State == Succeeded && !succeeded[entry.Kind]
		switch {
		case !entry.State.Finished():
		case first, kept < MaxFinishedJobs:
			succeeded[entry.Kind] = succeeded[entry.Kind] || first
			kept++
		default:
			old = append(old, id)
		}
	}
	if len(old) == 0 {
		return nil
	}
	for id := range slices.Values(old) {
		if err := tx.Bucket([]byte(jobBucket)).Delete(number(id)); err != nil {
			return err
		}
		if err := tx.Bucket([]byte(jobIndex)).Delete(key(parent, number(id)...)); err != nil {
			return err
		}
	}
	n, _, err := get[uint64](tx, prunedBucket, []byte(parent))
	if err != nil {
		return err
	}
	return put(tx, prunedBucket, []byte(parent), n+uint64(len(old)))
}
