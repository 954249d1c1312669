package workload

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// job is a part file to write.
type job struct {
	table *tablePlan
	part  int
	bytes *int64 // where its size goes, once it is complete
}

// writeTables writes all part files of the tables below dir with a number of
// workers, and returns what the tables have become.
func writeTables(ctx context.Context, dir string, tables []*tablePlan, workers int, progress func(Progress)) ([]Table, error) {
	m := &meter{report: progress}
	var jobs []job
	sizes := make([][]int64, len(tables))
	for i, t := range tables {
		if err := os.MkdirAll(filepath.Join(dir, t.schema, t.name), 0o755); err != nil {
			return nil, err
		}
		m.now.Total += t.rows
		sizes[i] = make([]int64, t.parts)
		for part := range t.parts {
			jobs = append(jobs, job{table: t, part: part, bytes: &sizes[i][part]})
		}
	}
	if err := runJobs(ctx, jobs, workers, func(ctx context.Context, j job) error {
		return j.write(ctx, dir, m)
	}); err != nil {
		return nil, err
	}
	done := make([]Table, len(tables))
	for i, t := range tables {
		done[i] = Table{Schema: t.schema, Name: t.name, Rows: t.rows, Files: t.parts}
		for _, size := range sizes[i] {
			done[i].Bytes += size
		}
	}
	return done, nil
}

// runJobs runs the jobs, in their order, on a number of workers. The first error
// ends the others, and is returned.
func runJobs(ctx context.Context, jobs []job, workers int, run func(context.Context, job) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	next := make(chan job)
	failed := make(chan error, 1)
	for range min(workers, len(jobs)) {
		wg.Go(func() {
			for j := range next {
				if err := run(ctx, j); err != nil {
					select {
					case failed <- err:
						cancel()
					default: // not the first
					}
				}
			}
		})
	}
	for _, j := range jobs {
		select {
		case next <- j: // one more after the end of ctx, maybe: it sees that itself
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	wg.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return ctx.Err()
	}
}

// write writes the part file.
func (j job) write(ctx context.Context, dir string, m *meter) (err error) {
	t := j.table
	path := filepath.Join(dir, t.schema, t.name, partName(t.first+j.part))
	out, err := createPart(path, t.columns)
	if err != nil {
		return fmt.Errorf("table %s: %w", t, err)
	}
	defer func() {
		if err != nil {
			out.discard()
			err = fmt.Errorf("table %s, part %d: %w", t, t.first+j.part, err)
		}
	}()
	r := newRows(len(t.columns))
	lo, hi := t.steps(j.part)
	for step := lo; step < hi; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.fill(r, step)
		if r.n < t.groupRows && step+1 < hi {
			continue
		}
		if err := j.writeGroup(ctx, out, r, m); err != nil {
			return err
		}
	}
	if err := out.close(); err != nil {
		return err
	}
	*j.bytes = out.bytes
	m.add(t.String(), 0, out.grown())
	return nil
}

// writeGroup writes the rows as a row group and empties them.
func (j job) writeGroup(ctx context.Context, out *partFile, r *rows, m *meter) error {
	if err := out.writeGroup(ctx, r); err != nil {
		return err
	}
	m.add(j.table.String(), int64(r.n), out.grown())
	r.reset()
	return nil
}
