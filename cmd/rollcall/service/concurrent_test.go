package service

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// TestConcurrent asks from many goroutines while the snapshot is refreshed, segments
// change and the configuration is put: every answer is right, and none is an error.
func TestConcurrent(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	_, err := s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "moving", Rule: "loyalty_tier = 'Gold'"})
	must(t, err)
	done := make(chan struct{})
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: "purchase in last 30 days and segment 'moving'"}})
				if err != nil || out.Count != 315 && out.Count != 1191 {
					t.Errorf("count: %v", err)
					return
				}
				if _, err := s.Segments(ctx, counts, "CDNOW", SegmentsRequest{Counts: true}); err != nil {
					t.Errorf("segments: %v", err)
					return
				}
				if _, err := s.Parents(ctx, counts, Listing{}); err != nil {
					t.Errorf("parents: %v", err)
					return
				}
			}
		})
	}
	for round := range 2 {
		job, err := s.Refresh(ctx, admin, "CDNOW", RefreshRequest{Full: round%2 == 0})
		must(t, err)
		rule := []string{"not loyalty_tier = 'Gold'", "loyalty_tier = 'Gold'"}[round%2]
		_, err = s.UpdateSegment(ctx, segments, "CDNOW", "moving", uint64(round+1), SegmentRequest{Rule: rule})
		must(t, err)
		s.wait(job.ID)
		text := string(cdnow.ParentYAML()) + fmt.Sprintf("# %d\n", round)
		put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: text})
		must(t, err)
		s.wait(put.Job.ID)
	}
	close(done)
	asking.Wait()
	e, err := s.entryOf(ctx, "CDNOW")
	must(t, err)
	h, err := s.hold(ctx, e)
	must(t, err)
	if got := h.db.Manifest().Version; got != 5 {
		t.Errorf("version %d", got)
	}
	h.release()
}

// TestReleaseCloses looks that what was replaced is closed once nobody asks it, and not
// before.
func TestReleaseCloses(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	e, err := s.entryOf(ctx, "CDNOW")
	must(t, err)
	old, err := s.hold(ctx, e)
	must(t, err)
	e.libraryChanged()
	next, err := s.hold(ctx, e)
	must(t, err)
	if old == next {
		t.Fatal("the library has changed, but not what is open")
	}
	at, err := old.db.Snapshot()
	must(t, err)
	must(t, at.Close())
	old.release()
	if _, err := old.db.Snapshot(); err == nil {
		t.Error("it is open after the last has let go")
	}
	if old.acquire() {
		t.Error("what is closed can be taken")
	}
	s.forget("CDNOW")
	at, err = next.db.Snapshot()
	must(t, err)
	must(t, at.Close())
	next.release()
	if _, err := next.db.Snapshot(); err == nil {
		t.Error("it is open though its parent segment is forgotten")
	}
}

// TestClosed asks a service that is closed.
func TestClosed(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	must(t, s.Close(ctx))
	_, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold}})
	if p := ProblemOf(err); p.Status != 503 || p.Code != "SHUTTING_DOWN" {
		t.Error(err)
	}
}

// TestScheduled has a parent segment built by its schedule alone.
func TestScheduled(t *testing.T) {
	ctx := context.Background()
	ended := make(chan registry.Job, 8)
	s := newStudio(t, func(o *Options) { o.Now, o.Finished = time.Now, func(job registry.Job) { ended <- job } })
	s.connect()
	text := string(cdnow.ParentYAML()) + "schedule: {type: daily, time: 03:30, timezone: Asia/Tokyo}\n"
	put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: text, NoBuild: true})
	must(t, err)
	if put.Job != nil || put.Parent.Schedule.Text != "every day at 03:30 (Asia/Tokyo)" || put.Parent.Schedule.NextRun == nil {
		t.Fatal(toJSON(t, put))
	}
	job := <-ended
	if job.State != registry.Succeeded || job.Kind != registry.Refresh || job.Queued.By != "scheduler" {
		t.Fatal(toJSON(t, job))
	}
	parent, err := s.Parent(ctx, counts, "CDNOW")
	must(t, err)
	if next := parent.Schedule.NextRun; next == nil || !next.After(time.Now()) || parent.Freshness.LastSuccess.Job != job.ID {
		t.Error(toJSON(t, parent))
	}
	if got := s.outcomes("parent.refresh", "scheduler"); len(got) != 1 {
		t.Errorf("the log has %v", got)
	}
}

// TestFailedBuild looks at what is told of a build that fails, and to whom.
func TestFailedBuild(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	// Purchases as attributes: customers have several rows, which the error names.
	text := strings.Replace(forms["book"], "table: customer_metrics\n    key_column: customer_id\n    value_column: ltv", "table: purchases\n    key_column: customer_id\n    value_column: amount", 1)
	text = strings.Replace(text, "database: analytics", "database: events", 1)
	put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: text})
	must(t, err)
	job, err := s.jobs.Wait(ctx, put.Job.ID)
	must(t, err)
	if job.State != registry.Failed || !strings.Contains(job.Error, "00002") {
		t.Fatal(toJSON(t, job))
	}
	for _, who := range []Caller{counts, admin} {
		parent, err := s.Parent(ctx, who, "CDNOW")
		must(t, err)
		seen, err := s.Job(ctx, who, job.ID)
		must(t, err)
		for _, text := range []string{parent.Freshness.LastFailure.Error, seen.Error} {
			if strings.Contains(text, "00002") == who.onlyCounts() || text == "" {
				t.Errorf("%s is told %s", who.Name, text)
			}
		}
	}
	_, err = s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold}})
	if p := ProblemOf(err); p.Status != 409 || p.Code != "NOT_BUILT" {
		t.Error(err)
	}
	// Rules are checked all the same, against what the source has.
	checked, err := s.Check(ctx, counts, "CDNOW", CheckRequest{Ask{Rule: "lifetime_value > 'x'"}})
	must(t, err)
	if checked.OK || checked.Problems[0].Code != "TYPE_MISMATCH" {
		t.Error(toJSON(t, checked))
	}
}
