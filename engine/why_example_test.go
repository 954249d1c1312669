package engine_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

func ExampleQuery_Why() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query("loyalty_tier = 'Gold' and purchase count > 3 in last 30 days")
	if err != nil {
		log.Fatal(err)
	}
	q = q.At(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC))
	why, err := q.Why(context.Background(), "00048")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(why.Reason.Holds)
	for _, r := range why.Reason.Reasons {
		fmt.Printf("%s: %v, since %s is %v\n", r.Condition, r.Holds, r.Subject, r.Value)
	}
	// Output:
	// false
	// loyalty_tier = 'Gold': true, since loyalty_tier is Gold
	// purchase count > 3 in last 30 days: false, since count is 2
}
