package bench_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// The size of the generated warehouse of BenchmarkIngest, in rows.
const (
	shopCustomers = 100_000
	shopOrders    = 2_000_000
)

// shopYAML is the parent segment over the generated warehouse.
const shopYAML = `
name: Generated shop
master_table: {database: shop, table: customers, key_column: customer_id, attributes: none}
behaviors:
  - name: order
    database: shop
    table: orders
    key_column: customer_id
    timestamp_column: ordered_at
`

// shopCustomer is one row of shop.customers.
type shopCustomer struct {
	CustomerID string `parquet:"customer_id"`
}

// shopOrder is one row of shop.orders.
type shopOrder struct {
	CustomerID string `parquet:"customer_id"`
	OrderedAt  int64  `parquet:"ordered_at,timestamp(microsecond:utc)"`
	Amount     int64  `parquet:"amount,decimal(2:10)"` // cents
	Quantity   int64  `parquet:"quantity"`
}

// shopKey is the key of a customer: 12 bytes, as keys of shops are.
func shopKey(i int) string { return fmt.Sprintf("cust-%07d", i) }

// writeShop writes the generated warehouse: the same bytes on every run. Orders
// come in no order of customers, spread over two years to the microsecond.
func writeShop(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "shop"), 0o755); err != nil {
		return err
	}
	err := writeParquet(filepath.Join(dir, "shop", "customers.parquet"), shopCustomers, func(i int) shopCustomer {
		return shopCustomer{CustomerID: shopKey(i)}
	})
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 1))
	from := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	const twoYears = 2 * 365 * 86_400_000_000
	return writeParquet(filepath.Join(dir, "shop", "orders.parquet"), shopOrders, func(int) shopOrder {
		return shopOrder{
			CustomerID: shopKey(r.IntN(shopCustomers)),
			OrderedAt:  from + r.Int64N(twoYears),
			Amount:     r.Int64N(500_00),
			Quantity:   1 + r.Int64N(9),
		}
	})
}

// writeParquet writes a file of n rows.
func writeParquet[R any](path string, n int, row func(i int) R) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := parquet.NewGenericWriter[R](f, parquet.Compression(&parquet.Zstd))
	batch := make([]R, 0, 4096)
	for i := range n {
		batch = append(batch, row(i))
		if len(batch) < cap(batch) && i < n-1 {
			continue
		}
		if _, err := w.Write(batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	return w.Close()
}

// BenchmarkIngest builds a snapshot of 100,000 customers with two million orders
// from Parquet files, and reports how many orders a second it took in. The name
// of the run says how many processors it may use.
func BenchmarkIngest(b *testing.B) {
	warehouse := b.TempDir()
	if err := writeShop(warehouse); err != nil {
		b.Fatal(err)
	}
	parent, err := model.Parse("shop.yml", []byte(shopYAML))
	if err != nil {
		b.Fatal(err)
	}
	src, err := files.Open(warehouse)
	if err != nil {
		b.Fatal(err)
	}
	dir := filepath.Join(b.TempDir(), "shop.rollcall")
	b.Run(fmt.Sprintf("procs=%d", runtime.GOMAXPROCS(0)), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m, err := ingest.Build(b.Context(), parent, src, dir, nil)
			if err != nil {
				b.Fatal(err)
			}
			if n := m.Behaviors[0].Events; n != shopOrders {
				b.Fatalf("%d orders in the snapshot, want %d", n, shopOrders)
			}
		}
		b.ReportMetric(float64(shopOrders)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	if err := src.Close(); err != nil {
		b.Fatal(err)
	}
}
