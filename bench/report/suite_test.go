package report

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// TestGeometricMean checks the mean against values known by hand.
func TestGeometricMean(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0}, {[]float64{7}, 7}, {[]float64{1, 100}, 10}, {[]float64{2, 4, 8}, 4}, {[]float64{0.5, 2}, 1},
		{[]float64{1e200, 1e200, 1e-200, 1e-200}, 1},
	} {
		if got := geometricMean(c.values); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: got %v, want %v", c.values, got, c.want)
		}
	}
}

// TestRoundTicks checks the steps of an axis of any length.
func TestRoundTicks(t *testing.T) {
	label := roundTicks(func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) })
	for hi := 0.001; hi < 1e13; hi *= 1.37 {
		ticks := label.Ticks(0, hi)
		if len(ticks) < 3 || len(ticks) > 7 {
			t.Errorf("up to %v there are %d ticks, want 3 to 7", hi, len(ticks))
		}
		step := ticks[1].Value
		digit := step / math.Pow10(int(math.Floor(math.Log10(step)+1e-9)))
		if !slices.ContainsFunc([]float64{1, 2, 5}, func(want float64) bool { return math.Abs(digit-want) < 1e-9 }) {
			t.Errorf("up to %v the step is %v, want 1, 2 or 5 times a power of ten", hi, step)
		}
	}
	var labels []string
	for _, tick := range label.Ticks(0, 12) {
		labels = append(labels, tick.Label)
	}
	if diff := cmp.Diff([]string{"0", "2", "4", "6", "8", "10", "12"}, labels); diff != "" {
		t.Errorf("up to 12 (-want +got):\n%s", diff)
	}
}

// TestSuites checks order, missing engines, queries that one cannot answer, and
// that ratios are over those that both answered.
func TestSuites(t *testing.T) {
	result := func(suite, query, engine string, us float64) measure.Result {
		r := measure.Result{Suite: suite, Query: query, Engine: engine, Count: 10, MedianUS: us}
		if us == 0 {
			r.Count, r.Unsupported = 0, "cannot"
		}
		return r
	}
	suites := suitesOf([]measure.Result{
		result("s", "Q2", "other", 80), result("s", "Q2", "rollcall", 10), result("s", "Q1", "other", 0), result("s", "Q1", "rollcall", 10),
		result("s", "Q3", "other", 20), result("s", "Q3", "rollcall", 10), result("s", "Q4", "rollcall", 10), result("t", "Q1", "other", 5),
	}, []string{"rollcall", "third"})
	if len(suites) != 2 || suites[0].name != "s" || suites[1].name != "t" {
		t.Fatalf("got %d suites", len(suites))
	}
	s := suites[0]
	if diff := cmp.Diff([]string{"rollcall", "other"}, s.engines); diff != "" {
		t.Errorf("engines:\n%s", diff)
	}
	if diff := cmp.Diff([]float64{8, 2}, s.ratios("rollcall", "other")); diff != "" {
		t.Errorf("ratios:\n%s", diff)
	}
	if got, want := meanText(s, "rollcall", "other"), "×4.00 (2 of 4)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := meanText(suites[1], "rollcall", "other"); got != "" {
		t.Errorf("without our engine: got %q, want nothing", got)
	}
	if n, same, ok := s.count("Q1"); n != 10 || !same || !ok {
		t.Errorf("count of Q1: got %d, %t, %t; the engine that cannot answer must not matter", n, same, ok)
	}
	s.at("Q3", "other").Count = 11
	if _, same, _ := s.count("Q3"); same {
		t.Error("counts that differ are taken for the same")
	}
}

// TestFamilies checks which queries a panel of a sweep holds.
func TestFamilies(t *testing.T) {
	var queries []query
	for _, id := range []string{"a_1-last-1h", "a_1-ago-1h", "a_1-last-2h", "b-1-30d", "a_1-last-3h", "b-2-30d", "b-3to5-30d", "b-1-90d", "not-x"} {
		queries = append(queries, query{id: id})
	}
	got := map[string][]string{}
	for _, f := range familiesOf(queries) {
		got[f.name] = f.labels
	}
	want := map[string][]string{"a_1-last-…": {"1h", "2h", "3h"}, "b-…-30d": {"1", "2", "3to5"}, "others": {"a_1-ago-1h", "b-1-90d", "not-x"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestPalette checks that an engine's look does not hang on who else is there,
// and that no two of eight engines look alike.
func TestPalette(t *testing.T) {
	page := func(engines ...string) palette {
		r := &measure.Report{}
		for _, e := range engines {
			r.Engines = append(r.Engines, measure.EngineReport{Name: e})
		}
		return newPalette([]Named{{"r", r}})
	}
	if page("duckdb")["duckdb"] != page("new", "rollcall", "duckdb")["duckdb"] {
		t.Error("the look of duckdb hangs on the other engines")
	}
	engines := []string{"x", "rollcall", "y", "duckdb", "postgres", "z", "clickhouse", "w"}
	p := page(engines...)
	seen := map[look]string{}
	for _, e := range engines {
		if other, ok := seen[p[e]]; ok || p[e].color == nil {
			t.Errorf("%s looks like %q", e, other)
		}
		seen[p[e]] = e
	}
	many := page("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	if many["j"].color == nil {
		t.Error("the tenth engine has no look")
	}
}

// TestDecades checks the ends of logarithmic axes.
func TestDecades(t *testing.T) {
	for _, c := range []struct{ lo, hi, from, to float64 }{
		{1, 1, 1, 10}, {1000, 1000, 1000, 10000}, {0.3, 0.4, 0.1, 1}, {9.99, 10, 1, 10}, {10, 1e6, 10, 1e6}, {12, 1.5e6, 10, 1e7},
	} {
		from, to := span{c.lo, c.hi}.decades()
		if math.Abs(from/c.from-1) > 1e-9 || math.Abs(to/c.to-1) > 1e-9 {
			t.Errorf("%v to %v: got %v to %v, want %v to %v", c.lo, c.hi, from, to, c.from, c.to)
		}
	}
}
