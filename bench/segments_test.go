package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// The size of the warehouse of BenchmarkSegments, in rows, and the number of segments.
const (
	memberCustomers = 1_000_000
	memberOrders    = 4_000_000
	memberSegments  = 1000
)

const memberYAML = `
name: A million members
master_table: {database: shop, table: customers, key_column: customer_id}
behaviors:
  - name: order
    database: shop
    table: orders
    key_column: customer_id
    timestamp_column: ordered_at
`

type member struct {
	CustomerID int64  `parquet:"customer_id"`
	Country    string `parquet:"country"`
	Tier       string `parquet:"tier"`
	Points     int64  `parquet:"points"`
}

type memberOrder struct {
	CustomerID int64 `parquet:"customer_id"`
	OrderedAt  int64 `parquet:"ordered_at,timestamp(microsecond:utc)"`
	Amount     int64 `parquet:"amount,decimal(2:10)"` // cents
}

// writeMembers writes the warehouse: the same bytes on every run.
func writeMembers(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "shop"), 0o755); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(2, 2))
	err := writeParquet(filepath.Join(dir, "shop", "customers.parquet"), memberCustomers, func(i int) member {
		return member{int64(i), fmt.Sprintf("C%02d", r.IntN(40)), fmt.Sprintf("T%d", r.IntN(5)), r.Int64N(10_000)}
	})
	if err != nil {
		return err
	}
	from := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	const year = 366 * 86_400_000_000
	return writeParquet(filepath.Join(dir, "shop", "orders.parquet"), memberOrders, func(int) memberOrder {
		return memberOrder{r.Int64N(memberCustomers), from + r.Int64N(year), r.Int64N(500_00)}
	})
}

// memberLibrary returns segments as a company has them: many are about the same few
// things, and some refer to others.
func memberLibrary(b *testing.B) *rule.Library {
	b.Helper()
	r := rand.New(rand.NewPCG(3, 3))
	windows := []int{7, 30, 90, 180}
	test := func() string {
		switch r.IntN(7) {
		case 0:
			return fmt.Sprintf("country = 'C%02d'", r.IntN(40))
		case 1:
			return fmt.Sprintf("tier in ('T%d', 'T%d')", r.IntN(5), r.IntN(5))
		case 2:
			return fmt.Sprintf("points > %d", 500*r.IntN(20))
		case 3:
			return fmt.Sprintf("order in last %d days", windows[r.IntN(4)])
		case 4:
			return fmt.Sprintf("order count >= %d in last %d days", 2+r.IntN(3), windows[r.IntN(4)])
		case 5:
			return fmt.Sprintf("order sum(amount) > %d in last %d days", 100*(1+r.IntN(5)), windows[r.IntN(4)])
		}
		return fmt.Sprintf("last order more than %d days ago", windows[r.IntN(4)])
	}
	segments := make([]*rule.SegmentFile, memberSegments)
	for i := range segments {
		text := test() + " and " + test()
		switch {
		case i > 0 && r.IntN(10) == 0:
			text += fmt.Sprintf(" and segment 's%d'", r.IntN(i))
		case r.IntN(3) == 0:
			text += " and not (" + test() + " or " + test() + ")"
		}
		parsed, err := rule.Parse(text)
		if err != nil {
			b.Fatalf("%s: %v", text, err)
		}
		at := fmt.Sprintf("s%d", i)
		segments[i] = &rule.SegmentFile{Path: at, Name: path.Base(at), Rule: parsed}
	}
	return rule.NewLibrary(segments)
}

// BenchmarkSegments counts a thousand segments of a million customers with four
// million orders: together, and one query after the other.
func BenchmarkSegments(b *testing.B) {
	dir := b.TempDir()
	if err := writeMembers(dir); err != nil {
		b.Fatal(err)
	}
	parent, err := model.Parse("parent.yml", []byte(memberYAML))
	if err != nil {
		b.Fatal(err)
	}
	src, err := files.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	if _, err := ingest.Build(b.Context(), parent, src, filepath.Join(dir, "snapshot"), nil); err != nil {
		b.Fatal(err)
	}
	library := memberLibrary(b)
	db, err := engine.Open(filepath.Join(dir, "snapshot"), &engine.Options{Segments: library})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	snap, err := db.Snapshot()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = snap.Close() }()
	asOf := time.Date(2024, time.December, 1, 12, 0, 0, 0, time.UTC)
	b.Run("together", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := snap.Segments(b.Context(), library, asOf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one by one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := countAlone(b.Context(), snap, library, asOf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// countAlone counts each segment by a query of its own.
func countAlone(ctx context.Context, snap *engine.Snapshot, library *rule.Library, asOf time.Time) error {
	for _, f := range library.Segments() {
		q, err := snap.QueryRule(f.Rule)
		if err != nil {
			return err
		}
		if _, err := q.At(asOf).Count(ctx); err != nil {
			return err
		}
	}
	return nil
}
