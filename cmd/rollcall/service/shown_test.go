package service

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// TestWhereSourcesAre looks for the folder of the source in all that is shown to who is no
// administrator.
func TestWhereSourcesAre(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	folder := filepath.Dir(cdnowData.Warehouse(t))
	for _, who := range []Caller{counts, members, segments} {
		shown := map[string]any{}
		for name, ask := range map[string]func() (any, error){
			"parent":  func() (any, error) { return s.Parent(ctx, who, "CDNOW") },
			"parents": func() (any, error) { return s.Parents(ctx, who, Listing{}) },
			"jobs":    func() (any, error) { return s.Jobs(ctx, who, JobsRequest{}) },
			"job":     func() (any, error) { return s.Job(ctx, who, 1) },
			"count": func() (any, error) {
				return s.Count(ctx, who, "CDNOW", CountRequest{Ask: Ask{Rule: gold}, Explain: true})
			},
			"old count": func() (any, error) { return s.Count(ctx, who, "CDNOW", CountRequest{Ask: Ask{Rule: gold, Version: 1}}) },
			"fields":    func() (any, error) { return s.Fields(ctx, who, "CDNOW", true) },
			"breakdown": func() (any, error) {
				return s.Breakdown(ctx, who, "CDNOW", BreakdownRequest{Ask: Ask{Rule: gold}, By: []string{"cohort"}})
			},
		} {
			out, err := ask()
			must(t, err)
			shown[name] = out
			if text := toJSON(t, out); strings.Contains(text, folder) {
				t.Errorf("%s sees %s", who.Name, text)
			}
		}
		if text := toJSON(t, shown["count"]); !strings.Contains(text, `"sources":["shop"]`) {
			t.Error(text)
		}
	}
	parent, err := s.Parent(ctx, admin, "CDNOW")
	must(t, err)
	if !strings.Contains(toJSON(t, parent), folder) {
		t.Error("administrators see the load report as it is")
	}
}

func TestProblemForCaller(t *testing.T) {
	err := &SourceError{[]string{"shop"}, errors.New("cannot reach 10.0.0.7: refused")}
	for who, want := range map[*Caller]string{
		&counts: `connection "shop": it could not be asked: administrators see why`,
		&admin:  `connection "shop": cannot reach 10.0.0.7: refused`,
	} {
		if got := ProblemFor(*who, err); got.Detail != want || got.Status != statusBadGateway {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

// TestNoChangeWithoutLog changes things where the log takes nothing.
func TestNoChangeWithoutLog(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	must(t, s.log.Close())
	for name, change := range map[string]func() error{
		"token.add": func() error {
			return second(s.AddToken(ctx, admin, TokenRequest{Name: "eve", Roles: []string{"admin"}}))
		},
		"segment.create": func() error {
			return second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "A", Rule: gold}))
		},
		"parent.delete": func() error { return s.DeleteParent(ctx, admin, "CDNOW") },
		"connection.put": func() error {
			return second(s.PutConnection(ctx, admin, "other", ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(t)}))
		},
	} {
		if err := change(); !errors.Is(err, audit.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	found, err := s.registry.Segments(ctx, "CDNOW", "", "", 0)
	must(t, err)
	_, other := s.registry.Connection(ctx, "other")
	if len(s.tokens.List()) != 0 || len(found.Items) != 0 || other == nil || second(s.registry.Parent(ctx, "CDNOW")) != nil {
		t.Error("something has changed")
	}
}
