package federate_test

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate"
)

// TestStatsAreChecked has a source give statistics that cannot be.
func TestStatsAreChecked(t *testing.T) {
	const (
		attributes = "c0:long c1:long c2:long c3:long c4:long c5:long c6:long c7:money c8:money"
		events     = "c0:long c1:long c2:long c3:date c4:date"
	)
	total := answer{to: "SELECT count(*) AS customers\nFROM", columns: "c0:long", rows: []string{`[{"c0":3}]`}}
	good := `[{"c0":3,"c1":2,"c2":2,"c3":7,"c4":9,"c5":0,"c6":0}]`
	for _, test := range []struct{ attributes, events, want string }{
		{strings.Replace(good, `"c0":3`, `"c0":4`, 1), "", "table SHOP.CUSTOMERS makes 4 customers of 3, expected at most one row for each"},
		{strings.Replace(good, `"c1":2`, `"c1":-2`, 1), "", `attribute "age": the source gave -2 of type int64, expected a count`},
		{`[]`, "", "the statistics of attributes: incomplete: 0 rows received, 1 expected"},
		{good, `[{"c0":1,"c1":1,"c2":1},{"c0":1,"c1":1,"c2":1}]`, `behavior "purchase": the statistics of events: incomplete: 2 rows received, 1 expected`},
		{good, `[{"c0":5,"c1":6,"c2":2}]`, "the statistics of events in fake://: the source gave 5 events, 6 of them with a time"},
		{good, `[{"c0":5,"c1":3,"c2":2}]`, ""},
	} {
		p, _ := fakePlace(t, "databricks", total,
			answer{to: "count(*) AS customers,", columns: attributes, rows: []string{test.attributes}},
			answer{to: "AS events", columns: events, rows: []string{test.events}})
		p.Layout.Behaviors[0].Time.Encoding = "date"
		got, err := federate.StatsOf(t.Context(), p)
		if test.want != "" {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s %s: got %v, want %q", test.attributes, test.events, err, test.want)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		age, none, b := got.Attributes[0], got.Attributes[1], got.Behaviors[0]
		if age.Nulls != 1 || age.Distinct != 2 || *age.Least != "7" || *age.Greatest != "9" || none.Nulls != 3 || none.Least != nil || got.Attributes[2] != nil {
			t.Errorf("got %+v, %+v", age, none)
		}
		if b.Events != 5 || b.Undated != 2 || b.Customers != 2 || b.First != nil {
			t.Errorf("got %+v", b)
		}
	}
}
