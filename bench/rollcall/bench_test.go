package rollcall

import (
	"flag"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine"
)

var (
	benchCustomers = flag.Int("customers", 1_000_000, "customers of the benchmarks")
	benchEvents    = flag.Float64("events-per-customer", 2, "events per customer of the benchmarks, over three behaviors")
)

// BenchmarkOpen opens a snapshot and closes it again, with its files in the page
// cache: five attributes and three behaviors of a million customers. The workload has
// few events, so that it is made in seconds: what opening takes depends on the
// number of files, and on their size only by the checksums in the manifest.
func BenchmarkOpen(b *testing.B) {
	snapshot := benchFolder(b)
	b.Run(fmt.Sprintf("customers=%d", *benchCustomers), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			db, err := engine.Open(snapshot, nil)
			if err != nil {
				b.Fatal(err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
	})
}

// benchFolder makes the snapshot of a workload of the size that the flags say.
func benchFolder(b *testing.B) string {
	b.Helper()
	dir, shape := b.TempDir(), workload.Default(*benchCustomers)
	shape.EventsPerCustomer = *benchEvents
	d, err := workload.Generate(b.Context(), filepath.Join(dir, "data"), shape, nil)
	if err != nil {
		b.Fatal(err)
	}
	snapshot := filepath.Join(dir, "snapshot")
	if _, err := ingestDir(b.Context(), d.ParentFile(), d.Dir, snapshot, nil); err != nil {
		b.Fatal(err)
	}
	return snapshot
}
