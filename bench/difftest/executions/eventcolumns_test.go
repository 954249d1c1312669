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
	"github.com/rollcall-db/rollcall/engine/model"
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
		made, cases := columnWorld(t, s.seed+n)
		w, err := newWorld(t.Context(), t.TempDir(), s.seed+n, made)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			for _, dir := range []string{w.snapshot, w.refreshed.dir} {
				if c.judge(t) {
					compared += c.compare(t, rowsOf(t, dir, c.Case, c.columns), oracle.Equal)
				}
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

// columnCase is a rule, and columns of events that its audience is asked for.
type columnCase struct {
	*oracle.Case
	columns []string

	checked  *rule.Checked
	selected []bool  // by row
	want     [][]any // by column and row
}

// columnWorld makes the warehouse of a seed, and cases over its data: random ones, and
// for every behavior with dated events one whose columns have the window of the rule.
func columnWorld(t *testing.T, seed uint64) (*warehouse.Warehouse, []*columnCase) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	table := oracle.RandomTable(rng, oracle.Options{MaxCustomers: columnCustomers, OddNames: seed%2 == 0})
	made, err := warehouse.Random(seed, table)
	if err != nil {
		t.Fatal(err)
	}
	var cases []*columnCase
	for range columnRules {
		c := &columnCase{Case: oracle.RandomCase(rng, made.Data, 2)}
		for len(c.columns) < columnsOfARule {
			text := oracle.RandomColumn(rng, c.Case)
			if text == "" {
				break
			}
			c.columns = append(c.columns, fmt.Sprintf("%s as c%d", text, len(c.columns)))
		}
		cases = append(cases, c)
	}
	for i := range made.Data.Schema.Behaviors {
		if b := &made.Data.Schema.Behaviors[i]; b.TimeColumn != "" {
			cases = append(cases, columnsInRule(made.Data, oracle.RandomCase(rng, made.Data, 0).AsOf, b, 1+rng.IntN(1000)))
		}
	}
	return made, cases
}

// columnsInRule is a rule that all customers fulfil and that has one window for a
// behavior, with columns in that window.
func columnsInRule(table *oracle.Table, asOf time.Time, b *model.Behavior, days int) *columnCase {
	name := quoted(b.Name)
	c := &columnCase{
		Case:    &oracle.Case{Table: table, AsOf: asOf, Rule: fmt.Sprintf("%s in last %d days or not %[1]s in last %[2]d days", name, days)},
		columns: []string{name + " count in rule as n", name + " count distinct days in rule as active_days", name + " last in rule as latest", "first " + name + " in rule as earliest"},
	}
	for i := range b.Fields {
		if f := &b.Fields[i]; f.Type.Kind == model.Number && !f.Type.IsArray() {
			c.columns = append(c.columns, fmt.Sprintf("%s max(%s) in rule as greatest%d", name, quoted(f.Name), i))
		}
	}
	return c
}

// judge has the oracle answer the case. It reports false where it cannot, since a sum
// has too many digits.
func (c *columnCase) judge(t *testing.T) bool {
	t.Helper()
	var err error
	if c.checked, err = c.Check(); err != nil {
		t.Fatal(err)
	}
	if c.selected, err = oracle.Select(c.Table, c.checked, c.AsOf); errors.Is(err, oracle.ErrOverflow) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	c.want = make([][]any, len(c.columns))
	for i, text := range c.columns {
		parsed, err := rule.ParseEventColumn(text, c.checked)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if c.want[i], err = oracle.Values(c.Table, c.checked, parsed, c.AsOf); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return true
}

// compare compares values by key with the oracle's, which has judged, and returns how
// many there were.
func (c *columnCase) compare(t *testing.T, got map[string][]any, equal func(got, want any) bool) int {
	t.Helper()
	compared := 0
	for row, in := range c.selected {
		values, found := got[fmt.Sprint(c.Table.Keys[row])]
		if found != in {
			t.Errorf("customer %v is there: %t, want %t, of\n%s", c.Table.Keys[row], found, in, c.Case)
		}
		if !found {
			continue
		}
		for i, v := range values {
			compared++
			if !equal(oracleValue(v), c.want[i][row]) {
				t.Errorf("customer %v: %s is %v, want %v, of\n%s", c.Table.Keys[row], c.columns[i], v, c.want[i][row], c.Case)
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
