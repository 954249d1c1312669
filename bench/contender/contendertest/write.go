package contendertest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// nFiles is the number of part files of a table.
const nFiles = 3

// parent is the parent segment over the data set.
const parent = `name: Contract
master_table: {database: main, table: customers, key_column: customer_id}
behaviors:
  - {name: purchase, database: events, table: purchases, key_column: customer_id, timestamp_column: time}
  - {name: page_view, database: events, table: page_views, key_column: customer_id, timestamp_column: time}
  - {name: email_open, database: events, table: email_opens, key_column: customer_id, timestamp_column: time}
`

// Data is a data set of a few hundred customers, with all that it says.
type Data struct {
	Base      *workload.Dataset // every customer, and the events before workload.End
	Add       *workload.Dataset // the events of the [Day] that begins at workload.End; no customer
	Customers []Customer        // with the events of both
}

// Write writes the two data sets of the suite to temporary folders, which are
// removed when the test ends. They are the same on every run.
func Write(t testing.TB) *Data {
	t.Helper()
	data := &Data{Customers: makeCustomers()}
	end, later := workload.End.UnixMicro(), workload.End.Add(Day).UnixMicro()
	data.Base = writeDataset(t, data.Customers, end-(days+1)*Day.Microseconds(), end)
	data.Add = writeDataset(t, data.Customers, end, later)
	return data
}

// writeDataset writes the events within [lo, hi), and the customers where that
// starts before workload.End.
func writeDataset(t testing.TB, customers []Customer, lo, hi int64) *workload.Dataset {
	t.Helper()
	purchases := events(customers, func(c *Customer) []Purchase { return c.Purchases }, func(e *Purchase) int64 { return e.Time }, lo, hi)
	views := events(customers, func(c *Customer) []PageView { return c.PageViews }, func(e *PageView) int64 { return e.Time }, lo, hi)
	opens := events(customers, func(c *Customer) []Open { return c.Opens }, func(e *Open) int64 { return e.Time }, lo, hi)
	d := &workload.Dataset{Dir: t.TempDir(), Shape: workload.Shape{
		Customers: len(customers), Seed: seed, Days: days, StringAttributes: 1, Cardinality: 40, Skew: 1,
		EventsPerCustomer: float64(len(purchases)+len(views)+len(opens)) / float64(len(customers)),
	}}
	if lo < workload.End.UnixMicro() {
		d.Tables = append(d.Tables, writeTable(t, d.Dir, "main", "customers", customers))
	}
	d.Tables = append(d.Tables,
		writeTable(t, d.Dir, "events", "purchases", purchases),
		writeTable(t, d.Dir, "events", "page_views", views),
		writeTable(t, d.Dir, "events", "email_opens", opens))
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"workload.json": text, "parent.yml": []byte(parent)} {
		if err := os.WriteFile(filepath.Join(d.Dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// writeTable writes rows to the part files of a table, in their order.
func writeTable[R any](t testing.TB, dir, schema, name string, rows []R) workload.Table {
	t.Helper()
	folder := filepath.Join(dir, schema, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	table := workload.Table{Schema: schema, Name: name, Rows: int64(len(rows)), Files: nFiles}
	for i := range nFiles {
		path := filepath.Join(folder, fmt.Sprintf("part-%04d.parquet", i))
		if err := parquet.WriteFile(path, rows[i*len(rows)/nFiles:(i+1)*len(rows)/nFiles]); err != nil {
			t.Fatalf("table %s: %v", name, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		table.Bytes += info.Size()
	}
	return table
}
