package engine_test

import (
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// plannedRules are rules with and without a window.
var plannedRules = []string{
	"purchase in last 30 days",
	"not purchase ever",
	"purchase count >= 2 in last 90 days",
	"first_purchase_date in last 400 days and purchase ever",
	"loyalty_tier = 'Gold' and lifetime_value > 50",
	"cohort is null or orders > 2",
	"purchase then purchase within 5 weeks then not purchase where amount > 100",
	"purchase in last 90 days then purchase and loyalty_tier = 'Gold'",
}

// TestAskingAgainAllocatesNothing counts the same rule at the same as_of: nothing is
// planned any more.
func TestAskingAgainAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("pools drop what they are given under the race detector")
	}
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeOf(t, db)
	s, err := db.Snapshot() // a DB looks for a new version, which takes the room of a path
	if err != nil {
		t.Fatal(err)
	}
	defer closeOf(t, s)
	for _, text := range plannedRules {
		q, err := s.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		q = q.At(asOf)
		again := func() {
			if _, err := q.Count(t.Context()); err != nil {
				t.Error(err)
			}
		}
		// A collection in between empties the pools: then it is tried again.
		got := testing.AllocsPerRun(5, again)
		for range 3 {
			got = min(got, testing.AllocsPerRun(5, again))
		}
		if got != 0 {
			t.Errorf("%s: %v allocations", text, got)
		}
	}
}

// TestProgramsAreOfTheirTime asks queries that share a rule at many times, and
// compares with queries that have never been asked.
func TestProgramsAreOfTheirTime(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 1))
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeOf(t, db)
	for _, text := range plannedRules {
		shared, err := db.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			at := asOf.Add(-time.Duration(r.IntN(5)) * 40 * 24 * time.Hour)
			fresh, err := db.Query(text)
			if err != nil {
				t.Fatal(err)
			}
			want, err := fresh.At(at).Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, err := shared.At(at).Answer(t.Context())
			if err != nil || got.Count != want || !got.AsOf.Equal(at) {
				t.Fatalf("%s at %v: %+v, %v; want %d", text, at, got, err, want)
			}
		}
	}
}

// closeOf closes what a test has opened.
func closeOf(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
