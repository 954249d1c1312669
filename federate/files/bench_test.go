package files

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/engine/model"
)

// BenchmarkScanParquet reads (string key, timestamp, decimal, int64).
func BenchmarkScanParquet(b *testing.B) {
	const rows = 500_000
	for _, v := range []struct {
		name string
		key  parquet.Node
	}{
		{"keys=plain", parquet.Encoded(parquet.String(), &parquet.Plain)},
		{"keys=dictionary", parquet.Encoded(parquet.String(), &parquet.RLEDictionary)},
		{"keys=delta", parquet.Encoded(parquet.String(), &parquet.DeltaLengthByteArray)},
	} {
		b.Run(v.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			columns := []column{
				{"key", parquet.Optional(v.key), make([]any, rows)},
				{"at", parquet.Optional(parquet.Timestamp(parquet.Microsecond)), make([]any, rows)},
				{"amount", parquet.Optional(parquet.Decimal(2, 12, parquet.Int64Type)), make([]any, rows)},
				{"n", parquet.Optional(parquet.Int(64)), make([]any, rows)},
			}
			for i := range rows {
				columns[0].values[i] = fmt.Sprintf("customer-%07d", r.IntN(100_000))
				columns[1].values[i] = int64(1_700_000_000_000_000 + r.IntN(1<<40))
				columns[2].values[i] = int64(r.IntN(1 << 30))
				if i%10 > 0 {
					columns[3].values[i] = int64(r.IntN(1 << 20))
				}
			}
			root := b.TempDir()
			writeColumns(b, filepath.Join(root, "t.parquet"), columns, 0, parquet.Compression(&parquet.Snappy))
			table, err := mustOpen(b, root).Table(b.Context(), model.TableRef{Table: "t"})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				got := int64(0)
				for batch, err := range table.Scan(b.Context(), []string{"key", "at", "amount", "n"}) {
					if err != nil {
						b.Fatal(err)
					}
					got += batch.NumRows()
				}
				if got != rows {
					b.Fatalf("%d rows, want %d", got, rows)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
