package bench_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

func TestMain(m *testing.M) { os.Exit(fixture.Main(m, cdnowData)) }

// seedRules are the rules that everybody tries first, each with an as_of and the
// number of customers that it selects.
var seedRules = []struct {
	name, rule string
	asOf       time.Time
	want       uint64
}{
	{"lifetime_value", `lifetime_value > 1000`, july, 200},
	{"loyalty_tier", `loyalty_tier = 'Gold'`, july, 734},
	{"purchase_in_last_30_days", `purchase in last 30 days`, july, 1506},
	{"purchase_count_this_month", `purchase count > 3 this month`, july.AddDate(0, 0, -1), 33},
}

// july is the first midnight after the last purchase.
var july = time.Date(1998, time.July, 1, 0, 0, 0, 0, time.UTC)

// BenchmarkBuild builds a snapshot of 23,570 customers and 69,659 purchases from
// Parquet files.
func BenchmarkBuild(b *testing.B) {
	parent := cdnowData.Parent(b)
	src, err := files.Open(cdnowData.Warehouse(b))
	if err != nil {
		b.Fatal(err)
	}
	dir := filepath.Join(b.TempDir(), "cdnow.rollcall")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ingest.Build(b.Context(), parent, src, dir, nil); err != nil {
			b.Fatal(err)
		}
	}
	if err := src.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen opens the snapshot and closes it again.
func BenchmarkOpen(b *testing.B) {
	dir := cdnowData.Snapshot(b)
	b.ReportAllocs()
	for b.Loop() {
		db, err := engine.Open(dir, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCount asks each seed rule for its count, on a snapshot that has been
// opened and a rule that has been checked.
func BenchmarkCount(b *testing.B) {
	db, err := engine.Open(cdnowData.Snapshot(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range seedRules {
		b.Run("rule="+s.name, func(b *testing.B) {
			q, err := db.Query(s.rule)
			if err != nil {
				b.Fatal(err)
			}
			q = q.At(s.asOf)
			var n uint64
			b.ReportAllocs()
			for b.Loop() {
				if n, err = q.Count(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			if n != s.want {
				b.Errorf("rule %s: %d customers, want %d", s.rule, n, s.want)
			}
		})
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}
