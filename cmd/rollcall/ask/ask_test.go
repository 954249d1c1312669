package ask_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
)

// open opens the snapshot of CDNOW for a test.
func open(t *testing.T) *ask.Snapshot {
	t.Helper()
	snap, err := ask.OpenSnapshot(snapshot, 0, nil)
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

// asked asks a rule as of the middle of 1998.
func asked(t *testing.T, snap *ask.Snapshot, text string) *ask.Question {
	t.Helper()
	r, err := ask.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ask.Ask(snap, r, time.Date(1998, 7, 1, 0, 0, 0, 0, snap.Location()))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestSnapshotOfServer hands out versions of a DB that stays open.
func TestSnapshotOfServer(t *testing.T) {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 2 {
		version, err := db.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		snap := ask.NewSnapshot(version)
		for _, text := range []string{"loyalty_tier = 'Gold'", "purchase in last 30 days"} { // two questions of one version
			answer, err := asked(t, snap, text).Count(t.Context())
			if err != nil || answer.Count == 0 || answer.Snapshot.Version != 1 {
				t.Errorf("%s: %+v, %v", text, answer, err)
			}
		}
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSplitCounts compares the counts of parts with the part of each member, of all and
// of some.
func TestSplitCounts(t *testing.T) {
	snap := open(t)
	split, err := ask.ParseSplit("holdout=10,a=0.000000001,b=89.999999999", "test")
	if err != nil {
		t.Fatal(err)
	}
	q := asked(t, snap, "orders >= 2")
	some, err := ask.Choose(q, engine.Pick{Top: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []ask.Asker{q, some} {
		_, page, err := q.List(t.Context(), 1<<20, []string{})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]int64, len(split.Parts))
		for _, row := range page.Rows {
			want[split.PartOf(row.Key)]++
		}
		answer, got, err := ask.SplitCounts(t.Context(), q, split)
		if err != nil || !slices.Equal(got, want) || answer.Count != uint64(len(page.Rows)) {
			t.Errorf("%v of %d, %v, want %v of %d", got, answer.Count, err, want, len(page.Rows))
		}
		shown := ask.NewSplitJSON(answer, split, got)
		text, err := json.Marshal(shown.Parts[1])
		if want := `{"part":"a","share":0.000000001,"customers":0,"actual_share":0}`; err != nil || string(text) != want {
			t.Errorf("%s, %v, want %s", text, err, want)
		}
	}
}

// TestSharesAreExact writes random shares as numbers of JSON.
func TestSharesAreExact(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	answer, err := asked(t, open(t), "orders >= 2").Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		share := engine.Percent(rng.Uint64N(uint64(engine.Hundred) + 1))
		if rng.IntN(2) == 0 {
			share = engine.Percent(rng.Uint64N(10_000))
		}
		split := &engine.Split{Parts: []engine.Part{{Name: "a", Share: share}}}
		got := ask.NewSplitJSON(answer, split, []int64{0}).Parts[0].Share
		if got.String() != share.String() {
			t.Fatalf("%s is written %s", share, got)
		}
	}
}

// TestEveryAnswerIsAnObject makes the objects of all answers of one rule.
func TestEveryAnswerIsAnObject(t *testing.T) {
	snap := open(t)
	q := asked(t, snap, "loyalty_tier = 'Gold'")
	objects := map[string]any{}
	add := func(name string, object any, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		objects[name] = object
	}
	ctx := t.Context()
	answer, err := q.Count(ctx)
	add("count", ask.NewCountJSON(answer), err)
	answer, how, err := q.Explain(ctx)
	add("explain", ask.NewExplainJSON(answer, how), err)
	answer, page, err := q.List(ctx, 2, ask.AllColumns(q.Schema()))
	add("list", ask.NewListJSON(answer, page), err)
	by, err := ask.Divide(q.Schema(), []string{"loyalty_tier", "orders"}, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	answer, parts, err := q.Breakdown(ctx, by, 3)
	add("breakdown", ask.NewBreakdownsJSON(answer, parts), err)
	answer, reason, err := q.Why(ctx, page.Rows[0].Key)
	add("why", ask.NewWhyJSON(page.Rows[0].Key, answer, reason), err)
	profile, err := snap.Profile(ctx, page.Rows[0].Key, engine.ProfileOptions{Events: 2})
	add("profile", ask.NewProfileJSON(profile, snap, 0), err)
	add("fields", ask.NewFieldsJSON(ask.FieldsOf(snap, true)), nil)
	for name, object := range objects {
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var names map[string]any
		if err := json.Unmarshal(text, &names); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, list := range []string{"windows", "warnings", "columns", "rows", "breakdowns", "attributes", "behaviors"} {
			if value, ok := names[list]; ok && value == nil {
				t.Errorf("%s: %q is null, want a list", name, list)
			}
		}
	}
	if got := len(objects["breakdown"].(*ask.BreakdownsJSON).Breakdowns); got != 2 {
		t.Errorf("%d breakdowns, want 2", got)
	}
}
