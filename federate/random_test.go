package federate_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
)

var (
	seedFlag   = flag.Uint64("seed", 0, "seed of the random tests; 0 takes one by the clock")
	worldsFlag = flag.Int("worlds", 3, "random worlds to ask")
)

const (
	rulesOfWorld = 12
	maxDepth     = 3
)

// duckPlace opens a warehouse in DuckDB.
func duckPlace(t *testing.T, _ *warehouse.Warehouse, files string) source.Engine {
	t.Helper()
	return openDuck(t, files)
}

// TestRandom asks random rules of random worlds in place, and compares every
// answer with the oracle and with the values of a snapshot.
func TestRandom(t *testing.T) {
	checkRandom(t, oracle.Options{NUL: true, CaseNames: true, OddNames: true, Infinities: true, ListFields: true}, duckPlace)
}

func checkRandom(t *testing.T, o oracle.Options, open func(t *testing.T, w *warehouse.Warehouse, files string) source.Engine) {
	t.Helper()
	first := *seedFlag
	if first == 0 {
		first = bitmaptest.Seed()
	}
	asked, unsupported := 0, 0
	for i := range uint64(*worldsFlag) {
		seed := first + i
		rng := rand.New(rand.NewPCG(seed, 0))
		options := oracle.Options{
			MaxCustomers: 100, Infinities: o.Infinities && rng.IntN(4) == 0, ListFields: o.ListFields && rng.IntN(2) == 0,
			NUL: o.NUL && rng.IntN(6) == 0, OddNames: o.OddNames && rng.IntN(3) == 0, CaseNames: o.CaseNames && rng.IntN(6) == 0,
		}
		layout, err := warehouse.Random(seed, oracle.RandomTable(rng, options))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		ok := t.Run("", func(t *testing.T) {
			w := newWorld(t, layout, open)
			total, err := federate.Total(t.Context(), w.place)
			if err != nil || total != uint64(len(w.rows)) {
				t.Fatalf("total: got %d, %v, want %d", total, err, len(w.rows))
			}
			for range rulesOfWorld {
				asked++
				if !w.ask(t, rng) {
					unsupported++
				}
			}
		})
		if !ok {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("seed %d: %d rules, %d of them cannot be asked in place", first, asked, unsupported)
	if asked > 0 && unsupported*2 > asked {
		t.Errorf("%d of %d rules cannot be asked in place", unsupported, asked)
	}
}

// ask asks a random rule. It reports false where it cannot be asked in place.
func (w *world) ask(t *testing.T, rng *rand.Rand) bool {
	c := oracle.RandomCase(rng, w.Data, rng.IntN(maxDepth+1))
	checked, err := c.Check()
	if err != nil {
		t.Fatal(err)
	}
	selected, err := oracle.Select(w.Data, checked, c.AsOf)
	if errors.Is(err, oracle.ErrOverflow) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	x := &checker{T: t, place: w.place, checked: checked, asOf: c.AsOf}
	_, err = federate.Count(t.Context(), w.place, checked, c.AsOf)
	var unsupported *federate.UnsupportedError
	if errors.As(err, &unsupported) {
		return false
	}
	for i, row := range w.rows {
		if selected[w.row[i]] {
			x.want = append(x.want, row)
		}
	}
	x.check()
	w.askColumns(t, rng, c, x)
	w.askSnapshot(t, rng, c, x)
	for range 3 {
		if len(w.rows) == 0 {
			break
		}
		i := rng.IntN(len(w.rows))
		x.want = []engine.Row{w.rows[i]}
		x.checkReasons(w.Data, w.rows[i].Key, w.row[i])
	}
	return true
}
