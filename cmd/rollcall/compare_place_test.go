package main

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

// checkComparisons asks about several rules, times and steps in a source and in a
// snapshot of it.
func checkComparisons(t *testing.T, parent, uri string) {
	t.Helper()
	snap := filepath.Join(t.TempDir(), "examples.rollcall")
	if code, out, errs := rollcall(t, "build", "-c", parent, "-s", uri, "-o", snap); code != exitDone {
		t.Fatalf("build: exit code %d: %s%s", code, out, errs)
	}
	asOf := []string{"--as-of", examples.AsOf.Format(time.RFC3339)}
	times := []string{"--from", "2025-05-31", "--to", "2025-06-15"}
	for _, c := range []struct{ command, more []string }{
		{[]string{"overlap", placeRule, "loyalty_tier = 'Gold'", "purchase in last 30 days"}, asOf},
		{[]string{"overlap", "country = 'nowhere'", "lifetime_value < 0"}, asOf},
		{[]string{"waterfall", "loyalty_tier = 'Gold'", "purchase in last 30 days", placeRule, "country = 'nowhere'"}, asOf},
		{[]string{"funnel", "page_view then cart_event within 1 week then not purchase within 2 hours"}, asOf},
		{[]string{"funnel", "country = 'nowhere' and page_view then purchase"}, asOf},
		{[]string{"trend", placeRule, "--every", "week"}, times},
		{[]string{"diff", "purchase in last 30 days"}, times},
		{[]string{"diff", "purchase in last 30 days", "--show", "entered", "--limit", "7"}, times},
		{[]string{"breakdown", placeRule, "--by", "lifetime_value,signup_date,country", "--bins", "6", "--every", "quarter"}, asOf},
	} {
		more := append(append(c.command[1:len(c.command):len(c.command)], c.more...), "--format", "json")
		want := answerOf(t, append([]string{c.command[0], snap}, more...)...)
		got := answerOf(t, append([]string{c.command[0], "-c", parent, "-s", uri}, more...)...)
		for _, side := range []string{"before", "after"} {
			if of, ok := want[side].(map[string]any); ok {
				delete(of, "version") // a source has none
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: a snapshot, then the source:\n%s", c.command, diff)
		}
	}
}

func TestDatabricksComparesAsASnapshot(t *testing.T) {
	w, parent := exampleWarehouse(t)
	folder := filepath.Join(t.TempDir(), "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	logIn(t, "oauth")
	checkComparisons(t, parent, serveWarehouse(t, folder).uri)
}

func TestPostgresComparesAsASnapshot(t *testing.T) {
	w, parent := exampleWarehouse(t)
	checkComparisons(t, parent, postgresOf(t, w))
}

// TestDatabricksAnswersAtOnce asks one rule of one place from several goroutines: what
// is asked at other times leaves the others as they are.
func TestDatabricksAnswersAtOnce(t *testing.T) {
	w, parent := exampleWarehouse(t)
	folder := filepath.Join(t.TempDir(), "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	logIn(t, "oauth")
	a := &app{asOf: examples.AsOf.Format(time.RFC3339)}
	q, err := a.ask(t.Context(), &placeFlags{config: parent, sources: []string{serveWarehouse(t, folder).uri}}, []string{placeRule})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	}()
	day := 24 * time.Hour
	var askers sync.WaitGroup
	for _, answer := range []func(ctx context.Context) (time.Time, error){
		func(ctx context.Context) (time.Time, error) {
			answer, _, err := q.Trend(ctx, engine.TrendSpan{From: examples.AsOf.Add(-5 * day), To: examples.AsOf.Add(-4 * day), Every: window.Day})
			if err != nil {
				return time.Time{}, err
			}
			return answer.AsOf.Add(4 * day), nil
		},
		func(ctx context.Context) (time.Time, error) {
			d, err := q.Diff(ctx, ask.DiffOptions{From: examples.AsOf.Add(-5 * day), To: examples.AsOf.Add(-3 * day)})
			if err != nil {
				return time.Time{}, err
			}
			return d.After.AsOf.Add(3 * day), nil
		},
		func(ctx context.Context) (time.Time, error) {
			answer, err := q.Count(ctx)
			if err != nil {
				return time.Time{}, err
			}
			return answer.AsOf, nil
		},
	} {
		for range 2 {
			askers.Go(func() {
				if got, err := answer(t.Context()); err != nil || !got.Equal(examples.AsOf) {
					t.Errorf("the answer is as of %s, %v, want %s", got, err, examples.AsOf)
				}
			})
		}
	}
	askers.Wait()
}
