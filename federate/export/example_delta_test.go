package export_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/export"
)

// people is a schema of a key and an email.
var people = arrow.NewSchema([]arrow.Field{
	{Name: "customer_id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "email", Type: arrow.BinaryTypes.String, Nullable: true},
}, nil)

// rowsOf gives rows of people, as JSON has them.
func rowsOf(text string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, people, strings.NewReader(text))
		yield(batch, err)
	}
}

// Who entered an audience since the last export, and who left.
func ExampleDelta() {
	ctx := context.Background()
	earlier := func(context.Context) iter.Seq2[arrow.RecordBatch, error] {
		return rowsOf(`[{"customer_id": 1}, {"customer_id": 2}, {"customer_id": 3}]`)
	}
	others := func(context.Context) iter.Seq2[arrow.RecordBatch, error] {
		return rowsOf(`[{"customer_id": 2, "email": "bo@example.com"}]`)
	}
	delta := &export.Delta{Earlier: earlier, Others: others}
	now := rowsOf(`[{"customer_id": 1, "email": "al@example.com"}, {"customer_id": 4, "email": "di@example.com"}]`)
	schema, rows, err := delta.Apply(ctx, people, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := export.Write(ctx, os.Stdout, schema, rows, export.Options{Format: export.CSV}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v\n", delta.Counts())
	// Output:
	// customer_id,change,email
	// 4,entered,di@example.com
	// 2,left,bo@example.com
	// 3,left,
	// {Entered:1 Left:2 Gone:1 Stayed:1}
}

// An export that hides whose rows they are.
func ExampleMasking() {
	ctx := context.Background()
	masking := &export.Masking{
		Columns: map[string]export.Mask{"customer_id": export.Hash, "email": export.Redact},
		Salt:    []byte("a salt that nobody guesses"),
	}
	schema, rows, err := masking.Apply(ctx, people, rowsOf(`[{"customer_id": 1, "email": "al@example.com"}, {"customer_id": 2}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := export.Write(ctx, os.Stdout, schema, rows, export.Options{Format: export.CSV, Metadata: masking.Metadata()}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// customer_id,email
	// 0102bfa6c7b798e9eccad3f661d4f54ac67ef0cdade0e111c61b6e794dfc4abd,***
	// 9ae9f07dc40553c659dd9b260280664c8bda1ec8a22126624c7d512c819d42b3,
}
