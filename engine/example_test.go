package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

// snapshot is the CDNOW snapshot; made before any test runs, since examples
// have nothing to make it with.
var snapshot string

func TestMain(m *testing.M) {
	snapshot = cdnowData.Snapshot(&setup{})
	var err error
	if shops, err = os.MkdirTemp("", "rollcall-shops-"); err != nil {
		log.Fatal(err)
	}
	status := fixture.Main(m, cdnowData)
	if err := os.RemoveAll(shops); err != nil {
		log.Fatal(err)
	}
	os.Exit(status)
}

// shops is the folder of what shopOf makes.
var shops string

// shopOf builds a snapshot of customers, written "id,country", in a folder of its
// own, and returns what builds its next version.
func shopOf(customers ...string) (dir string, build func(customers ...string)) {
	home, err := os.MkdirTemp(shops, "")
	if err != nil {
		log.Fatal(err)
	}
	parent := &model.ParentSegment{
		Name: "Shop", Timezone: "UTC",
		Master: model.Master{Table: model.TableRef{Schema: "shop", Table: "customers"}, KeyColumn: "id", AllColumns: true},
	}
	dir = filepath.Join(home, "shop.rollcall")
	build = func(customers ...string) {
		table := filepath.Join(home, "shop", "customers.csv")
		if err := os.MkdirAll(filepath.Dir(table), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(table, []byte("id,country\n"+strings.Join(customers, "\n")+"\n"), 0o600); err != nil {
			log.Fatal(err)
		}
		src, err := files.Open(home)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := ingest.Build(context.Background(), parent, src, dir, nil); err != nil {
			log.Fatal(err)
		}
		if err := src.Close(); err != nil {
			log.Fatal(err)
		}
	}
	build(customers...)
	return dir, build
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

func ExampleOpen() {
	db, err := engine.Open(snapshot, &engine.Options{ResultCacheBytes: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	fmt.Println(db.Schema().Name, db.Location())

	_, err = engine.Open(snapshot+"@7", nil) // version 7, and no other
	fmt.Println(errors.Is(err, engine.ErrVersionNotFound))
	_, err = engine.Open(os.DevNull, nil)
	fmt.Println(errors.Is(err, engine.ErrNotSnapshot))
	// Output:
	// CDNOW customers UTC
	// true
	// true
}

func ExampleDB_Close() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	q, err := db.Query(`orders > 10`)
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Close(); err != nil {
		log.Fatal(err)
	}
	_, err = q.Count(context.Background())
	fmt.Println(errors.Is(err, engine.ErrClosed), err)
	// Output:
	// true database is closed
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

// A query of a DB sees the version that is current when it is asked; one of a
// Snapshot stays with its own.
func ExampleSnapshot() {
	ctx := context.Background()
	shop, build := shopOf("a,JP", "b,US") // builds the first version
	db, err := engine.Open(shop, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query(`country = 'JP'`)
	if err != nil {
		log.Fatal(err)
	}
	before, err := db.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	old, err := before.Query(`country = 'JP'`)
	if err != nil {
		log.Fatal(err)
	}

	build("a,JP", "b,JP", "c,JP") // somebody builds the next one
	fmt.Println(q.Count(ctx))
	fmt.Println(old.Count(ctx))
	fmt.Println("versions", db.Manifest().Version, before.Manifest().Version)
	if err := before.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 3 <nil>
	// 1 <nil>
	// versions 2 1
}

// A DB goes on with the version that it has where the directory is in no state to
// be read; Refresh says why.
func ExampleDB_Refresh() {
	shop, _ := shopOf("a,JP", "b,US")
	db, err := engine.Open(shop, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := os.Rename(shop, shop+".away"); err != nil {
		log.Fatal(err)
	}
	err = db.Refresh()
	fmt.Println(errors.Is(err, engine.ErrNotSnapshot))
	q, err := db.Query(`country = 'JP'`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(q.Count(context.Background()))
	// Output:
	// true
	// 1 <nil>
}

// gold returns a query of the CDNOW snapshot, as of the end of its data.
func gold() (q *engine.Query, done func()) {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	if q, err = db.Query(`loyalty_tier = 'Gold' and purchase in last 30 days`); err != nil {
		log.Fatal(err)
	}
	return q.At(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)), func() { db.Close() }
}

func ExampleQuery() {
	q, done := gold()
	defer done()
	fmt.Println(q)
	// Output:
	// loyalty_tier = 'Gold' and purchase in last 30 days
}

func ExampleQuery_Count() {
	q, done := gold()
	defer done()
	n, err := q.Count(context.Background())
	fmt.Println(n, err)
	// Output:
	// 315 <nil>
}

func ExampleQuery_Rows() {
	q, done := gold()
	defer done()
	for row, err := range q.Rows(context.Background(), "lifetime_value", "orders") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.Key, row.Values)
		break
	}
	// Output:
	// 00048 [649.93 20]
}

func ExampleQuery_Keys() {
	q, done := gold()
	defer done()
	var keys []string
	for key, err := range q.Keys(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		keys = append(keys, key)
	}
	fmt.Println(len(keys), keys[:3])
	// Output:
	// 315 [00048 00089 00095]
}

func ExampleQuery_Batches() {
	q, done := gold()
	defer done()
	for batch, err := range q.Batches(context.Background(), "orders") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.NumRows(), "rows of", batch.ColumnName(0), "and", batch.ColumnName(1))
	}
	// Output:
	// 315 rows of customer_id and orders
}
