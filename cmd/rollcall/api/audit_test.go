package api

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// TestAuditIsComplete does everything that changes something or shows a customer, and looks
// for each in the log, under who has done it.
func TestAuditIsComplete(t *testing.T) {
	s := newStudio(t)
	s.built()
	c := s.client(s.token("ada", access.Admin))
	id := s.tokens.List()[0].ID
	const segments = "/parents/CDNOW/segments"
	var job service.JobJSON
	for _, step := range []struct {
		action, method, path, match string
		body                        any
		into                        any
	}{
		{"connection.put", http.MethodPut, "/connections/other", "", service.ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(t)}, nil},
		{"connection.test", http.MethodPost, "/connections/other/test", "", nil, nil},
		{"connection.delete", http.MethodDelete, "/connections/other", "", nil, nil},
		{"segment.create", http.MethodPost, segments, "", service.SegmentRequest{Path: "A", Rule: exampleRule}, nil},
		{"segment.update", http.MethodPut, segments + "/A", `"1"`, service.SegmentRequest{Rule: exampleOther}, nil},
		{"segment.move", http.MethodPost, segments + "/A/move", `"2"`, service.MoveRequest{To: "B"}, nil},
		{"segment.delete", http.MethodDelete, segments + "/B", `"3"`, nil, nil},
		{"segment.restore", http.MethodPost, segments + "/B/restore", "", service.RestoreRequest{}, nil},
		{"list", http.MethodPost, "/parents/CDNOW/list", "", service.ListRequest{Ask: exampleAsk}, nil},
		{"profile", http.MethodPost, "/parents/CDNOW/profile", "", service.ProfileRequest{Key: exampleKey}, nil},
		{"why", http.MethodPost, "/parents/CDNOW/why", "", service.WhyRequest{Ask: exampleAsk, Key: exampleKey}, nil},
		{"diff.rows", http.MethodPost, "/parents/CDNOW/diff", "", service.DiffRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-04-01", To: exampleAsOf, Rows: true}, nil},
		{"parent.refresh", http.MethodPost, "/parents/CDNOW/refresh", "", service.RefreshRequest{}, nil},
		{"token.add", http.MethodPost, "/tokens", "", service.TokenRequest{Name: "mia", Roles: []string{"counts"}}, nil},
		{"export.request", http.MethodPost, "/parents/CDNOW/exports", "", service.ExportRequest{Ask: exampleAsk, Format: "csv"}, &job},
	} {
		before := s.log.Head().Seq
		client := c
		if step.match != "" {
			client = c.with("If-Match", step.match)
		}
		got := client.send(step.method, step.path, step.body)
		if got.status >= http.StatusBadRequest {
			t.Fatalf("%s answers %d: %s", step.action, got.status, got.body)
		}
		if step.into != nil {
			got.as(step.into)
		}
		s.logs(before, step.action, id)
	}
	s.wait(job.ID)
	before := s.log.Head().Seq
	c.send(http.MethodGet, "/jobs/"+strconv.FormatUint(job.ID, 10)+"/download", nil).is(http.StatusOK)
	s.logs(before, "export.download", id)
	c.send(http.MethodGet, "/audit/verify", nil).is(http.StatusOK)
}

// logs fails the test where the log has no entry of an action and an actor after a number.
func (s *studio) logs(after uint64, action, actor string) {
	s.t.Helper()
	for e, err := range s.log.Read(s.t.Context(), audit.Filter{After: after}) {
		must(s.t, err)
		if e.Action == action && e.Actor.Token == actor && e.Outcome != audit.Denied {
			return
		}
	}
	s.t.Errorf("%s is not in the audit log", action)
}
