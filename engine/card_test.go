package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestProfilesShowWhatTheTablesHave compares the cards of all customers of random
// tables with the tables.
func TestProfilesShowWhatTheTablesHave(t *testing.T) {
	const tables, events = 4, 3
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 92))
		dir, table := randomSnapshot(t, at, rng)
		snap, err := openWith(t, dir, plan.Choice{}, nil).Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		asOf := oracle.RandomCase(rng, table, 0).AsOf
		for row, key := range table.Keys {
			p, err := snap.Profile(t.Context(), fmt.Sprint(key), engine.ProfileOptions{AsOf: &asOf, Events: events})
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("seed %d: customer %v as of %s", at, key, asOf)
			checkAttributes(t, what, p, table, row)
			for i := range table.Schema.Behaviors {
				checkHistory(t, what, p.Behaviors[i], table, i, table.Behaviors[i][row], asOf.UnixMicro(), events)
			}
		}
		if err := snap.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func checkAttributes(t *testing.T, what string, p *engine.Profile, table *oracle.Table, row int) {
	t.Helper()
	shows := map[string]string{}
	for _, a := range p.Attributes {
		shows[a.Name] = shown(a.Value)
	}
	for i, a := range table.Schema.Attributes {
		want := shown(plainValue(table.Attributes[i][row], a.Type))
		if got, ok := shows[a.Name]; got != want && (ok || a.Name != table.Schema.KeyColumn) {
			t.Errorf("%s: %s is %s, want %s", what, a.Name, got, want)
		}
	}
}

// checkHistory compares a history with a customer's events.
func checkHistory(t *testing.T, what string, got engine.History, table *oracle.Table, behavior int, events []oracle.Event, asOf int64, most int) {
	t.Helper()
	of := table.Schema.Behaviors[behavior]
	var times []int64
	seen := 0
	all := map[string]int{} // events, as text
	for _, e := range events {
		when := "never"
		if e.Time != nil {
			at := *e.Time
			if at >= asOf {
				continue
			}
			times, when = append(times, at), fmt.Sprint(at)
		}
		seen++
		text := when
		for i, v := range e.Fields {
			text += " " + of.Fields[i].Name + "=" + shown(plainValue(v, of.Fields[i].Type))
		}
		all[text]++
	}
	slices.Sort(times)
	if got.Behavior != of.Name || got.Count != uint64(seen) || (got.First == nil) != (len(times) == 0) || (got.Last == nil) != (len(times) == 0) {
		t.Fatalf("%s: %+v, want %d events of %s, %d of them with a time", what, got, seen, of.Name, len(times))
	}
	if len(times) > 0 && (got.First.UnixMicro() != times[0] || got.Last.UnixMicro() != times[len(times)-1]) {
		t.Errorf("%s: %s from %s to %s, want %v", what, of.Name, got.First, got.Last, times)
	}
	if len(got.Recent) != min(most, seen) {
		t.Fatalf("%s: %s shows %d events, want %d", what, of.Name, len(got.Recent), min(most, seen))
	}
	slices.Reverse(times)
	for i, e := range got.Recent {
		when := "never"
		if e.Time != nil {
			when = fmt.Sprint(e.Time.UnixMicro())
		}
		if want := i < len(times); want != (e.Time != nil) || want && e.Time.UnixMicro() != times[i] {
			t.Errorf("%s: event %d of %s is of %s, the times are %v", what, i, of.Name, when, times)
		}
		for _, f := range e.Fields {
			when += " " + f.Name + "=" + shown(f.Value)
		}
		if all[when]--; all[when] < 0 {
			t.Errorf("%s: %s shows %s, which the table has not, or not so often", what, of.Name, when)
		}
	}
}

// TestProfilesKnowTheirSegments compares the segments of cards with the rules' keys.
func TestProfilesKnowTheirSegments(t *testing.T) {
	rules := map[string]string{
		"Gold": "loyalty_tier = 'Gold'", "Lately": "purchase in last 30 days", "Both": "segment 'Gold' and segment 'Lately'", "Nobody": "orders < 0",
	}
	var files []*rule.SegmentFile
	for _, name := range []string{"Gold", "Lately", "Both", "Nobody"} {
		parsed, err := rule.Parse(rules[name])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &rule.SegmentFile{Path: name, Name: name, Rule: parsed})
	}
	db := openWith(t, snapshot, plan.Choice{}, rule.NewLibrary(files))
	snap, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	})
	want := map[string][]string{}
	for _, f := range files {
		for key, err := range mustQuery(t, db, rules[f.Path]).At(asOf).Keys(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			want[key] = append(want[key], f.Path)
		}
	}
	for i := 1; i < 23570; i += 97 {
		key := fmt.Sprintf("%05d", i)
		p, err := snap.Profile(t.Context(), key, engine.ProfileOptions{AsOf: &asOf, Segments: true, Columns: []string{}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.Segments, want[key]) || p.SegmentsAsked != len(files) || len(p.Attributes) > 0 {
			t.Errorf("customer %s is in %q of %d, want %q", key, p.Segments, p.SegmentsAsked, want[key])
		}
	}
}

// TestBadProfiles asks for what is not there.
func TestBadProfiles(t *testing.T) {
	bad, err := rule.Parse("loyalty_teir = 'Gold'")
	if err != nil {
		t.Fatal(err)
	}
	db := openWith(t, snapshot, plan.Choice{}, rule.NewLibrary([]*rule.SegmentFile{{Path: "Gold", Name: "Gold", Rule: bad}}))
	snap, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	_, err = snap.Profile(t.Context(), "nobody", engine.ProfileOptions{})
	if unknown := (*engine.KeyError)(nil); !errors.As(err, &unknown) || unknown.Key != "nobody" {
		t.Errorf("%v, want a *KeyError", err)
	}
	_, err = snap.Profile(t.Context(), "00001", engine.ProfileOptions{Columns: []string{"loyalty_teir"}})
	if unknown := (*engine.ColumnError)(nil); !errors.As(err, &unknown) || unknown.Nearest != "loyalty_tier" {
		t.Errorf("%v, want a *ColumnError", err)
	}
	_, err = snap.Profile(t.Context(), "00001", engine.ProfileOptions{Segments: true})
	if problems := (rule.Errors)(nil); !errors.As(err, &problems) {
		t.Errorf("%v, want rule.Errors", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := snap.Profile(ctx, "00001", engine.ProfileOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if err := snap.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := snap.Profile(t.Context(), "00001", engine.ProfileOptions{}); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("%v, want %v", err, engine.ErrClosed)
	}
}

// TestProfileOfTheDeleted asks for a customer who is no more.
func TestProfileOfTheDeleted(t *testing.T) {
	dir, build := shopOf("ann,DE", "bob,FR")
	build("bob,IT", "eve,DE")
	snap, err := openWith(t, dir, plan.Choice{}, nil).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	})
	_, err = snap.Profile(t.Context(), "ann", engine.ProfileOptions{})
	if unknown := (*engine.KeyError)(nil); !errors.As(err, &unknown) {
		t.Errorf("%v, want a *KeyError", err)
	}
	p, err := snap.Profile(t.Context(), "bob", engine.ProfileOptions{})
	if err != nil || len(p.Attributes) != 1 || p.Attributes[0] != (engine.NamedValue{Name: "country", Value: "IT"}) {
		t.Errorf("%+v, %v, want Bob of Italy", p, err)
	}
}
