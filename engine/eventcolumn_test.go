package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// dayAfterLast is the day after the last purchase of CDNOW.
var dayAfterLast = time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)

func ExampleColumns() {
	q, done := gold() // loyalty_tier = 'Gold' and purchase in last 30 days
	defer done()
	// An attribute, and what each member bought: in the rule's window, and in another.
	columns := []string{"cohort", "purchase count in rule", "purchase sum(amount) in last 90 days as spent", "last purchase as last_seen"}
	schema, err := q.BatchSchema(columns...)
	if err != nil {
		panic(err)
	}
	for _, f := range schema.Fields() {
		fmt.Printf("%s: %s\n", f.Name, f.Type)
	}
	for row, err := range q.Rows(context.Background(), columns...) {
		if err != nil {
			panic(err)
		}
		fmt.Println(row.Key, row.Values)
		break
	}
	// Output:
	// customer_id: utf8
	// cohort: utf8
	// purchase count in rule: int64
	// spent: decimal(38, 2)
	// last_seen: timestamp[us, tz=UTC]
	// 00048 [1997-01 2 38.97 1998-06-13 00:00:00 +0000 UTC]
}

// TestEventColumnErrors: what is no column, and what is wrong with it.
func TestEventColumnErrors(t *testing.T) {
	q := ask(t, open(t, snapshot), "purchase in last 30 days")
	for _, c := range []struct {
		columns []string
		want    string
	}{
		{[]string{"cohrt"}, `unknown attribute "cohrt"; did you mean "cohort"?`},
		{
			[]string{"zzz"},
			`unknown attribute "zzz"; attributes: first_purchase_date, cohort, lifetime_value, orders, last_purchase_date, loyalty_tier`,
		},
		{
			[]string{"customer_id"},
			`"customer_id" is the key, not an attribute; attributes: first_purchase_date, cohort, lifetime_value, orders, last_purchase_date, loyalty_tier`,
		},
		{[]string{"purchase"}, `"purchase" is a behavior, not an attribute
as a column of events:
1:9: expected an aggregate of the events of "purchase", found the end of the column

  1 | purchase
    |         ^
  help: say what is computed from each customer's events, such as: purchase count, purchase sum(FIELD), last purchase`},
		{[]string{"purchase sum(amout)"}, `unknown attribute "purchase sum(amout)"
as a column of events:
1:14: unknown field "amout" of behavior "purchase"

  1 | purchase sum(amout)
    |              ^^^^^
  help: did you mean "amount"?`},
		{[]string{"purchse count"}, `unknown attribute "purchse count"
as a column of events:
1:1: unknown behavior "purchse"

  1 | purchse count
    | ^^^^^^^
  help: did you mean "purchase"?`},
	} {
		err := firstError(q.Rows(t.Context(), c.columns...))
		var unknown *engine.ColumnError
		if !errors.As(err, &unknown) || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.columns, err, c.want)
		}
		var problem *rule.Error
		if got := errors.As(err, &problem); got != (len(unknown.Problems) > 0) {
			t.Errorf("%q: holds a *rule.Error: %t", c.columns, got)
		}
		if _, err := q.BatchSchema(c.columns...); err == nil || err.Error() != c.want {
			t.Errorf("the schema of %q: %v, want %s", c.columns, err, c.want)
		}
	}
	for _, columns := range [][]string{
		{"purchase count", "purchase COUNT"},
		{"purchase count as x", "last purchase as x"},
		{"purchase count as cohort", "cohort"},
		{"cohort", "purchase count as cohort"},
		{"purchase count as customer_id"},
	} {
		err := firstError(q.Rows(t.Context(), columns...))
		if repeated := (*engine.RepeatedColumnError)(nil); !errors.As(err, &repeated) {
			t.Errorf("%q: %v, want a *RepeatedColumnError", columns, err)
		}
	}
	err := firstError(q.Rows(t.Context(), "purchase count as customer_id"))
	if want := `two columns are called "customer_id"; name a column of events with: as NAME`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := firstError(q.Rows(t.Context(), "cohort", "cohort")); err != nil {
		t.Errorf("an attribute twice: %v", err)
	}
}

// TestEventColumnsAreOfOneTime: values are as of the query's as_of, and of its rule.
func TestEventColumnsAreOfOneTime(t *testing.T) {
	q := ask(t, open(t, snapshot), "purchase in last 30 days")
	for row, err := range q.At(dayAfterLast.AddDate(0, -6, 0)).Rows(t.Context(), "last purchase", "purchase count in rule", "purchase count in last 30 days") {
		if err != nil {
			t.Fatal(err)
		}
		if last := row.Values[0].(time.Time); !last.Before(dayAfterLast.AddDate(0, -6, 0)) {
			t.Errorf("%s was last seen at %s, after as_of", row.Key, last)
		}
		if row.Values[1] != row.Values[2] || row.Values[1].(int64) < 1 {
			t.Errorf("%s has %v purchases in the rule's window and %v in the same", row.Key, row.Values[1], row.Values[2])
		}
	}
}

// TestAttributeWinsOverEventColumn: of an attribute that is called as a column of events
// is written, the attribute is meant.
func TestAttributeWinsOverEventColumn(t *testing.T) {
	checked := checkedOver(t, &model.Schema{
		Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String},
		Attributes: []model.Attribute{{Name: "visit count", Type: model.Type{Kind: model.String}}},
		Behaviors:  []model.Behavior{{Name: "visit", TimeColumn: "at"}},
	}, "visit")
	found, err := engine.Columns(checked, "visit count", "visit count as n", "last visit as l")
	if err != nil {
		t.Fatal(err)
	}
	if found[0].Events != nil || found[0].Attribute != 0 || found[1].Events == nil {
		t.Errorf("%+v, want the attribute, then a column of events", found)
	}
	if got := found[2].Type.Arrow(); !arrow.TypeEqual(got, arrow.FixedWidthTypes.Timestamp_us) {
		t.Errorf("a time is of type %s", got)
	}
}

func checkedOver(t *testing.T, schema *model.Schema, text string) *rule.Checked {
	t.Helper()
	parsed, err := rule.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := rule.Check(parsed, schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	return checked
}
