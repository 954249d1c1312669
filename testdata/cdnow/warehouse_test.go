package cdnow

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "rewrite SHA256SUMS")

// write writes a warehouse and returns its folder.
func write(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "warehouse")
	if err := WriteWarehouse(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sums lists the checksums of every file below dir, as sha256sum prints them.
func sums(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		_, _ = fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWarehouseBytes(t *testing.T) {
	first := sums(t, write(t))
	if second := sums(t, write(t)); second != first {
		t.Errorf("a second run gives other bytes:\n%s\nthan the first:\n%s", second, first)
	}
	if *update {
		if err := os.WriteFile("SHA256SUMS", []byte(first), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	if first != string(want) {
		t.Errorf("checksums:\n%s\nwant, from SHA256SUMS:\n%s", first, want)
	}
}

// readTable checks the schema of a table and returns its rows.
func readTable[R any](t *testing.T, dir, table, wantSchema string) []R {
	t.Helper()
	path := filepath.Join(dir, table)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Schema().String(); got != wantSchema {
		t.Errorf("%s: schema\n%s\nwant\n%s", table, got, wantSchema)
	}
	for _, group := range file.Metadata().RowGroups {
		for _, column := range group.Columns {
			if got := column.MetaData.Codec.String(); got != "ZSTD" {
				t.Errorf("%s: column %v is compressed with %s, want ZSTD", table, column.MetaData.PathInSchema, got)
			}
		}
	}
	if got, want := file.Metadata().CreatedBy, "rollcall version 1(build cdnow)"; got != want {
		t.Errorf("%s: created by %q, want %q", table, got, want)
	}
	rows, err := parquet.ReadFile[R](path)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWarehouseRows(t *testing.T) {
	dir := write(t)

	wantPurchases := []purchaseRow{}
	type total struct {
		first, last   time.Time
		cents, orders int64
	}
	totals := map[string]*total{}
	var ids []string
	for p, err := range Purchases() {
		if err != nil {
			t.Fatal(err)
		}
		wantPurchases = append(wantPurchases, purchaseRow{
			CustomerID: p.CustomerID, PurchasedAt: p.Date.Unix() * 1_000_000, Amount: p.Cents, Quantity: p.Quantity,
		})
		c := totals[p.CustomerID]
		if c == nil {
			c = &total{first: p.Date, last: p.Date}
			totals[p.CustomerID] = c
			ids = append(ids, p.CustomerID)
		}
		if p.Date.Before(c.first) {
			c.first = p.Date
		}
		if p.Date.After(c.last) {
			c.last = p.Date
		}
		c.cents += p.Cents
		c.orders++
	}
	gotPurchases := readTable[purchaseRow](t, dir, "events/purchases.parquet", `message schema {
	required binary customer_id (STRING);
	required int64 purchased_at (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	required int64 amount (DECIMAL(10,2));
	required int64 quantity (INT(64,true));
}`)
	compareRows(t, "events.purchases", gotPurchases, wantPurchases)

	epoch := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
	wantCustomers, wantMetrics := []customerRow{}, []metricsRow{}
	for _, id := range ids {
		c := totals[id]
		wantCustomers = append(wantCustomers, customerRow{
			CustomerID:        id,
			FirstPurchaseDate: int32(c.first.Sub(epoch).Hours()) / 24,
			Cohort:            c.first.Format(time.DateOnly)[:len("1997-01")],
		})
		wantMetrics = append(wantMetrics, metricsRow{
			CustomerID: id, LTV: c.cents, Orders: c.orders,
			LastPurchaseDate: c.last.Sub(epoch).Microseconds(),
			LoyaltyTier:      wantTier(c.cents),
		})
	}
	gotCustomers := readTable[customerRow](t, dir, "marketing/customers.parquet", `message schema {
	required binary customer_id (STRING);
	required int32 first_purchase_date (DATE);
	required binary cohort (STRING);
}`)
	compareRows(t, "marketing.customers", gotCustomers, wantCustomers)
	gotMetrics := readTable[metricsRow](t, dir, "analytics/customer_metrics.parquet", `message schema {
	required binary customer_id (STRING);
	required int64 ltv (DECIMAL(10,2));
	required int64 orders (INT(64,true));
	required int64 last_purchase_date (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	optional binary loyalty_tier (STRING);
}`)
	compareRows(t, "analytics.customer_metrics", gotMetrics, wantMetrics)
}

// wantTier is the tier of a lifetime value, by README.md.
func wantTier(cents int64) string {
	from := []struct {
		cents int64
		name  string
	}{{50000, "Gold"}, {20000, "Silver"}, {5000, "Bronze"}}
	for _, tier := range from {
		if cents >= tier.cents {
			return tier.name
		}
	}
	return ""
}

// compareRows reports the first row that differs.
func compareRows[R comparable](t *testing.T, table string, got, want []R) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", table, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: row %d (-want +got):\n%s", table, i, cmp.Diff(want[i], got[i]))
			return
		}
	}
}

// TestTierNull checks that customers without a tier have NULL, not an empty
// string: metricsRow cannot tell.
func TestTierNull(t *testing.T) {
	type row struct {
		LoyaltyTier *string `parquet:"loyalty_tier,optional"`
	}
	rows, err := parquet.ReadFile[row](filepath.Join(write(t), "analytics", "customer_metrics.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range rows {
		tier := "NULL"
		if r.LoyaltyTier != nil {
			tier = fmt.Sprintf("%q", *r.LoyaltyTier)
		}
		got[tier]++
	}
	want := map[string]int{`"Gold"`: 734, `"Silver"`: 2271, `"Bronze"`: 7735, "NULL": 12_830}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("customers by tier (-want +got):\n%s", diff)
	}
}

func TestTierBounds(t *testing.T) {
	check := func(cents int64, want string) {
		t.Helper()
		if got := (customer{lifetimeCents: cents}).tier(); got != want {
			t.Errorf("%d cents: got tier %q, want %q", cents, got, want)
		}
	}
	check(0, "")
	check(49_99, "")
	check(50_00, "Bronze")
	check(199_99, "Bronze")
	check(200_00, "Silver")
	check(499_99, "Silver")
	check(500_00, "Gold")
}

func TestWarehouseInEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := WriteWarehouse(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(sums(t, dir), "\n"); got != 3 {
		t.Errorf("%d files, want 3:\n%s", got, sums(t, dir))
	}
}

func TestWarehouseRefusesDirectory(t *testing.T) {
	check := func(names []string, want string) {
		t.Helper()
		dir := t.TempDir()
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		before := sums(t, dir)
		want = fmt.Sprintf("directory %q holds %s: expected an empty or absent directory", dir, want)
		if err := WriteWarehouse(t.Context(), dir); err == nil || err.Error() != want {
			t.Errorf("got error %v, want %s", err, want)
		}
		if after := sums(t, dir); after != before {
			t.Errorf("the refused directory changed from\n%s\nto\n%s", before, after)
		}
	}
	check([]string{"notes.txt"}, `"notes.txt"`)
	check([]string{"a", "b", "c"}, `"a", "b", "c"`)
	check([]string{"a", "b", "c", "d", "e"}, `"a", "b", "c" and 2 more`)
}

func TestWarehouseRefusesFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := WriteWarehouse(t.Context(), path)
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) || !strings.HasPrefix(err.Error(), "expected an empty or absent directory: ") {
		t.Errorf("got error %v, want a *fs.PathError after what was expected", err)
	}
}

func TestWarehouseCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	err := WriteWarehouse(ctx, dir)
	want := filepath.Join(dir, "marketing", "customers.parquet") + ": context canceled"
	if !errors.Is(err, context.Canceled) || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestParentNamesColumns checks that every table and column that parent.yml
// names is in the warehouse, and that it names all of them once.
func TestParentNamesColumns(t *testing.T) {
	type ref struct {
		Database, Table string
		Key             string `yaml:"key_column"`
		Value           string `yaml:"value_column"`
		Timestamp       string `yaml:"timestamp_column"`
		Name            string
	}
	var parent struct {
		Timezone              string
		Master                ref `yaml:"master_table"`
		Attributes, Behaviors []ref
	}
	if err := yaml.Unmarshal(ParentYAML(), &parent); err != nil {
		t.Fatal(err)
	}
	dir := write(t)
	var got []string
	for _, r := range append(append([]ref{parent.Master}, parent.Attributes...), parent.Behaviors...) {
		path := filepath.Join(dir, r.Database, r.Table+".parquet")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parquet.OpenFile(strings.NewReader(string(data)), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{r.Key, r.Value, r.Timestamp} {
			if _, ok := file.Schema().Lookup(column); column != "" && !ok {
				t.Errorf("%s: %s.%s has no column %q", r.Name, r.Database, r.Table, column)
			}
		}
		got = append(got, fmt.Sprintf("%s %s.%s %s", r.Name, r.Database, r.Table, r.Value+r.Timestamp))
	}
	want := []string{
		" marketing.customers ",
		"first_purchase_date marketing.customers first_purchase_date",
		"cohort marketing.customers cohort",
		"lifetime_value analytics.customer_metrics ltv",
		"orders analytics.customer_metrics orders",
		"last_purchase_date analytics.customer_metrics last_purchase_date",
		"loyalty_tier analytics.customer_metrics loyalty_tier",
		"purchase events.purchases purchased_at",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names in parent.yml (-want +got):\n%s", diff)
	}
	if parent.Timezone != "UTC" {
		t.Errorf("timezone %q, want UTC", parent.Timezone)
	}
}
