package engine_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// TestPicksAgreeWithSorting takes some of the audiences of random rules, by every
// attribute, and compares them with all members sorted.
func TestPicksAgreeWithSorting(t *testing.T) {
	const tables, rules, depth = 4, 12, 3
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 88))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c := oracle.RandomCase(rng, table, rng.IntN(depth))
			q := mustQuery(t, openWith(t, dir, plan.Choice{}, libraryOf(t, c)), c.Rule).At(c.AsOf)
			var names []string
			for _, a := range table.Schema.Attributes {
				if !a.Type.IsArray() {
					names = append(names, a.Name)
					continue
				}
				_, err := q.Pick(engine.Pick{Top: 1, OrderBy: a.Name})
				want := fmt.Sprintf("the attribute %q is a list; an order needs one that has one value for a customer", a.Name)
				if bad := (*engine.PickError)(nil); !errors.As(err, &bad) || err.Error() != want {
					t.Errorf("seed %d: %v, want %s", at, err, want)
				}
			}
			members := rowsOf(t, q, names)
			for _, by := range append(names, "") {
				p := engine.Pick{OrderBy: by, Ascending: by != "" && rng.IntN(2) == 0}
				if rng.IntN(3) > 0 {
					p.Top = 1 + rng.Uint64N(uint64(len(members)+3))
				} else {
					p.Percent = 1 + engine.Percent(rng.Uint64N(uint64(engine.Hundred)))
				}
				if len(names) > 0 && rng.IntN(2) == 0 {
					p.Per, p.PerTop = names[rng.IntN(len(names))], 1+rng.Uint64N(4)
					if rng.IntN(3) == 0 {
						p.Top, p.Percent = 0, 0
					}
				}
				checkPick(t, fmt.Sprintf("seed %d: %s", at, c.Rule), q, p, names, members)
			}
		}
	}
}

// TestPicksAfterRefreshes takes customers whose rows are not in the order of their
// keys, and among whom some are gone.
func TestPicksAfterRefreshes(t *testing.T) {
	rng := rand.New(rand.NewPCG(*seed, 89))
	customers := func() (out []string) {
		for _, id := range rng.Perm(400) {
			if rng.IntN(3) > 0 {
				out = append(out, fmt.Sprintf("%d,%s", id, []string{"", "DE", "FR", "IT", "a-long-name-of-a-country-1", "a-long-name-of-a-country-2"}[rng.IntN(6)]))
			}
		}
		return out
	}
	dir, build := shopOf(customers()...)
	for range 3 {
		build(customers()...)
		q := mustQuery(t, openWith(t, dir, plan.Choice{}, nil), "country is null or not country is null")
		names := []string{"country"}
		members := rowsOf(t, q, names)
		if slices.IsSortedFunc(members, func(x, y engine.Row) int { return strings.Compare(x.Key, y.Key) }) {
			t.Fatalf("seed %d: the rows are in the order of keys", *seed)
		}
		for range 30 {
			p := engine.Pick{OrderBy: []string{"", "country"}[rng.IntN(2)], Top: 1 + rng.Uint64N(300)}
			p.Ascending = p.OrderBy != "" && rng.IntN(2) == 0
			if rng.IntN(2) == 0 {
				p.Per, p.PerTop = "country", 1+rng.Uint64N(60)
			}
			checkPick(t, fmt.Sprintf("seed %d", *seed), q, p, names, members)
		}
	}
}

// checkPick compares a pick with members, all of the query's, sorted.
func checkPick(t *testing.T, what string, q *engine.Query, p engine.Pick, names []string, members []engine.Row) {
	t.Helper()
	s, err := q.Pick(p)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	want := picked(p, names, members, keyOrder(q.DB()))
	first, err := s.First(t.Context(), len(members)+1)
	if err != nil {
		t.Fatalf("%s: %s: %v", what, p, err)
	}
	var got []string
	for _, row := range first {
		got = append(got, row.Key)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %s takes %q, sorting %q", what, p, got, want)
	}
	keys := map[string]bool{}
	for _, key := range want {
		keys[key] = true
	}
	for row, err := range s.Rows(t.Context(), names...) {
		if err != nil {
			t.Fatal(err)
		}
		if !keys[row.Key] {
			t.Errorf("%s: %s: Rows has %s", what, p, row.Key)
		}
		delete(keys, row.Key)
		if !slices.ContainsFunc(members, func(m engine.Row) bool { return m.Key == row.Key && fmt.Sprint(m.Values) == fmt.Sprint(row.Values) }) {
			t.Errorf("%s: %s: Rows has %v", what, p, row)
		}
	}
	if len(keys) > 0 {
		t.Errorf("%s: %s: Rows lacks %v", what, p, keys)
	}
	if n, err := s.Count(t.Context()); err != nil || n != uint64(len(want)) {
		t.Errorf("%s: %s: Count is %d, %v, want %d", what, p, n, err, len(want))
	}
	batched := 0
	for batch, err := range s.Batches(t.Context(), names...) {
		if err != nil {
			t.Fatal(err)
		}
		batched += int(batch.NumRows())
	}
	if batched != len(want) {
		t.Errorf("%s: %s: Batches have %d customers, want %d", what, p, batched, len(want))
	}
	if p.Per == "" {
		return
	}
	b, err := s.Breakdown(t.Context(), p.Per, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, portion := range append(b.Values, b.Null) {
		if portion.Count > p.PerTop {
			t.Errorf("%s: %s: %d of %v", what, p, portion.Count, portion.Value)
		}
	}
	if b.Count != uint64(len(want)) {
		t.Errorf("%s: %s: the breakdown has %d members, want %d", what, p, b.Count, len(want))
	}
}

// picked returns the keys that a pick takes of members, whose values are called names.
func picked(p engine.Pick, names []string, members []engine.Row, compareKeys func(x, y string) int) []string {
	by, per := slices.Index(names, p.OrderBy), slices.Index(names, p.Per)
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, func(x, y engine.Row) int {
		if by >= 0 {
			v, w := x.Values[by], y.Values[by]
			switch {
			case v == nil && w != nil:
				return 1
			case v != nil && w == nil:
				return -1
			case v != nil:
				c := comparePlain(v, w)
				if !p.Ascending {
					c = -c
				}
				if c != 0 {
					return c
				}
			}
		}
		return compareKeys(x.Key, y.Key)
	})
	most := uint64(len(members))
	if p.Top > 0 {
		most = p.Top
	}
	if p.Percent > 0 {
		n, percent := uint64(len(members)), uint64(p.Percent)
		most = (n*percent + uint64(engine.Hundred) - 1) / uint64(engine.Hundred)
	}
	var keys []string
	groups := map[string]uint64{}
	for _, row := range sorted {
		if per >= 0 {
			group := shown(row.Values[per])
			if groups[group] == p.PerTop {
				continue
			}
			if uint64(len(keys)) < most {
				groups[group]++
			}
		}
		if uint64(len(keys)) < most {
			keys = append(keys, row.Key)
		}
	}
	return keys
}

// keyOrder returns the order of a database's keys.
func keyOrder(db *engine.DB) func(x, y string) int {
	if db.Schema().KeyType.Kind == model.String {
		return strings.Compare
	}
	number := func(key string) int64 {
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	return func(x, y string) int { return cmp.Compare(number(x), number(y)) }
}

func comparePlain(x, y any) int {
	switch x := x.(type) {
	case string:
		return strings.Compare(x, y.(string))
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		return cmp.Compare(x, y.(float64))
	case column.Decimal:
		return x.Unscaled.BigInt().Cmp(y.(column.Decimal).Unscaled.BigInt())
	case column.Day:
		return cmp.Compare(x, y.(column.Day))
	case time.Time:
		return x.Compare(y.(time.Time))
	case bool:
		return strings.Compare(fmt.Sprint(x), fmt.Sprint(y))
	}
	panic(fmt.Sprintf("%T", x))
}

func rowsOf(t *testing.T, q *engine.Query, names []string) (rows []engine.Row) {
	t.Helper()
	for row, err := range q.Rows(t.Context(), names...) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// TestBadPicks says what is wrong with picks.
func TestBadPicks(t *testing.T) {
	q := mustQuery(t, openWith(t, snapshot, plan.Choice{}, nil), "orders > 1")
	for _, c := range []struct {
		pick engine.Pick
		want string
	}{
		{engine.Pick{}, "a pick says how many members to take: a number, a share, or a number per value of an attribute"},
		{engine.Pick{Top: 3, Percent: engine.Hundred / 8}, "a pick takes a number or a share of the members, found both: 3 and 12.5 percent"},
		{engine.Pick{Percent: engine.Hundred + 1}, "a pick takes 100.000000001 percent of the members, expected at most 100"},
		{engine.Pick{Top: 1, Per: "country"}, "a pick takes 0 members per country, expected 1 or more"},
		{engine.Pick{Top: 1, PerTop: 2}, "a pick takes 2 members per value of an attribute, and names none"},
		{engine.Pick{Top: 1, Ascending: true}, "a pick is ascending, and names no attribute to order by; by key it is so anyway"},
	} {
		_, err := q.Pick(c.pick)
		if bad := (*engine.PickError)(nil); !errors.As(err, &bad) || err.Error() != c.want {
			t.Errorf("%+v: %v, want %s", c.pick, err, c.want)
		}
	}
	for _, pick := range []engine.Pick{{Top: 1, OrderBy: "lifetime_valeu"}, {Per: "lifetime_valeu", PerTop: 1}} {
		_, err := q.Pick(pick)
		if unknown := (*engine.ColumnError)(nil); !errors.As(err, &unknown) || unknown.Nearest != "lifetime_value" {
			t.Errorf("%+v: %v, want a *ColumnError", pick, err)
		}
	}
}

// TestPercents parses percentages, and shows them.
func TestPercents(t *testing.T) {
	for text, want := range map[string]string{
		"10": "10", "12.5%": "12.5", " 100 %": "100", "0": "0", "0.000000001": "0.000000001", "007.50": "7.5", "100.000": "100",
		"":             `"" is no percentage; expected a number such as 10 or 12.5`,
		"-1":           `"-1" is no percentage; expected a number such as 10 or 12.5`,
		"1.":           `"1." is no percentage; expected a number such as 10 or 12.5`,
		"1e1":          `"1e1" is no percentage; expected a number such as 10 or 12.5`,
		"NaN":          `"NaN" is no percentage; expected a number such as 10 or 12.5`,
		"100.1":        `the percentage "100.1" is over 100`,
		"99999999999":  `the percentage "99999999999" is over 100`,
		"1.0123456789": `the percentage "1.0123456789" has 10 digits after the point, at most 9 count`,
	} {
		p, err := engine.ParsePercent(text)
		got := p.String()
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestPicksOfTwoTimes asks one selection as of two times in turn, and as of now after a
// refresh: what it remembers is of one time and one version.
func TestPicksOfTwoTimes(t *testing.T) {
	s, err := mustQuery(t, openWith(t, snapshot, plan.Choice{}, nil), "purchase in last 30 days").Pick(engine.Pick{Percent: engine.Hundred / 10})
	if err != nil {
		t.Fatal(err)
	}
	early, late := s.At(asOf.AddDate(-1, 0, 0)), s.At(asOf)
	first, second := keysOf(t, early), keysOf(t, late)
	if first == second || first == "" || second == "" {
		t.Fatalf("%q and %q, want two audiences", first, second)
	}
	if got := keysOf(t, early); got != first {
		t.Errorf("%q, want %q again", got, first)
	}
	dir, build := shopOf("ann,DE", "bob,FR")
	follows, err := mustQuery(t, openWith(t, dir, plan.Choice{}, nil), "not country is null").Pick(engine.Pick{Top: 1, OrderBy: "country"})
	if err != nil {
		t.Fatal(err)
	}
	if got := keysOf(t, follows); got != "bob" {
		t.Errorf("%s, want bob of FR", got)
	}
	build("ann,IT", "bob,FR")
	again, err := mustQuery(t, openWith(t, dir, plan.Choice{}, nil), "not country is null").Pick(engine.Pick{Top: 1, OrderBy: "country"})
	if err != nil {
		t.Fatal(err)
	}
	if got := keysOf(t, again); got != "ann" {
		t.Errorf("%s, want ann of IT", got)
	}
}

// TestPickEndsWithItsContext asks with a context that has ended.
func TestPickEndsWithItsContext(t *testing.T) {
	s, err := mustQuery(t, openWith(t, snapshot, plan.Choice{}, nil), "orders > 1").Pick(engine.Pick{Top: 5, OrderBy: "lifetime_value"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Count(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}
