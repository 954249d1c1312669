package federate_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
)

var noon = time.Date(2025, 6, 15, 12, 0, 0, 0, time.UTC)

// errLost is what a source says of rows that it lost.
var errLost = &source.IncompleteError{Table: "shop.customers", Version: "3", Received: 1, Expected: 2}

// TestNumbers checks that only one row of one number is a count.
func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		answer answer
		want   string // the error; "": the count is 7
	}{
		{answer{columns: "n:long", rows: []string{`[]`, `[{"n":7}]`}}, ""},
		{answer{columns: "n:int", rows: []string{`[{"n":7}]`}}, ""},
		{answer{columns: "n:long", rows: []string{`[]`}}, "the count: incomplete: 0 rows received, 1 expected"},
		{answer{}, "the count: incomplete: 0 rows received, 1 expected"},
		{answer{columns: "n:long", rows: []string{`[{"n":7},{"n":7}]`}}, "the count: incomplete: 2 rows received, 1 expected"},
		{answer{columns: "n:long", rows: []string{`[{"n":7}]`, `[{"n":7}]`}}, "the count: incomplete: 2 rows received, 1 expected"},
		{answer{columns: "n:long", rows: []string{`[{}]`}}, "the count in fake://: the source gave (null) of type int64, expected a number of customers"},
		{answer{columns: "n:long", rows: []string{`[{"n":-1}]`}}, "the count in fake://: the source gave -1 of type int64, expected a number of customers"},
		{answer{columns: "n:text", rows: []string{`[{"n":"7"}]`}}, "the count in fake://: the source gave 7 of type utf8, expected a number of customers"},
		{answer{columns: "n:long m:long", rows: []string{`[{"n":7}]`}}, "the count in fake://: the source gave 2 columns, expected 1"},
		{answer{columns: "n:long", rows: []string{`[{"n":7}]`}, err: errLost}, "the count in fake://: shop.customers at version 3: incomplete: 1 rows received, 2 expected"},
	} {
		p, _ := fakePlace(t, "databricks", test.answer)
		got, err := federate.Count(t.Context(), p, check(t, p, "age > 30"), noon)
		if test.want == "" {
			if err != nil || got != 7 {
				t.Errorf("%v: got %d, %v, want 7", test.answer, got, err)
			}
		} else if err == nil || err.Error() != test.want || got != 0 {
			t.Errorf("%v: got %d, %v, want %s", test.answer, got, err, test.want)
		}
	}
}

// counted is the answer to a count.
func counted(n string) answer {
	return answer{to: "count(*) AS customers", columns: "n:long", rows: []string{`[{"n":` + n + `}]`}}
}

// TestAudienceIsWhole checks that an audience is the one that was counted, in
// order, or an error.
func TestAudienceIsWhole(t *testing.T) {
	const columns = "id:text age:int amount:money"
	for _, test := range []struct {
		count string
		rows  answer
		want  string // the error; "": all customers
	}{
		{"3", answer{columns: columns, rows: []string{`[{"id":"","age":1,"amount":"1.50"},{"id":"B"}]`, `[]`, `[{"id":"b"}]`}}, ""},
		{"0", answer{columns: columns, rows: []string{`[]`}}, ""},
		{"3", answer{columns: columns, rows: []string{`[{"id":"a"},{"id":"b"}]`}}, "the audience in fake://: incomplete: 2 rows received, 3 expected"},
		{"3", answer{}, "the audience in fake://: incomplete: 0 rows received, 3 expected"},
		{"1", answer{columns: columns, rows: []string{`[{"id":"a"}]`, `[{"id":"b"}]`}}, "the audience in fake://: incomplete: 2 rows received, 1 expected"},
		{"2", answer{columns: columns, rows: []string{`[{"id":"a"}]`}, err: errLost}, "the audience in fake://: shop.customers at version 3: incomplete: 1 rows received, 2 expected"},
		{"2", answer{columns: columns, rows: []string{`[{"id":"a"}]`, `[{"id":"a"}]`}}, `the audience in fake://: the customer with the key "a" is there twice, expected once in the master table and in each table of attributes`},
		{"2", answer{columns: columns, rows: []string{`[{"id":"b"},{"id":"a"}]`}}, `the audience in fake://: the source gave the key "a" after a greater one, expected ascending order, of text by its bytes`},
		{"1", answer{columns: columns, rows: []string{`[{"age":1}]`}}, `the audience in fake://: column "id": the source gave a customer without a key`},
		{"1", answer{columns: columns, rows: []string{`[{"id":"a","amount":"1000.00"}]`}}, `the audience in fake://: column "amount": the source gave 1000.00, which has more digits than number (decimal(5,2)) holds`},
		{"1", answer{columns: "id:text age:text amount:money", rows: []string{`[{"id":"a"}]`}}, `the audience in fake://: column "age": the source gave values of type utf8, expected those of number (int64)`},
		{"1", answer{columns: "id:text age:int", rows: []string{`[{"id":"a"}]`}}, `the audience in fake://: the source gave 2 columns, expected 3`},
	} {
		p, _ := fakePlace(t, "databricks", counted(test.count), test.rows)
		var err error
		var received int64
		for batch, failed := range federate.Audience(t.Context(), p, check(t, p, "age > 30"), noon, "age", "amount") {
			if err = failed; err == nil {
				received += batch.NumRows()
			}
		}
		if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%v: got %d customers, %v, want the error %q", test.rows, received, err, test.want)
		}
	}
}

// TestAudienceEnds checks that who breaks off is not asked again, and that a
// context ends it.
func TestAudienceEnds(t *testing.T) {
	rows := answer{columns: "id:text", rows: []string{`[{"id":"a"}]`, `[{"id":"b"}]`}}
	p, _ := fakePlace(t, "databricks", counted("2"), rows)
	var keys []string
	for key, err := range federate.KeysOf(t.Context(), p, check(t, p, "age > 30"), noon) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
		break
	}
	if !slices.Equal(keys, []string{"a"}) {
		t.Errorf("got %q", keys)
	}
	p, _ = fakePlace(t, "databricks", counted("2"), rows)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var err error
	for _, failed := range federate.KeysOf(ctx, p, check(t, p, "age > 30"), noon) {
		cancel()
		err = failed
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context is cancelled", err)
	}
}

// TestGroupsAreWhole checks that a breakdown adds up, or is an error.
func TestGroupsAreWhole(t *testing.T) {
	const columns = "value:int customers:long total:long distinct_values:long"
	for _, test := range []struct{ rows, want string }{
		{`[{"customers":2,"total":9,"distinct_values":2},{"value":3,"customers":4,"total":9,"distinct_values":2},{"value":1,"customers":3,"total":9,"distinct_values":2}]`, ""},
		{`[]`, ""},
		{`[{"value":3,"customers":4,"total":9,"distinct_values":3},{"value":1,"customers":3,"total":9,"distinct_values":3}]`, "the breakdown: incomplete: 2 rows received, 3 expected"},
		{`[{"value":3,"customers":4,"total":9,"distinct_values":2},{"value":1,"customers":3,"total":9,"distinct_values":2}]`, "the breakdown has 7 customers, expected 9"},
		{`[{"value":3,"customers":14,"total":9,"distinct_values":1}]`, "the breakdown has 14 customers, expected 9"},
		{`[{"value":3,"total":9,"distinct_values":1}]`, "the breakdown in fake://: the source gave numbers of type int64 with 1 NULLs, expected counts"},
	} {
		p, _ := fakePlace(t, "databricks", answer{columns: columns, rows: []string{test.rows}})
		got, err := federate.Breakdown(t.Context(), p, check(t, p, "age > 30"), noon, "age", 2)
		if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%s: got %+v, %v, want the error %q", test.rows, got, err, test.want)
		}
	}
}

// TestWhyIsOneCustomer checks that the reasons are those of one customer and make
// sense.
func TestWhyIsOneCustomer(t *testing.T) {
	const columns = "c0:bool c1:bool c2:int c3:bool c4:long"
	for _, test := range []struct{ rows, want string }{
		{`[{"c0":true,"c1":true,"c2":31,"c3":false,"c4":0}]`, ""},
		{`[]`, `NO_SUCH_CUSTOMER: no customer has the key "a"`},
		{`[{"c0":true},{"c0":true}]`, `the customer with the key "a" is there 2 times, expected once in the master table and in each table of attributes`},
		{`[{"c0":false,"c1":true,"c2":31,"c3":false,"c4":0}]`, "the source says false of the rule and its conditions come to true"},
		{`[{"c0":true,"c2":31,"c3":false,"c4":0}]`, "the source gave (null) of type bool, expected true or false"},
	} {
		p, _ := fakePlace(t, "databricks", answer{columns: columns, rows: []string{test.rows}})
		got, err := federate.Why(t.Context(), p, check(t, p, "age > 30 and not purchase"), noon, "a")
		if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%s: got %+v, %v, want the error %q", test.rows, got, err, test.want)
		}
	}
}

// TestUnsupported checks what cannot be asked in place, and what is no attribute.
func TestUnsupported(t *testing.T) {
	p, _ := fakePlace(t, "databricks")
	computed := check(t, p, "favourite = 'x'")
	age := check(t, p, "age > 30")
	elsewhere := *p
	layout := *p.Layout
	layout.Behaviors = slices.Clone(layout.Behaviors)
	layout.Behaviors[0].Table.Connection = "web"
	elsewhere.Layout = &layout
	for _, test := range []struct {
		ask  func() error
		want string
	}{
		{func() error { _, err := federate.Count(t.Context(), p, computed, noon); return err }, `UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: databricks: attribute "favourite" is computed when a snapshot is built: no table has it, in: favourite = 'x'; build a snapshot and ask there`},
		{func() error { _, _, err := federate.List(t.Context(), p, computed, noon, 1); return err }, `UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: databricks: attribute "favourite" is computed when a snapshot is built: no table has it, in: favourite = 'x'; build a snapshot and ask there`},
		{func() error { _, err := federate.Breakdown(t.Context(), p, age, noon, "favourite", 1); return err }, `UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: databricks: attribute "favourite" is computed when a snapshot is built: no table has it; build a snapshot and ask there`},
		{func() error { _, err := federate.Why(t.Context(), p, computed, noon, "a"); return err }, `UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: databricks: attribute "favourite" is computed when a snapshot is built: no table has it, in: favourite = 'x'; build a snapshot and ask there`},
		{func() error { _, err := federate.Total(t.Context(), &elsewhere); return err }, `UNSUPPORTED_IN_PLACE: table shop.purchases is in another source than the master table: "web" and "crm"; build a snapshot and ask there`},
	} {
		err := test.ask()
		var unsupported *federate.UnsupportedError
		if !errors.As(err, &unsupported) || err.Error() != test.want || unsupported.Code != federate.CodeUnsupported {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	for _, ask := range []func() error{
		func() error { _, err := federate.AudienceSchema(p, age, "agee"); return err },
		func() error { _, err := federate.Breakdown(t.Context(), p, age, noon, "agee", 1); return err },
		func() error {
			_, err := federate.Export(t.Context(), p, age, noon, federate.Target{Directory: "/x"}, "agee")
			return err
		},
	} {
		err := ask()
		var missing *engine.ColumnError
		if !errors.As(err, &missing) || err.Error() != `unknown attribute "agee"; did you mean "age"?` {
			t.Errorf("got %v, want that there is no such attribute", err)
		}
	}
	if _, err := federate.Total(t.Context(), &federate.Place{}); err == nil || err.Error() != "a place needs an engine, a schema and a layout" {
		t.Errorf("an empty place: %v", err)
	}
	if _, err := federate.Count(t.Context(), p, nil, noon); err == nil || err.Error() != "no checked rule was given" {
		t.Errorf("no rule: %v", err)
	}
}

// TestPins checks that statements name tables as the source spells them, at the
// versions that it has pinned.
func TestPins(t *testing.T) {
	p, e := fakePlace(t, "databricks")
	e.versions = map[model.TableRef]string{{Schema: "SHOP", Table: "PURCHASES"}: "17"}
	got, err := federate.SQL(t.Context(), p, check(t, p, "purchase"), noon)
	const want = "WITH\n  -- purchase\n  b1 AS (\n    SELECT e.`id` AS customer,\n      count(*) AS v1\n" +
		"    FROM `SHOP`.`PURCHASES` VERSION AS OF 17 AS e\n    WHERE e.`id` IS NOT NULL\n" +
		"      AND (e.`at` IS NULL OR e.`at` < TIMESTAMP'2025-06-15 12:00:00Z')\n    GROUP BY e.`id`\n  )\n" +
		"SELECT m.`id`\nFROM `SHOP`.`CUSTOMERS` AS m\nLEFT JOIN b1 ON b1.customer = m.`id`\nWHERE m.`id` IS NOT NULL\n  AND COALESCE(b1.v1, 0) >= 1"
	if err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
}
