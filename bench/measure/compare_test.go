package measure

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

func TestCompareEqual(t *testing.T) {
	a, b, c := newFake("a", 1, 2, 3), newFake("b", 1, 2, 3), newFake("c", 1, 2, 3)
	got, err := Compare(t.Context(), "s", ask1, list(a, b, c), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Comparison{Compared: 1}, got); diff != "" {
		t.Errorf("comparison (-want +got):\n%s", diff)
	}
	if got.Err() != nil {
		t.Errorf("equal sets give the error %v", got.Err())
	}
	if a.open+b.open+c.open != 0 {
		t.Errorf("%d, %d, %d prepared queries are left open", a.open, b.open, c.open)
	}
}

// dropping is an engine whose prepared queries lose one customer.
type dropping struct {
	contender.Engine
	key int64
}

func (d dropping) Prepare(ctx context.Context, q *suite.Query) (contender.Prepared, error) {
	p, err := d.Engine.Prepare(ctx, q)
	return droppingPrepared{p, d.key}, err
}

type droppingPrepared struct {
	contender.Prepared
	key int64
}

func (p droppingPrepared) Keys(ctx context.Context) ([]int64, error) {
	keys, err := p.Prepared.Keys(ctx)
	var left []int64
	for _, key := range keys {
		if key != p.key {
			left = append(left, key)
		}
	}
	return left, err
}

func TestCompareFindsALostCustomer(t *testing.T) {
	a, b := newFake("a", 1, 2, 3), newFake("b", 1, 2, 3)
	got, err := Compare(t.Context(), "s", ask1, []contender.Engine{a, dropping{b, 2}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	want := []Difference{
		{Query: "Q1", Rule: "tier = 'Gold'", A: "b", B: "b", CountA: 3, CountB: 2},
		{Query: "Q1", Rule: "tier = 'Gold'", A: "a", B: "b", CountA: 3, CountB: 2, OnlyA: 1, FirstA: []int64{2}},
	}
	if diff := cmp.Diff(want, got.Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	const text = `the engines differ:
Q1: tier = 'Gold'
  b counts 3 and lists 2 customers

Q1: tier = 'Gold'
  a selects 3 customers, 1 of them alone, the first: 2
  b selects 2 customers
`
	if diff := cmp.Diff(text, got.Err().Error()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if !errors.Is(got.Err(), ErrDiffer) {
		t.Errorf("%v is not ErrDiffer", got.Err())
	}
}

// TestDiffer has sets of the same size, too: counts alone would pass.
func TestDiffer(t *testing.T) {
	many := make([]int64, 25)
	for i := range many {
		many[i] = int64(i + 100)
	}
	for _, c := range []struct {
		name           string
		a, b           []int64
		onlyA, onlyB   int64
		firstA, firstB []int64
	}{
		{"both empty", nil, nil, 0, 0, nil, nil},
		{"equal", []int64{-1, 5, 9}, []int64{-1, 5, 9}, 0, 0, nil, nil},
		{"same size", []int64{1, 2, 3}, []int64{1, 2, 4}, 1, 1, []int64{3}, []int64{4}},
		{"disjoint", []int64{1, 3}, []int64{2, 4}, 2, 2, []int64{1, 3}, []int64{2, 4}},
		{"one empty", nil, many, 0, 25, nil, many[:10]},
		{"the other empty", many, nil, 25, 0, many[:10], nil},
		{"a tail", many, many[:24], 1, 0, many[24:], nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, same := differ(&ask1[0], &members{engine: "a", keys: c.a}, &members{engine: "b", keys: c.b})
			want := Difference{
				Query: "Q1", Rule: "tier = 'Gold'", A: "a", B: "b", CountA: int64(len(c.a)), CountB: int64(len(c.b)),
				OnlyA: c.onlyA, OnlyB: c.onlyB, FirstA: c.firstA, FirstB: c.firstB,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("difference (-want +got):\n%s", diff)
			}
			if same != (c.onlyA+c.onlyB == 0) {
				t.Errorf("same is %t", same)
			}
		})
	}
}

func TestCompareSaysWhatItDidNotCompare(t *testing.T) {
	rollcall, cache, duckdb := newFake("rollcall", 1), newFake("rollcall-cache", 1), newFake("duckdb", 1)
	for _, f := range []*fake{rollcall, cache} {
		f.answers["Q2"] = []int64{4}
	}
	queries := []suite.Query{ask1[0], {ID: "Q2", Rule: "visits > 3"}, {ID: "Q3", Rule: "opens > 3"}}
	got, err := Compare(t.Context(), "s", queries, list(rollcall, cache, duckdb), quiet)
	if err != nil {
		t.Fatal(err)
	}
	reason := func(engine, query string) string {
		return "the engine cannot do that: " + engine + " has no " + query
	}
	want := &Comparison{Compared: 1, NotCompared: []NotCompared{
		{Suite: "s", Query: "Q2", Rule: "visits > 3", Engines: []string{"rollcall", "rollcall-cache"}, Reasons: []string{reason("duckdb", "Q2")}},
		{Suite: "s", Query: "Q3", Rule: "opens > 3", Reasons: []string{reason("rollcall", "Q3"), reason("rollcall-cache", "Q3"), reason("duckdb", "Q3")}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comparison (-want +got):\n%s", diff)
	}
}

func TestCompareErrors(t *testing.T) {
	failing := func(change func(*fake)) *fake {
		f := newFake("b", 1, 2)
		change(f)
		return f
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		b    *fake
		want string
	}{
		{"count fails", t.Context(), failing(func(f *fake) {
			f.count = func(string, int) (int64, error) { return 0, errFake }
		}), "Q1: the disk is on fire"},
		{"keys fail", t.Context(), failing(func(f *fake) {
			f.keys = func(string) error { return errFake }
		}), "Q1: the disk is on fire"},
		{"descending", t.Context(), failing(func(f *fake) {
			f.answers["Q1"] = []int64{2, 1}
		}), "Q1: b: key 2 stands before 1, expected each key once and ascending"},
		{"twice", t.Context(), failing(func(f *fake) {
			f.answers["Q1"] = []int64{2, 2}
		}), "Q1: b: key 2 stands before 2, expected each key once and ascending"},
		{"interrupted", ended, newFake("b", 1, 2), "context canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newFake("a", 1, 2)
			got, err := Compare(c.ctx, "s", ask1, list(a, c.b), quiet)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, expected %q", err, c.want)
			}
			if got != nil {
				t.Errorf("there is a comparison all the same: %+v", got)
			}
			if a.open+c.b.open != 0 {
				t.Errorf("%d and %d prepared queries are left open", a.open, c.b.open)
			}
		})
	}
}
