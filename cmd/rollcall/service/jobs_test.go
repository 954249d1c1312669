package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
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
	namesake := members
	namesake.TokenID = "ffffffff" // made after hers, with the same name
	for _, other := range []Caller{{Name: "oto", Roles: access.Members}, {Name: "oto", TokenID: members.TokenID, Roles: access.Members}, namesake} {
		if err := second(s.CancelJob(ctx, other, job.ID)); StatusOf(err) != 403 {
			t.Error(err)
		}
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

// TestExportOfEndedToken has exports wait whose tokens are revoked, or end, before the server
// comes to them: no customer is read for them. One whose token is valid is done.
func TestExportOfEndedToken(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	now := demoTime
	clock := func(o *Options) { o.Now = func() time.Time { return now } }
	waiting := map[string]uint64{} // jobs, by the name of their token
	t.Run("before", func(t *testing.T) {
		s := openStudio(t, dir, clock)
		s.built()
		for _, name := range []string{"valid", "revoked", "ending", "gone"} {
			in := TokenRequest{Name: name, Roles: []string{"members"}}
			if name == "ending" {
				in.Expires = demoTime.Add(time.Hour).Format(time.RFC3339)
			}
			token, err := s.AddToken(ctx, admin, in)
			must(t, err)
			who := Caller{Name: name, TokenID: token.Token.ID, Roles: token.Token.Roles}
			job, err := s.Export(ctx, who, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}})
			must(t, err)
			asked := s.wait(job.ID).JobInput
			if name == "gone" {
				asked.Request = bytes.Replace(asked.Request, []byte(token.Token.ID), []byte("aaaaaaaa"), 1)
			}
			again, err := s.registry.QueueJob(ctx, asked, name) // as it is where the server was stopped before it began
			must(t, err)
			waiting[name] = again.ID
			if name == "revoked" {
				must(t, s.RevokeToken(ctx, admin, token.Token.ID))
			}
		}
	})
	now = now.Add(time.Hour)
	s := openStudio(t, dir, clock)
	for name, id := range waiting {
		job, err := s.jobs.Wait(ctx, id)
		must(t, err)
		if name == "valid" {
			if job.State != registry.Succeeded {
				t.Errorf("%s: %s: %s", name, job.State, job.Error)
			}
			continue
		}
		const want = "the token that asked for the export was revoked or has ended since: nobody's data was read; ask again with one that is valid"
		if job.State != registry.Failed || job.Error != want {
			t.Errorf("%s: %s: %s", name, job.State, job.Error)
		}
		if _, err := os.Stat(filepath.Join(dir, "exports", itoa(int(id))+".parquet")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the file: %v", name, err)
		}
		if got := s.outcomes("export", name); len(got) != 3 || got[2] != audit.Denied {
			t.Errorf("%s: the log has %v", name, got)
		}
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
