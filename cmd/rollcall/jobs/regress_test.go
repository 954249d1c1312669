package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
)

// daily is the schedule of the tests below.
var daily = model.Schedule{Type: "daily", Time: "06:00"}

// TestFinishedIsNotBusy asks whether a parent segment is busy as soon as Finished may be
// asked: a scheduler that Finished wakes must not find the job that has just ended.
func TestFinishedIsNotBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, t.TempDir())
		woken := make(chan struct{})
		runner := New(Options{
			Registry: r,
			Work: map[registry.JobKind]Work{registry.Build: func(context.Context, registry.Job, func(registry.Progress)) (json.RawMessage, error) {
				return nil, nil
			}},
			Finished: func(registry.Job) { woken <- struct{}{}; <-woken },
		})
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		submit(t, runner, registry.Build, "A")
		<-woken
		if runner.Busy("A") {
			t.Error("A is busy, and its job has ended")
		}
		woken <- struct{}{}
		if err := runner.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestCancelledWaitsForTheNextDueTime cancels a scheduled run: it is not begun again at once.
func TestCancelledWaitsForTheNextDueTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, t.TempDir())
		each := plan(t, "A", daily)
		job, err := r.QueueJob(t.Context(), registry.JobInput{Kind: registry.Refresh, Parent: "A"}, "scheduler")
		if err != nil {
			t.Fatal(err)
		}
		finish(t, r, job.ID, registry.Cancelled)
		at, ok, err := NextRun(t.Context(), r, each, time.Now().Add(time.Second))
		if want := time.Now().Add(6*time.Hour + each.Schedule.Jitter()); err != nil || !ok || !at.Equal(want) {
			t.Errorf("the next run is at %v, %t, %v; want %v", at, ok, err, want)
		}
	})
}

// TestCrashesWait has a load end the process as often as it is started: what submits it
// anew waits longer each time.
func TestCrashesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, t.TempDir())
		each := plan(t, "A", daily)
		job, err := r.QueueJob(t.Context(), registry.JobInput{Kind: registry.Refresh, Parent: "A"}, "scheduler")
		if err != nil {
			t.Fatal(err)
		}
		for id := job.ID; ; {
			if _, err := r.StartJob(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			recovered, err := r.Recover(t.Context())
			if err != nil || len(recovered) != 1 {
				t.Fatalf("%v, %v", recovered, err)
			}
			if recovered[0].Again == nil {
				break
			}
			id = recovered[0].Again.ID
		}
		at, ok, err := NextRun(t.Context(), r, each, time.Now())
		if want := time.Now().Add(each.Schedule.Backoff(registry.MaxAttempts)); err != nil || !ok || !at.Equal(want) {
			t.Errorf("the next run is at %v, %t, %v; want %v", at, ok, err, want)
		}
	})
}

// TestClockSetBack has a load end while the clock is a year ahead: when it is right again
// the next run does not wait for a year.
func TestClockSetBack(t *testing.T) {
	for _, state := range []registry.JobState{registry.Succeeded, registry.Failed} {
		t.Run(string(state), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := open(t, t.TempDir())
				each := plan(t, "A", daily)
				right := time.Now()
				time.Sleep(365 * 24 * time.Hour)
				job, err := r.QueueJob(t.Context(), registry.JobInput{Kind: registry.Refresh, Parent: "A"}, "scheduler")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.StartJob(t.Context(), job.ID); err != nil {
					t.Fatal(err)
				}
				finish(t, r, job.ID, state)
				at, ok, err := NextRun(t.Context(), r, each, right.Add(12*time.Hour))
				if err != nil || !ok || at.Sub(right) > 48*time.Hour {
					t.Errorf("the next run is at %v, %t, %v; want it within a day of %v", at, ok, err, right)
				}
				later := right.Add(10 * 24 * time.Hour) // days after, still nothing newer than the wrong clock
				if at, ok, err = NextRun(t.Context(), r, each, later); err != nil || !ok || at.After(later) {
					t.Errorf("ten days after it is at %v, %t, %v; want it to be due", at, ok, err)
				}
			})
		})
	}
}

// TestCancelWhileClosing cancels a job that is being interrupted: it is done again, so that
// nobody may be told that it was cancelled.
func TestCancelWhileClosing(t *testing.T) {
	r := open(t, t.TempDir())
	began, told, leave := make(chan struct{}), make(chan struct{}), make(chan struct{})
	work := func(ctx context.Context, _ registry.Job, _ func(registry.Progress)) (json.RawMessage, error) { //nolint:unparam // it is a Work
		close(began)
		<-ctx.Done()
		close(told)
		<-leave
		return nil, ctx.Err()
	}
	runner := New(Options{Registry: r, Work: map[registry.JobKind]Work{registry.Build: work}})
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	job := submit(t, runner, registry.Build, "A")
	<-began
	grace, over := context.WithCancel(t.Context())
	over()
	closed := make(chan error, 1)
	go func() { closed <- runner.Close(grace) }()
	<-told
	err := runner.Cancel(t.Context(), job.ID, "Ana")
	close(leave)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	kept, errJob := r.Job(t.Context(), job.ID)
	if errJob != nil {
		t.Fatal(errJob)
	}
	if err == nil && kept.State != registry.Cancelled || err != nil && !errors.Is(err, ErrStopped) {
		t.Errorf("cancelling answered %v, and the job is %s", err, kept.State)
	}
}

// finish ends a job.
func finish(t *testing.T, r *registry.Registry, id uint64, state registry.JobState) {
	t.Helper()
	if _, err := r.FinishJob(t.Context(), id, registry.JobEnd{State: state}); err != nil {
		t.Fatal(err)
	}
}
