package rollcall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
	"github.com/rollcall-db/rollcall/bench/measure"
)

// TestSteps makes the steps of a snapshot's life in this process. That the
// compacted snapshot is the one that is built from nothing, measure.Snapshot checks.
func TestSteps(t *testing.T) {
	data := contendertest.Write(t)
	o := measure.Options{Runs: 1, Progress: func(string, int, int) {}}
	made := map[string]*measure.SnapshotDone{}
	do := func(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
		done, err := Step(ctx, job)
		made[job.Step] = done
		return done, err
	}
	r, err := measure.Snapshot(t.Context(), data.Base, data.Add, t.TempDir(), do, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Steps {
		if s.Seconds <= 0 || s.SizeBytes <= 0 {
			t.Errorf("%s took %v seconds and left %d bytes", s.Step, s.Seconds, s.SizeBytes)
		}
	}
	parts := int64(0)
	for _, bytes := range r.Parts {
		parts += bytes
	}
	if parts <= 0 || parts >= r.SizeBytes {
		t.Errorf("the parts have %d bytes, the folder, which manifests are in, too, %d", parts, r.SizeBytes)
	}
	if got := len(made[measure.StepOpen].Times); got != openTimes {
		t.Errorf("the snapshot was opened %d times, want %d", got, openTimes)
	}
	for _, took := range made[measure.StepLookup].Times {
		if took <= 0 || took > time.Second {
			t.Errorf("looking a key up took %v", took)
		}
	}
	if diff := cmp.Diff(made[measure.StepRebuild].Rows, made[measure.StepRefresh].Rows); diff != "" {
		t.Errorf("rows of a full build (-) and a refresh (+):\n%s", diff)
	}
}

func TestStepErrors(t *testing.T) {
	if _, err := Step(t.Context(), measure.SnapshotJob{Step: "polish"}); fmt.Sprint(err) != `there is no step "polish"` {
		t.Errorf("a step that is not there: %v", err)
	}
	data := contendertest.Write(t)
	dir := filepath.Join(t.TempDir(), "snapshot")
	job := measure.SnapshotJob{Step: measure.StepBuild, Parent: data.Base.ParentFile(), Source: data.Base.Dir, Dir: dir}
	if _, err := Step(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	events := filepath.Join(dir, "00000001", "behavior-0000-0000.events")
	bytes, err := os.ReadFile(events)
	if err != nil {
		t.Fatal(err)
	}
	bytes[len(bytes)/2] ^= 1
	if err := os.WriteFile(events, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	job.Step = measure.StepVerify
	if _, err := Step(t.Context(), job); err == nil || !strings.Contains(err.Error(), "behavior-0000-0000.events") {
		t.Errorf("a damaged file: %v, want an error that names it", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, step := range []string{measure.StepOpen, measure.StepLookup, measure.StepCompact, measure.StepRebuild} {
		job.Step = step
		if _, err := Step(ended, job); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, interrupted: %v", step, err)
		}
	}
}
