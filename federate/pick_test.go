package federate_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
)

// picksOfRule is how many random picks a random rule is asked for.
const picksOfRule = 2

// askSnapshot compares the source with the snapshot of it: whom both take of the
// audience of a case, in random ways, and how they divide it by the elements of lists.
func (w *world) askSnapshot(t *testing.T, rng *rand.Rand, c *oracle.Case, x *checker) {
	t.Helper()
	db, err := engine.Open(w.dir, &engine.Options{Segments: libraryOf(t, c)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	q, err := db.Query(c.Rule)
	if err != nil {
		t.Fatal(err)
	}
	for range picksOfRule {
		p := randomPick(rng, w.Data.Schema, len(x.want))
		x.checkPick(q.At(c.AsOf), p, 1+rng.IntN(len(x.want)+2))
	}
	for _, a := range w.Data.Schema.Attributes {
		if a.Type.IsArray() {
			x.checkElements(q.At(c.AsOf), a.Name, 1+rng.IntN(5))
		}
	}
}

// randomPick returns a pick of some of so many customers.
func randomPick(rng *rand.Rand, s *model.Schema, customers int) engine.Pick {
	p := engine.Pick{}
	var names []string
	for _, a := range s.Attributes {
		if !a.Type.IsArray() {
			names = append(names, a.Name)
		}
	}
	if len(names) > 0 && rng.IntN(5) > 0 {
		p.OrderBy, p.Ascending = names[rng.IntN(len(names))], rng.IntN(2) == 0
	}
	switch rng.IntN(4) {
	case 0, 1:
		p.Top = 1 + rng.Uint64N(uint64(customers)+2)
	case 2:
		p.Percent = engine.Percent([]uint64{1, 333_333_333, 10_000_000_000, 50_000_000_000, 99_999_999_999, uint64(engine.Hundred)}[rng.IntN(6)])
	}
	if len(names) > 0 && (p.Top == 0 && p.Percent == 0 || rng.IntN(2) == 0) {
		p.Per, p.PerTop = names[rng.IntN(len(names))], 1+rng.Uint64N(3)
	}
	if p.Top == 0 && p.Percent == 0 && p.Per == "" {
		p.Top = 1
	}
	return p
}

// checkPick compares whom a source takes with whom a snapshot takes.
func (c *checker) checkPick(q *engine.Query, p engine.Pick, limit int) {
	c.Helper()
	picked, err := q.Pick(p)
	if err != nil {
		c.errorf("pick %s: %v", p, err)
	}
	want, err := picked.Count(c.Context())
	if overflow := (*engine.OverflowError)(nil); errors.As(err, &overflow) {
		return
	}
	if err != nil {
		c.errorf("pick %s: %v", p, err)
	}
	choice := &federate.Choice{Place: c.place, Rule: c.checked, AsOf: c.asOf, Pick: p}
	got, err := choice.Count(c.Context())
	if unsupported := (*federate.UnsupportedError)(nil); errors.As(err, &unsupported) && c.isTimed(p) {
		return
	}
	if err != nil || got != want {
		c.errorf("pick %s: got %d, %v, want %d", p, got, err, want)
	}
	name := c.place.Schema.Attributes[0].Name
	wantRows, err := picked.First(c.Context(), limit, name)
	if err != nil {
		c.errorf("pick %s: %v", p, err)
	}
	rows, count, err := choice.List(c.Context(), limit, name)
	if err != nil || count != want || textOf(rows) != textOf(wantRows) {
		c.errorf("pick %s: got the first %d of %d, %v: %v, want %v", p, limit, count, err, rows, wantRows)
	}
	var keys, wantKeys []string
	for key, err := range picked.Keys(c.Context()) {
		if err != nil {
			c.errorf("pick %s: %v", p, err)
		}
		wantKeys = append(wantKeys, key)
	}
	for batch, err := range choice.Audience(c.Context()) {
		if err != nil {
			c.errorf("pick %s: %v", p, err)
		}
		for i := range int(batch.NumRows()) {
			keys = append(keys, batch.Column(0).ValueStr(i))
		}
	}
	if !slices.Equal(keys, wantKeys) {
		c.errorf("pick %s: got %q, want %q", p, keys, wantKeys)
	}
}

// isTimed reports whether a pick has to do with times, whose order not every source has.
func (c *checker) isTimed(p engine.Pick) bool {
	return slices.ContainsFunc(c.place.Schema.Attributes, func(a model.Attribute) bool {
		return a.Type.Kind == model.Timestamp && (a.Name == p.OrderBy || a.Name == p.Per)
	})
}

// oddFloats are what floats order in ways of their own. A NaN is no value.
var oddFloats = []any{
	0.0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), nil, math.NaN(), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64,
	0.0, math.Copysign(0, -1), math.MaxFloat64, 1.5, math.NaN(), math.Copysign(0, -1), math.Inf(1), 0.0,
}

// TestPicksOfOddFloats orders and groups customers by floats that are equal and not the
// same, and by those that are no numbers.
func TestPicksOfOddFloats(t *testing.T) { checkOddFloats(t, duckPlace) }

// TestPostgresPicksOfOddFloats is TestPicksOfOddFloats in PostgreSQL.
func TestPostgresPicksOfOddFloats(t *testing.T) { checkOddFloats(t, postgresPlace) }

func checkOddFloats(t *testing.T, open func(t *testing.T, w *warehouse.Warehouse, files string) source.Engine) {
	t.Helper()
	table := &oracle.Table{
		Schema: &model.Schema{
			Name: "floats", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.Number, Repr: model.Int64},
			Attributes: []model.Attribute{{Name: "score", Type: model.Type{Kind: model.Number, Repr: model.Float64}}},
		},
		Attributes: [][]any{oddFloats},
	}
	for i := range oddFloats {
		table.Keys = append(table.Keys, int64(7*i%len(oddFloats)))
	}
	layout, err := warehouse.Plain(table)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, layout, open)
	c := &oracle.Case{Table: table, Rule: everybody(table.Schema), AsOf: time.Now()}
	checked, err := c.Check()
	if err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(w.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	q, err := db.Query(c.Rule)
	if err != nil {
		t.Fatal(err)
	}
	x := &checker{T: t, place: w.place, checked: checked, asOf: c.AsOf, want: w.rows}
	all := len(oddFloats)
	for n := range uint64(all) {
		x.checkPick(q.At(c.AsOf), engine.Pick{OrderBy: "score", Top: n + 1}, all)
		x.checkPick(q.At(c.AsOf), engine.Pick{OrderBy: "score", Ascending: true, Top: n + 1}, all)
		x.checkPick(q.At(c.AsOf), engine.Pick{OrderBy: "score", Percent: engine.Percent(n+1) * engine.Hundred / 16, Per: "score", PerTop: 1 + n%4}, all)
	}
}

// TestBadChoices asks for picks that say nothing.
func TestBadChoices(t *testing.T) {
	layout, err := warehouse.Plain(examples.Table(examples.Timezone))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, layout, duckPlace)
	checked := check(t, w.place, everybody(w.place.Schema))
	for _, test := range []struct {
		pick engine.Pick
		want string
	}{
		{engine.Pick{}, "a pick says how many members to take: a number, a share, or a number per value of an attribute"},
		{engine.Pick{Top: 1, OrderBy: "interests"}, `the attribute "interests" is a list; an order needs one that has one value for a customer`},
		{engine.Pick{Top: 1, OrderBy: "countri"}, `unknown attribute "countri"`},
	} {
		c := &federate.Choice{Place: w.place, Rule: checked, AsOf: time.Now(), Pick: test.pick}
		if _, err := c.Count(t.Context()); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %s", test.pick, err, test.want)
		}
		if _, _, err := c.List(t.Context(), 1); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: list: got %v, want %s", test.pick, err, test.want)
		}
		for _, err := range c.Audience(t.Context()) {
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%+v: audience: got %v, want %s", test.pick, err, test.want)
			}
		}
		if _, err := c.Export(t.Context(), federate.Target{Directory: "x"}); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: export: got %v, want %s", test.pick, err, test.want)
		}
	}
}
