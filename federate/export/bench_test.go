package export

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// benchSchema is a key and five attributes of an audience.
var benchSchema = arrow.NewSchema([]arrow.Field{
	{Name: "customer_id", Type: arrow.BinaryTypes.String},
	{Name: "email", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "country", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "ltv", Type: &arrow.Decimal128Type{Precision: 18, Scale: 2}, Nullable: true},
	{Name: "score", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "joined", Type: arrow.FixedWidthTypes.Timestamp_us, Nullable: true},
}, nil)

// benchBatches returns n rows of benchSchema in batches of 65,536, always the
// same.
func benchBatches(n int) []arrow.RecordBatch {
	r := rand.New(rand.NewPCG(1, 2))
	var batches []arrow.RecordBatch
	for lo := 0; lo < n; lo += 65536 {
		b := array.NewRecordBuilder(memory.DefaultAllocator, benchSchema)
		for row := lo; row < min(n, lo+65536); row++ {
			b.Field(0).(*array.StringBuilder).Append(fmt.Sprintf("C%09d", row*7))
			b.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("user%d@example.com", r.IntN(1<<30)))
			b.Field(2).(*array.StringBuilder).Append([]string{"US", "CA", "JP", "DE", "FR"}[r.IntN(5)])
			b.Field(3).(*array.Decimal128Builder).Append(decimal128.FromI64(r.Int64N(1_000_000)))
			if r.IntN(10) == 0 {
				b.Field(4).AppendNull()
			} else {
				b.Field(4).(*array.Float64Builder).Append(float64(r.IntN(1000)) / 64)
			}
			b.Field(5).(*array.TimestampBuilder).Append(arrow.Timestamp(1_600_000_000_000_000 + r.Int64N(1e14)))
		}
		batches = append(batches, b.NewRecordBatch())
		b.Release()
	}
	return batches
}

// countWriter counts what it is given.
type countWriter struct{ bytes int64 }

func (w *countWriter) Write(b []byte) (int, error) {
	w.bytes += int64(len(b))
	return len(b), nil
}

func BenchmarkWrite(b *testing.B) {
	const rows = 1 << 20
	batches := benchBatches(rows)
	for f := Parquet; f <= Arrow; f++ {
		b.Run("format="+f.String(), func(b *testing.B) {
			var out countWriter
			b.ReportAllocs()
			for b.Loop() {
				out.bytes = 0
				if _, err := Write(b.Context(), io.Writer(&out), benchSchema, sequence(batches...), Options{Format: f}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(out.bytes)/rows, "B/row")
		})
	}
}

// BenchmarkAgainstDuckDB writes a million rows to a Parquet file, ours and by DuckDB's
// COPY of a table in its memory, in turns, with the same codec, level and rows of a
// row group. It reports the medians, and ours by DuckDB's. Neither waits for the disk,
// as WriteFile does at the end.
func BenchmarkAgainstDuckDB(b *testing.B) {
	const rows, groupRows = 1_000_000, 122_880
	batches, dir := benchBatches(rows), b.TempDir()
	path := filepath.Join(dir, "rollcall.parquet")
	write := func() {
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		_, err = Write(b.Context(), f, benchSchema, sequence(batches...), Options{Format: Parquet, RowGroupRows: groupRows})
		if err := errors.Join(err, f.Close()); err != nil {
			b.Fatal(err)
		}
	}
	write()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}()
	exec := func(statement string) {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	exec("CREATE TABLE t AS FROM read_parquet('" + path + "')")
	statement := fmt.Sprintf("COPY t TO '%s' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE %d)",
		filepath.Join(dir, "duckdb.parquet"), groupRows)
	var ours, theirs []time.Duration
	for b.Loop() {
		start := time.Now()
		write()
		ours = append(ours, time.Since(start))
		start = time.Now()
		exec(statement)
		theirs = append(theirs, time.Since(start))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	our, their := ours[len(ours)/2].Seconds(), theirs[len(theirs)/2].Seconds()
	b.ReportMetric(our*1e3, "ms/rollcall")
	b.ReportMetric(their*1e3, "ms/duckdb")
	b.ReportMetric(our/their, "rollcall/duckdb")
}
