package contendertest

import (
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// Generate has package workload generate a data set of the same tables as [Write],
// somewhat larger, and one more day. The rows are read back from the files.
func Generate(t testing.TB) *Data {
	t.Helper()
	shape := workload.Default(2_000)
	shape.Days, shape.EventsPerCustomer, shape.Seed = days, 30, seed
	dir := t.TempDir()
	base, err := workload.Generate(t.Context(), filepath.Join(dir, "base"), shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	add, err := workload.GenerateDay(t.Context(), filepath.Join(dir, "add"), shape, 0)
	if err != nil {
		t.Fatal(err)
	}
	data := &Data{Base: base, Add: add, Customers: readTable[Customer](t, base, "main", "customers")}
	for _, d := range []*workload.Dataset{base, add} {
		data.addEvents(t, d)
	}
	return data
}

// addEvents gives every event of a data set to its customer.
func (d *Data) addEvents(t testing.TB, from *workload.Dataset) {
	t.Helper()
	byKey := map[int64]*Customer{}
	for i := range d.Customers {
		byKey[d.Customers[i].ID] = &d.Customers[i]
	}
	customer := func(key int64) *Customer {
		c := byKey[key]
		if c == nil {
			t.Fatalf("an event is of customer %d, who is not there", key)
		}
		return c
	}
	for _, e := range readTable[Purchase](t, from, "events", "purchases") {
		c := customer(e.CustomerID)
		c.Purchases = append(c.Purchases, e)
	}
	for _, e := range readTable[PageView](t, from, "events", "page_views") {
		c := customer(e.CustomerID)
		c.PageViews = append(c.PageViews, e)
	}
	for _, e := range readTable[Open](t, from, "events", "email_opens") {
		c := customer(e.CustomerID)
		c.Opens = append(c.Opens, e)
	}
}

// readTable reads every row of a table.
func readTable[R any](t testing.TB, d *workload.Dataset, schema, name string) []R {
	t.Helper()
	paths, err := d.Files(schema, name)
	if err != nil {
		t.Fatal(err)
	}
	var rows []R
	for _, path := range paths {
		part, err := parquet.ReadFile[R](path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		rows = append(rows, part...)
	}
	return rows
}
