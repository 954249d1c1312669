package jobs

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// TestRestartsAreNoAttempts restarts the server in good order more often than a job is
// tried: it is put back each time, with its number, and done in the end.
func TestRestartsAreNoAttempts(t *testing.T) {
	r := open(t, t.TempDir())
	g := newGate()
	var job registry.Job
	for restart := range 2 * registry.MaxAttempts {
		runner := New(Options{Registry: r, Work: g.all()})
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if restart == 0 {
			job = submit(t, runner, registry.Export, "A")
		}
		if began := <-g.began; began.ID != job.ID || began.Attempt != 0 {
			t.Fatalf("restart %d: began job %d, attempt %d; want job %d", restart, began.ID, began.Attempt, job.ID)
		}
		now, cancel := context.WithCancel(t.Context())
		cancel()
		if err := runner.Close(now); err != nil {
			t.Fatal(err)
		}
		kept, err := r.Job(t.Context(), job.ID)
		if err != nil || kept.State != registry.Queued || !kept.Started.IsZero() || !kept.Finished.IsZero() || kept.Progress != (registry.Progress{}) {
			t.Fatalf("restart %d: %+v, %v; want it to wait", restart, kept, err)
		}
	}
	runner := started(t, r, g.all())
	<-g.began
	g.let <- succeed
	wait(t, runner, job.ID, registry.Succeeded)
	page, err := r.Jobs(t.Context(), registry.JobFilter{}, "", 0)
	if err != nil || len(page.Items) != 1 {
		t.Errorf("%d jobs, %v; want one", len(page.Items), err)
	}
}

// full is a registry on a disk that takes no starts and no ends for some calls.
type full struct {
	*registry.Registry
	starts, ends int // that fail before one does not; below 0: all
}

func (f *full) StartJob(ctx context.Context, id uint64) (registry.Job, error) {
	if f.starts != 0 {
		f.starts--
		return registry.Job{}, syscall.ENOSPC
	}
	return f.Registry.StartJob(ctx, id)
}

func (f *full) FinishJob(ctx context.Context, id uint64, end registry.JobEnd) (registry.Job, error) {
	if f.ends != 0 {
		f.ends--
		return registry.Job{}, syscall.ENOSPC
	}
	return f.Registry.FinishJob(ctx, id, end)
}

// onFullDisk returns a runner over a registry whose disk is full, and the registry.
func onFullDisk(t *testing.T, g *gate, starts, ends int) (*Runner, *registry.Registry) {
	t.Helper()
	r := open(t, t.TempDir())
	runner := New(Options{Registry: r, Work: g.all()})
	runner.kept = &full{r, starts, ends}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return runner, r
}

// TestFullDisk has the disk take neither the start nor the end of a job for a while: it is
// done once, and its end is kept when there is room.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		runner, _ := onFullDisk(t, g, 3, 8)
		start := time.Now()
		job := submit(t, runner, registry.Export, "A")
		<-g.began
		if waited := time.Since(start); waited != 7*time.Second {
			t.Errorf("the job began after %v, want 1 s, 2 s and 4 s", waited)
		}
		g.let <- succeed
		start = time.Now()
		wait(t, runner, job.ID, registry.Succeeded)
		if waited := time.Since(start); waited != (1+2+4+8+16+32+60+60)*time.Second {
			t.Errorf("its end was kept after %v", waited)
		}
		if err := runner.Close(t.Context()); err != nil || len(g.began) != 0 {
			t.Errorf("%v, and %d jobs began again", err, len(g.began))
		}
	})
}

// TestFullDiskCancel cancels a job whose start the disk does not take.
func TestFullDiskCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		runner, _ := onFullDisk(t, g, -1, 0)
		job := submit(t, runner, registry.Build, "A")
		synctest.Wait()
		if err := runner.Cancel(t.Context(), job.ID, "Ana"); err != nil {
			t.Error(err)
		}
		wait(t, runner, job.ID, registry.Cancelled)
		if err := runner.Close(t.Context()); err != nil || runner.Busy("A") || len(g.began) != 0 {
			t.Errorf("%v, and %d jobs began", err, len(g.began))
		}
	})
}

// TestFullDiskClose closes a runner whose disk stays full: it waits for nothing, and what
// is kept is what the next start goes on from.
func TestFullDiskClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		runner, r := onFullDisk(t, g, 0, -1)
		job := submit(t, runner, registry.Build, "A")
		<-g.began
		g.let <- succeed
		synctest.Wait()
		start := time.Now()
		if err := runner.Close(t.Context()); err != nil || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if _, err := runner.Wait(t.Context(), job.ID); !errors.Is(err, ErrStopped) {
			t.Errorf("waiting for it: %v", err)
		}
		recovered, err := r.Recover(t.Context())
		if err != nil || len(recovered) != 1 || recovered[0].Again == nil {
			t.Errorf("the next start finds %+v, %v", recovered, err)
		}
	})
}
