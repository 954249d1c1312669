package federate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// open stands for databricks.Open or postgres.Open: it gives a source that runs
// SQL over real customers.
func open(ctx context.Context, dir string) (source.Engine, error) {
	if err := cdnow.WriteWarehouse(ctx, dir); err != nil {
		return nil, err
	}
	return newDuck(ctx, dir)
}

// A parent segment is found in a source once; then rules are asked there.
func Example() {
	if err := askInPlace(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 551 of 23570 customers
	// Bronze 243
	// Silver 170
	// Gold 113
	// the best of 4: 14048
	// false: cohort = '1997-02', found 1997-01
	// false: purchase in last 30 days, found 0
}

func askInPlace(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "rollcall-example-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	src, err := open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()

	parent, err := model.Parse("parent.yml", cdnow.ParentYAML())
	if err != nil {
		return err
	}
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	schema, layout, err := ingest.Resolve(ctx, parent, src, asOf)
	if err != nil {
		return err
	}
	place, err := federate.At(src, schema, layout)
	if err != nil {
		return err
	}
	parsed, err := rule.Parse("cohort = '1997-02' and purchase in last 30 days")
	if err != nil {
		return err
	}
	checked, err := rule.Check(parsed, schema, nil)
	if err != nil {
		return err
	}
	n, err := federate.Count(ctx, place, checked, asOf)
	if err != nil {
		return err
	}
	total, err := federate.Total(ctx, place)
	if err != nil {
		return err
	}
	fmt.Printf("%d of %d customers\n", n, total)
	tiers, err := federate.Breakdown(ctx, place, checked, asOf, "loyalty_tier", 10)
	if err != nil {
		return err
	}
	for _, g := range tiers.Groups {
		fmt.Println(g.Value, g.Customers)
	}
	best := &federate.Choice{Place: place, Rule: checked, AsOf: asOf, Pick: engine.Pick{OrderBy: "lifetime_value", Per: "loyalty_tier", PerTop: 1}}
	rows, n, err := best.List(ctx, 1)
	if err != nil {
		return err
	}
	fmt.Printf("the best of %d: %s\n", n, rows[0].Key)
	why, err := federate.Why(ctx, place, checked, asOf, "00001")
	if err != nil {
		return err
	}
	for _, r := range why.Reasons {
		fmt.Printf("%t: %s, found %v\n", r.True, r.Condition, r.Value)
	}
	return nil
}
