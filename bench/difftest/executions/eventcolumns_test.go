package executions

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// How much TestEventColumns looks at.
const (
	columnWorlds    = 12
	columnRules     = 4 // of a world
	columnsOfARule  = 6
	columnCustomers = 120
)

// TestEventColumns asks random rules over random worlds for random columns of events,
// in a snapshot that was built once and in one that has been refreshed: every value
// is what the oracle makes of the customer's events. ROLLCALL_SEED repeats a failure.
func TestEventColumns(t *testing.T) {
	s := readSettings(t, 0)
	compared := 0
	for n := range uint64(columnWorlds) {
		rng := rand.New(rand.NewPCG(s.seed+n, 1))
		table := oracle.RandomTable(rng, oracle.Options{MaxCustomers: columnCustomers, OddNames: n%2 == 0})
		made, err := warehouse.Random(s.seed+n, table)
		if err != nil {
			t.Fatal(err)
		}
		w, err := newWorld(t.Context(), t.TempDir(), s.seed+n, made)
		if err != nil {
			t.Fatal(err)
		}
		for range columnRules {
			c := oracle.RandomCase(rng, w.Data, 2)
			columns := []string{}
			for len(columns) < columnsOfARule {
				text := oracle.RandomColumn(rng, c)
				if text == "" {
					break
				}
				columns = append(columns, fmt.Sprintf("%s as c%d", text, len(columns)))
			}
			if len(columns) == 0 {
				continue
			}
			for _, dir := range []string{w.snapshot, w.refreshed.dir} {
				compared += compareColumns(t, dir, c, columns)
			}
		}
		if t.Failed() {
			t.Fatalf("repeat with ROLLCALL_SEED=%d", s.seed+n)
		}
	}
	if compared < 1000 {
		t.Errorf("only %d values were compared", compared)
	}
}

// compareColumns compares the columns of a case's rule with the oracle's, and returns
// how many values there were.
func compareColumns(t *testing.T, dir string, c *oracle.Case, columns []string) int {
	t.Helper()
	checked, err := c.Check()
	if err != nil {
		t.Fatal(err)
	}
	selected, err := oracle.Select(c.Table, checked, c.AsOf)
	if errors.Is(err, oracle.ErrOverflow) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	want := make([][]any, len(columns))
	for i, text := range columns {
		parsed, err := rule.ParseEventColumn(text, checked)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if want[i], err = oracle.Values(c.Table, checked, parsed, c.AsOf); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	got := rowsOf(t, dir, c, columns)
	compared := 0
	for row, in := range selected {
		values, found := got[fmt.Sprint(c.Table.Keys[row])]
		if found != in {
			t.Errorf("customer %v is there: %t, want %t, of\n%s", c.Table.Keys[row], found, in, c)
		}
		if !found {
			continue
		}
		for i, v := range values {
			compared++
			if !oracle.Equal(oracleValue(v), want[i][row]) {
				t.Errorf("customer %v: %s is %v, want %v, of\n%s", c.Table.Keys[row], columns[i], v, want[i][row], c)
			}
		}
	}
	return compared
}

// rowsOf returns the values of columns by key, for the audience of a case.
func rowsOf(t *testing.T, dir string, c *oracle.Case, columns []string) map[string][]any {
	t.Helper()
	segments, err := library(c.Segments)
	if err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(dir, &engine.Options{Segments: segments})
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
	rows := map[string][]any{}
	for row, err := range q.At(c.AsOf).Rows(t.Context(), columns...) {
		if err != nil {
			t.Fatalf("%v: %v", columns, err)
		}
		rows[row.Key] = row.Values
	}
	return rows
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
