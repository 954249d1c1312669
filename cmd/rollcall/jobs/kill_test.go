package jobs

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// runUntilKilled starts what the process before has left, and submits jobs for ever; it
// prints what is acknowledged, a line each.
func runUntilKilled(ctx context.Context, dir string) error {
	r, err := openIn(ctx, dir)
	if err != nil {
		return err
	}
	quick := func(_ context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error) { //nolint:unparam // it is a Work
		report(registry.Progress{Done: 1})
		return json.RawMessage(strconv.FormatUint(job.ID, 10)), nil
	}
	runner := New(Options{
		Registry: r, Work: map[registry.JobKind]Work{registry.Build: quick, registry.Refresh: quick, registry.Export: quick},
		Finished: func(job registry.Job) { fmt.Println("ended", job.ID) },
	})
	if err := runner.Start(ctx); err != nil {
		return err
	}
	kinds := []registry.JobKind{registry.Build, registry.Refresh, registry.Export}
	for n := 0; ; n++ {
		job, err := runner.Submit(ctx, registry.JobInput{Kind: kinds[n%3], Parent: parents[n%2]}, "Ana")
		if err != nil {
			return err
		}
		fmt.Println("queued", job.ID)
		if n%5 == 4 { // else the queue would only grow
			if _, err := runner.Wait(ctx, job.ID); err != nil {
				return err
			}
		}
	}
}

// TestKill kills a process that runs jobs, again and again: none that was acknowledged is
// lost, none is stuck, and what has ended is not done again.
func TestKill(t *testing.T) {
	seed := bitmaptest.Seed()
	random := rand.New(rand.NewPCG(seed, 6))
	dir := t.TempDir()
	queued, ended := map[uint64]bool{}, map[uint64]bool{}
	const kills = 8
	for range kills {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), killedDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		after := random.IntN(60)
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == after {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			words := strings.Fields(lines.Text())
			id, err := strconv.ParseUint(words[len(words)-1], 10, 64)
			if err != nil {
				t.Fatalf("seed %d: %s", seed, lines.Text())
			}
			map[string]map[uint64]bool{"queued": queued, "ended": ended}[words[0]][id] = true
		}
		if err := cmd.Wait(); err == nil {
			t.Fatalf("seed %d: the process ended by itself", seed)
		}
	}
	r := open(t, dir)
	runs := map[uint64]bool{}
	work := func(_ context.Context, job registry.Job, _ func(registry.Progress)) (json.RawMessage, error) { //nolint:unparam // it is a Work
		if ended[job.ID] {
			t.Errorf("seed %d: job %d is done again", seed, job.ID)
		}
		return nil, nil
	}
	runner := started(t, r, map[registry.JobKind]Work{registry.Build: work, registry.Refresh: work, registry.Export: work})
	for id := range queued {
		job, err := runner.Wait(t.Context(), id)
		if unknown := (*registry.NotFoundError)(nil); err != nil {
			if !errors.As(err, &unknown) { // pruned: it has ended long ago
				t.Errorf("seed %d: job %d: %v", seed, id, err)
			}
			continue
		}
		runs[id] = true
		if job.State != registry.Succeeded && job.State != registry.Interrupted {
			t.Errorf("seed %d: job %d is %s: %s", seed, id, job.State, job.Error)
		}
	}
	pruned := uint64(0)
	for _, parent := range parents {
		n, err := r.PrunedJobs(t.Context(), parent)
		if err != nil {
			t.Fatal(err)
		}
		pruned += n
	}
	if missing := uint64(len(queued) - len(runs)); missing > pruned {
		t.Errorf("seed %d: %d jobs are missing, %d were pruned", seed, missing, pruned)
	}
	t.Logf("tally: %d kills of a runner, %d jobs acknowledged, none lost (seed %d)", kills, len(queued), seed)
}
