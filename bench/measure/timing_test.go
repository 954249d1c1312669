package measure

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/suite"
)

func options(runs int) Options { return Options{Runs: runs, Budget: time.Hour, Progress: quiet} }

func TestTimeAlternates(t *testing.T) {
	var order strings.Builder
	log := func(engine string) { order.WriteString(engine) }
	a, b, c := newFake("a", 1), newFake("b", 1), newFake("c", 1)
	for _, f := range []*fake{a, b, c} {
		f.log = log
	}
	if _, err := Time(t.Context(), "s", ask1, list(a, b, c), options(4)); err != nil {
		t.Fatal(err)
	}
	if got, want := order.String(), "abc"+"aabbcc"+"bbccaa"+"ccaabb"+"aabbcc"; got != want {
		t.Errorf("the engines were asked in the order %s, want %s", got, want)
	}
	if a.open+b.open+c.open != 0 {
		t.Errorf("%d, %d, %d prepared queries are left open", a.open, b.open, c.open)
	}
}

func TestTimeResults(t *testing.T) {
	a, b := newFake("a", 1, 2), newFake("b", 1, 2)
	a.took = func(nth int) time.Duration { // the first is the warm-up; every other one comes before one that is timed
		return []time.Duration{time.Hour, 400, 40, 500, 10, 600, 30, 700, 20}[nth] * time.Microsecond
	}
	b.answers["Q2"] = []int64{}
	queries := []suite.Query{ask1[0], {ID: "Q2", Rule: "visits > 3", AsOf: asOf}}
	got, err := Time(t.Context(), "audience", queries, list(a, b), options(4))
	if err != nil {
		t.Fatal(err)
	}
	at := "2026-01-01T00:00:00Z"
	want := []Result{
		{Suite: "audience", Query: "Q1", Rule: "tier = 'Gold'", AsOf: at, Engine: "a", Count: 2, MedianUS: 25, P95US: 38.5, MinUS: 10, FirstUS: 600, Runs: 4, TimesUS: []float64{40, 10, 30, 20}},
		{Suite: "audience", Query: "Q1", Rule: "tier = 'Gold'", AsOf: at, Engine: "b", Count: 2, MedianUS: 1000, P95US: 1000, MinUS: 1000, FirstUS: 1000, Runs: 4, TimesUS: []float64{1000, 1000, 1000, 1000}},
		{Suite: "audience", Query: "Q2", Rule: "visits > 3", AsOf: at, Engine: "a", Unsupported: "the engine cannot do that: a has no Q2"},
		{Suite: "audience", Query: "Q2", Rule: "visits > 3", AsOf: at, Engine: "b", MedianUS: 1000, P95US: 1000, MinUS: 1000, Runs: 4, TimesUS: []float64{1000, 1000, 1000, 1000}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// TestTimeAwakens has an engine that executes for some time before it is timed, and
// one that takes longer than that.
func TestTimeAwakens(t *testing.T) {
	quick, slow := newFake("quick", 1), newFake("slow", 1)
	quick.took = func(nth int) time.Duration { return time.Duration(4+nth%6) * time.Millisecond }
	slow.took = func(int) time.Duration { return time.Second }
	o := options(3)
	o.Awaken = 20 * time.Millisecond
	got, err := Time(t.Context(), "s", ask1, list(quick, slow), o)
	if err != nil {
		t.Fatal(err)
	}
	// The warm-up takes 4 ms; then it is 5 + 6 + 7 + 8 ms, and 9 ms are timed, and so on.
	if diff := cmp.Diff([]float64{9000, 8000, 7000}, got[0].TimesUS); diff != "" {
		t.Errorf("timed (-want +got):\n%s", diff)
	}
	if want := 1 + 3*2; slow.counts != want {
		t.Errorf("the slow one was executed %d times, want %d", slow.counts, want)
	}
}

// TestTimeBudget has an engine that is slow: when its time is up the rounds end
// for all, so that nobody is asked without the others.
func TestTimeBudget(t *testing.T) {
	for _, c := range []struct {
		name   string
		runs   int
		budget time.Duration
		want   int
	}{
		{"never over", 15, time.Minute, 15},
		{"over after twelve", 15, 12 * time.Second, 12},
		{"over at once", 15, time.Millisecond, 9},
		{"fewer runs than nine", 2, time.Millisecond, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var order strings.Builder
			slow, fast := newFake("s", 1), newFake("f", 1)
			slow.took = func(int) time.Duration { return time.Second }
			for _, f := range []*fake{slow, fast} {
				f.log = func(engine string) { order.WriteString(engine) }
			}
			o := options(c.runs)
			o.Budget = c.budget
			got, err := Time(t.Context(), "s", ask1, list(slow, fast), o)
			if err != nil {
				t.Fatal(err)
			}
			if got[0].Runs != c.want || got[1].Runs != c.want {
				t.Errorf("runs are %d and %d, want %d of both", got[0].Runs, got[1].Runs, c.want)
			}
			if strings.Contains(order.String(), "sssss") || strings.Contains(order.String(), "fffff") {
				t.Errorf("the engines were asked in the order %s, which is no alternation", order.String())
			}
		})
	}
}

// TestTimeKeepsWhatIsComplete fails in the second query.
func TestTimeKeepsWhatIsComplete(t *testing.T) {
	a := newFake("a", 1, 2)
	a.answers["Q2"] = []int64{3}
	a.count = func(query string, _ int) (int64, error) {
		if query == "Q2" {
			return 0, errFake
		}
		return 2, nil
	}
	got, err := Time(t.Context(), "s", []suite.Query{ask1[0], {ID: "Q2"}}, list(a), options(3))
	if !errors.Is(err, errFake) || len(got) != 1 || got[0].Query != "Q1" || got[0].Runs != 3 {
		t.Errorf("results %+v, error %v; want those of Q1, and the error", got, err)
	}
}

func TestTimeAllocations(t *testing.T) {
	a, b := newFake("a", 1), newFake("b", 1)
	a.ready = true
	var kept [][]byte
	a.log = func(string) {
		for range 100 {
			kept = append(kept, make([]byte, 1<<10))
		}
	}
	got, err := Time(t.Context(), "s", ask1, list(a, b), options(3))
	if err != nil {
		t.Fatal(err)
	}
	if n := got[0].Allocs; n == nil || *n < 100 {
		t.Errorf("allocations of a are %v, want at least the 100 of each execution", n)
	}
	if got[1].Allocs != nil {
		t.Errorf("b is not in process and has %v allocations", *got[1].Allocs)
	}
	if want := 1 + 2*3 + 5; a.counts != want || got[0].Runs != 3 {
		t.Errorf("%d executions, want %d; of them %d timed", a.counts, want, got[0].Runs)
	}
}

func TestTimeErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		count  func(query string, nth int) (int64, error)
		want   string
		differ bool
	}{
		{"the other count is different", func(string, int) (int64, error) { return 3, nil },
			"the engines differ: b, asked Q1 while it was timed, counts 3 customers, expected 2", true},
		{"the count changes", func(_ string, nth int) (int64, error) {
			if nth == 2 {
				return 1, nil
			}
			return 2, nil
		}, "the engines differ: b, asked Q1 while it was timed, counts 1 customers, expected 2", true},
		{"an error", func(_ string, nth int) (int64, error) {
			if nth == 2 {
				return 0, errFake
			}
			return 2, nil
		}, "query Q1: the disk is on fire", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := newFake("a", 1, 2), newFake("b", 1, 2)
			b.count = c.count
			got, err := Time(t.Context(), "s", ask1, list(a, b), options(5))
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if errors.Is(err, ErrDiffer) != c.differ {
				t.Errorf("whether %v is ErrDiffer: want %t", err, c.differ)
			}
			if got != nil || a.open+b.open != 0 {
				t.Errorf("results %v, prepared queries left open: %d and %d", got, a.open, b.open)
			}
		})
	}
}

func TestTimeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a, b := newFake("a", 1), newFake("b", 1)
	b.log = func(string) {
		if b.counts == 3 {
			cancel()
		}
	}
	_, err := Time(ctx, "s", ask1, list(a, b), options(1000))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context canceled", err)
	}
	if a.counts > 4 || a.open+b.open != 0 {
		t.Errorf("%d executions after the context ended; left open: %d and %d", a.counts, a.open, b.open)
	}
}
