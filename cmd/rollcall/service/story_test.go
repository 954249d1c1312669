package service

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// gold is the rule of the seeds' story; it selects 315 customers as of 1998-07-01.
const gold = "loyalty_tier = 'Gold' and purchase in last 30 days"

func TestStoryCount(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold, AsOf: "1998-07-01"}, Explain: true, WithSegment: true})
	must(t, err)
	if out.Count != 315 || out.Customers != 23570 || out.AsOf != "1998-07-01T00:00:00Z" || out.Snapshot.Version != 1 || out.Plan == nil || len(out.Windows) != 1 {
		t.Fatal(toJSON(t, out))
	}
	for name, in := range map[string]Ask{
		"now":     {Rule: gold},
		"segment": {Segment: out.Segment},
		"version": {Rule: gold, Version: 1},
	} {
		again, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: in})
		must(t, err)
		if again.Count != 315 || again.Rule != out.Rule {
			t.Errorf("%s: %s", name, toJSON(t, again))
		}
	}
	some, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold}, Pick: Pick{Top: "10%", OrderBy: "lifetime_value"}})
	must(t, err)
	if some.Count != 32 || some.Pick != "first 10% by lifetime_value desc" && !strings.Contains(some.Pick, "10%") {
		t.Error(toJSON(t, some))
	}
}

func TestStoryCheck(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	right, err := s.Check(ctx, counts, "CDNOW", CheckRequest{Ask{Rule: "purchase  in LAST 30 days AND loyalty_tier='Gold'", AsOf: "1998-07-01"}})
	must(t, err)
	if !right.OK || right.Rule != "purchase in last 30 days and loyalty_tier = 'Gold'" || len(right.Windows) != 1 || len(right.Problems) != 0 {
		t.Fatal(toJSON(t, right))
	}
	for _, shape := range []json.RawMessage{right.Segment, right.Wire} {
		again, err := s.Check(ctx, counts, "CDNOW", CheckRequest{Ask{Segment: shape}})
		must(t, err)
		if diff := cmp.Diff(right.Rule, again.Rule); diff != "" {
			t.Errorf("%s: %s", shape, diff)
		}
	}
	wrong, err := s.Check(ctx, counts, "CDNOW", CheckRequest{Ask{Rule: "loyalty_tear = 'Gold'"}})
	must(t, err)
	if wrong.OK || len(wrong.Problems) != 1 || wrong.Problems[0].Nearest != "loyalty_tier" || wrong.Problems[0].Code != "UNKNOWN_ATTRIBUTE" {
		t.Error(toJSON(t, wrong))
	}
	broken, err := s.Check(ctx, counts, "CDNOW", CheckRequest{Ask{Rule: "loyalty_tier = "}})
	must(t, err)
	if broken.OK || broken.Problems[0].Line != 1 || broken.Rule != "" {
		t.Error(toJSON(t, broken))
	}
}

func TestStoryMembers(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	list, err := s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}, Limit: 3, Columns: []string{"cohort", "lifetime_value"}})
	must(t, err)
	want := `[["00048","1997-01",649.93],["00089","1997-01",571.88],["00095","1997-01",1515.27]]`
	if got := toJSON(t, list.Rows); got != want || list.Count != 315 {
		t.Errorf("got %s", got)
	}
	profile, err := s.Profile(ctx, members, "CDNOW", ProfileRequest{Key: "00048"})
	must(t, err)
	if profile.Key != "00048" || len(profile.Attributes) != 6 || len(profile.Behaviors[0].Recent) != 5 {
		t.Error(toJSON(t, profile))
	}
	why, err := s.Why(ctx, members, "CDNOW", WhyRequest{Ask: Ask{Rule: gold}, Key: "00048"})
	must(t, err)
	if !why.Holds || why.Key != "00048" {
		t.Error(toJSON(t, why))
	}
	_, err = s.Profile(ctx, members, "CDNOW", ProfileRequest{Key: "nobody"})
	if p := ProblemOf(err); p.Status != 404 || p.Code != "NO_SUCH_CUSTOMER" {
		t.Error(err)
	}
	diff, err := s.Diff(ctx, members, "CDNOW", DiffRequest{Ask: Ask{Rule: gold}, From: "1998-06-01", To: "1998-07-01", Rows: true, Limit: 2})
	must(t, err)
	if diff.Shown != "entered" || diff.Keys == nil || len(*diff.Keys) != 2 {
		t.Error(toJSON(t, diff))
	}
}

func TestStoryGroups(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	b, err := s.Breakdown(ctx, members, "CDNOW", BreakdownRequest{Ask: Ask{Rule: gold}, By: []string{"cohort"}})
	must(t, err)
	total := b.Breakdowns[0].Null.Count + b.Breakdowns[0].Rest.Count
	for _, v := range *b.Breakdowns[0].Values {
		total += v.Count
	}
	if b.Count != 315 || total != 315 {
		t.Error(toJSON(t, b))
	}
	overlap, err := s.Overlap(ctx, counts, "CDNOW", CompareRequest{Rules: []Ask{{Rule: "loyalty_tier = 'Gold'"}, {Rule: "purchase in last 30 days"}}})
	must(t, err)
	if overlap.Common != 315 || overlap.Rules[0].Count != 734 || overlap.Rules[1].Count != 1506 {
		t.Error(toJSON(t, overlap))
	}
	waterfall, err := s.Waterfall(ctx, counts, "CDNOW", CompareRequest{Rules: []Ask{{Rule: "loyalty_tier = 'Gold'"}, {Rule: "purchase in last 30 days"}}})
	must(t, err)
	if waterfall.Rules[1].Taken != 1191 {
		t.Error(toJSON(t, waterfall))
	}
	trend, err := s.Trend(ctx, counts, "CDNOW", TrendRequest{Ask: Ask{Rule: gold}, From: "1998-06-01", To: "1998-07-01", Every: "month"})
	must(t, err)
	if len(trend.Points) != 2 || trend.Points[1].Count != 315 {
		t.Error(toJSON(t, trend))
	}
	funnel, err := s.Funnel(ctx, counts, "CDNOW", Ask{Rule: "purchase then purchase within 30 days"})
	must(t, err)
	if len(funnel.Steps) != 2 || funnel.Steps[0].Count < funnel.Steps[1].Count {
		t.Error(toJSON(t, funnel))
	}
	split, err := s.Split(ctx, counts, "CDNOW", SplitRequest{Ask: Ask{Rule: gold}, Parts: "a=50,b=50"})
	must(t, err)
	if split.Parts[0].Customers+split.Parts[1].Customers != 315 || split.Parts[0].Path != "" {
		t.Error(toJSON(t, split))
	}
	fields, err := s.Fields(ctx, counts, "CDNOW", true)
	must(t, err)
	if len(fields.Attributes) != 6 || fields.LastUpdated == nil {
		t.Error(toJSON(t, fields))
	}
}

func TestStoryExport(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold, AsOf: "1998-06-01"}, Format: "csv", Columns: []string{"cohort"}})
	must(t, err)
	var first ExportJSON
	must(t, json.Unmarshal(s.wait(job.ID).Result, &first))
	later, err := s.Export(ctx, members, "CDNOW", ExportRequest{
		Ask: Ask{Rule: gold}, Format: "csv", Columns: []string{"cohort"}, DeltaFrom: job.ID, DeltaStayed: true,
	})
	must(t, err)
	var out ExportJSON
	must(t, json.Unmarshal(s.wait(later.ID).Result, &out))
	if out.Customers != 315 || out.Delta == nil || out.Delta.Entered+out.Delta.Stayed != 315 || out.Rows != 315+out.Delta.Left {
		t.Fatal(toJSON(t, out))
	}
	masked, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Masks: map[string]string{"customer_id": "hash"}})
	must(t, err)
	s.wait(masked.ID)
	apart, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, DeltaFrom: masked.ID})
	must(t, err)
	want := `delta_from: the key "customer_id" is masked by hash in exports/4.parquet, and by clear now: the customers cannot be compared`
	if ended, err := s.WaitJob(ctx, apart.ID); err != nil || ended.Error != want {
		t.Errorf("%q, %v, want %q", ended.Error, err, want)
	}
	logged, err := s.AuditLog(ctx, admin, AuditRequest{Action: actionExport})
	must(t, err)
	if last := logged.Items[2]; last.Outcome != audit.Done || last.Version != 1 || last.Revealed != uint64(first.Rows) {
		t.Error("the log of the first export ends with", toJSON(t, last))
	}
	file, err := s.Download(ctx, members, job.ID)
	must(t, err)
	data, err := os.ReadFile(file.Name())
	must(t, err)
	must(t, file.Close())
	if !strings.HasPrefix(string(data), "customer_id,cohort\n") || file.FileName != "CDNOW-2.csv" || int64(len(data)) != file.Bytes {
		t.Errorf("%s: %.80s", file.FileName, data)
	}
	info, err := os.Stat(file.Name())
	must(t, err)
	if info.Mode().Perm() != 0o600 || filepath.Dir(file.Name()) != filepath.Join(s.dir, "exports") {
		t.Error(info.Mode(), file.Name())
	}
}
