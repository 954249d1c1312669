package federate_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// TestWhyValues compares what decided conditions on events with the raw data.
func TestWhyValues(t *testing.T) {
	place := cdnowPlace(t, t.TempDir())
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	checked := check(t, place, "purchase count > 2 and purchase sum(amount) > 50 and purchase avg(amount) > 10 and purchase min(amount) > 5"+
		" and purchase max(amount) > 20 and first purchase in last 500 days and last purchase in last 100 days"+
		" and purchase count distinct days > 1 and purchase count distinct quantity > 1")
	for _, key := range []string{"00001", "00003", "04242"} {
		why, err := federate.Why(t.Context(), place, checked, asOf, key)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range purchasesOf(t, key) {
			if got := fmt.Sprint(why.Reasons[i].Value); got != want {
				t.Errorf("%s: %s: got %s, want %s", key, why.Reasons[i].Condition, got, want)
			}
		}
	}
	empty := check(t, place, "purchase before '1990-01-01' sum(amount) > 1 and purchase before '1990-01-01' avg(amount) > 1 and purchase before '1990-01-01' max(amount) > 1")
	why, err := federate.Why(t.Context(), place, empty, asOf, "00001")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(why.Reasons[0].Value, why.Reasons[1].Value, why.Reasons[2].Value); got != "0.00 <nil> <nil>" {
		t.Errorf("of no events: got %s, want 0.00 <nil> <nil>", got)
	}
}

// purchasesOf returns what the purchases of a customer come to: number, sum,
// average, least, greatest, first, last, days, and different quantities.
func purchasesOf(t *testing.T, key string) []string {
	t.Helper()
	var number, sum, least, greatest int64
	var first, last time.Time
	days, quantities := map[time.Time]bool{}, map[int64]bool{}
	for p, err := range cdnow.Purchases() {
		if err != nil {
			t.Fatal(err)
		}
		if p.CustomerID != key {
			continue
		}
		if number == 0 {
			least, first = p.Cents, p.Date
		}
		number, sum = number+1, sum+p.Cents
		least, greatest, last = min(least, p.Cents), max(greatest, p.Cents), p.Date
		days[p.Date], quantities[p.Quantity] = true, true
	}
	money := func(cents int64) string { return big.NewRat(cents, 100).FloatString(2) }
	return []string{
		fmt.Sprint(number), money(sum), fmt.Sprint(float64(sum) / 100 / float64(number)), money(least), money(greatest),
		fmt.Sprint(first), fmt.Sprint(last), fmt.Sprint(len(days)), fmt.Sprint(len(quantities)),
	}
}

// TestWhyOfNoKey asks about keys that no customer can have: the source is not asked.
func TestWhyOfNoKey(t *testing.T) {
	p, _ := fakePlace(t, "databricks")
	p.Schema.KeyType = model.Type{Kind: model.Number, Repr: model.Int64}
	for _, key := range []string{"", "x1", "1e3", "9223372036854775808"} {
		_, err := federate.Why(t.Context(), p, check(t, p, "age > 30"), noon, key)
		var unknown *federate.NoCustomerError
		if want := fmt.Sprintf("NO_SUCH_CUSTOMER: no customer has the key %q", key); !errors.As(err, &unknown) || err.Error() != want {
			t.Errorf("%q: got %v, want %s", key, err, want)
		}
	}
}
