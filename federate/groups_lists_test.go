package federate_test

import (
	"errors"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
)

// checkElements compares the breakdown by a list with that of a snapshot.
func (c *checker) checkElements(q *engine.Query, attribute string, limit int) {
	c.Helper()
	want, err := q.Breakdown(c.Context(), attribute, limit)
	if overflow := (*engine.OverflowError)(nil); errors.As(err, &overflow) {
		return
	}
	if err != nil {
		c.errorf("breakdown by %s: %v", attribute, err)
	}
	got, err := federate.Breakdown(c.Context(), c.place, c.checked, c.asOf, attribute, limit)
	if err != nil {
		c.errorf("breakdown by %s: %v", attribute, err)
	}
	expected := &federate.Groups{
		Customers: want.Count, Null: want.Null.Count, Empty: want.Empty.Count, Distinct: uint64(want.Distinct), Held: want.Rest.Count,
	}
	for _, p := range want.Values {
		expected.Held += p.Count
		expected.Groups = append(expected.Groups, federate.Group{Value: p.Value, Customers: p.Count})
	}
	if textOf(*got) != textOf(*expected) {
		c.errorf("breakdown by %s: got %+v, want %+v", attribute, *got, *expected)
	}
}

// TestElements divides customers by lists with what lists can hold.
func TestElements(t *testing.T) { checkLists(t, duckPlace) }

// TestPostgresElements is TestElements in PostgreSQL.
func TestPostgresElements(t *testing.T) { checkLists(t, postgresPlace) }

// TestDatabricksElements is TestElements in the SQL of Databricks.
func TestDatabricksElements(t *testing.T) { checkLists(t, databricksPlace) }

func checkLists(t *testing.T, open func(t *testing.T, w *warehouse.Warehouse, files string) source.Engine) {
	t.Helper()
	texts := []any{nil, []any{}, []any{nil}, []any{"b", "a", "b", nil}, []any{"a"}, []any{"é", "Z", ""}, []any{""}, nil, []any{"a", "a"}}
	wholes := []any{[]any{int64(1), int64(-1)}, nil, []any{int64(1)}, []any{}, []any{nil, nil}, []any{int64(1), int64(1)}, nil, []any{int64(2)}, []any{int64(-1)}}
	table := &oracle.Table{
		Schema: &model.Schema{
			Name: "lists", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.Number, Repr: model.Int64},
			Attributes: []model.Attribute{
				{Name: "tags", Type: model.Type{Kind: model.StringArray}},
				{Name: "numbers", Type: model.Type{Kind: model.NumberArray, Repr: model.Int64}},
			},
		},
		Attributes: [][]any{texts, wholes},
	}
	for i := range texts {
		table.Keys = append(table.Keys, int64(i))
	}
	layout, err := warehouse.Plain(table)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, layout, open)
	db, err := engine.Open(w.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, text := range []string{everybody(table.Schema), "tags is null", "tags any = 'a'", "tags any = 'nothing'"} {
		q, err := db.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		c := &checker{T: t, place: w.place, checked: check(t, w.place, text), asOf: time.Now()}
		for limit := range 7 {
			c.checkElements(q, "tags", limit+1)
			c.checkElements(q, "numbers", limit+1)
		}
	}
}
