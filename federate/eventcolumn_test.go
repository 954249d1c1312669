package federate_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// columnsOfRule is how many random columns of events a random rule is asked for.
const columnsOfRule = 3

// askColumns asks for random columns of events of the audience of a case, and compares
// them with what the oracle makes of the events.
func (w *world) askColumns(t *testing.T, rng *rand.Rand, c *oracle.Case, x *checker) {
	t.Helper()
	row := map[string]int{}
	for i, r := range w.rows {
		row[r.Key] = w.row[i]
	}
	for range columnsOfRule {
		text := oracle.RandomColumn(rng, c)
		if text == "" || len(x.want) == 0 {
			return
		}
		text += " as the_column"
		parsed, err := rule.ParseEventColumn(text, x.checked)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want, err := oracle.Values(w.Data, x.checked, parsed, c.AsOf)
		if errors.Is(err, oracle.ErrOverflow) {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		rows, _, err := federate.List(t.Context(), w.place, x.checked, c.AsOf, len(x.want), text)
		if unsupported := (*federate.UnsupportedError)(nil); errors.As(err, &unsupported) {
			continue
		}
		if err != nil {
			x.errorf("%s: %v", text, err)
		}
		for _, r := range rows {
			if got, want := oracleValue(r.Values[0]), want[row[r.Key]]; !sameValue(got, want) {
				x.errorf("%s of %s: got %v, want %v", text, r.Key, got, want)
			}
		}
	}
}

// sameValue reports whether two values are the same; floats, which a source divides,
// to 14 digits.
func sameValue(got, want any) bool {
	x, ok := got.(float64)
	y, ok2 := want.(float64)
	if ok && ok2 && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return math.Abs(x-y) <= 1e-14*math.Abs(y)
	}
	return oracle.Equal(got, want)
}

// oracleValue returns a value of a row as the oracle has it.
func oracleValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UnixMicro()
	case column.Day:
		return oracle.Day(v)
	case column.Decimal:
		return oracle.Decimal{Unscaled: new(big.Int).Set(v.Unscaled.BigInt()), Scale: int(v.Scale)}
	}
	return v
}

// TestMostFrequentIsNotAskedInPlace: what a source cannot compute says so.
func TestMostFrequentIsNotAskedInPlace(t *testing.T) {
	place := cdnowPlace(t, t.TempDir())
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	_, _, err := federate.List(t.Context(), place, check(t, place, "orders > 1"), asOf, 1, "purchase most_frequent(quantity)")
	var unsupported *federate.UnsupportedError
	const want = "UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: duckdb: the most frequent value, of several the least, is computed in a snapshot alone, " +
		"in: purchase most_frequent(quantity); build a snapshot and ask there"
	if !errors.As(err, &unsupported) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
