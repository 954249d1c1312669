package difftest

import (
	"os"
	"testing"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// cdnowCustomers is the number of customers in the data, as published.
const cdnowCustomers = 23_570

// The data as it is, with all times at midnight, and the same with all times a
// microsecond earlier.
var (
	cdnowData    = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())
	earlierCDNOW = fixture.New("earlier-cdnow", writeEarlierCDNOW, cdnow.ParentYAML())
)

func TestMain(m *testing.M) { os.Exit(fixture.Main(m, cdnowData, earlierCDNOW)) }

// openCDNOW opens a snapshot of the data until the end of the test.
func openCDNOW(t *testing.T, data *fixture.Data) *engine.DB {
	t.Helper()
	db, err := engine.Open(data.Snapshot(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if n := db.Manifest().Customers; n != cdnowCustomers {
		t.Fatalf("the snapshot holds %d customers, want %d", n, cdnowCustomers)
	}
	return db
}
