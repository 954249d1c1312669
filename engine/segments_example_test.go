package engine_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// All segments of a folder are counted in one version, at one time.
func ExampleSnapshot_Segments() {
	shop, _ := shopOf("a,JP", "b,US", "c,JP")
	db, err := engine.Open(shop, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	snap, err := db.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	library, err := rule.LoadLibrary(fstest.MapFS{ // os.DirFS of a folder
		"Asia/japan.yml": {Data: []byte("name: Japan\nrule: {type: Value, attribute: country, operator: {type: Equal, value: JP}}\n")},
		"others.yml":     {Data: []byte("name: Others\nrule: {type: exclude, segment: Japan}\n")},
		"typo.yml":       {Data: []byte("name: Typo\nrule: {type: Value, attribute: county, operator: {type: Equal, value: JP}}\n")},
	})
	if err != nil {
		log.Fatal(err)
	}
	segments, err := snap.Segments(context.Background(), library, time.Now())
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range segments.Counts {
		if s.Err != nil {
			fmt.Printf("%s: %v\n", s.Path, s.Err)
			continue
		}
		fmt.Printf("%s: %d of %d, %s\n", s.Path, s.Count, segments.Customers, s.Rule)
	}
	if err := snap.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Asia/Japan: 2 of 3, country = 'JP'
	// Others: 1 of 3, not segment 'Japan'
	// Typo: typo.yml:2:32: unknown attribute or behavior "county"
}
