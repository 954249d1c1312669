package engine_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

func ExampleQuery_Pick() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query(`purchase in last 90 days`)
	if err != nil {
		log.Fatal(err)
	}
	best, err := q.At(asOf).Pick(engine.Pick{OrderBy: "lifetime_value", Top: 4, Per: "loyalty_tier", PerTop: 2})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := best.First(context.Background(), 10, "lifetime_value", "loyalty_tier")
	for _, row := range rows {
		fmt.Println(row.Key, row.Values)
	}
	fmt.Println(err)
	// Output:
	// 07592 [13990.93 Gold]
	// 14048 [8976.33 Gold]
	// 12272 [499.06 Silver]
	// 06423 [498.04 Silver]
	// <nil>
}

func ExampleQuery_Split() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query(`purchase in last 90 days`)
	if err != nil {
		log.Fatal(err)
	}
	const percent = engine.Hundred / 100
	d, err := q.At(asOf).Split(engine.Split{Salt: "spring", Parts: []engine.Part{{Name: "holdout", Share: 10 * percent}, {Name: "mail", Share: 90 * percent}}})
	if err != nil {
		log.Fatal(err)
	}
	counted, err := d.Count(context.Background())
	fmt.Println(counted.Count, counted.Counts, err)
	for key, err := range d.Part(0).Keys(context.Background()) {
		fmt.Println(key, err)
		break
	}
	// Output:
	// 3301 [334 2967] <nil>
	// 00003 <nil>
}

func ExampleSnapshot_Profile() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	snap, err := db.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	p, err := snap.Profile(context.Background(), "00048", engine.ProfileOptions{AsOf: &asOf, Columns: []string{"loyalty_tier", "orders"}, Events: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Key, p.Attributes)
	for _, b := range p.Behaviors {
		fmt.Println(b.Behavior, b.Count, b.Last, b.Recent[0].Fields)
	}
	if err := snap.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 00048 [{loyalty_tier Gold} {orders 20}]
	// purchase 20 1998-06-13 00:00:00 +0000 UTC [{amount 29.48} {quantity 2}]
}
