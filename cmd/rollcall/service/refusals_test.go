package service

import (
	"context"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// TestAskRefusals asks what makes no sense, and reads the messages.
func TestAskRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	rule := Ask{Rule: gold}
	count := func(in CountRequest) error { return second(s.Count(ctx, counts, "CDNOW", in)) }
	breakdown := func(in BreakdownRequest) error {
		in.Ask = rule
		return second(s.Breakdown(ctx, counts, "CDNOW", in))
	}
	diff := func(in DiffRequest) error {
		in.Ask = rule
		return second(s.Diff(ctx, members, "CDNOW", in))
	}
	for want, err := range map[string]error{
		"422 INVALID rule: there is no rule: give it as text, as a segment's object, or by the path of a saved one": count(CountRequest{}),
		"422 INVALID rule: there are several rules: give it as text or as a segment, one of them":                   count(CountRequest{Ask: Ask{Rule: gold, Segment: []byte(`{}`)}}),
		"422 INVALID path: it is there with a rule or a segment: give one of the three":                             count(CountRequest{Ask: Ask{Rule: gold, Path: "a"}}),
		`404 NOT_FOUND there is no segment "a"`:                                                                     count(CountRequest{Ask: Ask{Path: "a"}}),
		`422 INVALID as_of: `:                                                                                       count(CountRequest{Ask: Ask{Rule: gold, AsOf: "yesterday"}}),
		"404 NO_SUCH_VERSION ":                                                                                      count(CountRequest{Ask: Ask{Rule: gold, Version: 9}}),
		"422 INVALID explain: it is about a whole audience: leave top, order_by and per out":                        count(CountRequest{Ask: rule, Pick: Pick{Top: "3"}, Explain: true}),
		`422 INVALID top `: count(CountRequest{Ask: rule, Pick: Pick{Top: "few"}}),
		`422 INVALID order_by: it needs top or per: it says who comes first`: count(CountRequest{Ask: rule, Pick: Pick{OrderBy: "orders"}}),
		"422 UNKNOWN_COLUMN ": count(CountRequest{Ask: rule, Pick: Pick{Top: "3", OrderBy: "ordres"}}),
		`422 INVALID_RULE_TYPE 1:10: the condition has no type`:                                         count(CountRequest{Ask: Ask{Segment: []byte(`{"rule": {"conditions": []}}`)}}),
		`404 NOT_FOUND there is no parent segment "a/../b"`:                                             second(s.Count(ctx, counts, "a/../b", CountRequest{Ask: rule})),
		"422 INVALID by: there are 0 attributes, expected 1 to 32":                                      breakdown(BreakdownRequest{}),
		"422 INVALID limit: -1, expected 1 to 10000":                                                    breakdown(BreakdownRequest{By: []string{"cohort"}, Limit: -1}),
		`422 INVALID every: "second", expected day, week, month, quarter or year`:                       breakdown(BreakdownRequest{By: []string{"cohort"}, Every: "second"}),
		"422 INVALID every: it is there with bins: give bins for numbers, or every for dates and times": breakdown(BreakdownRequest{By: []string{"cohort"}, Every: "day", Bins: 3}),
		`422 UNKNOWN_COLUMN unknown attribute "cohrot"; did you mean "cohort"?`:                         breakdown(BreakdownRequest{By: []string{"cohrot"}}),
		"422 INVALID from: a diff needs from and to":                                                    diff(DiffRequest{}),
		`422 INVALID show: "both", expected entered or left`:                                            diff(DiffRequest{From: "1998-01-01", To: "1998-02-01", Rows: true, Show: "both"}),
		"422 INVALID rows: it is false, but show or columns ask for customers":                          diff(DiffRequest{From: "1998-01-01", To: "1998-02-01", Show: "left"}),
		`422 INVALID to: `: diff(DiffRequest{From: "1998-01-01", To: "soon"}),
		"422 INVALID limit: 10001, expected 1 to 10000; an export writes whole audiences":                    second(s.List(ctx, members, "CDNOW", ListRequest{Ask: rule, Limit: 10_001})),
		"422 INVALID key: it is empty, expected the key of a customer":                                       second(s.Profile(ctx, members, "CDNOW", ProfileRequest{})),
		"422 INVALID rules: there are 1, expected up to 8, and 2 at least for an overlap":                    second(s.Overlap(ctx, counts, "CDNOW", CompareRequest{Rules: []Ask{rule}})),
		"422 INVALID rules: rule 2 has a time or a version of its own: all are asked at the same":            second(s.Overlap(ctx, counts, "CDNOW", CompareRequest{Rules: []Ask{rule, {Rule: gold, AsOf: "1998-01-01"}}})),
		"422 UNKNOWN_ATTRIBUTE 1:1: rule 2: unknown attribute or behavior":                                   second(s.Overlap(ctx, counts, "CDNOW", CompareRequest{Rules: []Ask{rule, {Rule: "x = 1"}}})),
		"422 INVALID from: a trend needs from and to":                                                        second(s.Trend(ctx, counts, "CDNOW", TrendRequest{Ask: rule})),
		`422 INVALID every: "blink", expected hour, day, week, month, quarter or year`:                       second(s.Trend(ctx, counts, "CDNOW", TrendRequest{Ask: rule, From: "1998-01-01", To: "1998-02-01", Every: "blink"})),
		"422 INVALID as_of: a trend looks from the times between from and to: as_of has no place beside the": second(s.Trend(ctx, counts, "CDNOW", TrendRequest{Ask: Ask{Rule: gold, AsOf: "1998-01-01"}})),
		"422 INVALID parts ":                                                                              second(s.Split(ctx, counts, "CDNOW", SplitRequest{Ask: rule, Parts: "a"})),
		"422 INVALID limit: 2000, expected 1 to 1000":                                                     second(s.Tables(ctx, admin, "shop", Listing{Limit: 2000})),
		"422 INVALID limit: 1001, expected 1 to 1000":                                                     second(s.Parents(ctx, admin, Listing{Limit: 1001})),
		`422 INVALID kind: "play", expected build, refresh or export`:                                     second(s.Jobs(ctx, admin, JobsRequest{Kind: "play"})),
		`422 INVALID state: "odd", expected queued, running, succeeded, failed, cancelled or interrupted`: second(s.Jobs(ctx, admin, JobsRequest{State: "odd"})),
	} {
		if err == nil {
			t.Errorf("no error, expected %s", want)
		} else if got := short(err); !strings.HasPrefix(got, want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestVersions asks an earlier version of a snapshot that is kept.
func TestVersions(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	job, err := s.Refresh(ctx, admin, "CDNOW", RefreshRequest{Full: true})
	must(t, err)
	if done, err := s.WaitJob(ctx, job.ID); err != nil || s.Busy("CDNOW") {
		t.Fatal(done, err)
	}
	for version := range uint64(3) {
		out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold, Version: version}})
		must(t, err)
		if want := max(version, 1); version > 0 && out.Snapshot.Version != want || out.Count != 315 {
			t.Error(toJSON(t, out))
		}
	}
}

// TestSegmentsThatFitNoMore lists segments after an attribute has gone.
func TestSegmentsThatFitNoMore(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	must(t, second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "gold", Rule: "loyalty_tier = 'Gold'"})))
	must(t, second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "many", Rule: "orders > 10"})))
	less := string(cdnow.ParentYAML())
	less = less[:strings.Index(less, "  - name: loyalty_tier")] + less[strings.Index(less, "behaviors:"):]
	put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: less, Delete: true})
	must(t, err)
	s.wait(put.Job.ID)
	page, err := s.Segments(ctx, counts, "CDNOW", SegmentsRequest{Counts: true})
	must(t, err)
	fits, odd := page.Items[1], page.Items[0]
	if odd.Count != nil || len(odd.Problems) != 1 || odd.Problems[0].Code != "UNKNOWN_ATTRIBUTE" || odd.Rule != "loyalty_tier = 'Gold'" {
		t.Error(toJSON(t, odd))
	}
	if fits.Count == nil || *fits.Count == 0 || len(fits.Problems) != 0 {
		t.Error(toJSON(t, fits))
	}
}

// TestSourceGone asks a warehouse that has stopped.
func TestSourceGone(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.serveWarehouse()
	must(t, second(s.PutParent(ctx, admin, "lake", ParentRequest{Text: string(cdnow.ParentYAML()), Mode: "in_place", Connections: []string{"lake"}})))
	wrong := "databricks://127.0.0.1:1/sql/1.0/warehouses/1?insecure-http=true"
	move := ConnectionRequest{Kind: "databricks", URI: wrong, Secrets: map[string]SecretRequest{"token": {}}}
	err := second(s.PutConnection(ctx, admin, "lake", move))
	if err == nil || short(err) != "422 INVALID secrets.token: the connection leads to another host than before: give the secret again" {
		t.Error(err)
	}
	secret := registry.NewSecret("another")
	move.Secrets["token"] = SecretRequest{Value: &secret}
	must(t, second(s.PutConnection(ctx, admin, "lake", move)))
	gone, stop := context.WithCancel(ctx)
	stop()
	if err := second(s.Count(gone, counts, "lake", CountRequest{Ask: Ask{Rule: gold}})); StatusOf(err) != StatusClientGone {
		t.Error(err)
	}
	s.noSecret(warehouseToken)
}
