package export

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// randomValues returns rows of numbers and strings, alone and in lists, many of them
// NULL: about as many differ as a dictionary is given up for, and long strings fill
// pages before their dictionary is judged.
func randomValues(r *rand.Rand, rows int) arrow.RecordBatch {
	schema := arrow.NewSchema([]arrow.Field{
		nullable("i", arrow.PrimitiveTypes.Int64), nullable("f", arrow.PrimitiveTypes.Float64), nullable("day", arrow.FixedWidthTypes.Date32),
		nullable("s", arrow.BinaryTypes.String), nullable("long", arrow.BinaryTypes.String),
		nullable("is", arrow.ListOf(arrow.PrimitiveTypes.Int64)), nullable("longs", arrow.ListOf(arrow.BinaryTypes.String)),
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, field := range b.Fields() {
		differ := []int{1, 5, maxSampleDistinct - 1, maxSampleDistinct, maxSampleDistinct + 1, sampleValues, 1 << 40}[r.IntN(7)]
		nulls := []int{0, 1, 9, 10}[r.IntN(4)] // of ten
		long := []int{3, 300, 5000}[r.IntN(3)]
		for row := range rows {
			appendOneOf(r, field, min(row%differ, r.IntN(1<<20)), nulls, long)
		}
	}
	return b.NewRecordBatch()
}

// appendOneOf appends value n, or NULL in so many of ten cases, or a list of some.
func appendOneOf(r *rand.Rand, b array.Builder, n, nulls, long int) {
	if r.IntN(10) < nulls {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.Int64Builder:
		b.Append(int64(n) * math.MinInt32)
	case *array.Date32Builder:
		b.Append(arrow.Date32(-n))
	case *array.Float64Builder:
		b.Append([]float64{float64(n), math.NaN(), 0, math.Copysign(0, -1), -math.Sqrt(float64(n))}[n%5])
	case *array.StringBuilder:
		text := string(rune(n%0x10000+' ')) + strings.Repeat("x", n%7)
		if n%3 == 0 {
			text = strings.Repeat(text, max(1, r.IntN(2)*long/8))
		}
		b.Append(text)
	case *array.ListBuilder:
		b.Append(true)
		for i := range r.IntN(4) {
			appendOneOf(r, b.ValueBuilder(), n+i, nulls/2, long)
		}
	}
}

// exact returns values with floats as their bits, of which NaN is one.
func exact(columns [][]any) [][]any {
	for _, column := range columns {
		for row, v := range column {
			if x, ok := v.(float64); ok {
				column[row] = math.Float64bits(x)
			}
		}
	}
	return columns
}

// Random values come back. The bytes are the same however many columns are encoded
// at a time, and however rows come in batches.
func TestParquetSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 17))
	for round := range 8 {
		batch := randomValues(r, 1+r.IntN(10_000))
		opts := Options{Format: Parquet}
		if round%2 == 0 {
			opts.RowGroupRows = 1 + r.Int64N(7000)
			opts.RowGroupRows += batch.NumRows() / 20
		}
		runtime.GOMAXPROCS(1)
		want := writeBytes(t, batch.Schema(), opts, batch)
		written, read := exact(arrowColumns(batch.Schema(), batch)), exact(parquetColumns(t, openParquet(t, want), batch.Schema()))
		for i := range written {
			if !reflect.DeepEqual(written[i], read[i]) { // cmp takes long for so many
				t.Fatalf("round %d: column %s is read otherwise", round, batch.ColumnName(i))
			}
		}
		runtime.GOMAXPROCS(8)
		var parts []arrow.RecordBatch
		for lo, n := int64(0), batch.NumRows(); lo < n; {
			hi := min(n, lo+1+r.Int64N(3000))
			parts = append(parts, batch.NewSlice(lo, hi))
			lo = hi
		}
		for _, batches := range [][]arrow.RecordBatch{{batch}, parts} {
			if got := writeBytes(t, batch.Schema(), opts, batches...); !bytes.Equal(got, want) {
				t.Fatalf("round %d: %d batches make %d bytes that differ from %d", round, len(batches), len(got), len(want))
			}
		}
	}
}
