package rollcall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
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
	watch := resident.Watch(os.Getpid())
	start := time.Now()
	m, err := ingestDir(ctx, d.Dir, e.dir)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return fmt.Errorf("rollcall: %w", err)
	}
	debug.FreeOSMemory()
	if err := checkRows(m, d); err != nil {
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

// ingestDir builds a snapshot of a warehouse folder and its parent.yml.
func ingestDir(ctx context.Context, dir, snapshot string) (m *store.Manifest, err error) {
	file := filepath.Join(dir, "parent.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parent, err := model.Parse(file, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	src, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return ingest.Build(ctx, parent, src, snapshot, nil)
}

// checkRows makes sure that the snapshot has every row of the data set.
func checkRows(m *store.Manifest, d *workload.Dataset) error {
	loaded := map[string]int64{}
	for i := range m.Load.Tables {
		t := &m.Load.Tables[i]
		loaded[t.Table] = t.Loaded
	}
	for _, t := range d.Tables {
		if name := t.Schema + "." + t.Name; loaded[name] != t.Rows {
			return fmt.Errorf("table %s: %d rows loaded, expected %d", name, loaded[name], t.Rows)
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

// Append builds the snapshot anew from the data and the new day together: a
// refresh is a full build for now. The engine answers from the new version then.
func (e *Engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	if e.data == nil {
		return 0, fmt.Errorf("rollcall: %w: the snapshot was opened without the data that it was built of", contender.ErrUnsupported)
	}
	if e.owner != nil { // which has been appended to
		start := time.Now()
		err := e.open()
		return time.Since(start), err
	}
	both := filepath.Join(e.scratch, "rollcall.refresh")
	if err := union(both, e.data, add); err != nil {
		return 0, errors.Join(err, os.RemoveAll(both))
	}
	start := time.Now()
	_, err := ingestDir(ctx, both, e.dir)
	if err == nil {
		err = e.open()
	}
	return time.Since(start), errors.Join(err, os.RemoveAll(both))
}

// union makes dir a warehouse folder with the files of two data sets, as links.
func union(dir string, data, add *workload.Dataset) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for n, d := range []*workload.Dataset{data, add} {
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
				if err := os.Symlink(file, filepath.Join(folder, fmt.Sprintf("part-%d-%04d.parquet", n, i))); err != nil {
					return err
				}
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(data.Dir, "parent.yml"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "parent.yml"), text, 0o600)
}
