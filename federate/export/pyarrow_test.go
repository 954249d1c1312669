package export

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// pyarrow reads Parquet back as what the Arrow file of the same rows holds, which
// the Arrow library has written, and finds every value by the bounds.
func TestInteropPyarrow(t *testing.T) {
	python := os.Getenv("ROLLCALL_INTEROP")
	if python == "" {
		t.Skip("ROLLCALL_INTEROP is not set: make test-interop sets it")
	}
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 7))
	b := array.NewRecordBuilder(memory.DefaultAllocator, allTypes)
	defer b.Release()
	const rows = 100
	for range rows {
		for i, f := range allTypes.Fields() {
			appendRandom(r, b.Field(i), f.Nullable)
		}
	}
	random := []arrow.RecordBatch{b.NewRecordBatch()}
	large := benchBatches(200_000)
	long := longTexts(r, 70_001)
	numbers := numbersBatch(10_000, "few", "more", "all")
	for _, test := range []struct {
		name    string
		schema  *arrow.Schema
		batches []arrow.RecordBatch
		groups  int64 // rows of a row group
		want    string
	}{
		{"all types", allTypes, allRows(t), 0, "5 rows in 1 row groups"},
		{"row groups of one", allTypes, allRows(t), 1, "5 rows in 5 row groups"},
		{"empty", allTypes, nil, 0, "0 rows in 0 row groups"},
		{"random", allTypes, random, 18, fmt.Sprintf("%d rows in 6 row groups", rows)},
		{"dictionary left off", long.Schema(), []arrow.RecordBatch{long.NewSlice(1, 70_000), long.NewSlice(70_000, 70_001)}, 69_000, "70000 rows in 2 row groups"},
		{"numbers", numbers.Schema(), []arrow.RecordBatch{numbers}, 6_000, "10000 rows in 2 row groups"},
		{"large", arrow.NewSchema(benchSchema.Fields()[2:3], nil), only(large, 2), 120_000, "200000 rows in 2 row groups"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			opts := Options{RowGroupRows: test.groups, Metadata: map[string]string{"rollcall.rule": "country = 'CA'"}}
			parquet, ipc := filepath.Join(dir, "all.parquet"), filepath.Join(dir, "all.arrow")
			for _, path := range []string{parquet, ipc} {
				if _, err := WriteFile(t.Context(), path, test.schema, sequence(test.batches...), opts); err != nil {
					t.Fatal(err)
				}
			}
			out, err := exec.CommandContext(t.Context(), python, "testdata/pyarrow_reads.py", parquet, ipc).CombinedOutput()
			if err != nil || string(out) != test.want+"\n" {
				t.Errorf("error %v; pyarrow says:\n%s", err, out)
			}
		})
	}
}

// longTexts are random rows of a key, texts that are NULL, few, or too many for a
// dictionary, lists of them, and booleans.
func longTexts(r *rand.Rand, rows int) arrow.RecordBatch {
	text := arrow.BinaryTypes.String
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
		{Name: "key", Type: text}, nullable("s", text), nullable("ss", arrow.ListOf(text)), nullable("b", arrow.FixedWidthTypes.Boolean),
	}, nil))
	defer b.Release()
	random := func() string {
		return strings.Repeat([]string{"x", "é", "漢", "😀"}[r.IntN(4)], r.IntN(12)) + strconv.Itoa(r.IntN(1+r.IntN(rows)))
	}
	for row := range rows {
		b.Field(0).(*array.StringBuilder).Append(strconv.Itoa(row))
		if row < rows/8 || r.IntN(3) == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(random())
		}
		list := b.Field(2).(*array.ListBuilder)
		if r.IntN(5) == 0 {
			list.AppendNull()
		} else {
			list.Append(true)
			for range r.IntN(5) {
				if r.IntN(5) == 0 {
					list.ValueBuilder().AppendNull()
				} else {
					list.ValueBuilder().(*array.StringBuilder).Append(random())
				}
			}
		}
		appendRandom(r, b.Field(3), true)
	}
	return b.NewRecordBatch()
}

// only returns one column of batches.
func only(batches []arrow.RecordBatch, column int) []arrow.RecordBatch {
	var out []arrow.RecordBatch
	for _, b := range batches {
		schema := arrow.NewSchema([]arrow.Field{b.Schema().Field(column)}, nil)
		out = append(out, array.NewRecordBatch(schema, []arrow.Array{b.Column(column)}, b.NumRows()))
	}
	return out
}
