package service

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSegments(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	made, err := s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "Loyalty/Gold", Rule: "loyalty_tier='Gold'", Note: "first"})
	must(t, err)
	if made.Version != 1 || made.Folder != "Loyalty" || made.Name != "Gold" || made.Rule != "loyalty_tier = 'Gold'" || made.Form != "text" || made.Created.By != "sam" {
		t.Fatal(toJSON(t, made))
	}
	// The same rule comes back in both shapes, and goes in again as each of them.
	for i, shape := range []json.RawMessage{made.Segment, made.Wire} {
		path := fmt.Sprintf("again%d", i)
		again, err := s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: path, Segment: shape})
		must(t, err)
		if again.Rule != made.Rule || again.Form != []string{"segment", "wire"}[i] {
			t.Error(toJSON(t, again))
		}
	}
	file, err := s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "file", File: "name: x\nrule:\n  type: And\n  conditions:\n  - {type: Value, attribute: orders, operator: {type: GreaterEqual, value: '5'}}\n"})
	must(t, err)
	if file.Rule != "orders >= 5" { // the text of the file is a number, as the attribute is
		t.Error(toJSON(t, file))
	}
	// The library changes with the next question.
	count := func(rule string) uint64 {
		t.Helper()
		out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: rule}})
		must(t, err)
		return out.Count
	}
	if n := count("segment 'Loyalty/Gold'"); n != 734 {
		t.Error(n)
	}
	_, err = s.UpdateSegment(ctx, segments, "CDNOW", "Loyalty/Gold", 1, SegmentRequest{Rule: gold})
	must(t, err)
	if n := count("segment 'Loyalty/Gold'"); n != 315 {
		t.Error(n)
	}
	page, err := s.Segments(ctx, counts, "CDNOW", SegmentsRequest{Counts: true, Folder: "Loyalty"})
	must(t, err)
	if len(page.Items) != 1 || *page.Items[0].Count != 315 || page.Items[0].AsOf != "1998-07-01T00:00:00Z" {
		t.Error(toJSON(t, page))
	}
	versions, err := s.SegmentVersions(ctx, counts, "CDNOW", "Loyalty/Gold", Listing{})
	must(t, err)
	if len(versions.Items) != 2 || versions.Items[1].Note != "first" || versions.Items[1].Text != "loyalty_tier = 'Gold'" {
		t.Error(toJSON(t, versions))
	}
	back, err := s.RestoreSegment(ctx, segments, "CDNOW", "Loyalty/Gold", RestoreRequest{Version: 1})
	must(t, err)
	if back.Version != 3 || back.Rule != "loyalty_tier = 'Gold'" || back.Note != "as in version 1" {
		t.Error(toJSON(t, back))
	}
	moved, err := s.MoveSegment(ctx, segments, "CDNOW", "Loyalty/Gold", 3, MoveRequest{To: "VIP/Golden"})
	must(t, err)
	if moved.Path != "VIP/Golden" || moved.ID != made.ID {
		t.Error(toJSON(t, moved))
	}
	gone, err := s.DeleteSegment(ctx, segments, "CDNOW", "VIP/Golden", moved.Version, "no more")
	must(t, err)
	if !gone.Deleted {
		t.Error(toJSON(t, gone))
	}
	deleted, err := s.Segments(ctx, counts, "CDNOW", SegmentsRequest{Deleted: true})
	must(t, err)
	if len(deleted.Items) != 1 || deleted.Items[0].Path != "VIP/Golden" {
		t.Error(toJSON(t, deleted))
	}
	restored, err := s.RestoreSegment(ctx, segments, "CDNOW", "VIP/Golden", RestoreRequest{})
	must(t, err)
	if restored.Deleted || restored.Rule != "loyalty_tier = 'Gold'" || restored.ID != made.ID {
		t.Error(toJSON(t, restored))
	}
}

// TestSegmentRefusals asks for changes that cannot be.
func TestSegmentRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	make := func(path, rule string) error {
		return second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: path, Rule: rule}))
	}
	put := func(path string, version uint64, rule string) error {
		return second(s.UpdateSegment(ctx, segments, "CDNOW", path, version, SegmentRequest{Rule: rule}))
	}
	must(t, make("a", "orders > 3"))
	must(t, make("b", "segment 'a' and cohort = '1997-01'"))
	must(t, make("x/c", "segment 'b'"))
	must(t, make("e", "segment 'c'"))
	for want, err := range map[string]error{
		`409 EXISTS there is a segment "a" already`:                                                make("a", "orders > 1"),
		"422 SEGMENT_CYCLE segment 'a':1:9: a segment refers to itself: 'x/c' → 'b' → 'a' → 'x/c'": put("a", 1, "segment 'x/c'"),
		"422 SEGMENT_CYCLE":                                                         make("self", "segment 'self'"),
		"422 UNKNOWN_SEGMENT 1:9: unknown segment 'ee'":                             make("d", "segment 'ee'"),
		"422 UNKNOWN_ATTRIBUTE":                                                     make("d", "ordres > 3"),
		"422 TYPE_MISMATCH":                                                         make("d", "orders > 'x'"),
		"412 VERSION_CONFLICT":                                                      put("a", 7, "orders > 2"),
		"428 VERSION_REQUIRED":                                                      put("a", 0, "orders > 2"),
		`404 NOT_FOUND there is no segment "bb"`:                                    put("bb", 1, "orders > 2"),
		"422 INVALID path: ":                                                        second(s.UpdateSegment(ctx, segments, "CDNOW", "a", 1, SegmentRequest{Path: "z", Rule: "orders > 2"})),
		"422 INVALID rule: there is no rule":                                        make("d", ""),
		"422 INVALID path: it is empty":                                             make("", "orders > 1"),
		`422 INVALID segment path: ".." names a folder`:                             make("../d", "orders > 1"),
		`422 INVALID segment path: "a//b" has an empty part`:                        make("a//b", "orders > 1"),
		`409 IN_USE the segment "a" is used by segment "b"`:                         second(s.DeleteSegment(ctx, segments, "CDNOW", "a", 1, "")),
		`409 IN_USE the segment "b" is used by segment "e", segment "x/c"`:          second(s.MoveSegment(ctx, segments, "CDNOW", "b", 1, MoveRequest{To: "bee"})),
		`409 IN_USE the segment "y/c" is used by segment "e"`:                       make("y/c", "orders > 1"), // 'c' would be two
		"422 INVALID rule: there are several rules":                                 second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: "d", Rule: "orders > 1", File: "x"})),
		"422 INVALID version: it is missing":                                        second(s.RestoreSegment(ctx, segments, "CDNOW", "a", RestoreRequest{})),
		`404 NOT_FOUND there is no parent segment "CDNAW"; did you mean "CDNOW"?`:   second(s.Segments(ctx, segments, "CDNAW", SegmentsRequest{})),
		`422 INVALID deleted: deleted segments have neither counts nor folders: le`: second(s.Segments(ctx, segments, "CDNOW", SegmentsRequest{Deleted: true, Counts: true})),
	} {
		if err == nil || !strings.HasPrefix(short(err), want) {
			got := "no error"
			if err != nil {
				got = short(err)
			}
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	page, err := s.Segments(ctx, segments, "CDNOW", SegmentsRequest{})
	must(t, err)
	var paths []string
	for _, one := range page.Items {
		paths = append(paths, fmt.Sprint(one.Path, one.Version))
	}
	if diff := cmp.Diff([]string{"a1", "b1", "e1", "x/c1"}, paths); diff != "" {
		t.Errorf("after refusals: %s", diff)
	}
}

// TestNoCycleTogether has two changes race that would make a cycle together.
func TestNoCycleTogether(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	for round := range 8 {
		a, b := fmt.Sprintf("a%d", round), fmt.Sprintf("b%d", round)
		for _, path := range []string{a, b} {
			must(t, second(s.CreateSegment(ctx, segments, "CDNOW", SegmentRequest{Path: path, Rule: "orders > 1"})))
		}
		var wait sync.WaitGroup
		errs := make([]error, 2)
		for i, pair := range [][2]string{{a, b}, {b, a}} {
			wait.Go(func() {
				_, errs[i] = s.UpdateSegment(ctx, segments, "CDNOW", pair[0], 1, SegmentRequest{Rule: "segment '" + pair[1] + "'"})
			})
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("round %d: %v, %v", round, errs[0], errs[1])
		}
	}
}
