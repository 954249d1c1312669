package service

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// calls does every operation of the table once, on the studio of TestOperations.
var calls = map[string]func(ctx context.Context, s *studio, who Caller) error{
	"token.list": func(ctx context.Context, s *studio, who Caller) error { return second(s.Tokens(ctx, who)) },
	"token.add": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.AddToken(ctx, who, TokenRequest{Name: "new", Roles: []string{"counts"}}))
	},
	"token.revoke": func(ctx context.Context, s *studio, who Caller) error { return s.RevokeToken(ctx, who, "zzzzzzzz") },
	"audit.read": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.AuditLog(ctx, who, AuditRequest{}))
	},
	"audit.verify": func(ctx context.Context, s *studio, who Caller) error { return second(s.VerifyAudit(ctx, who)) },

	"connection.list": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Connections(ctx, who, Listing{}))
	},
	"connection.get": func(ctx context.Context, s *studio, who Caller) error { return second(s.Connection(ctx, who, "shop")) },
	"connection.put": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.PutConnection(ctx, who, "shop", ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(s.t)}))
	},
	"connection.delete": func(ctx context.Context, s *studio, who Caller) error { return s.DeleteConnection(ctx, who, "shop") },
	"connection.test": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.TestConnection(ctx, who, "shop"))
	},
	"connection.tables": func(ctx context.Context, s *studio, who Caller) error {
		return errors.Join(second(s.Tables(ctx, who, "shop", Listing{})), second(s.Table(ctx, who, "shop", "events.purchases")))
	},

	"parent.list": func(ctx context.Context, s *studio, who Caller) error { return second(s.Parents(ctx, who, Listing{})) },
	"parent.get":  func(ctx context.Context, s *studio, who Caller) error { return second(s.Parent(ctx, who, "CDNOW")) },
	"parent.versions": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.ParentVersions(ctx, who, "CDNOW", Listing{}))
	},
	"parent.put": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.PutParent(ctx, who, "CDNOW", ParentRequest{Text: string(cdnow.ParentYAML())}))
	},
	"parent.delete": func(ctx context.Context, s *studio, who Caller) error { return s.DeleteParent(ctx, who, "CDNOW") },
	"parent.refresh": func(ctx context.Context, s *studio, who Caller) error {
		job, err := s.Refresh(ctx, who, "CDNOW", RefreshRequest{})
		if err == nil {
			s.wait(job.ID)
		}
		return err
	},
	"parent.source_tables": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.SourceTables(ctx, who, "CDNOW", SourceTablesRequest{}))
	},
	"parent.suggest_attribute": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.SuggestAttribute(ctx, who, "CDNOW", SuggestRequest{Table: "analytics.customer_metrics", Column: "orders"}))
	},

	"fields": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Fields(ctx, who, "CDNOW", true))
	},
	"values": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Values(ctx, who, "CDNOW", ValuesRequest{Field: "cohort"}))
	},
	"check": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Check(ctx, who, "CDNOW", CheckRequest{Ask{Rule: gold}}))
	},
	"count": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Count(ctx, who, "CDNOW", CountRequest{Ask: Ask{Rule: gold}}))
	},
	"breakdown": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Breakdown(ctx, who, "CDNOW", BreakdownRequest{Ask: Ask{Rule: gold}, By: []string{"cohort"}}))
	},
	"overlap": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Overlap(ctx, who, "CDNOW", CompareRequest{Rules: []Ask{{Rule: gold}, {Path: "Gold"}}}))
	},
	"waterfall": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Waterfall(ctx, who, "CDNOW", CompareRequest{Rules: []Ask{{Rule: gold}}}))
	},
	"trend": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Trend(ctx, who, "CDNOW", TrendRequest{Ask: Ask{Rule: gold}, From: "1998-06-30", To: "1998-07-01"}))
	},
	"funnel": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Funnel(ctx, who, "CDNOW", Ask{Rule: "purchase then purchase within 3 days"}))
	},
	"diff": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Diff(ctx, who, "CDNOW", DiffRequest{Ask: Ask{Rule: gold}, From: "1998-06-30", To: "1998-07-01"}))
	},
	"split": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Split(ctx, who, "CDNOW", SplitRequest{Ask: Ask{Rule: gold}, Parts: "a=50,b=50"}))
	},

	"list": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.List(ctx, who, "CDNOW", ListRequest{Ask: Ask{Rule: gold}}))
	},
	"profile": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Profile(ctx, who, "CDNOW", ProfileRequest{Key: "00048"}))
	},
	"why": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Why(ctx, who, "CDNOW", WhyRequest{Ask: Ask{Rule: gold}, Key: "00048"}))
	},
	"diff.rows": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Diff(ctx, who, "CDNOW", DiffRequest{Ask: Ask{Rule: gold}, From: "1998-06-30", To: "1998-07-01", Rows: true}))
	},
	"export.request": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Export(ctx, who, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv"}))
	},
	"export.download": func(ctx context.Context, s *studio, who Caller) error {
		file, err := s.Download(ctx, who, 2)
		if err == nil {
			err = file.Close()
		}
		return err
	},

	"segment.list": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Segments(ctx, who, "CDNOW", SegmentsRequest{Counts: true}))
	},
	"segment.get": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.Segment(ctx, who, "CDNOW", "Gold"))
	},
	"segment.versions": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.SegmentVersions(ctx, who, "CDNOW", "Gold", Listing{}))
	},
	"segment.create": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.CreateSegment(ctx, who, "CDNOW", SegmentRequest{Path: "of " + who.Name, Rule: gold}))
	},
	"segment.update": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.UpdateSegment(ctx, who, "CDNOW", "Gold", 1, SegmentRequest{Rule: "loyalty_tier = 'Gold'"}))
	},
	"segment.move": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.MoveSegment(ctx, who, "CDNOW", "nothing", 1, MoveRequest{To: "else"}))
	},
	"segment.delete": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.DeleteSegment(ctx, who, "CDNOW", "nothing", 1, ""))
	},
	"segment.restore": func(ctx context.Context, s *studio, who Caller) error {
		return second(s.RestoreSegment(ctx, who, "CDNOW", "Gold", RestoreRequest{Version: 1}))
	},

	"job.list":   func(ctx context.Context, s *studio, who Caller) error { return second(s.Jobs(ctx, who, JobsRequest{})) },
	"job.get":    func(ctx context.Context, s *studio, who Caller) error { return second(s.Job(ctx, who, 1)) },
	"job.cancel": func(ctx context.Context, s *studio, who Caller) error { return second(s.CancelJob(ctx, who, 3)) },
}

func second[T any](_ T, err error) error { return err }

// TestOperations tries every operation with every role: who has the role is not refused,
// who has not is, and both are in the log where they must be.
func TestOperations(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	_, err := s.CreateSegment(ctx, admin, "CDNOW", SegmentRequest{Path: "Gold", Rule: gold})
	must(t, err)
	for _, who := range []string{"members", "other"} { // jobs 2 and 3
		job, err := s.Export(ctx, Caller{Name: who, Roles: access.Members}, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv"})
		must(t, err)
		s.wait(job.ID)
	}
	roles := []access.Roles{0, access.Counts, access.Members, access.Segments, access.Counts | access.Members | access.Segments, access.Admin}
	for _, op := range Operations() {
		call := calls[op.Name]
		if call == nil {
			t.Errorf("%s is not called here", op.Name)
			continue
		}
		for _, r := range roles {
			who := Caller{Name: fmt.Sprintf("%s %s", op.Name, r), Roles: r}
			err := call(ctx, s, who)
			allowed := op.Role == 0 || r.Has(op.Role)
			if op.Name == "job.cancel" {
				allowed = r == access.Admin // the job is somebody else's
			}
			if denied := isA[*DeniedError](err); denied == allowed {
				t.Errorf("%s with the roles %s: %v", op.Name, r, err)
			}
			if !allowed && StatusOf(err) != 403 {
				t.Errorf("%s with the roles %s: status %d", op.Name, r, StatusOf(err))
			}
			var want []audit.Outcome
			switch {
			case !allowed:
				want = []audit.Outcome{audit.Denied}
			case op.Audited:
				want = []audit.Outcome{audit.Done, audit.Failed}
			}
			if got := s.outcomes(op.Name, who.Name); len(want) > 0 && (len(got) == 0 || !slices.Contains(want, got[len(got)-1])) || len(want) == 0 && len(got) > 0 {
				t.Errorf("%s with the roles %s: the log has %v, expected one of %v", op.Name, r, got, want)
			}
		}
	}
	if len(calls) != len(Operations()) {
		t.Errorf("%d calls, %d operations", len(calls), len(Operations()))
	}
	must(t, second(s.VerifyAudit(ctx, admin)))
}

// outcomes returns how the actions of somebody ended, as the log has it.
func (s *studio) outcomes(action, name string) []audit.Outcome {
	s.t.Helper()
	var out []audit.Outcome
	for e, err := range s.log.Read(context.Background(), audit.Filter{}) {
		must(s.t, err)
		if e.Action == action && e.Actor.Name == name {
			out = append(out, e.Outcome)
		}
	}
	return out
}

// TestOperationsAreAll looks that every method that takes a caller is an operation of the
// table: each of them refuses who has no role.
func TestOperationsAreAll(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	service := reflect.ValueOf(s.Service)
	n := 0
	for i := range service.NumMethod() {
		method, typ := service.Type().Method(i), service.Type().Method(i).Type
		if typ.NumIn() < 3 || typ.In(2) != reflect.TypeFor[Caller]() {
			continue
		}
		n++
		args := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(nobody)}
		for j := 3; j < typ.NumIn(); j++ {
			args = append(args, reflect.Zero(typ.In(j)))
		}
		out := service.Method(i).Call(args)
		err, _ := out[len(out)-1].Interface().(error)
		if denied := (*DeniedError)(nil); !errors.As(err, &denied) {
			t.Errorf("%s: %v", method.Name, err)
		}
	}
	if n < 40 {
		t.Errorf("only %d methods take a caller", n)
	}
}
