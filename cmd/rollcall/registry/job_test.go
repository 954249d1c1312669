package registry

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJobs(t *testing.T) {
	r := filled(t)
	ctx := t.Context()
	queue := func(kind JobKind) uint64 {
		t.Helper()
		return must[Job](t)(r.QueueJob(ctx, JobInput{kind, "CDNOW", json.RawMessage(`{"a": 1}`)}, "Ana")).ID
	}
	id := queue(Build)
	_, err := r.FinishJob(ctx, id, JobEnd{State: Succeeded})
	checkError(t, err, "job 1 is queued and cannot become succeeded")
	checkError(t, r.SetProgress(ctx, id, Progress{}), "job 1 is queued and cannot become running")
	must[Job](t)(r.StartJob(ctx, id))
	_, err = r.StartJob(ctx, id)
	checkError(t, err, "job 1 is running and cannot become running")
	if err := r.SetProgress(ctx, id, Progress{5, 10, "rows"}); err != nil {
		t.Fatal(err)
	}
	if back := must[Job](t)(r.PutBackJob(ctx, id)); back.State != Queued || !back.Started.IsZero() || back.Progress != (Progress{}) || back.Attempt != 0 {
		t.Errorf("put back %+v", back)
	}
	_, err = r.PutBackJob(ctx, id)
	checkError(t, err, "job 1 is queued and cannot become queued")
	must[Job](t)(r.StartJob(ctx, id))
	if err := r.SetProgress(ctx, id, Progress{5, 10, "rows"}); err != nil {
		t.Fatal(err)
	}
	must[Job](t)(r.FinishJob(ctx, id, JobEnd{Failed, strings.Repeat("ä", MaxErrorText), json.RawMessage(`{"b":2}`)}))
	job := must[Job](t)(r.Job(ctx, id))
	want := Job{
		JobInput: JobInput{Build, "CDNOW", json.RawMessage(`{"a":1}`)}, ID: 1, State: Failed, Queued: job.Queued, Started: job.Started, Finished: job.Finished,
		Progress: Progress{5, 10, "rows"}, Error: strings.Repeat("ä", MaxErrorText/2) + "…", Result: json.RawMessage(`{"b":2}`),
	}
	if diff := cmp.Diff(want, job); diff != "" || !job.Queued.At.Before(job.Started) || !job.Started.Before(job.Finished) {
		t.Errorf("%v, %v, %v (-want +got):\n%s", job.Queued, job.Started, job.Finished, diff)
	}
	for _, state := range []JobState{Succeeded, Cancelled, Interrupted} {
		_, err := r.FinishJob(ctx, id, JobEnd{State: state})
		checkError(t, err, "job 1 is failed and cannot become "+string(state))
	}
	_, err = r.FinishJob(ctx, id, JobEnd{State: Running})
	checkError(t, err, `state: "running", expected succeeded, failed, cancelled or interrupted`)
	_, err = r.Job(ctx, 7)
	checkError(t, err, `there is no job "7"`)
	for in, want := range map[*JobInput]string{
		{Kind: "sweep", Parent: "CDNOW"}:               `kind: "sweep", expected build, refresh or export`,
		{Kind: Build, Parent: "CDNO"}:                  `there is no parent segment "CDNO"; did you mean "CDNOW"?`,
		{Build, "CDNOW", json.RawMessage("{")}:         "request: it is not JSON",
		{Build, "CDNOW", make([]byte, MaxJSONBytes+1)}: "request: it has 1048577 bytes, at most 1048576 are allowed",
	} {
		_, err := r.QueueJob(ctx, *in, "Ana")
		checkError(t, err, want)
	}
}

// TestRecover opens a registry whose process has died with jobs under way.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	r := openIn(t, dir)
	ctx := t.Context()
	putConnection(t, r, warehouse, nil, Created)
	putParent(t, r, cdnow, Created)
	for i := range uint64(4) {
		must[Job](t)(r.QueueJob(ctx, JobInput{Kind: Refresh, Parent: "CDNOW"}, "Ana"))
		if i < 3 {
			must[Job](t)(r.StartJob(ctx, i+1))
		}
	}
	must[Job](t)(r.FinishJob(ctx, 2, JobEnd{State: Succeeded}))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = openIn(t, dir)
	for round := range 2 {
		jobs := must[[]Recovered](t)(r.Recover(ctx))
		want := []uint64{1, 3}
		if round == 1 {
			want = nil
		}
		var got []uint64
		for i, recovered := range jobs {
			job, again := recovered.Interrupted, recovered.Again
			got = append(got, job.ID)
			text := fmt.Sprintf("the server stopped while the job ran; job %d does it again", 5+i)
			if job.State != Interrupted || job.Finished.IsZero() || job.Error != text {
				t.Errorf("recovered %+v", job)
			}
			if again == nil || again.ID != uint64(5+i) || again.State != Queued || again.Attempt != 2 || again.Kind != Refresh || again.Queued.By != "Ana" {
				t.Errorf("queued again %+v", again)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recovered jobs (-want +got):\n%s", diff)
		}
	}
	queued := must[Page[Job]](t)(r.Jobs(ctx, JobFilter{State: Queued}, "", 0))
	if len(queued.Items) != 3 || queued.Items[2].ID != 4 {
		t.Errorf("queued %+v", queued)
	}
}

// TestRecoverEnds interrupts a job every time that it is done again: not for ever.
func TestRecoverEnds(t *testing.T) {
	r := filled(t)
	ctx := t.Context()
	must[Job](t)(r.QueueJob(ctx, JobInput{Kind: Refresh, Parent: "CDNOW"}, "Ana"))
	for attempt := 1; ; attempt++ {
		queued := must[Page[Job]](t)(r.Jobs(ctx, JobFilter{State: Queued}, "", 0))
		if len(queued.Items) == 0 {
			if attempt != MaxAttempts+1 {
				t.Errorf("the job was started %d times, want %d", attempt-1, MaxAttempts)
			}
			return
		}
		must[Job](t)(r.StartJob(ctx, queued.Items[0].ID))
		recovered := must[[]Recovered](t)(r.Recover(ctx))
		if len(recovered) != 1 || (recovered[0].Again == nil) != (attempt == MaxAttempts) {
			t.Errorf("attempt %d: recovered %+v", attempt, recovered)
		}
	}
}

// TestPrune fills the history of a parent segment: the oldest go, but for the last
// of each kind that succeeded.
func TestPrune(t *testing.T) {
	r := filled(t)
	r.db.NoSync = true // the machine does not stop
	ctx := t.Context()
	other := cdnow
	other.Name = "CDNOX"
	putParent(t, r, other, Created)
	run := func(parent string, kind JobKind, state JobState) uint64 {
		t.Helper()
		job := must[Job](t)(r.QueueJob(ctx, JobInput{Kind: kind, Parent: parent}, "Ana"))
		must[Job](t)(r.StartJob(ctx, job.ID))
		must[Job](t)(r.FinishJob(ctx, job.ID, JobEnd{State: state}))
		return job.ID
	}
	run("CDNOX", Refresh, Failed)
	build := run("CDNOW", Build, Succeeded)
	run("CDNOW", Refresh, Succeeded)
	refresh := run("CDNOW", Refresh, Succeeded)
	waiting := must[Job](t)(r.QueueJob(ctx, JobInput{Kind: Export, Parent: "CDNOW"}, "Ana"))
	for range MaxFinishedJobs + 5 {
		run("CDNOW", Refresh, Failed)
	}
	for kind, want := range map[JobKind]uint64{Build: build, Refresh: refresh} {
		job, found, err := r.LastSucceeded(ctx, "CDNOW", kind)
		if err != nil || !found || job.ID != want {
			t.Errorf("the last %s that succeeded is %d, %v, %v; expected %d", kind, job.ID, found, err, want)
		}
	}
	if _, found, err := r.LastSucceeded(ctx, "CDNOW", Export); found || err != nil {
		t.Errorf("an export succeeded: %v, %v", found, err)
	}
	if job := must[Job](t)(r.Job(ctx, waiting.ID)); job.State != Queued {
		t.Errorf("the job that waits is %+v", job)
	}
	kept := must[Page[Job]](t)(r.Jobs(ctx, JobFilter{Parent: "CDNOW"}, "", MaxPage))
	pruned := must[uint64](t)(r.PrunedJobs(ctx, "CDNOW"))
	if total := len(kept.Items) + int(pruned); total != MaxFinishedJobs+5+4 || len(kept.Items) > MaxFinishedJobs+3 || len(kept.Items) < MaxFinishedJobs+1 {
		t.Errorf("%d jobs are kept and %d were removed", len(kept.Items), pruned)
	}
	if n := must[uint64](t)(r.PrunedJobs(ctx, "CDNOX")); n != 0 {
		t.Errorf("%d jobs of another parent segment were removed", n)
	}
}
