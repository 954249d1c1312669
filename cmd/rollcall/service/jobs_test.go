package service

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

func TestExportRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	for want, in := range map[string]ExportRequest{
		`422 INVALID format: unknown format "xls"`:                         {Ask: Ask{Rule: gold}, Format: "xls"},
		"422 INVALID delta_stayed: it needs delta_from":                    {Ask: Ask{Rule: gold}, DeltaStayed: true},
		"422 UNKNOWN_ATTRIBUTE":                                            {Ask: Ask{Rule: "x = 1"}},
		"422 UNKNOWN_COLUMN":                                               {Ask: Ask{Rule: gold}, Columns: []string{"cohrot"}},
		`404 NOT_FOUND there is no job "77"`:                               {Ask: Ask{Rule: gold}, DeltaFrom: 77},
		`422 INVALID delta_from: job 1 is no export of the parent segment`: {Ask: Ask{Rule: gold}, DeltaFrom: 1},
		"422 INVALID order_by: it needs top or per":                        {Ask: Ask{Rule: gold}, Pick: Pick{OrderBy: "orders"}},
		`422 INVALID masks: column "cohort": unknown mask "x"`:             {Ask: Ask{Rule: gold}, Masks: map[string]string{"cohort": "x"}},
	} {
		if err := second(s.Export(ctx, members, "CDNOW", in)); err == nil || !strings.HasPrefix(short(err), want) {
			t.Errorf("%v, expected %s", err, want)
		}
	}
	page, err := s.Jobs(ctx, admin, JobsRequest{Kind: "export"})
	must(t, err)
	if len(page.Items) != 0 {
		t.Error(toJSON(t, page))
	}
}

func TestDownloadRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}})
	must(t, err)
	s.wait(job.ID)
	must(t, os.Remove(filepath.Join(s.dir, "exports", "2.parquet")))
	for want, id := range map[string]uint64{
		`404 NOT_FOUND there is no job "9"`: 9, `404 NOT_FOUND there is no export "1"`: 1, `404 NOT_FOUND there is no file of the export "2"`: 2,
	} {
		if err := second(s.Download(ctx, members, id)); err == nil || short(err) != want {
			t.Errorf("%v, expected %s", err, want)
		}
	}
	seen, err := s.Job(ctx, members, job.ID)
	must(t, err)
	if seen.Downloadable {
		t.Error("what is gone is said to be downloadable")
	}
}

// TestCancelJob looks who may cancel whose jobs.
func TestCancelJob(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}})
	must(t, err)
	s.wait(job.ID)
	other := Caller{Name: "oto", Roles: access.Members}
	if err := second(s.CancelJob(ctx, other, job.ID)); StatusOf(err) != 403 {
		t.Error(err)
	}
	for _, who := range []Caller{members, admin} {
		if err := second(s.CancelJob(ctx, who, job.ID)); StatusOf(err) != 409 { // it has ended
			t.Error(err)
		}
	}
	if err := second(s.CancelJob(ctx, members, 1)); StatusOf(err) != 403 { // a build
		t.Error(err)
	}
}

// TestDeleteParent removes a parent segment, and looks what is left of its data.
func TestDeleteParent(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	_, err := s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "Gold", Rule: gold})
	must(t, err)
	job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}})
	must(t, err)
	s.wait(job.ID)
	if err := s.DeleteConnection(ctx, admin, "shop"); StatusOf(err) != 409 {
		t.Error(err)
	}
	if err := s.DeleteParent(ctx, admin, "CDNOW"); StatusOf(err) != 409 {
		t.Error(err)
	}
	out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Path: "Gold"}})
	must(t, err)
	if out.Count != 315 { // a refusal leaves all as it was
		t.Error(out.Count)
	}
	must(t, second(s.DeleteSegment(ctx, segments, "CDNOW", "Gold", 1, "")))
	must(t, s.DeleteParent(ctx, admin, "CDNOW"))
	must(t, s.DeleteConnection(ctx, admin, "shop"))
	for _, folder := range []string{"snapshots", "exports"} {
		left, err := os.ReadDir(filepath.Join(s.dir, folder))
		must(t, err)
		if len(left) != 0 {
			t.Errorf("%s has %v", folder, left)
		}
	}
	_, err = s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold}})
	if p := ProblemOf(err); p.Status != 404 {
		t.Error(err)
	}
}

// TestRestart opens a folder of data again: all that was saved is there.
func TestRestart(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	t.Run("before", func(t *testing.T) {
		s := openStudio(t, dir)
		s.built()
		must(t, second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "Gold", Rule: gold})))
		job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Path: "Gold"}, Format: "arrow"})
		must(t, err)
		s.wait(job.ID)
	})
	t.Run("after", func(t *testing.T) {
		s := openStudio(t, dir)
		out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: "segment 'Gold'"}})
		must(t, err)
		if out.Count != 315 {
			t.Error(out.Count)
		}
		file, err := s.Download(ctx, members, 2)
		must(t, err)
		must(t, file.Close())
		job, err := s.registry.QueueJob(ctx, registry.JobInput{Kind: registry.Export, Parent: "CDNOW", Request: json.RawMessage(`{"rule":"x ="}`)}, "x")
		must(t, err)
		_ = job
	})
	t.Run("again", func(t *testing.T) {
		s := openStudio(t, dir) // a job that waited runs now, and says what is wrong with it
		job, err := s.jobs.Wait(ctx, 3)
		must(t, err)
		if job.State != registry.Failed || job.Error == "" {
			t.Error(toJSON(t, job))
		}
	})
}
