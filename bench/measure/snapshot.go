package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// The steps of Snapshot, in the order in which they are made.
const (
	StepBuild   = "full build"
	StepOpen    = "open and close"
	StepLookup  = "look a key up"
	StepRefresh = "refresh with one more day"
	StepVerify  = "verify"
	StepRebuild = "full build with that day"
	StepCompact = "compact and renumber"
)

// SnapshotJob is a step for a process of its own. It is JSON on the way there.
type SnapshotJob struct {
	Step   string `json:"step"`
	Parent string `json:"parent"` // file of the parent segment
	Source string `json:"source"` // warehouse folder
	Dir    string `json:"dir"`    // of the snapshot
}

// SnapshotDone is what came of a step. It is JSON on the way back.
type SnapshotDone struct {
	Seconds   float64 `json:"seconds"`    // of the whole step, the start of the process not counted
	PeakBytes int64   `json:"peak_bytes"` // most anonymous memory of the process; 0: not known
	// Times are those of opening once, or of looking one key up, of steps that do so
	// many times.
	Times []time.Duration   `json:"times_ns,omitempty"`
	Rows  map[string]int64  `json:"rows,omitempty"`  // that the snapshot has afterwards, by table; of steps that build
	Parts map[string]int64  `json:"parts,omitempty"` // sizes of what it is made of, by name; likewise
	Sums  map[string]string `json:"sums,omitempty"`  // checksums of its files, by name; likewise
}

// DoStep makes a step in a process of its own, which ends with the context.
type DoStep func(ctx context.Context, job SnapshotJob) (*SnapshotDone, error)

// lifecycle is a snapshot that is being measured.
type lifecycle struct {
	base, add *workload.Dataset
	dir       string // of all that is made
	do        DoStep
	o         Options
	report    *SnapshotReport
}

// Snapshot builds a snapshot of base, opens it and looks keys up, refreshes it with
// one more day, add, verifies it, builds the same from nothing, and compacts the
// refreshed one, which must be the same then, byte for byte; where it is not, or
// where rows are missing, the error wraps ErrDiffer. Every step has a process of its
// own. What is made below scratch is removed.
func Snapshot(ctx context.Context, base, add *workload.Dataset, scratch string, do DoStep, o Options) (r *SnapshotReport, err error) {
	l := &lifecycle{base: base, add: add, dir: filepath.Join(scratch, "snapshot"), do: do, o: o, report: &SnapshotReport{}}
	if err := os.Mkdir(l.dir, 0o700); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(l.dir)) }()
	l.report.Rows, l.report.Events = size(base)
	for _, t := range base.Tables {
		l.report.SourceBytes += t.Bytes
	}
	if _, err := base.Link(l.path("source"), 0); err != nil {
		return nil, err
	}
	if err := l.build(ctx); err != nil {
		return nil, err
	}
	if _, err := add.Link(l.path("source"), 1); err != nil {
		return nil, err
	}
	if err := l.refresh(ctx); err != nil {
		return nil, err
	}
	return l.report, nil
}

// path returns the path of a folder.
func (l *lifecycle) path(name string) string { return filepath.Join(l.dir, name) }

// build builds the snapshot for the first time and reads it.
func (l *lifecycle) build(ctx context.Context) error {
	built, err := l.step(ctx, StepBuild, "refreshed", l.base)
	if err != nil {
		return err
	}
	l.report.Parts = built.Parts
	l.report.SizeBytes = l.report.Steps[0].SizeBytes
	for _, step := range []string{StepOpen, StepLookup} {
		done, err := l.run(ctx, step, "refreshed")
		if err != nil {
			return err
		}
		l.report.Timings = append(l.report.Timings, durations(done.Times).timing(step, "rollcall"))
	}
	return nil
}

// refresh brings the snapshot up to date and holds it against one that is built
// from nothing.
func (l *lifecycle) refresh(ctx context.Context) error {
	if _, err := l.step(ctx, StepRefresh, "refreshed", l.add); err != nil {
		return err
	}
	if _, err := l.step(ctx, StepVerify, "refreshed", l.base, l.add); err != nil {
		return err
	}
	rebuilt, err := l.step(ctx, StepRebuild, "rebuilt", l.base, l.add)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(l.path("rebuilt")); err != nil { // its checksums are enough
		return err
	}
	compacted, err := l.step(ctx, StepCompact, "refreshed", l.base, l.add)
	if err != nil {
		return err
	}
	return sameSums(compacted.Sums, rebuilt.Sums)
}

// run makes a step on the snapshot in a folder.
func (l *lifecycle) run(ctx context.Context, step, folder string) (*SnapshotDone, error) {
	l.o.Progress("snapshot: "+step, 0, -1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	done, err := l.do(ctx, SnapshotJob{Step: step, Parent: l.base.ParentFile(), Source: l.path("source"), Dir: l.path(folder)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", step, err)
	}
	return done, nil
}

// step makes a step that has a row in the report. It reads the data sets; after one
// that builds, the snapshot must have all rows of its source.
func (l *lifecycle) step(ctx context.Context, step, folder string, read ...*workload.Dataset) (*SnapshotDone, error) {
	done, err := l.run(ctx, step, folder)
	if err != nil {
		return nil, err
	}
	want := workload.Rows(read...)
	if step == StepRefresh {
		want = workload.Rows(l.base, l.add)
	}
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if got := done.Rows[table]; done.Rows != nil && got != want[table] {
			return nil, fmt.Errorf("%s: %w: table %s: %d rows, expected %d", step, ErrDiffer, table, got, want[table])
		}
	}
	s := SnapshotStep{Step: step, Seconds: done.Seconds, PeakBytes: done.PeakBytes}
	for _, d := range read {
		rows, events := size(d)
		s.Rows, s.Events = s.Rows+rows, s.Events+events
	}
	if s.SizeBytes, err = folderSize(l.path(folder)); err != nil {
		return nil, err
	}
	l.report.Steps = append(l.report.Steps, s)
	return done, nil
}

// size returns the rows of a data set, and how many of them are events.
func size(d *workload.Dataset) (rows, events int64) {
	for _, t := range d.Tables {
		rows += t.Rows
		if t.Schema == "events" {
			events += t.Rows
		}
	}
	return rows, events
}

// sameSums makes sure that a compacted snapshot has the files of one that was built
// from nothing, with the same bytes.
func sameSums(compacted, rebuilt map[string]string) error {
	names := slices.Collect(maps.Keys(rebuilt))
	for name := range compacted {
		if _, ok := rebuilt[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		got, inCompacted := compacted[name]
		want, inRebuilt := rebuilt[name]
		switch {
		case !inCompacted:
			return fmt.Errorf("%w: %s is in a full build and not in the refreshed and compacted snapshot", ErrDiffer, name)
		case !inRebuilt:
			return fmt.Errorf("%w: %s is in the refreshed and compacted snapshot and not in a full build", ErrDiffer, name)
		case got != want:
			return fmt.Errorf("%w: %s has other bytes in the refreshed and compacted snapshot than in a full build", ErrDiffer, name)
		}
	}
	return nil
}
