package rollcall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// build builds the snapshot of d, opens it and keeps what that took.
func (e *Engine) build(ctx context.Context, d *workload.Dataset) error {
	e.progress("rollcall: building the snapshot")
	debug.FreeOSMemory() // what was garbage before is not this build's
	before := resident.Anonymous(os.Getpid())
	watch := resident.WatchProcess(os.Getpid())
	start := time.Now()
	m, err := ingestDir(ctx, d.ParentFile(), d.Dir, e.dir)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return fmt.Errorf("rollcall: %w", err)
	}
	debug.FreeOSMemory()
	if err := checkRows(m, []*workload.Dataset{d}); err != nil {
		return fmt.Errorf("rollcall: %w", err)
	}
	e.load = contender.Load{
		Seconds: seconds, PeakBytes: max(peak-before, 0), AnonOnly: true, Indexes: sizes(m),
	}
	for _, size := range e.load.Indexes {
		e.load.SizeBytes += size
	}
	return e.open()
}

// ingestDir builds a snapshot of a warehouse folder with the parent segment of a
// file.
func ingestDir(ctx context.Context, parentFile, dir, snapshot string) (m *store.Manifest, err error) {
	text, err := os.ReadFile(parentFile)
	if err != nil {
		return nil, err
	}
	parent, err := model.Parse(parentFile, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", parentFile, err)
	}
	src, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return ingest.Build(ctx, parent, src, snapshot, nil)
}

// checkRows makes sure that the snapshot has every row of the data sets.
func checkRows(m *store.Manifest, all []*workload.Dataset) error {
	loaded, want := map[string]int64{}, map[string]int64{}
	for i := range m.Load.Tables {
		t := &m.Load.Tables[i]
		loaded[t.Table] = t.Loaded
	}
	for _, d := range all {
		for _, t := range d.Tables {
			want[t.Schema+"."+t.Name] += t.Rows
		}
	}
	for name, rows := range want {
		if loaded[name] != rows {
			return fmt.Errorf("table %s: %d rows loaded, expected %d", name, loaded[name], rows)
		}
	}
	return nil
}

// sizes returns the bytes of a snapshot's parts.
func sizes(m *store.Manifest) map[string]int64 {
	by := map[string]int64{}
	for _, f := range m.Files {
		by[part(m, f.Name)] += f.Size
	}
	return by
}

// part says what a file of a snapshot is.
func part(m *store.Manifest, file string) string {
	for i := range m.Schema.Attributes {
		directory, bitmaps := store.AttributeIndexFiles(i)
		switch file {
		case store.AttributeFile(i):
			return m.Schema.Attributes[i].Name + ": values"
		case directory, bitmaps:
			return m.Schema.Attributes[i].Name + ": value index"
		}
	}
	for i := range m.Schema.Behaviors {
		directory, bitmaps := store.BehaviorIndexFiles(i)
		switch file {
		case store.BehaviorFile(i):
			return m.Schema.Behaviors[i].Name + ": events"
		case directory, bitmaps:
			return m.Schema.Behaviors[i].Name + ": timeline"
		}
	}
	return strings.TrimSuffix(file, ".arrow")
}

// Append builds the snapshot anew from all data and the new day together, because
// every build of rollcall is a full one. The engine answers from the new version
// then.
func (e *Engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	e.appending.Lock()
	defer e.appending.Unlock()
	if len(e.data) == 0 {
		return 0, fmt.Errorf("rollcall: %w: the snapshot was opened without the data that it was built of", contender.ErrUnsupported)
	}
	if e.owner != nil { // which has been appended to
		start := time.Now()
		err := e.open()
		return time.Since(start), err
	}
	all := append(slices.Clip(e.data), add)
	took, err := e.rebuild(ctx, all)
	if err != nil {
		return 0, fmt.Errorf("rollcall: %w", err)
	}
	e.data = all
	return took, nil
}

// rebuild replaces the snapshot by one of several data sets.
func (e *Engine) rebuild(ctx context.Context, all []*workload.Dataset) (took time.Duration, err error) {
	dir, err := os.MkdirTemp(e.scratch, "rollcall.refresh-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := union(dir, all); err != nil {
		return 0, err
	}
	start := time.Now()
	m, err := ingestDir(ctx, all[0].ParentFile(), dir, e.dir)
	if err == nil {
		err = checkRows(m, all)
	}
	if err == nil {
		err = e.open()
	}
	return time.Since(start), err
}

// union gives a folder the files of several data sets, as links.
func union(dir string, all []*workload.Dataset) error {
	for n, d := range all {
		for _, t := range d.Tables {
			files, err := d.Files(t.Schema, t.Name)
			if err != nil {
				return err
			}
			folder := filepath.Join(dir, t.Schema, t.Name)
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return err
			}
			for i, file := range files {
				if file, err = filepath.Abs(file); err != nil {
					return err
				}
				if err := os.Symlink(file, filepath.Join(folder, fmt.Sprintf("part-%04d-%04d.parquet", n, i))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
