package rollcall

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// How often the steps do what takes no time.
const (
	openTimes    = 100
	lookupRounds = 15
	lookupKeys   = 1 << 16   // looked up in a round
	maxSample    = 1_000_000 // keys that rounds take theirs from
)

// Step makes a step of measure.Snapshot in this process, and measures it. Memory is
// that of the whole process, which should have done nothing before.
func Step(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
	steps := map[string]func(context.Context, measure.SnapshotJob) (*measure.SnapshotDone, error){
		measure.StepBuild: buildStep, measure.StepRefresh: buildStep, measure.StepRebuild: buildStep,
		measure.StepCompact: compactStep, measure.StepVerify: verifyStep,
		measure.StepOpen: openStep, measure.StepLookup: lookupStep,
	}
	step, ok := steps[job.Step]
	if !ok {
		return nil, fmt.Errorf("there is no step %q", job.Step)
	}
	watch := resident.WatchProcess(os.Getpid())
	start := time.Now()
	done, err := step(ctx, job)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return nil, err
	}
	done.Seconds, done.PeakBytes = seconds, peak
	return done, nil
}

// buildStep builds the snapshot, or refreshes it where it is there.
func buildStep(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
	m, err := ingestDir(ctx, job.Parent, job.Source, job.Dir, nil)
	if err != nil {
		return nil, err
	}
	done := describe(m)
	done.Rows = rowsKnown(m)
	return done, nil
}

// compactStep compacts the snapshot and numbers its customers anew.
func compactStep(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
	m, err := ingest.Compact(ctx, job.Dir, &ingest.CompactOptions{Renumber: true})
	if err != nil {
		return nil, err
	}
	return describe(m), nil
}

// describe returns what a version is made of.
func describe(m *store.Manifest) *measure.SnapshotDone {
	done := &measure.SnapshotDone{Parts: sizes(m), Sums: map[string]string{}}
	for _, f := range m.Files {
		done.Sums[f.Name] = f.Sums
	}
	return done
}

// verifyStep verifies the current version.
func verifyStep(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
	r, err := store.Verify(ctx, store.OS, job.Dir, 0, nil)
	if err != nil {
		return nil, err
	}
	return &measure.SnapshotDone{}, errors.Join(r.Problems...)
}

// openStep opens the snapshot and closes it, again and again. The first time is
// not counted.
func openStep(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
	done := &measure.SnapshotDone{}
	for i := range openTimes + 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		start := time.Now()
		db, err := engine.Open(job.Dir, nil)
		if err != nil {
			return nil, err
		}
		if err := db.Close(); err != nil {
			return nil, err
		}
		if i > 0 {
			done.Times = append(done.Times, time.Since(start))
		}
	}
	return done, nil
}

// lookupStep looks keys up in random order. All of them have been looked up once
// before that is timed, so that their pages are there.
func lookupStep(ctx context.Context, job measure.SnapshotJob) (done *measure.SnapshotDone, err error) {
	s, err := store.Open(job.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	sample, err := sampleKeys(s)
	if err != nil {
		return nil, err
	}
	if err := sample.find(0, len(sample.keys)); err != nil {
		return nil, err
	}
	done = &measure.SnapshotDone{}
	for round := range lookupRounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		start := time.Now()
		if err := sample.find(round*lookupKeys, lookupKeys); err != nil {
			return nil, err
		}
		done.Times = append(done.Times, time.Since(start)/lookupKeys)
	}
	return done, nil
}

// keySample is keys of a snapshot, with their rows, in random order.
type keySample struct {
	dictionary interface {
		FindInt(key int64) (row uint32, ok bool, err error)
	}
	keys []int64
	rows []uint32
}

// sampleKeys takes keys of a snapshot, as many from each block as from any other.
func sampleKeys(s *store.Snapshot) (*keySample, error) {
	dictionary, err := s.Dictionary()
	if err != nil {
		return nil, err
	}
	sample := &keySample{dictionary: dictionary}
	every := uint32(max(s.Rows()/maxSample, 1))
	for block := range s.Blocks() {
		values, err := s.Keys().Block(block)
		if err != nil {
			return nil, err
		}
		var within []uint32
		for row := uint32(0); int(row) < values.Len(); row += every {
			within = append(within, row)
			sample.rows = append(sample.rows, uint32(block)*bitmap.BlockRows+row)
		}
		sample.keys = values.Ints(sample.keys, within)
	}
	if len(sample.keys) == 0 {
		return nil, errors.New("the snapshot has no customers")
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(sample.keys), func(i, j int) {
		sample.keys[i], sample.keys[j] = sample.keys[j], sample.keys[i]
		sample.rows[i], sample.rows[j] = sample.rows[j], sample.rows[i]
	})
	return sample, nil
}

// find looks n keys up, from the one at a place on, and over again where they end.
func (k *keySample) find(place, n int) error {
	for i := range n {
		at := (place + i) % len(k.keys)
		row, ok, err := k.dictionary.FindInt(k.keys[at])
		if err != nil {
			return err
		}
		if !ok || row != k.rows[at] {
			return fmt.Errorf("key %d is found: %t, in row %d, expected row %d", k.keys[at], ok, row, k.rows[at])
		}
	}
	return nil
}
