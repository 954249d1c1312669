package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// killedDir is the variable by which TestMain is told to run jobs until it is killed.
const killedDir = "ROLLCALL_JOBS_KILLED_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		fmt.Println("error", runUntilKilled(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// open opens a registry in a folder, with the parent segments of the tests.
func open(t testing.TB, dir string) *registry.Registry {
	t.Helper()
	r, err := openIn(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// parents are the parent segments of the tests.
var parents = []string{"A", "B"}

func openIn(ctx context.Context, dir string) (*registry.Registry, error) {
	r, err := registry.Open(ctx, dir, registry.Options{})
	if err != nil {
		return nil, err
	}
	if _, _, err := r.PutConnection(ctx, registry.ConnectionInput{Name: "shop", Kind: registry.Files, URI: "/shop"}, nil, "Ana"); err != nil {
		return nil, err
	}
	for _, name := range parents {
		in := registry.ParentInput{Name: name, Text: "name: " + name, Form: "book", Mode: registry.Copied, Connections: []string{"shop"}}
		if _, _, err := r.PutParent(ctx, in, "Ana"); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// gate is work whose jobs wait until they are let go, or told to stop.
type gate struct {
	began chan registry.Job // each as it begins
	let   chan func() error // what the next one to end returns
}

func newGate() *gate {
	return &gate{began: make(chan registry.Job, 100), let: make(chan func() error)}
}

func (g *gate) work(ctx context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error) {
	g.began <- job
	report(registry.Progress{Done: 1, Total: 2, What: "rows"})
	select {
	case end := <-g.let:
		if err := end(); err != nil {
			return nil, err
		}
		return json.RawMessage(`{"rows":1}`), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("reading: %w", ctx.Err())
	}
}

func (g *gate) all() map[registry.JobKind]Work {
	return map[registry.JobKind]Work{registry.Build: g.work, registry.Refresh: g.work, registry.Export: g.work}
}

// succeed and fail are how jobs of a gate end.
func succeed() error { return nil }

func fail() error { return errors.New("the source is gone") }

// started returns a runner over a registry that has started.
func started(t *testing.T, r *registry.Registry, work map[registry.JobKind]Work) *Runner {
	t.Helper()
	runner := New(Options{Registry: r, Work: work})
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		if err := runner.Close(now); err != nil {
			t.Error(err)
		}
	})
	return runner
}

// submit submits a job.
func submit(t *testing.T, runner *Runner, kind registry.JobKind, parent string) registry.Job {
	t.Helper()
	job, err := runner.Submit(t.Context(), registry.JobInput{Kind: kind, Parent: parent}, "Ana")
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// wait waits for a job and checks how it ended.
func wait(t *testing.T, runner *Runner, id uint64, want registry.JobState) registry.Job {
	t.Helper()
	job, err := runner.Wait(t.Context(), id)
	if err != nil {
		t.Fatalf("job %d: %v", id, err)
	}
	if job.State != want {
		t.Errorf("job %d is %s (%s), want %s", id, job.State, job.Error, want)
	}
	return job
}
