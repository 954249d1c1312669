package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// segmentsOf returns a library of rules in text, by path.
func segmentsOf(t testing.TB, segments []oracle.Segment) *rule.Library {
	t.Helper()
	var files []*rule.SegmentFile
	for _, s := range segments {
		parsed, err := rule.Parse(s.Rule)
		if err != nil {
			t.Fatalf("segment %s: %s: %v", s.Path, s.Rule, err)
		}
		files = append(files, &rule.SegmentFile{Path: s.Path, Name: path.Base(s.Path), Rule: parsed})
	}
	return rule.NewLibrary(files)
}

// randomSegments returns segments over a table: random rules, some of them twice, and
// rules that refer to those before them.
func randomSegments(rng *rand.Rand, table *oracle.Table) (segments []oracle.Segment, asOf time.Time) {
	first := oracle.RandomCase(rng, table, 3)
	segments, asOf = first.Segments, first.AsOf
	add := func(rule string) {
		segments = append(segments, oracle.Segment{Path: fmt.Sprintf("all/s%d", len(segments)), Rule: rule})
	}
	add(first.Rule)
	for range 12 {
		if c := oracle.RandomCase(rng, table, rng.IntN(4)); len(c.Segments) == 0 {
			add(c.Rule)
		}
		some := func() string {
			return "segment '" + strings.ReplaceAll(segments[rng.IntN(len(segments))].Path, "'", "''") + "'"
		}
		switch rng.IntN(4) {
		case 0:
			add(segments[rng.IntN(len(segments))].Rule)
		case 1:
			add(some() + " and not " + some())
		case 2:
			add(some() + " or (" + segments[rng.IntN(len(segments))].Rule + ")")
		}
	}
	return segments, asOf
}

// TestSegmentsCountAsQueriesDo compares the counts of random libraries with those of
// queries, one for each segment.
func TestSegmentsCountAsQueriesDo(t *testing.T) {
	first := bitmaptest.Seed()
	counted := 0
	for i := range uint64(12) {
		seed := first + i
		rng := rand.New(rand.NewPCG(seed, 77))
		dir, table := randomSnapshot(t, seed, rng)
		segments, asOf := randomSegments(rng, table)
		library := segmentsOf(t, segments)
		choices := everyChoice()
		db := openWith(t, dir, choices[rng.IntN(len(choices))], library)
		snap := hold(t, db)
		got, err := snap.Segments(t.Context(), library, asOf)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if want := asOf.UTC().Truncate(time.Microsecond); !got.AsOf.Equal(want) || got.Customers != uint64(len(table.Keys)) {
			t.Errorf("seed %d: as of %s, %d customers, want %s, %d", seed, got.AsOf, got.Customers, want, len(table.Keys))
		}
		if len(got.Counts) != len(segments) {
			t.Fatalf("seed %d: %d counts of %d segments", seed, len(got.Counts), len(segments))
		}
		for j, s := range got.Counts {
			q, err := snap.QueryRule(library.Segments()[j].Rule)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, segments[j].Rule, err)
			}
			want, err := q.At(asOf).Count(t.Context())
			if (err == nil) != (s.Err == nil) || s.Count != want || s.Path != segments[j].Path || s.Rule != q.String() {
				t.Errorf("seed %d: segment %s: %s\ngot %d, %v, want %d, %v", seed, s.Path, s.Rule, s.Count, s.Err, want, err)
			}
			counted++
		}
	}
	t.Logf("seed %d: %d segments", first, counted)
}

// hold returns the current version of a DB, held open until the end of the test.
func hold(t testing.TB, db *engine.DB) *engine.Snapshot {
	t.Helper()
	snap, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	})
	return snap
}

// TestSegmentsWithProblems counts those that have none.
func TestSegmentsWithProblems(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	dir, table := randomSnapshot(t, 1, rng)
	attribute := table.Schema.Attributes[0].Name
	library := segmentsOf(t, []oracle.Segment{
		{Path: "a/Bad", Rule: "nobody_has_this is null"},
		{Path: "a/Refers", Rule: "segment 'Bad'"},
		{Path: "a/Lost", Rule: "segment 'Nowhere'"},
		{Path: "a/Known", Rule: fmt.Sprintf("%q is not null or %q is null", attribute, attribute)},
		{Path: "a/Turns", Rule: "segment 'Back'"},
		{Path: "a/Back", Rule: "segment 'Turns'"},
	})
	snap := hold(t, openWith(t, dir, everyChoice()[0], nil))
	got, err := snap.Segments(t.Context(), library, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []rule.Code{rule.UnknownAttribute, rule.UnknownAttribute, rule.UnknownSegment, "", rule.SegmentCycle, rule.SegmentCycle} {
		s := got.Counts[i]
		var problems rule.Errors
		switch {
		case want == "" && (s.Err != nil || s.Count != uint64(len(table.Keys))):
			t.Errorf("%s: %d, %v, want %d", s.Path, s.Count, s.Err, len(table.Keys))
		case want != "" && (!errors.As(s.Err, &problems) || problems[0].Code != want || s.Count != 0):
			t.Errorf("%s: %d, %v, want a problem of code %s", s.Path, s.Count, s.Err, want)
		}
	}
	none, err := snap.Segments(t.Context(), nil, time.Unix(0, 0))
	if err != nil || len(none.Counts) != 0 {
		t.Errorf("of no library: %v, %v", none, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := snap.Segments(stopped, library, time.Unix(0, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("of a context that has ended: %v", err)
	}
	if err := snap.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := snap.Segments(t.Context(), library, time.Unix(0, 0)); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("of a snapshot that was closed: %v", err)
	}
}
