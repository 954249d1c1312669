package rollcall

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/store"
)

// build builds the snapshot of d, opens it and keeps what that took.
func (e *Engine) build(ctx context.Context, d *workload.Dataset) error {
	e.progress("rollcall: building the snapshot")
	debug.FreeOSMemory() // what was garbage before is not this build's
	before := resident.Anonymous(os.Getpid())
	watch := resident.WatchProcess(os.Getpid())
	start := time.Now()
	m, err := e.source.add(ctx, d, e.dir)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return fmt.Errorf("rollcall: %w", err)
	}
	debug.FreeOSMemory()
	e.load = contender.Load{
		Seconds: seconds, PeakBytes: max(peak-before, 0), AnonOnly: true, Indexes: sizes(m),
	}
	for _, size := range e.load.Indexes {
		e.load.SizeBytes += size
	}
	return e.open()
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
	switch file {
	case store.KeysFile:
		return "keys"
	case store.KeyTableFile:
		return "table of keys"
	case store.LiveFile:
		return "live customers"
	}
	for i := range m.Schema.Attributes {
		directory, bitmaps := store.AttributeIndexFiles(i)
		switch file {
		case store.AttributeFile(i):
			return m.Schema.Attributes[i].Name + ": values"
		case directory, bitmaps:
			return m.Schema.Attributes[i].Name + ": value index"
		case store.AttributeZonesFile(i):
			return m.Schema.Attributes[i].Name + ": zone map"
		case store.AttributeOrderedFile(i):
			return m.Schema.Attributes[i].Name + ": ordered index"
		case store.AttributeGramsFile(i):
			return m.Schema.Attributes[i].Name + ": gram index"
		}
	}
	for i := range m.Schema.Behaviors {
		if file == store.RanksFile(i) {
			return m.Schema.Behaviors[i].Name + ": ranks"
		}
		for p := range m.Behaviors[i].Parts {
			directory, bitmaps := store.PartIndexFiles(i, p)
			switch file {
			case store.PartFile(i, p):
				return m.Schema.Behaviors[i].Name + ": events"
			case directory, bitmaps, store.PartLevelsFile(i, p):
				return m.Schema.Behaviors[i].Name + ": timeline"
			case store.PostingsFile(i, p):
				return m.Schema.Behaviors[i].Name + ": postings"
			}
		}
	}
	return file
}

// Append gives the warehouse one more day and refreshes the snapshot, which reads
// the day alone. Queries see it from then on, those of an engine that shares the
// snapshot too: its Append makes sure that it looks.
func (e *Engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	start := time.Now()
	switch {
	case e.source == nil:
		return 0, fmt.Errorf("rollcall: %w: the snapshot was opened without the data that it was built of", contender.ErrUnsupported)
	case e.owner == nil:
		if _, err := e.source.add(ctx, add, e.dir); err != nil {
			return 0, fmt.Errorf("rollcall: %w", err)
		}
	}
	if err := e.db.Refresh(); err != nil {
		return 0, fmt.Errorf("rollcall: %w", err)
	}
	return time.Since(start), nil
}
