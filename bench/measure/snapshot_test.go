package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// smallData generates a small workload and the day behind it.
func smallData(t *testing.T) (base, add *workload.Dataset) {
	t.Helper()
	shape := workload.Default(100)
	base, err := workload.Generate(t.Context(), filepath.Join(t.TempDir(), "base"), shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	add, err = workload.GenerateDay(t.Context(), filepath.Join(t.TempDir(), "day"), shape, 0)
	if err != nil {
		t.Fatal(err)
	}
	return base, add
}

// maker is a DoStep that makes a folder with a file of a few bytes for a snapshot.
type maker struct {
	base, add *workload.Dataset
	jobs      []string
	spoil     func(step string, done *SnapshotDone) error // nil: nothing is wrong
}

func (m *maker) do(_ context.Context, job SnapshotJob) (*SnapshotDone, error) {
	m.jobs = append(m.jobs, job.Step+" in "+filepath.Base(job.Dir))
	links, err := filepath.Glob(filepath.Join(job.Source, "events", "purchases", "*.parquet"))
	if err != nil {
		return nil, err
	}
	done := &SnapshotDone{Seconds: float64(len(m.jobs)), PeakBytes: 5}
	switch job.Step {
	case StepBuild, StepRefresh, StepRebuild, StepCompact:
		if err := os.MkdirAll(job.Dir, 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(job.Dir, "MANIFEST"), make([]byte, 10*len(links)), 0o600); err != nil {
			return nil, err
		}
		done.Parts, done.Sums = map[string]int64{"keys": 7}, map[string]string{"keys.arrow": "00"}
		if job.Step != StepCompact {
			done.Rows = workload.Rows([]*workload.Dataset{m.base, m.add}[:len(links)]...)
		}
	case StepOpen, StepLookup:
		done.Times = []time.Duration{2 * time.Millisecond, 4 * time.Millisecond}
	}
	if m.spoil != nil {
		err = m.spoil(job.Step, done)
	}
	return done, err
}

func TestSnapshot(t *testing.T) {
	base, add := smallData(t)
	m, scratch := &maker{base: base, add: add}, t.TempDir()
	got, err := Snapshot(t.Context(), base, add, scratch, m.do, options(3))
	if err != nil {
		t.Fatal(err)
	}
	wantJobs := []string{
		"full build in refreshed", "open and close in refreshed", "look a key up in refreshed", "refresh with one more day in refreshed",
		"verify in refreshed", "full build with that day in rebuilt", "compact and renumber in refreshed",
	}
	if diff := cmp.Diff(wantJobs, m.jobs); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	rows, events := size(base)
	dayRows, dayEvents := size(add)
	bytes := int64(0)
	for _, table := range base.Tables {
		bytes += table.Bytes
	}
	both, bothEvents := rows+dayRows, events+dayEvents
	want := &SnapshotReport{
		Rows: rows, Events: events, SourceBytes: bytes, SizeBytes: 10, Parts: map[string]int64{"keys": 7},
		Steps: []SnapshotStep{
			{Step: StepBuild, Seconds: 1, Rows: rows, Events: events, PeakBytes: 5, SizeBytes: 10},
			{Step: StepRefresh, Seconds: 4, Rows: dayRows, Events: dayEvents, PeakBytes: 5, SizeBytes: 20},
			{Step: StepVerify, Seconds: 5, Rows: both, Events: bothEvents, PeakBytes: 5, SizeBytes: 20},
			{Step: StepRebuild, Seconds: 6, Rows: both, Events: bothEvents, PeakBytes: 5, SizeBytes: 20},
			{Step: StepCompact, Seconds: 7, Rows: both, Events: bothEvents, PeakBytes: 5, SizeBytes: 20},
		},
		Timings: []Timing{
			{What: StepOpen, Engine: "rollcall", MedianUS: 3000, P95US: 3900, Runs: 2},
			{What: StepLookup, Engine: "rollcall", MedianUS: 3000, P95US: 3900, Runs: 2},
		},
	}
	if rows != 100+events || dayRows != dayEvents || dayRows == 0 {
		t.Errorf("%d rows, %d events; a day of %d rows, %d events", rows, events, dayRows, dayEvents)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	checkEmpty(t, scratch)
}

func TestSnapshotErrors(t *testing.T) {
	base, add := smallData(t)
	at := func(step string, change func(*SnapshotDone)) func(string, *SnapshotDone) error {
		return func(s string, done *SnapshotDone) error {
			if s == step {
				change(done)
			}
			return nil
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(step string, done *SnapshotDone) error
		want  string
		kind  error
	}{
		{"a step fails", func(step string, _ *SnapshotDone) error {
			if step == StepVerify {
				return errFake
			}
			return nil
		}, "verify: the disk is on fire", errFake},
		{
			"a row is missing", at(StepRefresh, func(d *SnapshotDone) { d.Rows["main.customers"]-- }),
			"refresh with one more day: the engines differ: table main.customers: 99 rows, expected 100", ErrDiffer,
		},
		{
			"other bytes", at(StepCompact, func(d *SnapshotDone) { d.Sums["keys.arrow"] = "01" }),
			"the engines differ: keys.arrow has other bytes in the refreshed and compacted snapshot than in a full build", ErrDiffer,
		},
		{
			"a file less", at(StepCompact, func(d *SnapshotDone) { delete(d.Sums, "keys.arrow") }),
			"the engines differ: keys.arrow is in a full build and not in the refreshed and compacted snapshot", ErrDiffer,
		},
		{
			"a file more", at(StepCompact, func(d *SnapshotDone) { d.Sums["live.bitmap"] = "01" }),
			"the engines differ: live.bitmap is in the refreshed and compacted snapshot and not in a full build", ErrDiffer,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, scratch := &maker{base: base, add: add, spoil: c.spoil}, t.TempDir()
			r, err := Snapshot(t.Context(), base, add, scratch, m.do, options(3))
			if r != nil || !errors.Is(err, c.kind) || fmt.Sprint(err) != c.want {
				t.Errorf("report %v, error %v, want %s", r, err, c.want)
			}
			checkEmpty(t, scratch)
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	m, scratch := &maker{base: base, add: add}, t.TempDir()
	if _, err := Snapshot(ended, base, add, scratch, m.do, options(3)); !errors.Is(err, context.Canceled) || len(m.jobs) > 0 {
		t.Errorf("interrupted: error %v, %d steps were made", err, len(m.jobs))
	}
	checkEmpty(t, scratch)
}
