package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/ingest/interop/interoptest"
)

// TestProfilesAfterRefreshes compares the cards of all customers of a snapshot built in
// stages, whose events are in parts, some of them older than its behavior keeps them,
// with those of the same built at once, and after compaction.
func TestProfilesAfterRefreshes(t *testing.T) {
	d := interoptest.New(false)
	inStages, atOnce := t.TempDir(), t.TempDir()
	build := func(dir string) {
		t.Helper()
		opts := &ingest.Options{AsOf: d.Now, Indexes: tinyIndexes}
		if _, err := ingest.Build(t.Context(), interoptest.Parent(), d.Source(), dir, opts); err != nil {
			t.Fatal(err)
		}
	}
	d.Join(150)
	d.Act(80, 150, 450*24*time.Hour)
	build(inStages)
	for range 3 {
		d.Leave(11)
		d.Now = d.Now.AddDate(0, 1, 0)
		d.Act(30, 150, 24*time.Hour)
		build(inStages)
	}
	build(atOnce)
	for _, asOf := range []time.Time{d.Now, d.Now.AddDate(0, -1, 0), d.Now.AddDate(-2, 0, 0)} {
		want := cards(t, atOnce, asOf)
		if len(want) == 0 {
			t.Fatal("there are no customers")
		}
		if got := cards(t, inStages, asOf); !slices.Equal(got, want) {
			t.Errorf("as of %s after refreshes: %s", asOf, firstDifference(got, want))
		}
	}
	if _, err := ingest.Compact(t.Context(), inStages, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := cards(t, inStages, d.Now), cards(t, atOnce, d.Now); !slices.Equal(got, want) {
		t.Errorf("after compaction: %s", firstDifference(got, want))
	}
}

// cards returns the cards of all customers as text, in the order of their keys. Events
// of one instant are sorted by their fields.
func cards(t *testing.T, dir string, asOf time.Time) []string {
	t.Helper()
	db := openWith(t, dir, plan.Choice{}, nil)
	snap, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []string
	for key, err := range mustQuery(t, db, "act or not act").Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		p, err := snap.Profile(t.Context(), key, engine.ProfileOptions{AsOf: &asOf, Events: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		text := p.Key
		for _, a := range p.Attributes {
			text += fmt.Sprintf(" %s=%v", a.Name, shown(a.Value))
		}
		for _, h := range p.Behaviors {
			text += fmt.Sprintf(" %s %d %v %v", h.Behavior, h.Count, h.First, h.Last)
			var events []string
			for _, e := range h.Recent {
				event := fmt.Sprintf(" [%v", e.Time)
				for _, f := range e.Fields {
					event += fmt.Sprintf(" %s=%v", f.Name, shown(f.Value))
				}
				events = append(events, event+"]")
			}
			if len(events) != int(h.Count) {
				t.Errorf("customer %s: %d events of %s are shown, %d counted", key, len(events), h.Behavior, h.Count)
			}
			slices.Sort(events)
			text += fmt.Sprint(events)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			at := 0
			for at < min(len(got[i]), len(want[i])) && got[i][at] == want[i][at] {
				at++
			}
			from := max(0, at-80)
			return fmt.Sprintf("card %d\n got %.200s\nwant %.200s", i, got[i][from:], want[i][from:])
		}
	}
	return fmt.Sprintf("%d cards, want %d", len(got), len(want))
}

// TestProfilesSayTheKeyAsItIsStored asks for whole-number keys in other spellings.
func TestProfilesSayTheKeyAsItIsStored(t *testing.T) {
	people := memorySource{}
	people.add(t, "people", []arrow.Field{field("id", arrow.PrimitiveTypes.Int64)}, "{\"id\": 7}\n{\"id\": -7}\n{\"id\": 0}")
	snap, err := openWith(t, people.build(t, "UTC"), plan.Choice{}, nil).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}()
	for given, want := range map[string]string{"7": "7", "007": "7", "+7": "7", "-7": "-7", "-07": "-7", "-0": "0"} {
		p, err := snap.Profile(t.Context(), given, engine.ProfileOptions{})
		if err != nil || p.Key != want {
			t.Errorf("%q: %+v, %v, want customer %s", given, p, err, want)
		}
	}
	for _, given := range []string{"", " 7", "7.0", "0x7", "99999999999999999999"} {
		want := fmt.Sprintf("no customer has the id %q", given)
		if _, err := snap.Profile(t.Context(), given, engine.ProfileOptions{}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", given, err, want)
		}
	}
}
