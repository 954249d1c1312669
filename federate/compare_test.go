package federate_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
)

func TestCompare(t *testing.T)           { checkCompare(t, oracle.Options{OddNames: true}, duckPlace) }
func TestPostgresCompare(t *testing.T)   { checkCompare(t, oracle.Options{}, postgresPlace) }
func TestDatabricksCompare(t *testing.T) { checkCompare(t, oracle.Options{}, databricksPlace) }

// checkCompare compares what places say of several audiences, and of two times, with
// the keys of each.
func checkCompare(t *testing.T, o oracle.Options, open func(t *testing.T, w *warehouse.Warehouse, files string) source.Engine) {
	t.Helper()
	const rules, depth = 3, 2
	seed := *seedFlag
	if seed == 0 {
		seed = bitmaptest.Seed()
	}
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 512))
	o.MaxCustomers = 100
	layout, err := warehouse.Random(seed, oracle.RandomTable(rng, o))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, layout, open)
	var asked []*rule.Checked
	var sets [][]string
	var asOf time.Time
	for len(asked) < rules {
		c := oracle.RandomCase(rng, w.Data, rng.IntN(depth))
		parsed, err := rule.Parse(c.Rule)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := rule.Check(parsed, w.Data.Schema, nil)
		if err != nil {
			continue // it names a segment
		}
		if len(asked) == 0 {
			asOf = c.AsOf
		}
		keys, ok := keysAt(t, w, checked, asOf)
		if !ok {
			continue
		}
		asked, sets = append(asked, checked), append(sets, keys)
		earlier := asOf.Add(-40 * 24 * time.Hour)
		if before, ok := keysAt(t, w, checked, earlier); ok {
			checkChanged(t, w, checked, earlier, asOf, before, keys)
		}
	}
	common, err := federate.Overlaps(t.Context(), w.place, asked, asOf)
	if err != nil {
		t.Fatal(err)
	}
	alone, taken, err := federate.Firsts(t.Context(), w.place, asked, asOf)
	if err != nil {
		t.Fatal(err)
	}
	wantCommon, wantTaken := make([]uint64, 1<<rules), make([]uint64, rules)
	for _, row := range w.rows {
		in, first := 0, rules
		for i := rules - 1; i >= 0; i-- {
			if slices.Contains(sets[i], row.Key) {
				in, first = in|1<<i, i
			}
		}
		for m := range wantCommon {
			if in&m == m {
				wantCommon[m]++
			}
		}
		if first < rules {
			wantTaken[first]++
		}
	}
	if !slices.Equal(common, wantCommon) || !slices.Equal(taken, wantTaken) {
		t.Errorf("%v: in common %v, want %v; taken %v, want %v", asked, common, wantCommon, taken, wantTaken)
	}
	for i := range alone {
		if alone[i] != uint64(len(sets[i])) {
			t.Errorf("%v: alone %v, want %d", asked[i], alone[i], len(sets[i]))
		}
	}
}

// keysAt returns the keys that a rule selects; false where it cannot be asked.
func keysAt(t *testing.T, w *world, checked *rule.Checked, asOf time.Time) ([]string, bool) {
	t.Helper()
	if _, err := oracle.Select(w.Data, checked, asOf); errors.Is(err, oracle.ErrOverflow) {
		return nil, false
	}
	var keys []string
	for key, err := range federate.KeysOf(t.Context(), w.place, checked, asOf) {
		var unsupported *federate.UnsupportedError
		if errors.As(err, &unsupported) {
			return nil, false
		}
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys, true
}

// checkChanged compares what a place says of two times with the keys of both, which
// ascend.
func checkChanged(t *testing.T, w *world, checked *rule.Checked, from, to time.Time, before, after []string) {
	t.Helper()
	got, err := federate.Diff(t.Context(), w.place, checked, from, to)
	if err != nil {
		t.Fatal(err)
	}
	entered, left := lacking(after, before), lacking(before, after)
	if want := (federate.Changed{Before: uint64(len(before)), After: uint64(len(after)), Stayed: uint64(len(after) - len(entered))}); *got != want {
		t.Errorf("%s: %+v, want %+v", checked, *got, want)
	}
	const limit = 5
	for _, c := range []struct {
		from, to time.Time
		want     []string
	}{{from, to, entered}, {to, from, left}} {
		keys, err := federate.Entered(t.Context(), w.place, checked, c.from, c.to, limit)
		if want := c.want[:min(limit, len(c.want))]; err != nil || fmt.Sprint(keys) != fmt.Sprint(want) {
			t.Errorf("%s: %q, %v entered, want %q", checked, keys, err, want)
		}
	}
}

// lacking returns the keys of one list that another has not.
func lacking(keys, other []string) []string {
	var rest []string
	for _, key := range keys {
		if !slices.Contains(other, key) {
			rest = append(rest, key)
		}
	}
	return rest
}
