package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// TestOrder runs loads of one parent segment one after the other, those of others and
// exports beside them.
func TestOrder(t *testing.T) {
	g := newGate()
	runner := started(t, open(t, t.TempDir()), g.all())
	build := submit(t, runner, registry.Build, "A")
	if job := <-g.began; job.ID != build.ID || job.State != registry.Running || job.Started.IsZero() {
		t.Errorf("began %+v", job)
	}
	refresh := submit(t, runner, registry.Refresh, "A")
	if again := submit(t, runner, registry.Refresh, "A"); again.ID != refresh.ID {
		t.Errorf("an equal refresh that waits is job %d, want %d", again.ID, refresh.ID)
	}
	full, err := runner.Submit(t.Context(), registry.JobInput{Kind: registry.Refresh, Parent: "A", Request: json.RawMessage(`{"full":true}`)}, "Ana")
	if err != nil || full.ID == refresh.ID {
		t.Errorf("another refresh is job %d, %v", full.ID, err)
	}
	other := submit(t, runner, registry.Build, "B")
	if job := <-g.began; job.ID != other.ID {
		t.Errorf("began %+v, want the build of B", job)
	}
	exports := []registry.Job{submit(t, runner, registry.Export, "A"), submit(t, runner, registry.Export, "A"), submit(t, runner, registry.Export, "A")}
	for range DefaultExports {
		if job := <-g.began; job.Kind != registry.Export {
			t.Errorf("began %+v, want an export", job)
		}
	}
	if !runner.Busy("A") || !runner.Busy("B") || runner.Busy("C") {
		t.Error("Busy is wrong")
	}
	select {
	case job := <-g.began:
		t.Errorf("began %+v, want nobody", job)
	default:
	}
	for range 7 {
		g.let <- succeed
	}
	for _, id := range []uint64{build.ID, refresh.ID, full.ID, other.ID, exports[0].ID, exports[1].ID, exports[2].ID} {
		if job := wait(t, runner, id, registry.Succeeded); string(job.Result) != `{"rows":1}` {
			t.Errorf("job %d has the result %s", id, job.Result)
		}
	}
	if runner.Busy("A") {
		t.Error("A is busy, and all jobs have ended")
	}
}

// TestEnds lets jobs end in every way.
func TestEnds(t *testing.T) {
	g := newGate()
	work := g.all()
	work[registry.Export] = func(context.Context, registry.Job, func(registry.Progress)) (json.RawMessage, error) {
		panic("key 007")
	}
	r := open(t, t.TempDir())
	runner := started(t, r, work)

	job := submit(t, runner, registry.Build, "A")
	<-g.began
	g.let <- fail
	if got := wait(t, runner, job.ID, registry.Failed); got.Error != "the source is gone" {
		t.Errorf("error %q", got.Error)
	}
	job = submit(t, runner, registry.Export, "A")
	if got := wait(t, runner, job.ID, registry.Failed); !strings.HasPrefix(got.Error, "the job has met a fault of the program") || strings.Contains(got.Error, "007") {
		t.Errorf("error %q", got.Error)
	}
	running, waiting := submit(t, runner, registry.Build, "A"), submit(t, runner, registry.Refresh, "A")
	<-g.began
	if err := runner.Cancel(t.Context(), waiting.ID, "Ana"); err != nil {
		t.Error(err)
	}
	if err := runner.Cancel(t.Context(), running.ID, "Ana"); err != nil {
		t.Error(err)
	}
	for _, id := range []uint64{running.ID, waiting.ID} {
		if got := wait(t, runner, id, registry.Cancelled); got.Error != "the job was cancelled" {
			t.Errorf("job %d: error %q", id, got.Error)
		}
	}
	var state *registry.StateError
	if err := runner.Cancel(t.Context(), running.ID, "Ana"); !errors.As(err, &state) || state.From != registry.Cancelled {
		t.Errorf("cancelling again: %v", err)
	}
	var unknown *registry.NotFoundError
	if err := runner.Cancel(t.Context(), 99, "Ana"); !errors.As(err, &unknown) {
		t.Errorf("cancelling job 99: %v", err)
	}
	if _, err := runner.Wait(t.Context(), 99); !errors.As(err, &unknown) {
		t.Errorf("waiting for job 99: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	job = submit(t, runner, registry.Build, "A")
	<-g.began
	if _, err := runner.Wait(gone, job.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting without time: %v", err)
	}
	g.let <- succeed
	wait(t, runner, job.ID, registry.Succeeded)
}

// TestRefused submits jobs that cannot be.
func TestRefused(t *testing.T) {
	r := open(t, t.TempDir())
	g := newGate()
	runner := New(Options{Registry: r, Work: map[registry.JobKind]Work{registry.Build: g.work}})
	if _, err := runner.Submit(t.Context(), registry.JobInput{Kind: registry.Build, Parent: "A"}, "Ana"); !errors.Is(err, ErrStopped) {
		t.Errorf("before the start: %v", err)
	}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kind *UnknownKindError
	if _, err := runner.Submit(t.Context(), registry.JobInput{Kind: registry.Export, Parent: "A"}, "Ana"); !errors.As(err, &kind) {
		t.Errorf("a kind that nobody does: %v", err)
	}
	var unknown *registry.NotFoundError
	if _, err := runner.Submit(t.Context(), registry.JobInput{Kind: registry.Build, Parent: "Z"}, "Ana"); !errors.As(err, &unknown) {
		t.Errorf("a parent segment that there is not: %v", err)
	}
	if err := runner.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := runner.Submit(t.Context(), registry.JobInput{Kind: registry.Build, Parent: "A"}, "Ana"); !errors.Is(err, ErrStopped) {
		t.Errorf("after the end: %v", err)
	}
}

// TestResultTooLarge has work return what the registry does not take.
func TestResultTooLarge(t *testing.T) {
	work := func(context.Context, registry.Job, func(registry.Progress)) (json.RawMessage, error) { //nolint:unparam // it is a Work
		return json.RawMessage(`"` + strings.Repeat("x", registry.MaxJSONBytes) + `"`), nil
	}
	runner := started(t, open(t, t.TempDir()), map[registry.JobKind]Work{registry.Build: work})
	job := wait(t, runner, submit(t, runner, registry.Build, "A").ID, registry.Failed)
	if !strings.HasPrefix(job.Error, "the result of the job cannot be kept: ") {
		t.Errorf("error %q", job.Error)
	}
}

// TestClose closes a runner with a job that ends in time, one that does not, and one that
// waits: the next process does those again that have not ended, once.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	r, err := openIn(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	exports, loads := newGate(), newGate()
	work := map[registry.JobKind]Work{registry.Build: loads.work, registry.Refresh: loads.work, registry.Export: exports.work}
	runner := New(Options{Registry: r, Work: work})
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	inTime, late, waiting := submit(t, runner, registry.Export, "A"), submit(t, runner, registry.Build, "B"), submit(t, runner, registry.Refresh, "B")
	<-exports.began
	<-loads.began
	grace, over := context.WithCancel(t.Context())
	closed := make(chan error, 1)
	go func() { closed <- runner.Close(grace) }()
	if _, err := runner.Wait(t.Context(), waiting.ID); !errors.Is(err, ErrStopped) {
		t.Errorf("waiting for a job that has not begun: %v", err)
	}
	exports.let <- succeed
	wait(t, runner, inTime.ID, registry.Succeeded)
	over()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if _, err := runner.Wait(t.Context(), late.ID); !errors.Is(err, ErrStopped) {
		t.Errorf("waiting for a job that was stopped: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, dir)
	runner = started(t, r, work)
	for range 2 {
		<-loads.began
		loads.let <- succeed
	}
	page, err := r.Jobs(t.Context(), registry.JobFilter{}, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	states := map[registry.JobState]int{}
	for _, job := range page.Items {
		if !job.State.Finished() {
			job = wait(t, runner, job.ID, registry.Succeeded)
		}
		states[job.State]++
	}
	if states[registry.Succeeded] != 3 || len(page.Items) != 3 {
		t.Errorf("jobs by state: %v, want 3 that succeeded", states)
	}
}
