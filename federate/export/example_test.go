package export_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/export"
)

var schema = arrow.NewSchema([]arrow.Field{
	{Name: "customer_id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "country", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "interests", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
}, nil)

// audience stands for an engine's Query.Batches.
func audience() iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		yield(rows(`[{"customer_id":1,"country":"CA","interests":["golf","ski"]},{"customer_id":2}]`))
	}
}

func rows(text string) (arrow.RecordBatch, error) {
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(text))
	return batch, err
}

func ExampleWrite() {
	_, err := export.Write(context.Background(), os.Stdout, schema, audience(), export.Options{Format: export.CSV})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// customer_id,country,interests
	// 1,CA,"[""golf"",""ski""]"
	// 2,,
}

func ExampleWriteFile() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder that is left does not change the example
	rows, err := export.WriteFile(context.Background(), filepath.Join(dir, "gold.parquet"), schema, audience(), export.Options{
		Metadata: map[string]string{"rollcall.rule": "country = 'CA'"},
	})
	fmt.Println(rows, err)
	// Output: 2 <nil>
}
