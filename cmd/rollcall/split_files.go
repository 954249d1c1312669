package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/export"
)

// splitRowGroupRows is the customers that wait for the row groups of all parts
// together, as many as an export of one file has; minRowGroupRows those of a part
// however many parts there are.
const (
	splitRowGroupRows = 1 << 20
	minRowGroupRows   = 1 << 16
)

// partFiles is the files of a split.
type partFiles struct {
	split  *engine.Split
	dir    string
	format export.Format
	rows   []int64 // customers written, by part

	rename func(from, to string) error // os.Rename, but in tests
}

// path returns where the file of a part is.
func (f *partFiles) path(part int) string { return filepath.Join(f.dir, f.name(part)) }

func (f *partFiles) name(part int) string {
	return f.split.Parts[part].Name + "." + f.format.String()
}

// write divides an audience in one pass, and returns the answer about it. The files
// are written in a folder of their own, and take their places once all are whole and
// the answer is there.
func (f *partFiles) write(ctx context.Context, m *ask.Audience, progress func(rows int64)) (answer *ask.Answer, err error) {
	made, err := makeFolder(f.dir)
	if err != nil {
		return nil, err
	}
	stage := filepath.Join(f.dir, stagePrefix+rand.Text()+stageSuffix)
	defer func() {
		if !ask.IsAny(err, new(*unrestoredError)) { // the stage has what was not put back
			err = errors.Join(err, os.RemoveAll(stage))
		}
		if err != nil && made {
			err = errors.Join(err, os.Remove(f.dir))
		}
	}()
	if err := os.Mkdir(stage, 0o755); err != nil {
		return nil, err
	}
	places := newPlacing(f, stage)
	if err := places.check(); err != nil {
		return nil, err
	}
	if err := f.stage(ctx, stage, m, progress); err != nil {
		return nil, err
	}
	total := int64(0)
	for _, n := range f.rows {
		total += n
	}
	if answer, err = m.Answer(ctx, total); err != nil {
		return nil, err
	}
	if err := places.all(ctx); err != nil {
		return nil, err
	}
	return answer, nil
}

// makeFolder makes a folder unless it is there, and reports whether it did.
func makeFolder(dir string) (made bool, err error) {
	err = os.Mkdir(dir, 0o755)
	if !errors.Is(err, fs.ErrExist) {
		return err == nil, err
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("cannot write a split to %q: it is a file, expected a folder", dir)
	}
	return false, err
}

// stage writes the files of all parts to a folder, each by a goroutine of its own.
// They have ended when it returns.
func (f *partFiles) stage(ctx context.Context, folder string, m *ask.Audience, progress func(rows int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f.rows = make([]int64, len(f.split.Parts))
	queues := make([]chan arrow.RecordBatch, len(f.split.Parts))
	var writers sync.WaitGroup
	for part := range f.split.Parts {
		queues[part] = make(chan arrow.RecordBatch)
		writers.Go(func() {
			var err error
			f.rows[part], err = f.writePart(ctx, part, folder, m, queues[part])
			if err != nil {
				cancel(err) // the first cause counts
			}
		})
	}
	done := int64(0)
	for b, err := range f.split.Batches(m.Batches) {
		if err != nil {
			cancel(err)
			break
		}
		b.Batch.Retain()
		select {
		case queues[b.Part] <- b.Batch:
		case <-ctx.Done():
			b.Batch.Release()
		}
		if ctx.Err() != nil {
			break
		}
		done += b.Batch.NumRows()
		progress(done)
	}
	if ctx.Err() == nil {
		for _, queue := range queues {
			close(queue)
		}
	}
	writers.Wait()
	return context.Cause(ctx)
}

// writePart writes the file of one part, whose batches come by a queue.
func (f *partFiles) writePart(ctx context.Context, part int, folder string, m *ask.Audience, queue <-chan arrow.RecordBatch) (int64, error) {
	metadata := maps.Clone(m.Metadata)
	metadata["rollcall.split_part"] = f.split.Parts[part].Name
	metadata["rollcall.split_share"] = f.split.Parts[part].Share.String()
	metadata["rollcall.split_salt"] = f.split.Salt
	return export.WriteFile(ctx, filepath.Join(folder, f.name(part)), m.Schema, received(ctx, queue), export.Options{
		Format: f.format, Metadata: metadata,
		RowGroupRows: max(minRowGroupRows, splitRowGroupRows/int64(len(f.split.Parts))),
	})
}

// received returns the batches of a queue until it is closed, or an error when ctx
// ends.
func received(ctx context.Context, queue <-chan arrow.RecordBatch) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for {
			select {
			case batch, ok := <-queue:
				if !ok {
					return
				}
				more := yield(batch, nil)
				batch.Release()
				if !more {
					return
				}
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			}
		}
	}
}
