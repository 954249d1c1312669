package engine_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

func ExampleQuery_Funnel() {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	q, err := db.Query("loyalty_tier = 'Gold' and purchase then purchase within 2 weeks then not purchase within 8 weeks")
	if err != nil {
		log.Fatal(err)
	}
	f, err := q.At(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)).Funnel(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for i, step := range f.Steps {
		fmt.Printf("%-28s %5d %6.1f %%\n", step.Text, step.Count, 100*f.OfFirst(i))
	}
	// Output:
	// purchase                       734  100.0 %
	// purchase within 2 weeks        649   88.4 %
	// not purchase within 8 weeks    453   61.7 %
}
