package engine_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestHistogramsAgreeWithTheOracle bins the audiences of random rules by every
// attribute that can be, and counts each bin in the tables.
func TestHistogramsAgreeWithTheOracle(t *testing.T) {
	const tables, rules, depth = 4, 4, 2
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 9))
		dir, table := randomSnapshot(t, at, rng)
		loc, err := window.LoadLocation(table.Schema.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		for range rules {
			c := oracle.RandomCase(rng, table, rng.IntN(depth))
			checked, err := c.Check()
			if err != nil {
				t.Fatal(err)
			}
			selected, err := oracle.Select(table, checked, c.AsOf)
			if err != nil {
				t.Fatal(err)
			}
			q := mustQuery(t, openWith(t, dir, plan.Choice{}, libraryOf(t, c)), c.Rule).At(c.AsOf)
			for i, attr := range table.Schema.Attributes {
				by := engine.By{Attribute: attr.Name}
				switch attr.Type.Kind {
				case model.Number:
					by.Bins = 2 + rng.IntN(20)
				case model.Date, model.Timestamp:
					by.Every = window.Year
				default:
					continue
				}
				got, err := q.Breakdowns(t.Context(), 0, by)
				if wide := (*engine.BreakdownError)(nil); by.Every != 0 && errors.As(err, &wide) {
					continue // more than a thousand years
				}
				if err != nil {
					t.Fatalf("seed %d: %s: %v", at, attr.Name, err)
				}
				checkBins(t, got[0], by, table, i, selected, loc)
				values, err := q.Breakdown(t.Context(), attr.Name, 0)
				if err != nil {
					t.Fatal(err)
				}
				counted, err := by.Histogram(&table.Schema.Attributes[i], loc, values.Values)
				if err != nil {
					t.Fatal(err)
				}
				checkCounted(t, counted, got[0])
			}
		}
	}
}

// checkBins compares a histogram with the values of a table.
func checkBins(t *testing.T, got *engine.Breakdown, by engine.By, table *oracle.Table, attribute int, selected []bool, loc *time.Location) {
	t.Helper()
	counted, customers := uint64(0), make([]uint64, len(got.Bins))
	members := make([]uint64, len(got.Bins))
	for row, value := range table.Attributes[attribute] {
		value := plainValue(value, table.Schema.Attributes[attribute].Type)
		in := 0
		for i, bin := range got.Bins {
			if holds(bin, value) {
				customers[i]++
				in++
				if selected[row] {
					members[i]++
				}
			}
		}
		f, isFloat := value.(float64)
		finite := value != nil && !(isFloat && math.IsInf(f, 0))
		if in > 1 || in == 0 && finite && selected[row] {
			t.Errorf("seed %d: %s: %v lies in %d bins", *seed, got.Attribute, value, in)
		}
		if selected[row] {
			counted++
		}
	}
	total := got.Null.Count + got.Below.Count + got.Above.Count
	for i, bin := range got.Bins {
		total += bin.Count
		if bin.Count != members[i] || bin.Customers != customers[i] {
			t.Errorf("seed %d: %s: %+v, want %d members of %d", *seed, got.Attribute, bin, members[i], customers[i])
		}
		if i > 0 && shown(got.Bins[i-1].To) != shown(bin.From) {
			t.Errorf("seed %d: %s: a bin ends at %v, the next starts at %v", *seed, got.Attribute, got.Bins[i-1].To, bin.From)
		}
		if y := yearOf(bin.From, loc); by.Every != 0 && y.YearDay() != 1 {
			t.Errorf("seed %d: %s: a bin of a year starts at %v", *seed, got.Attribute, bin.From)
		}
	}
	if by.Bins > 0 && len(got.Bins) > by.Bins || total != got.Count || got.Count != counted || !got.IsBinned {
		t.Errorf("seed %d: %s: %d bins of %d, %d members in bins, want %d", *seed, got.Attribute, len(got.Bins), by.Bins, total, counted)
	}
}

// checkCounted compares a histogram of values that members have with that of a
// snapshot.
func checkCounted(t *testing.T, counted, want *engine.Breakdown) {
	t.Helper()
	if len(counted.Bins) != len(want.Bins) || counted.Below.Count != want.Below.Count || counted.Above.Count != want.Above.Count {
		t.Fatalf("seed %d: %s: %+v, want %+v", *seed, want.Attribute, counted, want)
	}
	for i, bin := range counted.Bins {
		if w := want.Bins[i]; shown(bin.From) != shown(w.From) || shown(bin.To) != shown(w.To) || bin.Closed != w.Closed || bin.Count != w.Count {
			t.Errorf("seed %d: %s: %+v, want %+v", *seed, want.Attribute, bin, w)
		}
	}
}

// holds reports whether a bin holds a value, in exact arithmetic.
func holds(bin engine.Bin, value any) bool {
	x, ok := exact(value)
	if !ok {
		return false
	}
	from, _ := exact(bin.From)
	to, _ := exact(bin.To)
	return x.Cmp(from) >= 0 && (x.Cmp(to) < 0 || bin.Closed && x.Cmp(to) == 0)
}

// exact returns a number, a date or a time as a fraction; false for others.
func exact(value any) (*big.Rat, bool) {
	switch v := value.(type) {
	case int64:
		return new(big.Rat).SetInt64(v), true
	case float64:
		out := new(big.Rat).SetFloat64(v)
		return out, out != nil
	case column.Decimal:
		return new(big.Rat).SetFrac(v.Unscaled.BigInt(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Scale)), nil)), true
	case column.Day:
		return new(big.Rat).SetInt64(int64(v)), true
	case time.Time:
		return new(big.Rat).SetInt64(v.UnixMicro()), true
	}
	return nil, false
}

// yearOf returns a date, or a time in a time zone.
func yearOf(value any, loc *time.Location) time.Time {
	switch v := value.(type) {
	case column.Day:
		return time.Unix(int64(v)*86400, 0).UTC()
	case time.Time:
		return v.In(loc)
	}
	return time.Time{}
}

func TestBreakdownsThatCannotBe(t *testing.T) {
	q := ask(t, open(t, snapshot), "orders > 1")
	for _, c := range []struct {
		by   engine.By
		want string
	}{
		{engine.By{Attribute: "loyalty_tier", Bins: 5}, `the attribute "loyalty_tier" is a string; bins of equal width are of numbers`},
		{engine.By{Attribute: "orders", Every: window.Month}, `the attribute "orders" is a number (int64); bins of every month are of dates and timestamps`},
		{engine.By{Attribute: "orders", Bins: 1}, `a histogram of 1 bins, expected 2 to 1000`},
		{engine.By{Attribute: "orders", Bins: 1001}, `a histogram of 1001 bins, expected 2 to 1000`},
		{engine.By{Attribute: "orders", Bins: 5, Every: window.Day}, `a breakdown by "orders" has both a number of bins and a unit of time, expected one of them`},
		{engine.By{Attribute: "orders", Every: window.Hour}, `a histogram with a bin for every hour, expected every day, week, month, quarter or year`},
		{engine.By{Attribute: "order", Bins: 5}, `unknown attribute "order"; did you mean "orders"?`},
	} {
		_, err := q.Breakdowns(t.Context(), 0, c.by)
		if got := fmt.Sprint(err); got != c.want {
			t.Errorf("%+v: %s, want %s", c.by, got, c.want)
		}
	}
	if _, err := q.Breakdowns(t.Context(), 0); fmt.Sprint(err) != "a breakdown by 0 attributes, expected 1 to 32" {
		t.Error(err)
	}
}
