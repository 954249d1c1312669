package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
	"github.com/rollcall-db/rollcall/engine/model"
)

// plan returns a schedule of a parent segment.
func plan(t *testing.T, parent string, of model.Schedule) Scheduled {
	t.Helper()
	s, err := schedule.New(of, time.UTC, parent)
	if err != nil {
		t.Fatal(err)
	}
	return Scheduled{parent, s}
}

// world is a scheduler over a runner, in a bubble of synthetic time.
type world struct {
	registry *registry.Registry
	runner   *Runner
	stop     func()
	began    []time.Time // the starts of loads of A
}

// begin starts a process over a folder, whose loads do what work says.
func begin(t *testing.T, dir string, plans []Scheduled, work func(n int) error) *world {
	t.Helper()
	r, err := openIn(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{registry: r}
	var scheduler *Scheduler
	load := func(context.Context, registry.Job, func(registry.Progress)) (json.RawMessage, error) { //nolint:unparam // it is a Work
		w.began = append(w.began, time.Now())
		time.Sleep(30 * time.Second) // of synthetic time
		return nil, work(len(w.began))
	}
	w.runner = New(Options{
		Registry: r, Work: map[registry.JobKind]Work{registry.Refresh: load},
		Finished: func(registry.Job) { scheduler.Wake() },
	})
	scheduler = NewScheduler(SchedulerOptions{
		Registry: r, Busy: w.runner.Busy,
		Parents: func(context.Context) ([]Scheduled, error) { return plans, nil },
		Submit: func(ctx context.Context, parent string) error {
			_, err := w.runner.Submit(ctx, registry.JobInput{Kind: registry.Refresh, Parent: parent}, "scheduler")
			return err
		},
	})
	if err := w.runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		scheduler.Run(ctx)
	}()
	w.stop = func() {
		cancel()
		<-ended
		if err := errors.Join(w.runner.Close(t.Context()), r.Close()); err != nil {
			t.Error(err)
		}
	}
	return w
}

// TestDaily runs a daily schedule for days, across a restart and a day on which the server
// did not run.
func TestDaily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it begins at midnight, 2000-01-01 in UTC
		dir := t.TempDir()
		plans := []Scheduled{plan(t, "A", model.Schedule{Type: "daily", Time: "06:00"})}
		good := func(int) error { return nil }
		w := begin(t, dir, plans, good)
		time.Sleep(36 * time.Hour) // at once, since it never was; 06:00 of the first and of the second
		w.stop()
		first := w.began
		time.Sleep(48 * time.Hour) // 06:00 of the third and of the fourth come and go
		w = begin(t, dir, plans, good)
		time.Sleep(20 * time.Hour) // at once, and 06:00 of the fifth
		w.stop()
		jitter := plans[0].Schedule.Jitter().Truncate(time.Second)
		begun := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		want := []time.Duration{0, 6*time.Hour + jitter, 30*time.Hour + jitter, 84 * time.Hour, 102*time.Hour + jitter}
		var got []time.Duration
		for _, at := range slices.Concat(first, w.began) {
			got = append(got, at.Sub(begun).Truncate(time.Second))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("refreshes after midnight (-want +got):\n%s", diff)
		}
	})
}

// TestFailures has loads fail: each waits longer, over a restart too, and a success sets
// all back.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		plans := []Scheduled{plan(t, "A", model.Schedule{Type: "daily", Time: "06:00"})}
		w := begin(t, dir, plans, func(int) error { return errors.New("the source is gone") })
		time.Sleep(10 * time.Minute)
		w.stop()
		first := w.began
		w = begin(t, dir, plans, func(int) error { return nil })
		time.Sleep(time.Hour)
		w.stop()
		all := slices.Concat(first, w.began)
		if len(first) < 3 || len(w.began) != 1 {
			t.Fatalf("%d loads that failed, %d that did not: %v", len(first), len(w.began), all)
		}
		for i := 1; i < len(all); i++ {
			wait, want := all[i].Sub(all[i-1])-30*time.Second, plans[0].Schedule.Backoff(i)
			if wait < want || wait > want+time.Second {
				t.Errorf("load %d came %v after the failure before, want %v", i+1, wait, want)
			}
		}
	})
}

// TestNoOverlap has a schedule that is due more often than a load takes, beside another
// parent segment; and one of none that never runs.
func TestNoOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plans := []Scheduled{plan(t, "A", model.Schedule{Type: "cron", Cron: "* * * * *"}), plan(t, "B", model.Schedule{Type: "none"})}
		w := begin(t, t.TempDir(), plans, func(int) error { time.Sleep(5 * time.Minute); return nil })
		time.Sleep(time.Hour)
		w.stop()
		if len(w.began) < 10 || len(w.began) > 11 {
			t.Errorf("%d loads of five and a half minutes in an hour: %v", len(w.began), w.began)
		}
		for i := 1; i < len(w.began); i++ {
			if apart := w.began[i].Sub(w.began[i-1]); apart < 5*time.Minute+30*time.Second {
				t.Errorf("load %d began %v after the one before, which took longer", i+1, apart)
			}
		}
	})
}
