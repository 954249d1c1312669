package federate_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// TestWhyIsThatOfASnapshot asks a snapshot and the source that it was built of why
// random rules select customers: both explain the same conditions, in the same places,
// with the same values.
func TestWhyIsThatOfASnapshot(t *testing.T) {
	const worlds, rules, customers = 3, 15, 3
	first := *seedFlag
	if first == 0 {
		first = bitmaptest.Seed()
	}
	nodes, repeated, steps := 0, 0, 0
	for i := range uint64(worlds) {
		seed := first + i
		rng := rand.New(rand.NewPCG(seed, 5))
		layout, err := warehouse.Random(seed, oracle.RandomTable(rng, oracle.Options{MaxCustomers: 60}))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(layout.Data.Keys) == 0 {
			continue
		}
		w := newBothWays(t, layout)
		for range rules {
			c := oracle.RandomCase(rng, layout.Data, rng.IntN(maxDepth+1))
			w.refer(rng, c)
			w.ask(t, seed, rng, c, customers)
		}
		for range 100 { // rules, of which few have a sequence
			if c := oracle.RandomCase(rng, layout.Data, 1); strings.Contains(c.Rule, " then ") {
				w.ask(t, seed, rng, c, customers)
			}
		}
		nodes, repeated, steps = nodes+w.nodes, repeated+w.repeated, steps+w.steps
	}
	t.Logf("seed %d: %d nodes, %d of them segments that were explained before, %d steps", first, nodes, repeated, steps)
	if nodes < 100 || repeated == 0 || steps == 0 {
		t.Errorf("seed %d: %d nodes, %d repeated ones and %d steps tell little", first, nodes, repeated, steps)
	}
}

// bothWays is a snapshot and the place that it was built of.
type bothWays struct {
	*warehouse.Warehouse
	dir   string
	place *federate.Place
	// Those compared: how many, segments that were explained before, steps of sequences.
	nodes, repeated, steps int
}

func newBothWays(t *testing.T, w *warehouse.Warehouse) *bothWays {
	t.Helper()
	dir := t.TempDir()
	folder := filepath.Join(dir, "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	snapshot(t, w.Parent, folder, filepath.Join(dir, "data.rollcall"))
	return &bothWays{
		Warehouse: w, dir: filepath.Join(dir, "data.rollcall"),
		place: &federate.Place{Engine: openDuck(t, folder), Schema: w.Data.Schema, Layout: w.Layout},
	}
}

// refer puts the rule of a case into a segment that others refer to, more than once.
func (w *bothWays) refer(rng *rand.Rand, c *oracle.Case) {
	c.Segments = append(c.Segments,
		oracle.Segment{Path: "again/inner", Rule: c.Rule},
		oracle.Segment{Path: "again/outer", Rule: "not segment 'again/inner' or segment 'again/inner'"})
	if rng.IntN(2) == 0 {
		c.Rule = "segment 'again/inner' and not (segment 'again/outer' and segment 'again/inner') or segment 'again/outer'"
	} else {
		c.Rule = "segment 'again/outer' or (" + c.Rule + ")"
	}
}

// ask asks both ways about some customers.
func (w *bothWays) ask(t *testing.T, seed uint64, rng *rand.Rand, c *oracle.Case, customers int) {
	t.Helper()
	library := libraryOf(t, c)
	db, err := engine.Open(w.dir, &engine.Options{Segments: library})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	parsed, err := rule.Parse(c.Rule)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := rule.Check(parsed, w.Data.Schema, library)
	if err != nil {
		t.Fatal(err)
	}
	q, err := db.QueryRule(parsed)
	if err != nil {
		t.Fatal(err)
	}
	for range customers {
		key := fmt.Sprint(w.Data.Keys[rng.IntN(len(w.Data.Keys))])
		got, err := federate.Why(t.Context(), w.place, checked, c.AsOf, key)
		if unsupported := (*federate.UnsupportedError)(nil); errors.As(err, &unsupported) {
			return
		}
		want, werr := q.At(c.AsOf).Why(t.Context(), key)
		if overflow := (*engine.OverflowError)(nil); errors.As(werr, &overflow) {
			return
		}
		if err != nil || werr != nil {
			t.Fatalf("seed %d: %s: in place %v, of a snapshot %v\n%s", seed, key, err, werr, c.Rule)
		}
		if diff := w.compare(&want.Reason, got); diff != "" {
			t.Fatalf("seed %d: %s: %s\n%s", seed, key, diff, c.Rule)
		}
	}
}

// libraryOf returns the segments of a case.
func libraryOf(t *testing.T, c *oracle.Case) *rule.Library {
	t.Helper()
	var segments []*rule.SegmentFile
	for _, s := range c.Segments {
		parsed, err := rule.Parse(s.Rule)
		if err != nil {
			t.Fatal(err)
		}
		segments = append(segments, &rule.SegmentFile{Path: s.Path, Name: path.Base(s.Path), Rule: parsed})
	}
	return rule.NewLibrary(segments)
}

// compare returns how the reason of a source differs from that of a snapshot, "" where
// it does not.
func (w *bothWays) compare(want *engine.Reason, got *federate.Reason) string {
	w.nodes++
	if want.Kind == engine.ReasonStep {
		w.steps++
	}
	if want.Repeats() {
		w.repeated++
	}
	if string(want.Kind) != got.Kind || want.Condition != got.Condition || want.Holds != got.True ||
		len(want.Reasons) != len(got.Reasons) || !isAbout(want.Value, got.Value) ||
		want.Kind == engine.ReasonStep && textOf(want.Value) != textOf(got.Value) {
		return fmt.Sprintf("a snapshot says %s %q %t of %s with %d below, the source %s %q %t of %s with %d",
			want.Kind, want.Condition, want.Holds, textOf(want.Value), len(want.Reasons),
			got.Kind, got.Condition, got.True, textOf(got.Value), len(got.Reasons))
	}
	var diffs []string
	for i := range want.Reasons {
		if diff := w.compare(&want.Reasons[i], &got.Reasons[i]); diff != "" {
			diffs = append(diffs, diff)
		}
	}
	return strings.Join(diffs, "\n")
}

// isAbout reports whether two values are the same, floats but for the order that they
// were added in, and times but for a gap of the clock.
func isAbout(x, y any) bool {
	const margin, longestGap = 1e-9, 25 * time.Hour
	switch x := x.(type) {
	case float64:
		if y, ok := y.(float64); ok && !math.IsInf(x, 0) {
			return math.Abs(x-y) <= margin*(1+math.Abs(x))
		}
	case time.Time:
		if y, ok := y.(time.Time); ok {
			return x.Sub(y).Abs() <= longestGap
		}
	}
	return textOf(x) == textOf(y)
}
