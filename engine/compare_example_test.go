package engine_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

func ExampleSnapshot_Overlap() {
	ctx := context.Background()
	snap, done := exampleSnapshot()
	defer done()
	recent, often := exampleQuery(snap, "purchase in last 90 days"), exampleQuery(snap, "orders > 5")
	o, err := snap.Overlap(ctx, recent, often)
	if err != nil {
		panic(err)
	}
	for _, region := range o.Regions {
		fmt.Printf("%02b: %d\n", region.Members, region.Count)
	}
	fmt.Printf("%d in either, %.3f alike\n", o.Union, o.Jaccard(0, 1))
	// Output:
	// 01: 1494
	// 10: 1123
	// 11: 1807
	// 4424 in either, 0.408 alike
}

func ExampleSnapshot_Waterfall() {
	snap, done := exampleSnapshot()
	defer done()
	w, err := snap.Waterfall(context.Background(), exampleQuery(snap, "loyalty_tier = 'Gold'"), exampleQuery(snap, "purchase in last 90 days"))
	if err != nil {
		panic(err)
	}
	for _, step := range w.Steps {
		fmt.Println(step.Alone(), step.Lost(), step.Taken)
	}
	fmt.Println(w.Rest, "of", w.Customers)
	// Output:
	// 734 0 734
	// 3301 524 2777
	// 20059 of 23570
}

func ExampleQuery_Trend() {
	snap, done := exampleSnapshot()
	defer done()
	span := engine.TrendSpan{From: time.Date(1998, 3, 31, 0, 0, 0, 0, time.UTC), To: asOf, Every: window.Month}
	trend, err := exampleQuery(snap, "purchase in last 30 days").Trend(context.Background(), span)
	if err != nil {
		panic(err)
	}
	for _, point := range trend.Points {
		fmt.Println(point.AsOf.Format(time.DateOnly), point.Count)
	}
	// Output:
	// 1998-03-31 2031
	// 1998-04-30 1420
	// 1998-05-31 1450
	// 1998-06-30 1526
}

func ExampleQuery_Diff() {
	snap, done := exampleSnapshot()
	defer done()
	d, err := exampleQuery(snap, "purchase in last 30 days").Diff(context.Background(), asOf.AddDate(0, -1, 0), asOf)
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Before.Count, d.After.Count, d.Entered, d.Left, d.Stayed)
	for key := range d.EnteredKeys(context.Background()) {
		fmt.Println("the first who entered:", key)
		break
	}
	// Output:
	// 1422 1506 1073 989 433
	// the first who entered: 00009
}

func ExampleCompare() {
	dir, build := shopOf("1,DE", "2,FR")
	build("1,FR", "2,FR", "3,DE") // the next version
	var queries []*engine.Query
	for _, version := range []string{dir + "@1", dir} {
		db, err := engine.Open(version, nil)
		if err != nil {
			panic(err)
		}
		defer db.Close()
		q, err := db.Query("country = 'DE'")
		if err != nil {
			panic(err)
		}
		queries = append(queries, q.At(asOf))
	}
	d, err := engine.Compare(context.Background(), queries[0], queries[1])
	if err != nil {
		panic(err)
	}
	for key := range d.EnteredKeys(context.Background()) {
		fmt.Println("entered:", key)
	}
	for key := range d.LeftKeys(context.Background()) {
		fmt.Println("left:", key)
	}
	// Output:
	// entered: 3
	// left: 1
}

// exampleSnapshot opens the CDNOW snapshot, which done closes.
func exampleSnapshot() (snap *engine.Snapshot, done func()) {
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		panic(err)
	}
	if snap, err = db.Snapshot(); err != nil {
		panic(err)
	}
	return snap, func() {
		if err := errors.Join(snap.Close(), db.Close()); err != nil {
			panic(err)
		}
	}
}

func exampleQuery(snap *engine.Snapshot, text string) *engine.Query {
	q, err := snap.Query(text)
	if err != nil {
		panic(err)
	}
	return q.At(asOf)
}
