package service

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/load"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// TestPutParent is the start of the seeds' story: a warehouse, a configuration, a build.
func TestPutParent(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: string(cdnow.ParentYAML())})
	must(t, err)
	if put.Outcome != registry.Created || put.Job == nil || len(put.Changes) != 0 {
		t.Fatalf("put: %s", toJSON(t, put))
	}
	s.wait(put.Job.ID)
	parent, err := s.Parent(ctx, admin, "CDNOW")
	must(t, err)
	if parent.Freshness.State != StateReady || parent.Freshness.Customers != 23570 || parent.Freshness.SnapshotVersion != 1 ||
		parent.Freshness.LastSuccess == nil || parent.Freshness.LastSuccess.Job != put.Job.ID || parent.Load == nil {
		t.Fatalf("parent: %s", toJSON(t, parent))
	}
	if got := s.outcomes("build", "ada"); len(got) != 1 || got[0] != audit.Done {
		t.Errorf("the log has %v of the build", got)
	}
	if parent.Form != "book" || parent.Text != string(cdnow.ParentYAML()) || parent.Mode != registry.Copied || !cmp.Equal(parent.Connections, []string{"shop"}) {
		t.Fatalf("parent: %s", toJSON(t, parent))
	}
	again, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: string(cdnow.ParentYAML())})
	must(t, err)
	if again.Outcome != registry.Unchanged || again.Job != nil || again.Parent.Version != 1 {
		t.Fatalf("put again: %s", toJSON(t, again))
	}
	seen, err := s.Parent(ctx, counts, "CDNOW")
	must(t, err)
	if seen.Text != "" {
		t.Error("who may see numbers only sees the configuration")
	}
	page, err := s.Parents(ctx, counts, Listing{})
	must(t, err)
	if len(page.Items) != 1 || page.Items[0].Name != "CDNOW" || page.Items[0].Load != nil {
		t.Fatalf("parents: %s", toJSON(t, page))
	}
}

func TestPutParentDrift(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	less := strings.Replace(string(cdnow.ParentYAML()), "name: cohort", "name: vintage", 1)
	less = less[:strings.Index(less, "  - name: loyalty_tier")] + less[strings.Index(less, "behaviors:"):]
	_, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: less})
	p := ProblemOf(err)
	if p.Status != 409 || p.Code != "DRIFT" ||
		p.Detail != `CDNOW: the configuration lacks what the snapshot has: attribute "loyalty_tier"; rules that use it would fail` {
		t.Fatalf("%s", toJSON(t, p))
	}
	var changes []string
	for _, c := range p.Changes {
		changes = append(changes, string(c.Kind)+" "+c.Name)
	}
	if diff := cmp.Diff([]string{"removed loyalty_tier", "renamed cohort"}, changes); diff != "" {
		t.Error(diff)
	}
	parent, err := s.Parent(ctx, admin, "CDNOW")
	must(t, err)
	if parent.Version != 1 {
		t.Errorf("version %d after a refusal", parent.Version)
	}
	put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: less, Delete: true})
	must(t, err)
	if put.Outcome != registry.Updated || put.Job == nil || len(put.Changes) != 2 {
		t.Fatalf("%s", toJSON(t, put))
	}
	s.wait(put.Job.ID)
}

// TestPutParentDelete agrees with a configuration that names may go, and has its build fail:
// what is agreed holds until a load has succeeded, and no longer.
func TestPutParentDelete(t *testing.T) {
	ctx := context.Background()
	broken := errors.New("the source is gone")
	asked := []bool{}
	var fails error
	s := newStudio(t, func(o *Options) {
		o.Load = func(ctx context.Context, in load.Request, report func(ingest.Progress)) (*store.Manifest, error) {
			asked = append(asked, in.Delete)
			if fails != nil {
				return nil, fails
			}
			return load.Here(ctx, in, report)
		}
	})
	s.built()
	text := string(cdnow.ParentYAML())
	less := text[:strings.Index(text, "  - name: loyalty_tier")] + text[strings.Index(text, "behaviors:"):]
	failing := func(job *JobJSON) {
		t.Helper()
		done, err := s.jobs.Wait(ctx, job.ID)
		must(t, err)
		if done.State != registry.Failed {
			t.Errorf("job %d is %s", job.ID, done.State)
		}
	}
	put := func(text string, remove bool) *JobJSON {
		t.Helper()
		put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: text, Delete: remove})
		must(t, err)
		return put.Job
	}
	refresh := func() *JobJSON {
		t.Helper()
		job, err := s.Refresh(ctx, admin, "CDNOW", RefreshRequest{})
		must(t, err)
		return job
	}
	fails = broken
	failing(put(less, true))
	failing(refresh())
	failing(put(less, false)) // unchanged, and not loaded yet: it is built again
	fails = nil
	s.wait(refresh().ID)
	if job := put(less, true); job != nil {
		t.Errorf("what is loaded is built again: %s", toJSON(t, job))
	}
	s.wait(refresh().ID) // what was agreed to is done
	if diff := cmp.Diff([]bool{false, true, true, true, true, false}, asked); diff != "" {
		t.Errorf("loads that may delete (-want +got):\n%s", diff)
	}
	fields, err := s.Fields(ctx, counts, "CDNOW", false)
	must(t, err)
	if strings.Contains(toJSON(t, fields), "loyalty_tier") {
		t.Error("the attribute is still there")
	}
}

func TestPutParentRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	text := string(cdnow.ParentYAML())
	for _, test := range []struct {
		name string
		in   ParentRequest
		want string
	}{
		{"CDNOW", ParentRequest{}, "422 INVALID text: there is no configuration"},
		{"CDNOW", ParentRequest{Text: text}, "422 INVALID connections: it is missing: name the connections that the tables come from"},
		{"CDNOW", ParentRequest{Text: text, Connections: []string{"shop"}}, `404 NOT_FOUND there is no connection "shop"`},
		{"CDNOW", ParentRequest{Text: text, Mode: "cached", Connections: []string{"shop"}}, `422 INVALID mode: "cached", expected copied or in_place`},
		{"CDNOW", ParentRequest{Text: "name: x\nmaster_tabel: {}"}, "422 UNKNOWN_KEY"},
		{"CDNOW", ParentRequest{Text: text + "schedule: {type: cron, cron: '61 * * * *'}"}, "422 SCHEDULE schedule.cron: "},
		{"CDNOW", ParentRequest{Text: strings.Replace(text, "UTC", "Mars/Base", 1)}, "422 "},
	} {
		_, err := s.PutParent(ctx, admin, test.name, test.in)
		if err == nil {
			t.Errorf("%q: no error", test.want)
			continue
		}
		if got := short(err); !strings.HasPrefix(got, test.want) {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
	s.connect()
	for _, test := range []struct {
		name string
		in   ParentRequest
		want string
	}{
		{"CDNOW", ParentRequest{Text: strings.Replace(text, "table: purchases", "table: purchase", 1)}, "422 UNKNOWN_TABLE"},
		{"CDNOW", ParentRequest{Text: strings.Replace(text, "value_column: ltv", "value_column: ltvv", 1)}, "422 UNKNOWN_COLUMN"},
		{"CDNOW", ParentRequest{Text: text, Mode: "in_place"}, "422 NO_SQL_ENGINE"},
		{"a/b", ParentRequest{Text: text}, `422 INVALID parent segment name: "a/b" has a slash or a backslash`},
		{"..", ParentRequest{Text: text}, `422 INVALID parent segment name: ".." names a folder`},
		{"CDNOW", ParentRequest{Text: strings.Replace(text, "database: marketing", "database: ../../etc", 1)}, `502 SOURCE_FAILED connection "shop": master_table: "../../etc" cannot be part of a table's name`},
	} {
		_, err := s.PutParent(ctx, admin, test.name, test.in)
		if err == nil {
			t.Errorf("%q: no error", test.want)
			continue
		}
		if got := short(err); !strings.HasPrefix(got, test.want) {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// short returns the status, the code and the detail of an error.
func short(err error) string {
	p := ProblemOf(err)
	text := p.Detail
	if p.Status == 500 {
		text = err.Error()
	}
	return strings.Join([]string{itoa(p.Status), p.Code, text}, " ")
}
