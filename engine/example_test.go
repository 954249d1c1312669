package engine_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

// snapshot is the CDNOW snapshot; made before any test runs, since examples
// have nothing to make it with.
var snapshot string

func TestMain(m *testing.M) {
	snapshot = cdnowData.Snapshot(&setup{})
	os.Exit(fixture.Main(m, cdnowData))
}

// setup is the testing.TB of TestMain, whose failures end the tests.
type setup struct{ testing.TB }

func (*setup) Helper()                           {}
func (*setup) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

func Example() {
	db, err := engine.Open(snapshot, nil) // read-only, safe for concurrent use
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query(`loyalty_tier = 'Gold' and purchase in last 30 days`)
	if err != nil {
		log.Fatal(err) // what is wrong with the rule, and where
	}
	q = q.At(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)) // without it: as of now
	fmt.Println(q.Count(context.Background()))
	for row, err := range q.Rows(context.Background(), "lifetime_value", "orders") {
		fmt.Println(row.Key, row.Values, err)
		break
	}
	// Output:
	// 315 <nil>
	// 00048 [649.93 20] <nil>
}

func ExampleDB_Query() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	_, err = db.Query(`loyality_tier = 'Gold'`)
	fmt.Println(err)
	// Output:
	// 1:1: unknown attribute or behavior "loyality_tier"
}

func ExampleQuery_Answer() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query(`purchase in last 30 days`)
	if err != nil {
		log.Fatal(err)
	}
	a, err := q.At(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).Answer(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Count, "of", a.Customers)
	fmt.Println(a.Windows[0].From.Format(time.DateOnly), "to", a.Windows[0].To.Format(time.DateOnly))
	fmt.Println(a.Warnings[0])
	// Output:
	// 0 of 23570
	// 2023-12-02 to 2024-01-01
	// "purchase in last 30 days" looks at the time from 2023-12-02T00:00:00Z on, but the newest purchase is of 1998-06-30T00:00:00Z; use --as-of to look from another day
}

func ExampleQuery_Explain() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query(`loyalty_tier = 'Gold' and purchase in last 30 days`)
	if err != nil {
		log.Fatal(err)
	}
	e, err := q.At(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)).Explain(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range e.Plan.Steps {
		fmt.Printf("%s: %d alone, %d together, by %s\n", step.Condition, step.Alone, step.Together, step.Access)
	}
	// Output:
	// loyalty_tier = 'Gold': 734 alone, 734 together, by value index, 1 of 4 bitmaps
	// purchase in last 30 days: 1506 alone, 315 together, by timeline, 30 of 546 days
}
