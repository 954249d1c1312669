package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// modelJob is what the model knows of a job.
type modelJob struct {
	in      registry.JobInput
	state   registry.JobState
	attempt int
}

// modelWorld is the model: a runner that is written again as plainly as can be.
type modelWorld struct {
	loads int // that run at a time
	jobs  map[uint64]*modelJob
	last  uint64
}

// ids returns the numbers of the jobs of a state, oldest first.
func (m *modelWorld) ids(state registry.JobState) []uint64 {
	var out []uint64
	for _, id := range slices.Sorted(maps.Keys(m.jobs)) {
		if m.jobs[id].state == state {
			out = append(out, id)
		}
	}
	return out
}

func (m *modelWorld) add(in registry.JobInput, attempt int) uint64 {
	m.last++
	m.jobs[m.last] = &modelJob{in, registry.Queued, attempt}
	return m.last
}

// submit returns the number of the job that a submitted one is.
func (m *modelWorld) submit(in registry.JobInput) uint64 {
	for _, id := range m.ids(registry.Queued) {
		if in.Kind != registry.Export && equal(m.jobs[id].in, in) {
			return id
		}
	}
	id := m.add(in, 0)
	m.dispatch()
	return id
}

// dispatch starts what can start: the oldest that waits and is not kept from it, until
// there is none.
func (m *modelWorld) dispatch() {
	for _, id := range m.ids(registry.Queued) {
		if m.free(id) {
			m.jobs[id].state = registry.Running
		}
	}
}

// free reports whether a job that waits can start.
func (m *modelWorld) free(id uint64) bool {
	job := m.jobs[id]
	exports, loads := 0, 0
	for _, other := range m.ids(registry.Running) {
		switch o := m.jobs[other]; {
		case o.in.Kind == registry.Export:
			exports++
		case o.in.Parent == job.in.Parent && job.in.Kind != registry.Export:
			return false
		default:
			loads++
		}
	}
	if job.in.Kind == registry.Export {
		return exports < DefaultExports
	}
	for _, other := range m.ids(registry.Queued) {
		if o := m.jobs[other]; other < id && o.in.Kind != registry.Export && o.in.Parent == job.in.Parent {
			return false
		}
	}
	return loads < m.loads
}

// crash ends the process and starts another.
func (m *modelWorld) crash() {
	for _, id := range m.ids(registry.Running) {
		job := m.jobs[id]
		job.state = registry.Interrupted
		if tried := max(job.attempt, 1); tried < registry.MaxAttempts {
			m.add(job.in, tried+1)
		}
	}
	m.dispatch()
}

// restart ends the process in good order and starts another.
func (m *modelWorld) restart() {
	for _, id := range m.ids(registry.Running) {
		m.jobs[id].state = registry.Queued
	}
	m.dispatch()
}

// dying is a registry of a process that dies before it can put jobs back.
type dying struct{ *registry.Registry }

func (dying) PutBackJob(context.Context, uint64) (registry.Job, error) {
	return registry.Job{}, errors.New("the process has died")
}

// end is how a job is told to end.
type end int

const (
	good end = iota
	bad
	panicking
	useless // its result is not JSON
	ends
)

// machine is the real thing, whose work is told when and how to end. Its methods are for a
// bubble of synthetic time, where a step is over when all goroutines wait.
type machine struct {
	seed     uint64 // for messages
	dir      string
	loads    int // that run at a time
	registry *registry.Registry
	runner   *Runner
	mu       sync.Mutex
	tell     map[uint64]chan end // of those that run
	finished map[uint64]int      // how often Finished was called with a job
}

// work ends as it is told, or when it is to stop.
func (m *machine) work(ctx context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error) {
	told := make(chan end)
	m.mu.Lock()
	m.tell[job.ID] = told
	m.mu.Unlock()
	report(registry.Progress{Done: 1, What: "rows"})
	select {
	case how := <-told:
		switch how {
		case bad:
			return nil, errors.New("the source is gone")
		case panicking:
			panic(job)
		case useless:
			return json.RawMessage("{"), nil
		}
		return json.RawMessage("1"), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("reading: %w", ctx.Err())
	}
}

// start starts a process over the folder.
func (m *machine) start(t *testing.T) {
	t.Helper()
	r, err := openIn(t.Context(), m.dir)
	if err != nil {
		t.Fatal(err)
	}
	m.registry, m.tell = r, map[uint64]chan end{}
	m.runner = New(Options{
		Registry: r, Loads: m.loads, Work: map[registry.JobKind]Work{registry.Build: m.work, registry.Refresh: m.work, registry.Export: m.work},
		Finished: func(job registry.Job) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.finished[job.ID]++
		},
	})
	if err := m.runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// kill ends the process so that to the registry it is as if it was killed.
func (m *machine) kill(t *testing.T) {
	t.Helper()
	m.runner.kept = dying{m.registry}
	m.stop(t)
}

// stop ends the process in good order, without grace.
func (m *machine) stop(t *testing.T) {
	t.Helper()
	none, cancel := context.WithCancel(t.Context())
	cancel()
	if err := errors.Join(m.runner.Close(none), m.registry.Close()); err != nil {
		t.Error(err)
	}
}

// end tells a job that runs how to end.
func (m *machine) end(id uint64, how end) {
	m.mu.Lock()
	told := m.tell[id]
	m.mu.Unlock()
	told <- how
	synctest.Wait()
}

// compare compares what the registry has with the model.
func (m *machine) compare(t *testing.T, want *modelWorld, step string) {
	t.Helper()
	busy := map[string]bool{}
	for id, job := range want.jobs {
		got, err := m.registry.Job(t.Context(), id)
		if err != nil {
			t.Fatalf("%s: job %d: %v", step, id, err)
		}
		if got.State != job.state || got.Attempt != job.attempt || !equal(got.JobInput, job.in) {
			t.Fatalf("%s: job %d is %s, attempt %d, %s of %s; want %+v", step, id, got.State, got.Attempt, got.Kind, got.Parent, *job)
		}
		told := 0
		if job.state == registry.Succeeded || job.state == registry.Failed || job.state == registry.Cancelled {
			told = 1
		}
		if m.finished[id] != told {
			t.Fatalf("%s: Finished was called %d times with job %d, which is %s", step, m.finished[id], id, got.State)
		}
		busy[job.in.Parent] = busy[job.in.Parent] || !job.state.Finished() && job.in.Kind != registry.Export
	}
	for _, parent := range parents {
		if m.runner.Busy(parent) != busy[parent] {
			t.Fatalf("%s: Busy(%q) is %t", step, parent, !busy[parent])
		}
	}
	page, err := m.registry.Jobs(t.Context(), registry.JobFilter{}, "", registry.MaxPage)
	if err != nil || len(page.Items) != len(want.jobs) {
		t.Fatalf("%s: %d jobs, %v; want %d", step, len(page.Items), err, len(want.jobs))
	}
}

// TestModel submits, ends and cancels jobs and ends the process, in any order, and compares
// each state with the model's.
func TestModel(t *testing.T) {
	seed := bitmaptest.Seed()
	for round := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, round))
		synctest.Test(t, func(t *testing.T) {
			loads := 1 + int(round%2)
			m := &machine{seed: seed, dir: t.TempDir(), loads: loads, finished: map[uint64]int{}}
			want := &modelWorld{loads: loads, jobs: map[uint64]*modelJob{}}
			m.start(t)
			defer m.stop(t) // after a failure too: no goroutine may be left in the bubble
			for n := range 60 {
				step := fmt.Sprintf("seed %d, round %d, step %d: %s", seed, round, n, m.step(t, random, want))
				synctest.Wait()
				m.compare(t, want, step)
			}
		})
	}
}

// step does one thing, to both, and returns what.
func (m *machine) step(t *testing.T, random *rand.Rand, want *modelWorld) string {
	t.Helper()
	running, waiting := want.ids(registry.Running), want.ids(registry.Queued)
	switch p := random.IntN(100); {
	case p < 45 || want.last == 0:
		kinds := []registry.JobKind{registry.Build, registry.Refresh, registry.Export}
		in := registry.JobInput{Kind: kinds[random.IntN(3)], Parent: parents[random.IntN(2)]}
		if random.IntN(3) == 0 {
			in.Request = json.RawMessage(`{"full":true}`)
		}
		job, err := m.runner.Submit(t.Context(), in, "Ana")
		if id := want.submit(in); err != nil || job.ID != id {
			t.Fatalf("seed %d: submitted %+v: job %d, %v; want %d", m.seed, in, job.ID, err, id)
		}
		return fmt.Sprintf("submit job %d", job.ID)
	case p < 75 && len(running) > 0:
		id, how := running[random.IntN(len(running))], end(random.IntN(int(ends)))
		m.end(id, how)
		want.jobs[id].state = registry.Failed
		if how == good {
			want.jobs[id].state = registry.Succeeded
		}
		want.dispatch()
		return fmt.Sprintf("end job %d with %d", id, how)
	case p < 93:
		id := uint64(random.IntN(int(want.last)) + 1)
		if len(waiting) > 0 && random.IntN(2) == 0 {
			id = waiting[random.IntN(len(waiting))]
		}
		err := m.runner.Cancel(t.Context(), id, "Ana")
		var state *registry.StateError
		if ended := want.jobs[id].state.Finished(); ended != errors.As(err, &state) || !ended && err != nil {
			t.Fatalf("seed %d: cancelled job %d, %s: %v", m.seed, id, want.jobs[id].state, err)
		} else if !ended {
			want.jobs[id].state = registry.Cancelled
			want.dispatch()
		}
		return fmt.Sprintf("cancel job %d", id)
	}
	if random.IntN(2) == 0 {
		m.stop(t)
		want.restart()
		m.start(t)
		return "end of the process in good order"
	}
	m.kill(t)
	want.crash()
	m.start(t)
	return "death of the process"
}
