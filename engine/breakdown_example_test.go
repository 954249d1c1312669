package engine_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

func ExampleQuery_Breakdown() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query("purchase in last 90 days")
	if err != nil {
		log.Fatal(err)
	}
	q = q.At(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC))
	b, err := q.Breakdown(context.Background(), "loyalty_tier", 2)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range b.Values {
		fmt.Printf("%v: %d members, %.2f times as frequent as among all\n", p.Value, p.Count, b.Lift(p))
	}
	fmt.Println(b.Null.Count, "have none,", b.Rest.Count, "another")
	// Output:
	// Bronze: 1493 members, 1.38 times as frequent as among all
	// Silver: 1031 members, 3.24 times as frequent as among all
	// 253 have none, 524 another
}

func ExampleQuery_Breakdowns() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query("orders > 1")
	if err != nil {
		log.Fatal(err)
	}
	all, err := q.Breakdowns(context.Background(), 0,
		engine.By{Attribute: "orders", Bins: 5}, engine.By{Attribute: "last_purchase_date", Every: window.Year})
	if err != nil {
		log.Fatal(err)
	}
	for _, b := range all {
		for _, bin := range b.Bins {
			fmt.Println(b.Attribute, "from", bin.From, "to", bin.To, bin.Count)
		}
	}
	// Output:
	// orders from 0 to 50 11642
	// orders from 50 to 100 12
	// orders from 100 to 150 6
	// orders from 150 to 200 0
	// orders from 200 to 250 2
	// last_purchase_date from 1997-01-01 00:00:00 +0000 UTC to 1998-01-01 00:00:00 +0000 UTC 6288
	// last_purchase_date from 1998-01-01 00:00:00 +0000 UTC to 1999-01-01 00:00:00 +0000 UTC 5374
}
